"""Sync code that differs from async code by more than a keyword: waiting, interrupting, transports.

`concurrency_async` has the same names for tasks; `tools/unasync` swaps one for the other.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from contextvars import Context, copy_context
from functools import partial
from itertools import islice
from types import NoneType
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import httpcore
import httpx

from .._request.library import as_byte_stream, library_of
from .._request.validation import WrongWith, invalid, is_list_like
from ..abort import AbortSignal
from ..errors import AbortStage, OpenAIError, RequestAbortedError

if TYPE_CHECKING:
    from concurrent.futures import Future

_T = TypeVar("_T")
PIECE = 16384
"""Bytes that are written in one go: one TLS record, and less than a writable socket has room for.

The deadline counts between any two of them.
"""
_NETWORK = httpcore.SyncBackend()
shield = nullcontext
"""Opens a block like any other; in async code its steps are not cancelled."""
open_file = open
Source: TypeAlias = Iterable[_T]
"""Where a method that takes many items gets them from."""
TRANSPORTS = ("httpx",)
"""The names that `transport=` may have."""
current_loop: Callable[[], object] = NoneType
"""Returns None: threads share their connections, as the tasks of one event loop do."""


class Block:
    """The base of what `with` opens; `async with` is an error that says so."""

    if not TYPE_CHECKING:
        __aenter__ = WrongWith("with")


def open_transport(name: str, pool: httpx.BaseTransport) -> httpx.BaseTransport:
    """Return the transport of this name; "httpx" is the connection pool."""
    return pool


def abortable(
    abort: AbortSignal,
    stage: AbortStage,
    work: Callable[[], _T],
    *,
    interrupt: Callable[[], None],
    discard: Callable[[_T], object],
) -> _T:
    """Call `work()`, but wait no longer than until the signal is set.

    A thread cannot be stopped from outside, and what blocks it may be a name server, a handshake,
    or the user's own transport. So the work gets its own thread, which is left behind.

    Args:
        stage: For the error.
        interrupt: Called when the signal is set; should make the work end soon.
        discard: Gets the result of work that was left behind.

    Raises:
        RequestAbortedError: The signal was set first.
    """
    over = threading.Event()  # the work, or the wait for it
    unsubscribe = abort.subscribe(over.set)
    try:
        future = _in_thread(work, over, None, interrupt, discard)
    finally:
        unsubscribe()
    if future is None:
        raise RequestAbortedError(stage, abort.reason)
    return future.result()


def bounded(
    seconds: float | None,
    work: Callable[[], _T],
    *,
    interrupt: Callable[[], None],
    discard: Callable[[_T], object],
) -> _T:
    """Call `work()`, but wait no longer than so many seconds. Works as `abortable` does.

    Raises:
        httpx.ReadTimeout: The time passed first.
    """
    if seconds is None or seconds > threading.TIMEOUT_MAX:  # three centuries
        return work()
    future = _in_thread(work, threading.Event(), seconds, interrupt, discard)
    if future is None:
        raise httpx.ReadTimeout("the response did not come in time")
    return future.result()


def _in_thread(
    work: Callable[[], _T],
    over: threading.Event,
    seconds: float | None,
    interrupt: Callable[[], None],
    discard: Callable[[_T], object],
) -> Future[_T] | None:
    """Do work in a thread until it is done, `over` is set or the time has passed.

    Returns:
        The future of work that is done; None if it was left behind.
    """
    # Here, so that three modules are loaded only where a thread is needed.
    from concurrent.futures import Future

    future: Future[_T] = Future()
    future.add_done_callback(lambda _: over.set())
    run = partial(_run, future, copy_context(), work)
    try:
        # A daemon, so that work which hangs does not keep the program from ending.
        threading.Thread(target=run, name="openai_conversations-abortable", daemon=True).start()
        over.wait(seconds)
    except BaseException:
        # Ctrl-C, most likely.
        _leave_behind(future, interrupt, discard)
        raise
    if future.done():
        return future
    _leave_behind(future, interrupt, discard)
    return None


def _run(future: Future[_T], context: Context, work: Callable[[], _T]) -> None:
    try:
        result = context.run(work)
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)


def _leave_behind(
    future: Future[_T], interrupt: Callable[[], None], discard: Callable[[_T], object]
) -> None:
    if not future.done():
        interrupt()
    # At once if the work has ended meanwhile.
    future.add_done_callback(lambda done: done.exception() or discard(done.result()))


def sleep(seconds: float, abort: AbortSignal | None, failure: OpenAIError | None) -> None:
    """Wait before a retry.

    Raises:
        RequestAbortedError: The signal was set first; `failure` is the cause.
    """
    if abort is None:
        time.sleep(seconds)
    elif abort.wait(seconds):
        raise RequestAbortedError("waiting for a retry", abort.reason) from failure


class Event:
    """An event that one thread waits for.

    `threading.Event` is made of Python code and three locks, one of which Ctrl-C may leave locked.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def set(self) -> None:
        """Wake the thread that waits, or the next one that will; a second time does nothing."""
        with suppress(RuntimeError):
            self._lock.release()

    def wait(self, timeout: float | None) -> None:
        """Wait until the event is set, or `timeout` seconds have passed."""
        self._lock.acquire(timeout=-1 if timeout is None else min(timeout, threading.TIMEOUT_MAX))


