# Made from _async/pooled_connection.py by tools/unasync. Do not edit.
"""One connection of the pool, and the body of a response that comes on it in pieces.

HTTP/1.1 is h11's, and the network httpcore's. Its own connection, which would stand between them,
takes as much time as h11 does: 15 % of the row "GET". What is added: an attempt as a whole has a
deadline, it can be interrupted from another thread, and it is known whether any byte of the request
was written.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

import h11
import httpcore
import httpx

from .._request.request import Attempt
from .._transport.concurrency_sync import PIECE, connect_tcp, listening
from .._transport.transport_errors import to_httpx_error

if TYPE_CHECKING:
    import ssl

Origin: TypeAlias = tuple[bytes, bytes, int | None]
"""Scheme, host and port; None is the scheme's own port."""

_PORTS = {b"http": 80, b"https": 443}
# Bytes that fit into the buffers of a socket: writing them does not wait.
_SMALL = 65536
# Bytes of a head, as httpcore takes them.
_LONGEST_HEAD = 102_400


class Head(NamedTuple):
    """What is said of a response before its body, as `httpx.Response` takes it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    extensions: Mapping[str, Any]


def _http() -> h11.Connection:
    return h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)


@dataclass(eq=False, repr=False)
class PooledConnection:
    """One connection: h11's HTTP/1.1, on a network stream that heeds an attempt's deadline.

    Args:
        loop: The event loop that it belongs to.
        tls: Returns the settings of TLS, the same for all connections of a pool.
        expiry: Seconds after which it is closed, if it is not used.
    """

    origin: Origin
    loop: object
    tls: Callable[[], ssl.SSLContext]
    expiry: float
    # The one that it works for, or worked for last.
    attempt: Attempt = field(default_factory=Attempt, init=False)
    # An `NetworkStream` once it is connected.
    stream: Any = field(default=None, init=False)
    _http: h11.Connection = field(default_factory=_http, init=False)
    _expires: float = field(default=0.0, init=False)
    _read_timeout: float | None = field(default=None, init=False)
    # What came while a request was being written.
    _early: deque[bytes] = field(default_factory=deque[bytes], init=False)

    def usable(self, loop: object) -> bool:
        """Return whether a request from this event loop can be sent on it, while it is free."""
        if self.loop is not loop or time.monotonic() > self._expires:
            return False
        # What comes now is the end, or is not for the next request.
        return not self.stream.get_extra_info("is_readable")

    def send(self, request: httpx.Request, attempt: Attempt) -> Head:
        """Send a request, connecting first if need be, and read the head of its response.

        Raises:
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError,
            h11.ProtocolError: After which the connection is of no more use.
        """
        self.attempt = attempt
        if self.stream is None:
            self.connect(request)
        else:
            attempt.use(self.stream)
        timeouts: Mapping[str, float | None] = request.extensions.get("timeout", {})
        self._read_timeout = timeouts.get("read")
        http, content = self._http, request.read()
        target, headers = request.url.raw_path, request.headers.raw
        # In one piece: each one more is a system call.
        data = http.send(h11.Request(method=request.method, target=target, headers=headers)) or b""
        if content:
            data += http.send(h11.Data(data=content)) or b""
        data += http.send(h11.EndOfMessage()) or b""
        try:
            self.write(data, timeouts.get("write"))
        except httpcore.WriteError:
            # The service may have responded before it had read all, and closed the connection.
            http.send_failed()
        while isinstance(event := self._receive(), h11.InformationalResponse):
            if event.status_code == 101:
                break
        assert isinstance(event, h11.Response | h11.InformationalResponse)
        extensions = {
            "http_version": b"HTTP/" + event.http_version,
            "reason_phrase": event.reason,
            "network_stream": self,
        }
        return Head(event.status_code, event.headers.raw_items(), extensions)

    def _receive(self) -> object:
        """Return the next event of the response, and read as far as that takes."""
        http = self._http
        while (event := http.next_event()) is h11.NEED_DATA:
            if self._early:
                data = self._early.popleft()
            else:
                left = self.attempt.left(self._read_timeout, httpcore.ReadTimeout)
                data = cast(bytes, self.stream.read(65536, left))
            if not data and http.their_state is h11.SEND_RESPONSE:
                # h11 would not say it so plainly.
                message = "Server disconnected without sending a response."
                raise httpcore.RemoteProtocolError(message)
            http.receive_data(data)
        return event

    def receive(self) -> bytes | None:
        """Return the next piece of the body, or None at its end; raise errors as `send` does."""
        event = self._receive()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def receive_all(self) -> bytes:
        """Return the body; raise errors as `send` does."""
        pieces: list[bytes] = []
        while isinstance(event := self._receive(), h11.Data):
            pieces.append(event.data)
        return b"".join(pieces)

    def end(self) -> bool:
        """End the exchange; return whether the connection can be used for another one.

        Not if it has broken, if the request or the response was not all, or something came after
        the response: that would be taken for the response to the next request.
        """
        http = self._http
        if http.trailing_data[0] or {http.our_state, http.their_state} != {h11.DONE}:
            return False
        http.start_next_cycle()
        self._expires = time.monotonic() + self.expiry
        return True

    def connect(self, request: httpx.Request) -> None:
        """Open it: name, address, TCP and TLS, all within one connect timeout.

        Raises:
            httpcore.ConnectError: Nobody accepts, or nobody who can be trusted.
            httpcore.ConnectTimeout: It took longer than the connect timeout, or the attempt.
            InvalidArgumentError: The environment names certificates that cannot be used.
        """
        timeout = request.extensions.get("timeout", {}).get("connect")
        clock = Attempt(None if timeout is None else time.monotonic() + timeout)

        def left() -> float | None:
            late = httpcore.ConnectTimeout
            return clock.left(self.attempt.left(None, late), late)

        scheme, host, port = self.origin
        tls = self.tls() if scheme == b"https" else None
        name = host.decode("ascii")
        # Each network stream can be interrupted as soon as there is one: TCP's, and that of TLS.
        self.stream = connect_tcp(name, port or _PORTS[scheme], left)
        self.attempt.use(self.stream)
        if tls is not None:
            name = request.extensions.get("sni_hostname") or name
            self.stream = self.stream.start_tls(tls, name, left())
            self.attempt.use(self.stream)

    def write(self, data: bytes, timeout: float | None = None) -> None:
        """Write a request, within the write timeout each piece of it."""
        attempt = self.attempt
        block = nullcontext() if len(data) <= _SMALL else listening(self.stream, self._early)
        with block:
            for start in range(0, len(data), PIECE):
                left = attempt.left(timeout, httpcore.WriteTimeout)
                attempt.sent = True
                self.stream.write(data[start : start + PIECE], left)

    def close(self) -> None:
        """Close it; the next step of a request that is under way fails."""
        if self.stream is not None:
            # It is gone, whatever went wrong on the way.
            with suppress(Exception):
                self.stream.close()

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore's stream knows, such as its "socket"."""
        return self.stream.get_extra_info(info)


@dataclass(eq=False, repr=False)
class PooledBody(httpx.SyncByteStream):
    """The body of a response; closing it gives its connection back.

    Attributes:
        pooled: The connection that it comes on; None once it is closed.
        release: Gives the connection back; the argument is whether it can be used again.
        forget: Does so, in the garbage collector, if nobody has closed the body.
    """

    pooled: PooledConnection | None
    release: Callable[[bool], None]
    forget: Callable[[], None]

    def __iter__(self) -> Iterator[bytes]:
        while self.pooled is not None:
            try:
                piece = self.pooled.receive()
            except Exception as error:
                raise (failure := to_httpx_error(error)) from failure.__cause__
            if piece is None:
                return
            yield piece
        raise httpx.ReadError("the response was closed before its end")

    def close(self) -> None:
        pooled, self.pooled = self.pooled, None
        if pooled is not None:
            self.release(pooled.end())

    def __del__(self) -> None:
        self.forget()
