"""Call the synchronous service from an event loop without stopping the loop.

The service waits for a disk and, with a model of the caller's own, for anything at all. Both
asynchronous ways in (the in-process transport and the HTTP application) therefore run it in
anyio's worker threads, which works the same under asyncio and trio. What makes that more than one
line is cancellation: a reply that arrives after its caller has gone must still be closed, because
a streamed reply holds the lock of its conversation until then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from inspect import signature
from typing import Any, Protocol

from anyio import to_thread

from .service import ServiceReply, ServiceRequest

__all__ = ["Chunks", "Handler", "answer", "close_body"]


# anyio before 4.1 has another word for it, and httpx is content with any anyio.
_KEYWORDS = signature(to_thread.run_sync).parameters
_ABANDON: dict[str, Any] = {
    "abandon_on_cancel" if "abandon_on_cancel" in _KEYWORDS else "cancellable": True
}


class Handler(Protocol):
    """What the ways in need of a service; `LocalService` and `ObservedService` are such."""

    def handle(self, request: ServiceRequest, /) -> ServiceReply:
        """Answer one request."""
        ...

    def close(self) -> None:
        """Release the store."""
        ...


class Chunks:
    """A streamed body whose reading and closing may happen on different threads.

    Closing never waits for a chunk that is being made, which may take as long as a model likes:
    the thread that makes it closes the body then.
    """

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._busy = False
        self._closed = False

    def next(self) -> bytes | None:
        """The next chunk, or None at the end and after `close`."""
        with self._lock:
            if self._closed:
                return None
            self._busy = True
        try:
            return next(self._source, None)
        finally:
            with self._lock:
                self._busy = False
                closed = self._closed
            if closed:
                close_body(self._source)

    async def next_async(self) -> bytes | None:
        """The same, on a worker thread. After a cancellation the body is to be closed."""
        return await to_thread.run_sync(self.next, **_ABANDON)

    def close(self) -> None:
        """End the stream and release what it holds; any number of times."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._busy:
                return
        close_body(self._source)


def close_body(body: bytes | Iterator[bytes]) -> None:
    """Close a reply's body if it is a stream that can be closed."""
    close = getattr(body, "close", None)
    if close is not None:
        close()


class _Call:
    """One call whose caller may leave before it has been answered."""

    def __init__(self, service: Handler, request: ServiceRequest) -> None:
        self._service = service
        self._request = request
        self._lock = threading.Lock()
        self._reply: ServiceReply | None = None
        self._abandoned = False

    def run(self) -> ServiceReply:
        reply = self._service.handle(self._request)
        with self._lock:
            self._reply = reply
            abandoned = self._abandoned
        if abandoned:
            close_body(reply.body)
        return reply

    def abandon(self) -> None:
        with self._lock:
            self._abandoned = True
            reply = self._reply
        if reply is not None:
            close_body(reply.body)


async def answer(service: Handler, request: ServiceRequest) -> ServiceReply:
    """Let the service answer on a worker thread.

    Args:
        service: The service to call.
        request: What it is asked.

    Returns:
        The reply; whoever gets it closes its body.

    Raises:
        Whatever the service raises. A cancellation ends the call at once; as behind a real
        connection, the service finishes what it was at, and its reply is closed.
    """
    call = _Call(service, request)
    try:
        return await to_thread.run_sync(call.run, **_ABANDON)
    except BaseException:
        call.abandon()
        raise
