# Made from _async/connection_pool.py by tools/unasync. Do not edit.
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
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from .._request.attempt import EXCHANGE, Exchange
from .._transport.concurrency_sync import Event, current_loop, wait_for
from .pooled_connection import CoreConnection, Key, Lane, as_httpx

if TYPE_CHECKING:
    import ssl


class ConnectionPool(httpx.BaseTransport):
    """An httpx transport: at most `max_connections` at once, further requests wait in order."""

    def __init__(
        self,
        *,
        max_connections: int = 1000,
        keepalive_expiry: float = 5.0,
        connection: Callable[..., Any] = CoreConnection,
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
        self._free: dict[Key, deque[Lane]] = {}
        self._in_use: set[Lane] = set()
        self._waiting: deque[_Waiter] = deque()
        self._open = 0
        self._ssl: ssl.SSLContext | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = request.extensions.get(EXCHANGE)
        if exchange is None:
            exchange = Exchange()
        url = request.url
        key = (url.raw_scheme, url.raw_host, url.port)
        while True:
            lane = self._take(key, request, exchange)
            lane.begin(exchange)
            try:
                reply: Any = lane.connection.send(request)
            except httpcore.ConnectionNotAvailable:
                # It expired in this very moment.
                self.release(lane)
            except BaseException as error:
                self.release(lane)
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

    def _take(self, key: Key, request: httpx.Request, exchange: Exchange) -> Lane:
        loop = current_loop()
        stale: list[Lane] = []
        lane: Lane | None = None
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
            old.close(loop)
        if waiter is not None:
            lane = self._wait(waiter, request, exchange)
            if lane is not None and (lane.key != key or not lane.usable(loop)):
                lane.close(loop)
                lane = None
        if lane is None:
            lane = self._new_lane(key, loop)
        with self._lock:
            self._in_use.add(lane)
        return lane

    def _wait(
        self, waiter: _Waiter, request: httpx.Request, exchange: Exchange
    ) -> Lane | None:
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        try:
            wait_for(waiter.event, exchange.left(timeouts.get("pool")))
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

    def _hand_over(self, lane: Lane | None) -> None:
        """Give a place, with its connection or to open one, to whoever waits longest."""
        if self._waiting:
            waiter = self._waiting.popleft()
            waiter.lane = lane
            waiter.event.set()
        elif lane is not None:
            self._free.setdefault(lane.key, deque()).append(lane)
        else:
            self._open -= 1

    def _evict(self) -> Iterable[Lane]:
        """Make room for another host by closing a connection that is free, if one is."""
        for free in self._free.values():
            if free:
                self._open -= 1
                return [free.popleft()]
        return ()

    def _new_lane(self, key: Key, loop: object) -> Lane:
        if key[0] == b"https" and self._ssl is None:
            # Late, because it reads all certificates: 20 ms that plain http need not spend.
            self._ssl = httpx.create_ssl_context()
        return Lane(key, loop, self._ssl, self._expiry, self._connection)

    def release(self, lane: Lane) -> None:
        """Take back a connection whose reply was read or given up, or that failed."""
        idle = lane.connection.is_idle()
        with self._lock:
            self._in_use.discard(lane)
            self._hand_over(lane if idle else None)
        if not idle and not lane.connection.is_closed():
            lane.connection.close()

    def forget(self, lane: Lane) -> None:
        """End a connection whose reply was dropped without being closed, and give back its place.

        Under asyncio it ends when it is collected itself: its sockets are not ours to shut down.
        """
        lane.exchange.interrupt()
        with self._lock:
            self._in_use.discard(lane)
            self._hand_over(None)

    def close(self) -> None:
        with self._lock:
            lanes = [lane for free in self._free.values() for lane in free] + list(self._in_use)
            for lane in self._in_use:
                # Closing a socket does not wake the thread that reads from it.
                lane.exchange.interrupt()
            self._free.clear()
            self._open = len(self._in_use)
        loop = current_loop() if lanes else None
        for lane in lanes:
            lane.close(loop)


class _Waiter:
    """A request for which no connection is left. `lane` stays None if it is to open its own."""

    __slots__ = ("event", "lane")

    def __init__(self) -> None:
        self.event = Event()
        self.lane: Lane | None = None


class _Body(httpx.SyncByteStream):
    """The body of a reply; closing it gives the connection back."""

    def __init__(self, inner: Any, pool: ConnectionPool, lane: Lane) -> None:
        self._inner = inner
        self._pool = pool
        self._lane: Lane | None = lane

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._inner:
                yield chunk
        except Exception as error:
            raise as_httpx(error) from error

    def close(self) -> None:
        lane, self._lane = self._lane, None
        if lane is not None:
            try:
                self._inner.close()
            finally:
                self._pool.release(lane)

    def __del__(self) -> None:
        if self._lane is not None:
            self._pool.forget(self._lane)
