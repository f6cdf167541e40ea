"""httpx transports that call the local service in this process: no socket, no key, no network.

Everything above the transport (errors, pages, streams, retries, event hooks) is the real thing.
What a connection would have done is told in httpx's own errors.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx

from .faults import AnswerTimedOutError, ConnectionLostError
from .offload import Chunks, Handler, answer
from .service import ServiceReply, ServiceRequest

__all__ = ["PREFIX", "AsyncLocalTransport", "LocalTransport"]

# The path of the API's base URL; the service knows the paths of the document, which are below it.
PREFIX = "/v1"


class LocalTransport(httpx.BaseTransport):
    """A transport for `httpx.Client` that lets a local service answer.

    Args:
        service: The service to call; several transports may share one.
        close_service: Whether closing the client closes the service too. Leave it off where the
            service belongs to somebody else.

    Time-outs have no effect: a call takes as long as the service takes.
    """

    def __init__(self, service: Handler, *, close_service: bool = False) -> None:
        self._service = service
        self._close_service = close_service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request.

        Raises:
            httpx.RemoteProtocolError: If a fault that was asked for closes the connection.
            httpx.ReadTimeout: If a fault that was asked for keeps the answer back.
        """
        body = request.read()
        try:
            return _to_response(self._service.handle(_to_service(request, body)))
        except (ConnectionLostError, AnswerTimedOutError) as error:
            raise _as_httpx(error) from error

    def close(self) -> None:
        """Close the service, if this transport was told to."""
        if self._close_service:
            self._service.close()


class AsyncLocalTransport(httpx.AsyncBaseTransport):
    """The same for `httpx.AsyncClient`, under asyncio and trio.

    The service works on a thread, so the event loop goes on while it waits for a disk or a model.
    A call that is cancelled ends at once; as behind a real connection, the service finishes it.
    """

    def __init__(self, service: Handler, *, close_service: bool = False) -> None:
        self._service = service
        self._close_service = close_service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; raises what `LocalTransport.handle_request` raises."""
        body = await request.aread()
        try:
            return _to_response(await answer(self._service, _to_service(request, body)))
        except (ConnectionLostError, AnswerTimedOutError) as error:
            raise _as_httpx(error) from error

    async def aclose(self) -> None:
        """Close the service, if this transport was told to."""
        if self._close_service:
            self._service.close()


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A streamed body, read in whichever way the client reads.

    Its own iterator, not a generator: trio complains of an asynchronous generator that is left
    before its end, which is what closing a stream early would come to.
    """

    def __init__(self, source: Iterator[bytes]) -> None:
        self._chunks = Chunks(source)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            chunk = self._chunks.next()
        except ConnectionLostError as error:
            raise _as_httpx(error) from error
        if chunk is None:
            raise StopIteration
        return chunk

    async def __anext__(self) -> bytes:
        try:
            chunk = await self._chunks.next_async()
        except ConnectionLostError as error:
            raise _as_httpx(error) from error
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    def close(self) -> None:
        self._chunks.close()

    async def aclose(self) -> None:
        # Without an await in between: this also runs while a task is being cancelled.
        self._chunks.close()


def _to_service(request: httpx.Request, body: bytes) -> ServiceRequest:
    return ServiceRequest(
        method=request.method,
        path=request.url.raw_path.partition(b"?")[0].decode("ascii").removeprefix(PREFIX),
        query=request.url.params.multi_items(),
        headers=dict(request.headers),
        body=body,
    )


def _to_response(reply: ServiceReply) -> httpx.Response:
    extensions = {"http_version": b"HTTP/1.1"}
    if isinstance(reply.body, bytes):
        return httpx.Response(
            reply.status, headers=reply.headers, content=reply.body, extensions=extensions
        )
    return httpx.Response(
        reply.status, headers=reply.headers, stream=_Stream(reply.body), extensions=extensions
    )


def _as_httpx(error: ConnectionLostError | AnswerTimedOutError) -> httpx.TransportError:
    kind = (
        httpx.ReadTimeout if isinstance(error, AnswerTimedOutError) else httpx.RemoteProtocolError
    )
    return kind(str(error))
