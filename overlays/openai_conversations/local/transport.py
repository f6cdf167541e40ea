"""httpx transports that call the local service in this process: no socket, no key, no network.

All above the transport (errors, pages, streams, retries, event hooks) is the same as over a
network. Errors of a connection are httpx's own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager

import httpx

from .errors import ConnectionLostError, ResponseTimeoutError
from .http_messages import PREFIX, Service, ServiceRequest, ServiceResponse
from .worker_threads import StreamReader, handle_in_thread


class _ServiceOwner:
    def __init__(self, service: Service, *, close_service: bool = False) -> None:
        self._service = service
        self._close_service = close_service

    def _close(self) -> None:
        if self._close_service:
            self._service.close()


class LocalTransport(_ServiceOwner, httpx.BaseTransport):
    """A transport for `httpx.Client` that sends requests to a local service.

    Timeouts have no effect: a request takes as long as the service takes.

    Args:
        service: The service; several transports may share one.
        close_service: Whether closing the client closes the service too.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let the service respond to a request.

        Raises:
            httpx.RemoteProtocolError: If the service raises `ConnectionLostError`.
            httpx.ReadTimeout: If the service raises `ResponseTimeoutError`.
        """
        body = request.read()
        with _httpx_errors():
            return _to_httpx(self._service.handle(_to_service(request, body)))

    def close(self) -> None:
        """Close the service, if `close_service` is set."""
        self._close()


class AsyncLocalTransport(_ServiceOwner, httpx.AsyncBaseTransport):
    """The same for `httpx.AsyncClient`, under asyncio and trio.

    The service works on a thread, so the event loop goes on while it waits for a disk or a model. A
    request that is cancelled ends at once; as behind a real connection, the service finishes it.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let the service respond to a request; raises what `LocalTransport` raises."""
        body = await request.aread()
        with _httpx_errors():
            return _to_httpx(await handle_in_thread(self._service, _to_service(request, body)))

    async def aclose(self) -> None:
        """Close the service, if `close_service` is set."""
        self._close()


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A streamed body for clients of both kinds.

    It is its own iterator, not a generator: trio warns of an asynchronous generator that is left
    before its end, and closing a stream early would do that.
    """

    def __init__(self, body: Iterator[bytes]) -> None:
        self._reader = StreamReader(body)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with _httpx_errors():
            chunk = self._reader.next()
        if chunk is None:
            raise StopIteration
        return chunk

    async def __anext__(self) -> bytes:
        with _httpx_errors():
            chunk = await self._reader.next_async()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    def close(self) -> None:
        self._reader.close()

    async def aclose(self) -> None:
        # No await in here: this also runs while a task is being cancelled.
        self._reader.close()


def _to_service(request: httpx.Request, body: bytes) -> ServiceRequest:
    return ServiceRequest(
        method=request.method,
        path=request.url.raw_path.partition(b"?")[0].decode("ascii").removeprefix(PREFIX),
        query=request.url.params.multi_items(),
        headers=dict(request.headers),
        body=body,
    )


def _to_httpx(response: ServiceResponse) -> httpx.Response:
    whole = response.body if isinstance(response.body, bytes) else None
    return httpx.Response(
        response.status,
        headers=response.headers,
        content=whole,
        stream=None if isinstance(response.body, bytes) else _Stream(response.body),
        extensions={"http_version": b"HTTP/1.1"},
    )


@contextmanager
def _httpx_errors() -> Generator[None]:
    try:
        yield
    except ConnectionLostError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except ResponseTimeoutError as error:
        raise httpx.ReadTimeout(str(error)) from error
