"""httpx transports that call the local service in this process: no socket, no key, no network.

All above the transport (errors, pages, streams, retries, event hooks) is the same as over a
network. Errors of a connection are httpx's own.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from .errors import ConnectionLostError, ResponseTimeoutError
from .http_messages import PREFIX, Service, ServiceRequest, ServiceResponse
from .worker_threads import StreamReader, handle_in_thread


@dataclass(eq=False)
class _ServiceOwner:
    service: Service
    close_service: bool = field(default=False, kw_only=True)

    def close(self) -> None:
        """Close the service, if `close_service` is set."""
        if self.close_service:
            self.service.close()


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
            return _to_httpx(self.service.handle(_to_service(request, body)))


class AsyncLocalTransport(_ServiceOwner, httpx.AsyncBaseTransport):
    """The same for `httpx.AsyncClient`, under asyncio and trio.

    The service works on a thread, so the event loop goes on while it waits for a disk or a model. A
    request that is cancelled ends at once; as behind a real connection, the service finishes it.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let the service respond to a request; raises what `LocalTransport` raises."""
        body = await request.aread()
        with _httpx_errors():
            return _to_httpx(await handle_in_thread(self.service, _to_service(request, body)))

    async def aclose(self) -> None:
        """Close the service, if `close_service` is set."""
        self.close()


class _Stream(StreamReader, httpx.SyncByteStream, httpx.AsyncByteStream):
    """A streamed body for clients of both kinds."""

    def __next__(self) -> bytes:
        with _httpx_errors():
            return super().__next__()

    async def aclose(self) -> None:
        # No await in here: this also runs while a task is being cancelled.
        self.close()


def _to_service(request: httpx.Request, body: bytes) -> ServiceRequest:
    path = request.url.raw_path.partition(b"?")[0].decode("ascii").removeprefix(PREFIX)
    query = request.url.params.multi_items()
    return ServiceRequest(request.method, path, query, dict(request.headers), body)


def _to_httpx(response: ServiceResponse) -> httpx.Response:
    body = response.body
    return httpx.Response(
        response.status,
        headers=response.headers,
        content=body if isinstance(body, bytes) else None,
        stream=None if isinstance(body, bytes) else _Stream(body),
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
