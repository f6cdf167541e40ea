"""The connections to the service, kept in a way that stays fast with hundreds at once.

httpcore's own pool looks at every connection, several times and with a system call each, whenever
a request begins or ends; with 100 connections that halves the throughput of httpx and with 500 it
gets worse. This one takes the connection that was free last, and looks at that one only.

The connections themselves (HTTP/1.1, TLS, time-outs of each step) are httpcore's. What is added to
them: an attempt as a whole has a deadline, it can be interrupted from another thread, and it is
known whether any byte of the request has been written.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from .._request.attempt import ATTEMPT, Attempt
from .._transport.concurrency_async import Event, current_loop, wait_for
from .pooled_connection import AsyncCoreConnection, AsyncPooledConnection, Key, as_httpx

if TYPE_CHECKING:
    import ssl


class AsyncConnectionPool(httpx.AsyncBaseTransport):
    """An httpx transport: at most `max_connections` at once, further requests wait in order."""

    def __init__(
        self,
        *,
        max_connections: int = 1000,
        keepalive_expiry: float = 5.0,
        connection: Callable[..., Any] = AsyncCoreConnection,
    ) -> None:
        """
        Args:
            max_connections: more requests than this wait for as long as their pool time-out.
            keepalive_expiry: seconds after which an unused connection is closed. Short, because a
                request on a connection that the service closes at that moment is lost.
            connection: makes a connection; takes the arguments of the class that is the default.
        """
        self._connection = connection
        self._max = max_connections
        self._expiry = keepalive_expiry
        # Reentrant, because `forget` runs when the garbage collector likes.
        self._lock = threading.RLock()
        self._free: dict[Key, deque[AsyncPooledConnection]] = {}
        self._in_use: set[AsyncPooledConnection] = set()
        self._waiting: deque[_Waiter] = deque()
        self._open = 0
        self._ssl: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        attempt = request.extensions.get(ATTEMPT)
        if attempt is None:
            attempt = Attempt()
        url = request.url
        key = (url.raw_scheme, url.raw_host, url.port)
        while True:
            pooled = await self._take(key, request, attempt)
            pooled.begin(attempt)
            try:
                reply: Any = await pooled.connection.send(request)
            except httpcore.ConnectionNotAvailable:
                # It expired in this very moment.
                await self.release(pooled)
            except BaseException as error:
                await self.release(pooled)
                if isinstance(error, Exception):
                    raise as_httpx(error) from error
                raise
            else:
                break
        return httpx.Response(
            status_code=reply.status,
            headers=reply.headers,
            stream=_Body(reply.stream, self, pooled),
            extensions=reply.extensions,
        )

    async def _take(
        self, key: Key, request: httpx.Request, attempt: Attempt
    ) -> AsyncPooledConnection:
        loop = current_loop()
        stale: list[AsyncPooledConnection] = []
        pooled: AsyncPooledConnection | None = None
        waiter: _Waiter | None = None
        with self._lock:
            free = self._free.get(key)
            while free and pooled is None:
                # The one used last is the least likely to have expired, and lets the others do so.
                candidate = free.pop()
                if candidate.usable(loop):
                    pooled = candidate
                else:
                    stale.append(candidate)
            if free and not free[0].usable(loop):
                stale.append(free.popleft())
            self._open -= len(stale)
            if pooled is None:
                if self._open >= self._max:
                    stale.extend(self._evict())
                if self._open < self._max:
                    self._open += 1
                else:
                    waiter = _Waiter()
                    self._waiting.append(waiter)
        for old in stale:
            await old.close(loop)
        if waiter is not None:
            pooled = await self._wait(waiter, request, attempt)
            if pooled is not None and (pooled.key != key or not pooled.usable(loop)):
                await pooled.close(loop)
                pooled = None
        if pooled is None:
            pooled = self._new_lane(key, loop)
        with self._lock:
            self._in_use.add(pooled)
        return pooled

    async def _wait(
        self, waiter: _Waiter, request: httpx.Request, attempt: Attempt
    ) -> AsyncPooledConnection | None:
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        try:
            await wait_for(waiter.event, attempt.left(timeouts.get("pool")))
        except BaseException:
            with self._lock:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
                else:
                    self._hand_over(waiter.pooled)
            raise
        with self._lock:
            # It may have been served since the time ran out.
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                message = f"all {self._max} connections were busy"
                raise httpx.PoolTimeout(message, request=request)
        return waiter.pooled

    def _hand_over(self, pooled: AsyncPooledConnection | None) -> None:
        """Give a place, with its connection or to open one, to whoever waits longest."""
        if self._waiting:
            waiter = self._waiting.popleft()
            waiter.pooled = pooled
            waiter.event.set()
        elif pooled is not None:
            self._free.setdefault(pooled.key, deque()).append(pooled)
        else:
            self._open -= 1

    def _evict(self) -> Iterable[AsyncPooledConnection]:
        """Make room for another host by closing a connection that is free, if one is."""
        for free in self._free.values():
            if free:
                self._open -= 1
                return [free.popleft()]
        return ()

    def _new_lane(self, key: Key, loop: object) -> AsyncPooledConnection:
        if key[0] == b"https" and self._ssl is None:
            # Late, because it reads all certificates: 20 ms that plain http need not spend.
            self._ssl = httpx.create_ssl_context()
        return AsyncPooledConnection(key, loop, self._ssl, self._expiry, self._connection)

    async def release(self, pooled: AsyncPooledConnection) -> None:
        """Take back a connection whose reply was read or given up, or that failed."""
        idle = pooled.connection.is_idle()
        with self._lock:
            self._in_use.discard(pooled)
            self._hand_over(pooled if idle else None)
        if not idle and not pooled.connection.is_closed():
            await pooled.connection.aclose()

    def forget(self, pooled: AsyncPooledConnection) -> None:
        """End a connection whose reply was dropped without being closed, and give back its place.

        Under asyncio it ends when it is collected itself: its sockets are not ours to shut down.
        """
        pooled.attempt.interrupt()
        with self._lock:
            self._in_use.discard(pooled)
            self._hand_over(None)

    async def aclose(self) -> None:
        with self._lock:
            lanes = [pooled for free in self._free.values() for pooled in free] + list(self._in_use)
            for pooled in self._in_use:
                # Closing a socket does not wake the thread that reads from it.
                pooled.attempt.interrupt()
            self._free.clear()
            self._open = len(self._in_use)
        loop = current_loop() if lanes else None
        for pooled in lanes:
            await pooled.close(loop)


class _Waiter:
    """A request for which no connection is left. `pooled` stays None if it is to open its own."""

    __slots__ = ("event", "pooled")

    def __init__(self) -> None:
        self.event = Event()
        self.pooled: AsyncPooledConnection | None = None


class _Body(httpx.AsyncByteStream):
    """The body of a reply; closing it gives the connection back."""

    def __init__(
        self, inner: Any, pool: AsyncConnectionPool, pooled: AsyncPooledConnection
    ) -> None:
        self._inner = inner
        self._pool = pool
        self._lane: AsyncPooledConnection | None = pooled

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except Exception as error:
            raise as_httpx(error) from error

    async def aclose(self) -> None:
        pooled, self._lane = self._lane, None
        if pooled is not None:
            try:
                await self._inner.aclose()
            finally:
                await self._pool.release(pooled)

    def __del__(self) -> None:
        if self._lane is not None:
            self._pool.forget(self._lane)
