"""Run the synchronous service from an event loop without stopping the loop.

The service waits for a disk and, with a function as model, for anything at all. So the in-process
transport and the HTTP application run it in anyio's worker threads, under asyncio and trio alike;
all but reads that wait for nothing. Cancellation is what makes that more than one line: a response
that arrives after its client has gone must still be closed, because a streamed one locks its
conversation until then.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future

from anyio import to_thread

from .._transport.parallel_async import ABANDON
from .http_messages import Service, ServiceRequest, ServiceResponse, close_iterator


class StreamReader(Iterator[bytes], AsyncIterator[bytes]):
    """A streamed body that may be read and closed by different threads.

    It reads on a worker thread where it is iterated over asynchronously, and is its own iterator:
    trio warns of an asynchronous generator that is left before its end. It must be closed.

    Closing never waits for a chunk that is being made, which takes as long as a model likes: what
    can be aborted is, and the thread that makes the chunk closes the body then.
    """

    def __init__(self, body: Iterator[bytes], abort: Callable[[], None] | None) -> None:
        self._body = body
        self._abort = abort
        self._lock = threading.Lock()
        self._reading: Future[None] = Future()
        self._reading.set_result(None)
        self._closed = False

    def __next__(self) -> bytes:
        with self._lock:
            if self._closed:
                raise StopIteration
            self._reading = Future()
        try:
            return next(self._body)
        finally:
            self._reading.set_result(None)

    async def __anext__(self) -> bytes:
        # A StopIteration cannot pass through a coroutine.
        chunk = await to_thread.run_sync(next, self, None, **ABANDON)
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    def close(self) -> None:
        """End the stream and release its locks; a second time does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if self._abort is not None:
            self._abort()  # a model that somebody waits for
        # Runs now if no chunk is being made, or on the thread that makes one once it is there.
        self._reading.add_done_callback(lambda _: close_iterator(self._body))


async def handle_request(service: Service, request: ServiceRequest) -> ServiceResponse:
    """Let the service handle a request, on a worker thread if that may take time.

    The response must be closed.

    A cancellation ends the wait at once. As behind a real connection, the service then finishes its
    work, and its response is closed here.
    """
    if (response := service.handle_at_once(request)) is not None:
        return response
    done: Future[ServiceResponse] = Future()

    def handle() -> ServiceResponse:
        done.set_result(service.handle(request))
        return done.result()

    try:
        return await to_thread.run_sync(handle, **ABANDON)
    except BaseException:
        # Runs now if there is a response, or on the worker thread once there is.
        done.add_done_callback(lambda future: future.result().close())
        raise
