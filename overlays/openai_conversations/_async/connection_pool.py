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

from .._request.attempt import EXCHANGE, Exchange
from .._transport.concurrency_async import Event, current_loop, wait_for
from .pooled_connection import AsyncCoreConnection, AsyncLane, Key, as_httpx

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
        self._free: dict[Key, deque[AsyncLane]] = {}
        self._in_use: set[AsyncLane] = set()
        self._waiting: deque[_Waiter] = deque()
        self._open = 0
        self._ssl: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = request.extensions.get(EXCHANGE)
        if exchange is None:
            exchange = Exchange()
        url = request.url
        key = (url.raw_scheme, url.raw_host, url.port)
        while True:
            lane = await self._take(key, request, exchange)
            lane.begin(exchange)
            try:
                reply: Any = await lane.connection.send(request)
            except httpcore.ConnectionNotAvailable:
                # It expired in this very moment.
                await self.release(lane)
            except BaseException as error:
                await self.release(lane)
                if isinstance(error, Exception):
                    raise as_httpx(error) from error
                raise
            else:
                break
        return httpx.Response(
            status_code=reply.status,
            headers=reply.headers,
            stream=_Body(reply.stream, self, lane),
            extensions=reply.extensions,
        )

    async def _take(self, key: Key, request: httpx.Request, exchange: Exchange) -> AsyncLane:
        loop = current_loop()
        stale: list[AsyncLane] = []
        lane: AsyncLane | None = None
        waiter: _Waiter | None = None
        with self._lock:
            free = self._free.get(key)
            while free and lane is None:
                # The one used last is the least likely to have expired, and lets the others do so.
                candidate = free.pop()
                if candidate.usable(loop):
                    lane = candidate
                else:
                    stale.append(candidate)
            if free and not free[0].usable(loop):
                stale.append(free.popleft())
            self._open -= len(stale)
            if lane is None:
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
            lane = await self._wait(waiter, request, exchange)
            if lane is not None and (lane.key != key or not lane.usable(loop)):
                await lane.close(loop)
                lane = None
        if lane is None:
            lane = self._new_lane(key, loop)
        with self._lock:
            self._in_use.add(lane)
        return lane

    async def _wait(
        self, waiter: _Waiter, request: httpx.Request, exchange: Exchange
    ) -> AsyncLane | None:
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        try:
            await wait_for(waiter.event, exchange.left(timeouts.get("pool")))
        except BaseException:
            with self._lock:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
                else:
                    self._hand_over(waiter.lane)
            raise
        with self._lock:
            # It may have been served since the time ran out.
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                message = f"all {self._max} connections were busy"
                raise httpx.PoolTimeout(message, request=request)
        return waiter.lane

    def _hand_over(self, lane: AsyncLane | None) -> None:
        """Give a place, with its connection or to open one, to whoever waits longest."""
        if self._waiting:
            waiter = self._waiting.popleft()
            waiter.lane = lane
            waiter.event.set()
        elif lane is not None:
            self._free.setdefault(lane.key, deque()).append(lane)
        else:
            self._open -= 1

    def _evict(self) -> Iterable[AsyncLane]:
        """Make room for another host by closing a connection that is free, if one is."""
        for free in self._free.values():
            if free:
                self._open -= 1
                return [free.popleft()]
        return ()

    def _new_lane(self, key: Key, loop: object) -> AsyncLane:
        if key[0] == b"https" and self._ssl is None:
            # Late, because it reads all certificates: 20 ms that plain http need not spend.
            self._ssl = httpx.create_ssl_context()
        return AsyncLane(key, loop, self._ssl, self._expiry, self._connection)

    async def release(self, lane: AsyncLane) -> None:
        """Take back a connection whose reply was read or given up, or that failed."""
        idle = lane.connection.is_idle()
        with self._lock:
            self._in_use.discard(lane)
            self._hand_over(lane if idle else None)
        if not idle and not lane.connection.is_closed():
            await lane.connection.aclose()

    def forget(self, lane: AsyncLane) -> None:
        """End a connection whose reply was dropped without being closed, and give back its place.

        Under asyncio it ends when it is collected itself: its sockets are not ours to shut down.
        """
        lane.exchange.interrupt()
        with self._lock:
            self._in_use.discard(lane)
            self._hand_over(None)

    async def aclose(self) -> None:
        with self._lock:
            lanes = [lane for free in self._free.values() for lane in free] + list(self._in_use)
            for lane in self._in_use:
                # Closing a socket does not wake the thread that reads from it.
                lane.exchange.interrupt()
            self._free.clear()
            self._open = len(self._in_use)
        loop = current_loop() if lanes else None
        for lane in lanes:
            await lane.close(loop)


class _Waiter:
    """A request for which no connection is left. `lane` stays None if it is to open its own."""

    __slots__ = ("event", "lane")

    def __init__(self) -> None:
        self.event = Event()
        self.lane: AsyncLane | None = None


class _Body(httpx.AsyncByteStream):
    """The body of a reply; closing it gives the connection back."""

    def __init__(self, inner: Any, pool: AsyncConnectionPool, lane: AsyncLane) -> None:
        self._inner = inner
        self._pool = pool
        self._lane: AsyncLane | None = lane

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except Exception as error:
            raise as_httpx(error) from error

    async def aclose(self) -> None:
        lane, self._lane = self._lane, None
        if lane is not None:
            try:
                await self._inner.aclose()
            finally:
                await self._pool.release(lane)

    def __del__(self) -> None:
        if self._lane is not None:
            self._pool.forget(self._lane)
