"""One connection of the pool: httpcore's, with the clock of the attempt that it works for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

import httpcore
import httpx

from .._request.attempt import Attempt

if TYPE_CHECKING:
    import ssl

# AnyIOBackend works under asyncio and trio alike.
_NETWORK = cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend())
Key = tuple[bytes, bytes, int | None]


class AsyncPooledConnection:
    """One connection, with the attempt that it works for."""

    __slots__ = ("attempt", "connection", "key", "loop", "stream")

    def __init__(
        self,
        key: Key,
        loop: object,
        ssl_context: ssl.SSLContext | None,
        expiry: float,
        connection: Callable[..., Any],
    ) -> None:
        self.key = key
        self.loop = loop
        self.attempt = Attempt()
        self.stream: httpcore.AsyncNetworkStream | None = None
        scheme, host, port = key
        self.connection = connection(
            origin=httpcore.Origin(scheme, host, port or (443 if scheme == b"https" else 80)),
            ssl_context=ssl_context if scheme == b"https" else None,
            keepalive_expiry=expiry,
            network_backend=_Backend(self),
        )

    def usable(self, loop: object) -> bool:
        return self.loop is loop and self.connection.is_idle() and not self.connection.has_expired()

    def begin(self, attempt: Attempt) -> None:
        self.attempt = attempt
        # A request that follows a redirect belongs to an attempt that has been sent already.
        attempt.sent = bool(attempt.sent)
        attempt.stream = self.stream
        if attempt.interrupted:
            attempt.interrupt()

    async def close(self, loop: object) -> None:
        # A connection of an event loop that has ended cannot be closed; it went with its loop.
        if self.loop is loop:
            await self.connection.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    """Opens the connection of a pooled, and puts the pooled's clock into it."""

    def __init__(self, pooled: AsyncPooledConnection) -> None:
        self._lane = pooled

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        pooled = self._lane
        stream = await _NETWORK.connect_tcp(
            host, port, pooled.attempt.left(timeout), local_address, socket_options
        )
        return _Stream(stream, pooled)


class _Stream(httpcore.AsyncNetworkStream):
    """The network stream of a pooled: each step ends by the deadline of the attempt."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, pooled: AsyncPooledConnection) -> None:
        self._inner = inner
        self._lane = pooled
        pooled.stream = pooled.attempt.stream = inner
        if pooled.attempt.interrupted:
            pooled.attempt.interrupt()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, self._lane.attempt.left(timeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        attempt = self._lane.attempt
        attempt.sent = True
        await self._inner.write(buffer, attempt.left(timeout))

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        attempt = self._lane.attempt
        inner = await self._inner.start_tls(ssl_context, server_hostname, attempt.left(timeout))
        return _Stream(inner, self._lane)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AsyncCoreConnection(httpcore.AsyncHTTPConnection):
    """httpcore's connection, for a request of httpx."""

    def send(self, request: httpx.Request) -> Awaitable[httpcore.Response]:
        """Send a request and read the head of its reply.

        Raises:
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError: after which
                the connection is closed.
            httpcore.ConnectionNotAvailable: it has just expired.
        """
        url = request.url
        core_request = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        return self.handle_async_request(core_request)


def as_httpx(error: Exception) -> Exception:
    """The httpx error of the same name, which is what callers of a transport expect."""
    for cls in type(error).__mro__:
        if cls.__module__.startswith("httpcore"):
            found = getattr(httpx, cls.__name__, None)
            if found is not None:
                mapped: Exception = found(str(error))
                return mapped
    return error
