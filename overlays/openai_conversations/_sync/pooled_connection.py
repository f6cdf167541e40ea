# Made from _async/pooled_connection.py by tools/unasync. Do not edit.
"""One connection of the pool: httpcore's, with the clock of the attempt that it works for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

import httpcore
import httpx

from .._request.attempt import Exchange

if TYPE_CHECKING:
    import ssl

# SyncBackend works under asyncio and trio alike.
_NETWORK = cast(httpcore.NetworkBackend, httpcore.SyncBackend())
Key = tuple[bytes, bytes, int | None]


class Lane:
    """One connection, with the attempt that it works for."""

    __slots__ = ("connection", "exchange", "key", "loop", "stream")

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
        self.exchange = Exchange()
        self.stream: httpcore.NetworkStream | None = None
        scheme, host, port = key
        self.connection = connection(
            origin=httpcore.Origin(scheme, host, port or (443 if scheme == b"https" else 80)),
            ssl_context=ssl_context if scheme == b"https" else None,
            keepalive_expiry=expiry,
            network_backend=_Backend(self),
        )

    def usable(self, loop: object) -> bool:
        return self.loop is loop and self.connection.is_idle() and not self.connection.has_expired()

    def begin(self, exchange: Exchange) -> None:
        self.exchange = exchange
        # A request that follows a redirect belongs to an attempt that has been sent already.
        exchange.sent = bool(exchange.sent)
        exchange.stream = self.stream
        if exchange.interrupted:
            exchange.interrupt()

    def close(self, loop: object) -> None:
        # A connection of an event loop that has ended cannot be closed; it went with its loop.
        if self.loop is loop:
            self.connection.close()


class _Backend(httpcore.NetworkBackend):
    """Opens the connection of a lane, and puts the lane's clock into it."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        lane = self._lane
        stream = _NETWORK.connect_tcp(
            host, port, lane.exchange.left(timeout), local_address, socket_options
        )
        return _Stream(stream, lane)


class _Stream(httpcore.NetworkStream):
    """The network stream of a lane: each step ends by the deadline of the attempt."""

    def __init__(self, inner: httpcore.NetworkStream, lane: Lane) -> None:
        self._inner = inner
        self._lane = lane
        lane.stream = lane.exchange.stream = inner
        if lane.exchange.interrupted:
            lane.exchange.interrupt()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._lane.exchange.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        exchange = self._lane.exchange
        exchange.sent = True
        self._inner.write(buffer, exchange.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        exchange = self._lane.exchange
        inner = self._inner.start_tls(ssl_context, server_hostname, exchange.left(timeout))
        return _Stream(inner, self._lane)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class CoreConnection(httpcore.HTTPConnection):
    """httpcore's connection, for a request of httpx."""

    def send(self, request: httpx.Request) -> httpcore.Response:
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
        return self.handle_request(core_request)


def as_httpx(error: Exception) -> Exception:
    """The httpx error of the same name, which is what callers of a transport expect."""
    for cls in type(error).__mro__:
        if cls.__module__.startswith("httpcore"):
            found = getattr(httpx, cls.__name__, None)
            if found is not None:
                mapped: Exception = found(str(error))
                return mapped
    return error
