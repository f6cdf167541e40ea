"""HTTP/1.1 by the standard library's `http.client`: what the sync connection pool sends with.

It does for a call what httpcore's connection does with h11, and a GET takes an eighth less time
(`make bench ONLY=get`). It cannot take the whole job: it has no deadline for a reply as a whole,
and cannot be interrupted. Therefore it reads and writes through the pool's network streams, which
can do both, and holds no socket of its own.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, RemoteDisconnected
from typing import TYPE_CHECKING, Any, NamedTuple

import httpcore

if TYPE_CHECKING:
    import ssl

    import httpx

_CHUNK = 65536


class Reply(NamedTuple):
    """The head of a reply, with the names of `httpcore.Response`, and the body to come."""

    status: int
    headers: list[tuple[bytes, bytes]]
    stream: _Body
    extensions: dict[str, Any]


class StdlibConnection:
    """One connection, with the methods of `CoreConnection` that the pool uses."""

    def __init__(
        self,
        *,
        origin: httpcore.Origin,
        ssl_context: ssl.SSLContext | None,
        keepalive_expiry: float,
        network_backend: httpcore.NetworkBackend,
    ) -> None:
        self._origin = origin
        self._ssl_context = ssl_context
        self._expiry = keepalive_expiry
        self._backend = network_backend
        self._http = HTTPConnection("unused")
        self._wire: _Wire | None = None
        self._expires = 0.0
        self._busy = True
        self._closed = False

    def is_idle(self) -> bool:
        """Can it take a request?"""
        return not self._busy and not self._closed

    def is_closed(self) -> bool:
        return self._closed

    def has_expired(self) -> bool:
        """Has it been idle too long, or has the peer closed it (or said something unasked)?"""
        wire = self._wire
        return time.monotonic() > self._expires or wire is None or wire.speaks()

    def close(self) -> None:
        self._closed = True
        if self._wire is not None:
            self._wire.stream.close()

    def send(self, request: httpx.Request) -> Reply:
        """Send a request and read the head of its reply.

        Raises:
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError: after which
                the connection is closed.
        """
        self._busy = True
        extensions = request.extensions
        timeouts: dict[str, float | None] = extensions.get("timeout", {})
        try:
            wire = self._wire
            if wire is None:
                wire = self._wire = _Wire(self._connect(extensions, timeouts.get("connect")))
                # The documented way to give http.client a connection that somebody else opened.
                self._http.sock = wire  # pyright: ignore[reportAttributeAccessIssue]
            wire.stalled = False
            wire.timeout = timeouts.get("read")
            self._send(request)
            wire.write_out(timeouts.get("write"))
            reply = self._read_head(wire)
        except HTTPException as error:
            self.close()
            raise _broken(error) from error
        except ValueError as error:
            # http.client's word for a request that would not be HTTP.
            self.close()
            raise httpcore.LocalProtocolError(str(error)) from error
        except BaseException:
            self.close()
            raise
        return Reply(
            status=reply.status,
            headers=[(n.encode("latin-1"), v.encode("latin-1")) for n, v in reply.getheaders()],
            stream=_Body(reply, self),
            extensions={
                "http_version": b"HTTP/1.1" if reply.version == 11 else b"HTTP/1.0",
                "reason_phrase": reply.reason.encode("latin-1"),
                "network_stream": wire.stream,
            },
        )

    def _connect(self, extensions: dict[str, Any], timeout: float | None) -> httpcore.NetworkStream:
        origin = self._origin
        host = origin.host.decode("ascii")
        stream = self._backend.connect_tcp(host, origin.port, timeout)
        if self._ssl_context is None:
            return stream
        self._ssl_context.set_alpn_protocols(["http/1.1"])
        name = extensions.get("sni_hostname") or host
        return stream.start_tls(self._ssl_context, name, timeout)

    def _send(self, request: httpx.Request) -> None:
        http = self._http
        http.putrequest(
            request.method,
            request.url.raw_path.decode("ascii"),
            skip_host=True,
            skip_accept_encoding=True,
        )
        body = request.read()
        for name, value in request.headers.raw:
            # The body is here as a whole, so there is no need to send it in chunks.
            if name.lower() == b"transfer-encoding":
                name, value = b"Content-Length", str(len(body)).encode()
            http.putheader(name, value)
        http.endheaders(body or None)

    def _read_head(self, wire: _Wire) -> HTTPResponse:
        reply = self._http.getresponse()
        # It skips 100 by itself, but not 103.
        while 100 <= reply.status < 200 and reply.status != 101:
            reply = HTTPResponse(wire, method=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            reply.begin()
        if wire.ended:
            # To http.client the end of the connection is as good as the end of the head.
            raise RemoteDisconnected("the connection ended in the head of the reply")
        return reply

    def finish(self, reply: HTTPResponse, *, complete: bool) -> None:
        """The reply has been read, or is given up."""
        reply.close()
        if not complete or reply.will_close or self._wire is None or self._wire.stall():
            self.close()
            return
        self._expires = time.monotonic() + self._expiry
        self._busy = False


class _Body:
    """The body of a reply, in the pieces that come."""

    def __init__(self, reply: HTTPResponse, connection: StdlibConnection) -> None:
        self._reply = reply
        self._connection = connection
        self._complete = False
        self._finished = False

    def __iter__(self) -> Iterator[bytes]:
        reply = self._reply
        # read1 takes the end of the connection for the end of the body, whatever was announced.
        left = reply.length
        try:
            while left != 0:
                chunk = reply.read1(_CHUNK if left is None else min(left, _CHUNK))
                if not chunk:
                    break
                if left is not None:
                    left -= len(chunk)
                yield chunk
        except HTTPException as error:
            raise _broken(error) from error
        if left:
            raise httpcore.RemoteProtocolError(f"the connection ended {left} bytes too early")
        self._complete = True

    def close(self) -> None:
        if not self._finished:
            self._finished = True
            self._connection.finish(self._reply, complete=self._complete)


class _Wire(io.RawIOBase):
    """What http.client takes for a socket: a network stream of the pool.

    Attributes:
        timeout: seconds for one read.
        ended: has the peer closed the connection?
        stalled: no reply is expected now, so that reading would be wrong.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self.stream = stream
        self.timeout: float | None = None
        self.ended = False
        self.stalled = False
        self._reader = _Reader(self, _CHUNK)
        self._unsent: list[bytes] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.stalled:
            return None
        data = self.stream.read(len(buffer), self.timeout)
        self.ended = not data
        buffer[: len(data)] = data
        return len(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return self._reader

    def sendall(self, data: bytes) -> None:
        self._unsent.append(data)

    def write_out(self, timeout: float | None) -> None:
        """Write head and body, which http.client hands over one by one, in one go."""
        data, self._unsent = b"".join(self._unsent), []
        if data:
            self.stream.write(data, timeout)

    def stall(self) -> bool:
        """Expect nothing more; True if there is more nevertheless."""
        self.stalled = True
        return bool(self._reader.peek(1))

    def speaks(self) -> bool:
        return bool(self.stream.get_extra_info("is_readable"))

    def close(self) -> None:
        """http.client closes what the connection still needs; `StdlibConnection` closes it."""


class _Reader(io.BufferedReader):
    def close(self) -> None:
        """One reply ends; what has been read ahead belongs to the next."""


def _broken(error: HTTPException) -> httpcore.RemoteProtocolError:
    return httpcore.RemoteProtocolError(str(error) or type(error).__name__)