def connect_tcp(host: str, port: int, left: Callable[[], float | None]) -> httpcore.NetworkStream:
    """Connect to the first address of a host that accepts.

    Each address has its share of the time, so that all of them together have one timeout, and one
    that does not respond leaves some for the next. Looking the name up takes as long as the system
    lets it take.

    Raises:
        httpcore.ConnectError: None of them accepts, or the host has none.
        httpcore.ConnectTimeout: `left()` is over.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    addresses = [str(address[0]) for *_, address in found]
    for behind in range(len(addresses) - 1, 0, -1):
        seconds = left()
        share = None if seconds is None else seconds / (behind + 1)
        with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
            return _NETWORK.connect_tcp(addresses[-1 - behind], port, share)
    return _NETWORK.connect_tcp(addresses[-1], port, left())


def listening(stream: httpcore.NetworkStream, into: object) -> AbstractContextManager[None]:
    """Open a block like any other: a socket keeps what has come, whatever happens to a write."""
    return nullcontext()


def read_within(response: httpx.Response, seconds: float | None) -> None:
    """Read the body of a response; raise `httpx.ReadTimeout` if it takes longer than `seconds`.

    Looks at the clock between reads, so it can be late by the timeout of one read.
    """
    if seconds is not None:
        bounded_stream: Any = as_byte_stream(_BoundedStream, library_of(response))
        response.stream = bounded_stream(response.stream, time.monotonic() + seconds)
    response.read()


class _BoundedStream:
    """A body that ends in an error where it goes on after a deadline."""

    def __init__(self, inner: Any, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the body did not end in time")
            yield chunk

    def close(self) -> None:
        self._inner.close()


def within(seconds: float, work: Callable[[], object], interrupt: Callable[[], None]) -> None:
    """Call `work()`, and `interrupt()` after some seconds, which makes it end."""
    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        work()
    finally:
        timer.cancel()


def ask_for_key(source: Callable[[], object]) -> object:
    """Call a function for the API key."""
    return source()


def report(callback: Callable[[_T], object] | None, value: _T) -> None:
    """Call a function that is told how far something is.

    Raises:
        InvalidArgumentError: It is an async function, which would do nothing.
    """
    returned = None if callback is None else callback(value)
    if isinstance(returned, Coroutine):
        returned.close()  # or Python warns that it was never awaited
        raise invalid("on_progress", "a function that is not async", callback)


def check_source(value: object, argument: str) -> None:
    """Raise `InvalidArgumentError` if no elements can be taken from `value`."""
    if not is_list_like(value):
        raise invalid(argument, "items, in a list or another iterable", value)


def begin(generator: Iterator[_T]) -> Iterator[_T]:
    """Run a generator to its first `yield`, and return it.

    Only one that has begun runs its `finally` when it is dropped.
    """
    next(generator)
    return generator


class Intake(Generic[_T]):
    """Takes elements from a source, in order, and never more than asked for."""

    def __init__(self, source: Source[_T]) -> None:
        self._source = iter(source)

    def take(self, count: int) -> list[_T]:
        """Return the next `count` elements, fewer at the end."""
        return list(islice(self._source, count))


def first_page(fetch: Callable[[], _T]) -> _T:
    """Return the first page."""
    return fetch()
