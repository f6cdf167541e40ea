"""The connections to the service, kept in a way that stays fast with hundreds at once.

httpcore's own pool looks at every connection, several times and with a system call each, whenever
a request begins or ends: with 100 connections that halves the throughput of httpx, and with 500 it
gets worse. This pool takes the connection that became free last, and looks at that one only.

HTTP/1.1 and TLS are httpcore's. What is added to them: an attempt as a whole has a deadline, it can
be interrupted from another thread, and it is known whether any byte of the request was written.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import httpcore
import httpx

from .._request.request import ATTEMPT, Attempt
from .._transport.concurrency_async import Event, current_loop, wait_for
from .._transport.environment import tls_context
from .._transport.transport_errors import to_httpx_error
from .._transport.whole_response import WholeResponse

if TYPE_CHECKING:
    import ssl

Origin: TypeAlias = tuple[bytes, bytes, int | None]
"""Scheme, host and port; None is the scheme's own port."""

# AnyIOBackend works under asyncio and trio alike.
_NETWORK = cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend())
_PORTS = {b"http": 80, b"https": 443}


class AsyncConnectionPool(httpx.AsyncBaseTransport):
    """An httpx transport whose connections are used again.

    Args:
        max_connections: More requests than this wait, in order, for as long as their pool timeout.
        keepalive_expiry: Seconds after which an unused connection is closed. Short, because a
            request on a connection that the service closes at that moment is lost.
    """

    def __init__(self, *, max_connections: int = 1000, keepalive_expiry: float = 5.0) -> None:
        self._max = max_connections
        self._expiry = keepalive_expiry
        # Reentrant, because the garbage collector may run `forget` while this thread holds it.
        self._lock = threading.RLock()
        self._free: dict[Origin, deque[AsyncPooledConnection]] = {}
        self._in_use: set[AsyncPooledConnection] = set()
        self._waiting: deque[_Waiter] = deque()
        # Places that are taken: connections in use, free ones, and those about to be opened.
        self._open = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Closing the response, or reading it, gives its connection back."""
        attempt: Attempt = request.extensions.get(ATTEMPT) or Attempt()
        url = request.url
        pooled = await self._take((url.raw_scheme, url.raw_host, url.port), request, attempt)
        try:
            core: Any = await pooled.send(request, attempt)
            if not attempt.whole:
                stream = _Body(core, self, pooled)
                return httpx.Response(
                    core.status, headers=core.headers, stream=stream, extensions=core.extensions
                )
            content: bytes = await core.aread()
            await core.aclose()
        except BaseException as error:
            await self.release(pooled)
            if isinstance(error, Exception):
                raise to_httpx_error(error) from error
            raise
        await self.release(pooled)
        return WholeResponse(core.status, core.headers, content, core.extensions)

    async def _take(
        self, origin: Origin, request: httpx.Request, attempt: Attempt
    ) -> AsyncPooledConnection:
        """Return a connection for a request, which is in use from now on.

        1. One to the origin is free: the one used last, unless it has expired.
        2. None is free, and fewer than the maximum are open: a new one. At the maximum, a free one
           to another origin is closed to make room.
        3. All are in use: wait in the queue for the next that is released, or for its place.
        """
        loop = current_loop()
        waiter: _Waiter | None = None
        with self._lock:
            # Case 1.
            pooled, stale = self._pop_free(origin, loop)
            if pooled is None:
                if self._open >= self._max and any(self._free.values()):
                    self._open -= 1
                    stale.append(next(filter(None, self._free.values())).popleft())
                if self._open < self._max:
                    # Case 2: the place is taken now, and connected to outside the lock.
                    self._open += 1
                else:
                    # Case 3.
                    waiter = _Waiter()
                    self._waiting.append(waiter)
        for old in stale:
            await old.end(loop)
        if waiter is not None:
            pooled = await self._wait(waiter, request, attempt)
            # It may lead elsewhere, or have ended while it waited: its place is what counts.
            if pooled is not None and (pooled.origin != origin or not pooled.usable(loop)):
                await pooled.end(loop)
                pooled = None
        if pooled is None:
            tls = self._ssl if origin[0] == b"https" else None
            pooled = AsyncPooledConnection(origin, loop, tls, self._expiry)
        with self._lock:
            self._in_use.add(pooled)
        return pooled

    def _pop_free(
        self, origin: Origin, loop: object
    ) -> tuple[AsyncPooledConnection | None, list[AsyncPooledConnection]]:
        """Remove the free connection used last, and those that turn out to have expired."""
        stale: list[AsyncPooledConnection] = []
        free = self._free.get(origin)
        while free:
            # The one used last is the least likely to have expired, and lets the others do so.
            pooled = free.pop()
            if pooled.usable(loop):
                break
            stale.append(pooled)
        else:
            pooled = None
        # One look a request at the other end, so that a pool that has shrunk lets go of the rest.
        if free and not free[0].usable(loop):
            stale.append(free.popleft())
        self._open -= len(stale)
        return pooled, stale

    async def _wait(
        self, waiter: _Waiter, request: httpx.Request, attempt: Attempt
    ) -> AsyncPooledConnection | None:
        """Wait for a place; returns the connection that has it, or None if it is to be opened.

        Raises:
            httpx.PoolTimeout: All connections stayed in use.
        """
        timeout = request.extensions.get("timeout", {}).get("pool")
        try:
            await wait_for(waiter.event, attempt.left(timeout))
        except BaseException:
            with self._lock:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
                else:
                    # It was served while it was being cancelled.
                    self._hand_over(waiter.pooled)
            raise
        with self._lock:
            # It may have been served since the time ran out.
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                raise httpx.PoolTimeout(f"all {self._max} connections were busy", request=request)
        return waiter.pooled

    def _hand_over(self, pooled: AsyncPooledConnection | None) -> None:
        """Give a place, with its connection or to open one, to the request that waits longest."""
        if self._waiting:
            waiter = self._waiting.popleft()
            waiter.pooled = pooled
            waiter.event.set()
        elif pooled is not None:
            self._free.setdefault(pooled.origin, deque()).append(pooled)
        else:
            self._open -= 1

    @cached_property
    def _ssl(self) -> ssl.SSLContext:
        # Late, because it reads all certificates: 20 ms that plain http need not spend.
        return tls_context("http/1.1")

    async def release(self, pooled: AsyncPooledConnection) -> None:
        """Accept a connection whose response was read or given up, or that failed."""
        idle = pooled.is_idle()
        with self._lock:
            self._in_use.discard(pooled)
            self._hand_over(pooled if idle else None)
        if not idle:
            await pooled.aclose()

    def forget(self, pooled: AsyncPooledConnection) -> None:
        """End a connection whose response was dropped without being closed, and free its place.

        Under asyncio it ends when it is collected: no socket can be had there to shut down.
        """
        pooled.attempt.interrupt()
        with self._lock:
            self._in_use.discard(pooled)
            self._hand_over(None)

    async def aclose(self) -> None:
        """Close all connections; the requests that are under way fail."""
        with self._lock:
            free = [pooled for connections in self._free.values() for pooled in connections]
            in_use = list(self._in_use)
            self._free.clear()
            self._open = len(in_use)
        for pooled in in_use:
            # Closing a socket does not wake the thread that reads from it.
            pooled.attempt.interrupt()
        loop = current_loop() if free or in_use else None
        for pooled in free + in_use:
            await pooled.end(loop)


@dataclass(eq=False, repr=False)
class AsyncPooledConnection(httpcore.AsyncNetworkStream):
    """One connection: httpcore's HTTP/1.1, on a network stream that heeds an attempt's deadline."""

    origin: Origin
    loop: object
    ssl_context: ssl.SSLContext | None
    expiry: float
    # The one that it works for, or worked for last.
    attempt: Attempt = field(default_factory=Attempt, init=False)
    # An `AsyncNetworkStream` once it is connected.
    _stream: Any = field(default=None, init=False)
    _http: httpcore.AsyncHTTP11Connection | None = field(default=None, init=False)

    def is_idle(self) -> bool:
        """Return whether it could take a request, as far as it is known without a system call."""
        return self._http is not None and self._http.is_idle()

    def usable(self, loop: object) -> bool:
        """Return whether a request from this event loop can be sent on it."""
        http = self._http
        return self.loop is loop and bool(http and http.is_idle() and not http.has_expired())

    async def send(self, request: httpx.Request, attempt: Attempt) -> httpcore.Response:
        """Send a request, connecting first if need be, and read the head of its response.

        Raises:
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError: After which
                the connection is of no more use.
        """
        self.attempt = attempt
        # A request that follows a redirect belongs to an attempt that has been sent already.
        attempt.sent = bool(attempt.sent)
        if self._stream is not None:
            attempt.use(self._stream)
        scheme, host, port = self.origin
        core = httpcore.Request(
            request.method,
            httpcore.URL(scheme=scheme, host=host, port=port, target=request.url.raw_path),
            content=request.stream,
            extensions=request.extensions,
        )
        # The constructor would look at each name and value once more.
        core.headers = request.headers.raw
        http = self._http or await self._connect(request)
        return await http.handle_async_request(core)

    async def _connect(self, request: httpx.Request) -> httpcore.AsyncHTTP11Connection:
        attempt = self.attempt
        timeout = request.extensions.get("timeout", {}).get("connect")
        scheme, host, port = self.origin
        name, port = host.decode("ascii"), port or _PORTS[scheme]
        stream = self._stream = await _NETWORK.connect_tcp(name, port, attempt.left(timeout))
        attempt.use(stream)
        if self.ssl_context is not None:
            name = request.extensions.get("sni_hostname") or name
            left = attempt.left(timeout)
            stream = self._stream = await stream.start_tls(self.ssl_context, name, left)
            attempt.use(stream)
        self._http = httpcore.AsyncHTTP11Connection(
            httpcore.Origin(scheme, host, port), self, self.expiry
        )
        return self._http

    # The network stream that httpcore uses: each step ends by the deadline of the attempt.

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return cast(bytes, await self._stream.read(max_bytes, self.attempt.left(timeout)))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # httpcore writes an empty body, and the end of any body, as nothing.
        if buffer:
            self.attempt.sent = True
            await self._stream.write(buffer, self.attempt.left(timeout))

    async def aclose(self) -> None:
        if self._stream is not None:
            await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    async def end(self, loop: object) -> None:
        """Close it, unless it belongs to an event loop that has ended: it went with its loop."""
        if self.loop is loop:
            await self.aclose()


class _Waiter:
    """A request in the queue. `pooled` stays None if it gets a place to open its own."""

    def __init__(self) -> None:
        self.event = Event()
        self.pooled: AsyncPooledConnection | None = None


@dataclass(eq=False, repr=False)
class _Body(httpx.AsyncByteStream):
    """The body of a response in the pieces that come; closing it gives the connection back."""

    core: httpcore.Response
    pool: AsyncConnectionPool
    pooled: AsyncPooledConnection | None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in cast(AsyncIterable[bytes], self.core.stream):
                yield chunk
        except Exception as error:
            raise to_httpx_error(error) from error

    async def aclose(self) -> None:
        pooled, self.pooled = self.pooled, None
        if pooled is not None:
            try:
                await self.core.aclose()
            finally:
                await self.pool.release(pooled)

    def __del__(self) -> None:
        if self.pooled is not None:
            self.pool.forget(self.pooled)
