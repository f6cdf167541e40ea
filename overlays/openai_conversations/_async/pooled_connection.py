"""One connection of the pool, and the body of a response that comes on it in pieces.

HTTP/1.1 and TLS are httpcore's. What is added to them: an attempt as a whole has a deadline, it can
be interrupted from another thread, and it is known whether any byte of the request was written.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import httpcore
import httpx

from .._request.request import Attempt
from .._transport.concurrency_async import PIECE, connect_tcp, listening
from .._transport.transport_errors import to_httpx_error

if TYPE_CHECKING:
    import ssl

Origin: TypeAlias = tuple[bytes, bytes, int | None]
"""Scheme, host and port; None is the scheme's own port."""

_PORTS = {b"http": 80, b"https": 443}


@dataclass(eq=False, repr=False)
class AsyncPooledConnection(httpcore.AsyncNetworkStream):
    """One connection: httpcore's HTTP/1.1, on a network stream that heeds an attempt's deadline.

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
    # An `AsyncNetworkStream` once it is connected.
    stream: Any = field(default=None, init=False)
    http: httpcore.AsyncHTTP11Connection | None = field(default=None, init=False)
    # What came while a request was being written.
    _early: deque[bytes] = field(default_factory=deque[bytes], init=False)

    def usable(self, loop: object) -> bool:
        """Return whether a request from this event loop can be sent on it."""
        http = self.http
        return self.loop is loop and bool(http and http.is_idle() and not http.has_expired())

    async def send(self, request: httpx.Request, attempt: Attempt) -> httpcore.Response:
        """Send a request, connecting first if need be, and read the head of its response.

        Raises:
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError: After which
                the connection is of no more use.
        """
        self.attempt = attempt
        if self.stream is not None:
            attempt.use(self.stream)
        scheme, host, port = self.origin
        core = httpcore.Request(
            request.method,
            httpcore.URL(scheme=scheme, host=host, port=port, target=request.url.raw_path),
            content=request.stream,
            extensions=request.extensions,
        )
        # The constructor would look at each name and value once more.
        core.headers = request.headers.raw
        if self.http is None:
            await self.connect(request)
            self.http = httpcore.AsyncHTTP11Connection(core.url.origin, self, self.expiry)
        return await self.http.handle_async_request(core)

    async def connect(self, request: httpx.Request) -> None:
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
        self.stream = await connect_tcp(name, port or _PORTS[scheme], left)
        self.attempt.use(self.stream)
        if tls is not None:
            name = request.extensions.get("sni_hostname") or name
            self.stream = await self.stream.start_tls(tls, name, left())
            self.attempt.use(self.stream)

    # The network stream that httpcore uses: each step ends by the deadline of the attempt.

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._early:
            return self._early.popleft()
        left = self.attempt.left(timeout, httpcore.ReadTimeout)
        return cast(bytes, await self.stream.read(max_bytes, left))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        attempt = self.attempt
        # 64 KiB fit into the buffers of a socket: writing them does not wait.
        block = nullcontext() if len(buffer) <= 65536 else listening(self.stream, self._early)
        async with block:
            # httpcore writes an empty body, and the end of any body, as nothing.
            for start in range(0, len(buffer), PIECE):
                left = attempt.left(timeout, httpcore.WriteTimeout)
                attempt.sent = True
                await self.stream.write(buffer[start : start + PIECE], left)

    async def aclose(self) -> None:
        if self.stream is not None:
            # It is gone, whatever went wrong on the way.
            with suppress(Exception):
                await self.stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


@dataclass(eq=False, repr=False)
class AsyncPooledBody(httpx.AsyncByteStream):
    """The body of a response; closing it gives its connection back.

    Attributes:
        core: The response.
        release: Gives the connection back; the argument is whether the response was closed.
        forget: Does so, in the garbage collector, if nobody has closed the body.
    """

    core: httpcore.Response
    release: Callable[[bool], Awaitable[None]]
    forget: Callable[[], None]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in cast(AsyncIterable[bytes], self.core.stream):
                yield chunk
        except Exception as error:
            raise (failure := to_httpx_error(error)) from failure.__cause__

    async def aclose(self) -> None:
        closed = False
        try:
            await self.core.aclose()
            closed = True
        finally:
            await self.release(closed)

    def __del__(self) -> None:
        self.forget()
