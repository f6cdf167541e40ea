"""httpx transports that call the local service in this process: no socket, no key, no network.

All above the transport (errors, pages, streams, retries, event hooks) is the same as over a
network. Errors of a connection are httpx's own, or those of httpx2 for one of its clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from anyio.lowlevel import checkpoint

from .._request.library import as_byte_stream, library_of
from .._transport.whole_response import WholeResponse
from .errors import ConnectionLostError, NoResponseError
from .http_messages import (
    PREFIX,
    Service,
    ServiceRequest,
    ServiceResponse,
    to_headers,
    to_query,
)
from .worker_threads import StreamReader, handle_request


@dataclass(eq=False)
class _ServiceOwner:
    service: Service
    close_service: bool = field(default=False, kw_only=True)

    def close(self) -> None:
        """Close the service, if `close_service` is set."""
        if self.close_service:
            self.service.close()


class LocalTransport(_ServiceOwner, httpx.BaseTransport):
    """A transport for `httpx.Client` or `httpx2.Client` that sends requests to a local service.

    Timeouts have no effect: a request takes as long as the service takes.

    Args:
        service: The service; several transports may share one.
        close_service: Whether closing the client closes the service too.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let the service respond to a request.

        Returns:
            A response of the library that the request is of; errors are its own, too.

        Raises:
            httpx.RemoteProtocolError: If the service raises `ConnectionLostError`.
            httpx.ReadTimeout: If the service raises `ResponseTimeoutError`.
        """
        library = library_of(request)
        try:
            response = self.service.handle(_to_service(request, request.read()))
        except NoResponseError as error:
            raise _to_httpx_error(error, library) from error
        return _to_httpx(response, library)


class AsyncLocalTransport(_ServiceOwner, httpx.AsyncBaseTransport):
    """The same for async clients, under asyncio and trio.

    The service works on a thread, so the event loop goes on while it waits for a disk or a model. A
    request that is cancelled ends at once; as behind a real connection, the service finishes it.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let the service respond to a request; raises what `LocalTransport` raises."""
        body, library = await request.aread(), library_of(request)
        # A client that only reads lets others run, and can be cancelled.
        await checkpoint()
        try:
            response = await handle_request(self.service, _to_service(request, body))
        except NoResponseError as error:
            raise _to_httpx_error(error, library) from error
        return _to_httpx(response, library)

    async def aclose(self) -> None:
        """Close the service, if `close_service` is set."""
        self.close()


class _Stream(StreamReader):
    """A streamed body for clients of both kinds."""

    def __init__(
        self, body: Iterator[bytes], abort: Callable[[], None] | None, library: Any
    ) -> None:
        super().__init__(body, abort)
        self._library = library

    def __next__(self) -> bytes:
        try:
            return super().__next__()
        except NoResponseError as error:
            raise _to_httpx_error(error, self._library) from error

    async def aclose(self) -> None:
        # No await in here: this also runs while a task is being cancelled.
        self.close()


def _to_service(request: httpx.Request, body: bytes) -> ServiceRequest:
    path, _, query = request.url.raw_path.partition(b"?")
    return ServiceRequest(
        request.method,
        path.decode("ascii").removeprefix(PREFIX),
        to_query(query),
        to_headers(request.headers.raw),
        body,
    )


def _to_httpx(response: ServiceResponse, library: Any) -> httpx.Response:
    status, headers, body = response.status, response.headers, response.body
    extensions = {"http_version": b"HTTP/1.1"}
    # The response of a fault may lack its length, which httpx adds to `content`.
    if library is httpx and isinstance(body, bytes) and "content-length" in dict(headers):
        lines = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
        return WholeResponse(status, lines, body, extensions)
    content: dict[str, Any] = {"content": body}
    if not isinstance(body, bytes):
        content = {"stream": as_byte_stream(_Stream, library)(body, response.abort, library)}
    made: httpx.Response = library.Response(
        status, headers=headers, extensions=extensions, **content
    )
    return made


def _to_httpx_error(error: Exception, library: Any) -> Exception:
    lost = isinstance(error, ConnectionLostError)
    made: Exception = (library.RemoteProtocolError if lost else library.ReadTimeout)(str(error))
    return made
