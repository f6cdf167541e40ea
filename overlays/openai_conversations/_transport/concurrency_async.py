"""Async code that differs from sync code by more than a keyword: waiting, interrupting, transports.

`concurrency_sync` has the same names for threads; `tools/unasync` swaps one for the other. Built on
anyio, which httpx brings, so that asyncio and trio both work.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Iterable,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

import anyio
import anyio.lowlevel
import httpcore
import httpx

from .._request.validation import WrongWith, invalid, is_list_like
from ..abort import AbortSignal
from ..errors import AbortStage, OpenAIError, RequestAbortedError
from .log import logger

_T = TypeVar("_T")
PIECE = sys.maxsize
"""Bytes that are written in one go: all of them, since a task that writes can be cancelled."""
# It works under asyncio and trio alike.
_NETWORK = cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend())
shield = partial(anyio.CancelScope, shield=True)
"""Opens a block whose steps are not cancelled, for closing what is half done."""
open_file = anyio.open_file
Source: TypeAlias = Iterable[_T] | AsyncIterable[_T]
"""Where a method that takes many items gets them from."""
TRANSPORTS = ("aiohttp", "httpx")
"""The names that `transport=` may have, the fastest first."""


class AsyncBlock:
    """The base of what `async with` opens; `with` is an error that says so."""

    if not TYPE_CHECKING:
        __enter__ = WrongWith("async with")


def open_transport(name: str, pool: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    """Return the transport of this name; "httpx" is the connection pool."""
    return _AiohttpOrPool(pool) if name == "aiohttp" else pool


class _AiohttpOrPool(httpx.AsyncBaseTransport):
    """aiohttp, imported with the first request; the pool under trio, which aiohttp lacks."""

    def __init__(self, pool: httpx.AsyncBaseTransport) -> None:
        self._pool = pool

    # Not async itself, which would be one more coroutine for each of hundreds of requests. To
    # pyright an async function returns a narrower type than can be written for both checkers.
    def handle_async_request(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, request: httpx.Request
    ) -> Coroutine[Any, Any, httpx.Response]:
        if not isinstance(current_loop(), asyncio.AbstractEventLoop):
            return self._pool.handle_async_request(request)
        return self._fast.handle_async_request(request)

    @cached_property
    def _fast(self) -> httpx.AsyncBaseTransport:
        try:
            from .aiohttp_transport import AiohttpTransport
        except ImportError as error:
            # It was found, but is too old, or lacks a part that it needs itself.
            logger.warning("aiohttp cannot be used, sending with httpx: %s", error)
            return self._pool
        return AiohttpTransport()

    async def aclose(self) -> None:
        await self._pool.aclose()
        if "_fast" in vars(self):
            await self._fast.aclose()


def current_loop() -> object:
    """Return the event loop that runs now; connections cannot be used from another."""
    # Not imported for this: where nobody has imported it, it does not run.
    trio: Any = sys.modules.get("trio")
    if trio is not None:
        try:
            return trio.lowlevel.current_trio_token()
        except RuntimeError:
            pass
    return asyncio.get_running_loop()


def _from_any_thread(callback: Callable[[], object]) -> Callable[[], None]:
    loop: Any = current_loop()
    schedule = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon

    def call() -> None:
        # The loop may have ended, and with it everything that could have been interrupted.
        with suppress(RuntimeError):
            schedule(callback)

    return call


@contextmanager
def _scope(seconds: float | None = None) -> Generator[anyio.CancelScope]:
    """Open a block that can be cancelled, and is cancelled after so many seconds.

    A scope of anyio 3 that is cancelled while another exception ends it (a timeout of the transport
    in the same moment) leaves its mark on the task of asyncio. The next scope then takes its own
    cancellation for one that was meant for the program, and lets it out.
    """
    in_asyncio = isinstance(current_loop(), asyncio.AbstractEventLoop)
    task = asyncio.current_task() if in_asyncio else None
    marks = task.cancelling() if task else 0
    scope = anyio.move_on_after(seconds)
    try:
        with scope:
            yield scope
    finally:
        others = isinstance(sys.exception(), asyncio.CancelledError)
        while task and scope.cancel_called and not others and task.cancelling() > marks:
            task.uncancel()


async def abortable(
    abort: AbortSignal,
    stage: AbortStage,
    work: Callable[[], Awaitable[_T]],
    *,
    interrupt: Callable[[], None] | None = None,
    discard: Callable[[_T], Awaitable[object]] | None = None,
) -> _T:
    """Await `work()`, but no longer than until the signal is set.

    Args:
        stage: For the error.
        interrupt: For threads only; a task is cancelled.
        discard: For threads only; a cancelled task has no result.

    Raises:
        RequestAbortedError: The signal was set first.
    """
    with _scope() as scope:
        # `AbortSignal.set` may be called in any thread; a scope is cancelled in its own.
        unsubscribe = abort.subscribe(_from_any_thread(scope.cancel))
        try:
            return await work()
        finally:
            unsubscribe()
    raise RequestAbortedError(stage, abort.reason)


async def bounded(
    seconds: float | None,
    work: Callable[[], Awaitable[_T]],
    *,
    interrupt: Callable[[], None] | None = None,
    discard: Callable[[_T], Awaitable[object]] | None = None,
) -> _T:
    """Await `work()`, but no longer than so many seconds; the arguments are as of `abortable`.

    Raises:
        httpx.ReadTimeout: The time passed first.
    """
    with _scope(seconds):
        return await work()
    raise httpx.ReadTimeout("the response did not come in time")


async def sleep(seconds: float, abort: AbortSignal | None, failure: OpenAIError | None) -> None:
    """Wait before a retry.

    Raises:
        RequestAbortedError: The signal was set first; `failure` is the cause.
    """
    if abort is None:
        await anyio.sleep(seconds)
        return
    try:
        await abortable(abort, "waiting for a retry", partial(anyio.sleep, seconds))
    except RequestAbortedError as stop:
        raise stop from failure


class Event:
    """An event that one task waits for, and that any thread may set."""

    def __init__(self) -> None:
        self._event = anyio.Event()
        self.set = _from_any_thread(self._event.set)

    async def wait(self, timeout: float | None) -> None:
        """Wait until the event is set, or `timeout` seconds have passed."""
        with anyio.move_on_after(timeout):
            await self._event.wait()


async def connect_tcp(
    host: str, port: int, left: Callable[[], float | None]
) -> httpcore.AsyncNetworkStream:
    """Connect to one of the addresses of a host, several at once if need be (RFC 8305).

    Raises:
        httpcore.ConnectError: None of them accepts, or the host has none.
        httpcore.ConnectTimeout: `left()` is over.
    """
    return await _NETWORK.connect_tcp(host, port, left())


@asynccontextmanager
async def listening(
    stream: httpcore.AsyncNetworkStream, into: deque[bytes]
) -> AsyncGenerator[None]:
    """Open a block that writes to a stream, which is read meanwhile.

    When asyncio finds, writing, that the connection is closed, it drops what was not read: a 413,
    say, that came before all of the request had been sent. It does not read by itself.
    """
    failure: BaseException | None = None

    async def listen() -> None:
        # An error comes back with the next read.
        with suppress(Exception):
            while len(into) < 16 and (chunk := await stream.read(65536)):
                into.append(chunk)

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        try:
            # Until it listens, has looked whether there is anything, and has read that.
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
            yield
        except BaseException as error:
            # Outside of the group, which would wrap it.
            failure = error
        group.cancel_scope.cancel()
    if failure is not None:
        raise failure


async def read_within(response: httpx.Response, seconds: float | None) -> None:
    """Read the body of a response; raise `httpx.ReadTimeout` if it takes longer than `seconds`."""
    await bounded(seconds, response.aread)


async def within(
    seconds: float, work: Callable[[], Awaitable[object]], interrupt: Callable[[], None]
) -> None:
    """Await `work()`, but no longer than some seconds; `interrupt` is for threads only."""
    with _scope(seconds):
        await work()


async def ask_for_key(source: Callable[[], object]) -> object:
    """Call a function, sync or async, for the API key."""
    key = source()
    if isinstance(key, Awaitable):
        return await cast("Awaitable[object]", key)
    return key


async def report(callback: Callable[[_T], object] | None, value: _T) -> None:
    """Call a function, sync or async, that is told how far something is."""
    returned = None if callback is None else callback(value)
    if isinstance(returned, Awaitable):
        await returned


def check_source(value: object, argument: str) -> None:
    """Raise `InvalidArgumentError` if no elements can be taken from `value`."""
    if not (isinstance(value, AsyncIterable) or is_list_like(value)):
        raise invalid(argument, "items, in a list or another iterable, sync or async", value)


class Intake(Generic[_T]):
    """Takes elements from a source, in order, and never more than asked for."""

    def __init__(self, source: Source[_T]) -> None:
        self._async = source.__aiter__() if isinstance(source, AsyncIterable) else None
        self._sync = iter(()) if isinstance(source, AsyncIterable) else iter(source)

    async def take(self, count: int) -> list[_T]:
        """Return the next `count` elements, fewer at the end."""
        if self._async is None:
            return list(islice(self._sync, count))
        taken: list[_T] = []
        while len(taken) < count:
            try:
                taken.append(await self._async.__anext__())
            except StopAsyncIteration:
                break
        return taken


def begin(generator: AsyncIterator[_T]) -> AsyncIterator[_T]:
    """Run a generator to its first `yield`, before which it must not wait, and return it.

    Only one that has begun runs its `finally` when it is dropped.
    """
    step: Any = anext(generator)
    with suppress(StopIteration):
        step.send(None)
    return generator


_PageT = TypeVar("_PageT", bound=AsyncIterable[Any])


class AsyncPaginator(Generic[_PageT, _T]):
    """Returned by `list`: `await` it for the first page, or `async for` over all items.

    No request is sent before that.
    """

    def __init__(self, fetch: Callable[[], Awaitable[_PageT]]) -> None:
        self._fetch = fetch

    def __await__(self) -> Generator[Any, None, _PageT]:
        return self._fetch().__await__()

    def __aiter__(self) -> AsyncIterator[_T]:
        return _Items(self._fetch)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(nothing is sent yet: await it, or use async for)"


class _Items(AsyncIterator[_T]):
    def __init__(self, fetch: Callable[[], Awaitable[AsyncIterable[_T]]]) -> None:
        self._fetch = fetch
        self._items: AsyncIterator[_T] | None = None

    async def __anext__(self) -> _T:
        if self._items is None:
            self._items = (await self._fetch()).__aiter__()
        return await self._items.__anext__()


first_page = AsyncPaginator
"""Makes the result of a `list` method of what fetches its first page."""
