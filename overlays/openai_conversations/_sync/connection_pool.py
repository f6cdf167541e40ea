# Made from _async/connection_pool.py by tools/unasync. Do not edit.
"""The connections to the service, kept in a way that stays fast with hundreds at once.

httpcore's own pool looks at every connection, several times and with a system call each, whenever
a request begins or ends: with 100 connections that halves the throughput of httpx, and with 500 it
gets worse. This pool takes the connection that became free last, and looks at that one only.

What a connection is: see `pooled_connection`.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from functools import cache, partial

import httpx

from .._request.request import ATTEMPT, Attempt
from .._transport.concurrency_sync import Event, current_loop, shield
from .._transport.environment import tls_context
from .._transport.forks import close_in_child, renew_in_child
from .._transport.transport_errors import to_httpx_error
from .._transport.whole_response import WholeResponse
from .pooled_connection import Origin, PooledBody, PooledConnection


class ConnectionPool(httpx.BaseTransport):
    """An httpx transport whose connections are used again, by the process that opened them.

    Places are never counted, only looked up: `_places` has the requests that have one, `_free` the
    connections that wait for a request. Whatever ends a thread in between (Ctrl-C, a cancellation)
    leaves a request in one of them or in none, and `_settle` goes on from there.

    Args:
        max_connections: More requests than this wait, in order, for as long as their pool timeout.
        keepalive_expiry: Seconds after which an unused connection is closed. A request is lost if
            the service closes its connection at that moment; many do so after five seconds.
    """

    def __init__(self, *, max_connections: int = 1000, keepalive_expiry: float = 4.0) -> None:
        self._max = max_connections
        self._expiry = keepalive_expiry
        # Late, because it reads all certificates: 20 ms that plain http need not spend.
        self._tls = cache(partial(tls_context, "http/1.1"))
        self._begin()
        renew_in_child(self, ConnectionPool._begin_in_child)

    def _begin(self) -> None:
        # Reentrant, because the garbage collector may run `forget` while this thread holds it.
        self._lock = threading.RLock()
        self._settling = False
        self._places: set[_Place] = set()
        self._free: dict[Origin, deque[PooledConnection]] = {}
        # Notes for `_settle`: requests that want a place, and those that give theirs back.
        self._waiting: deque[_Place] = deque()
        self._done: deque[_Place] = deque()
        # To be closed outside of the lock.
        self._ended: deque[PooledConnection] = deque()

    def _begin_in_child(self) -> None:
        """Forget the connections, which are the parent's, and the requests of its threads."""
        for pooled in self._connections():
            close_in_child(pooled.stream)
        self._begin()

    def _connections(self) -> list[PooledConnection]:
        in_use = [place.pooled for place in list(self._places) if place.pooled is not None]
        free = [pooled for free in list(self._free.values()) for pooled in list(free)]
        return [*in_use, *free, *self._ended]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Closing the response, or reading it, gives its connection back.

        Raises:
            httpx.TransportError: The attempt failed; its `sent` tells whether it was sent.
        """
        attempt: Attempt = request.extensions.get(ATTEMPT) or Attempt()
        # A request that follows a redirect belongs to an attempt that has been sent already.
        attempt.sent, attempt.bounded = bool(attempt.sent), True
        url = request.url
        place = _Place((url.raw_scheme, url.raw_host, url.port), current_loop())
        try:
            pooled = self._take(place, request, attempt)
            status, headers, extensions = pooled.send(request, attempt)
            if not attempt.whole:
                release, forget = partial(self.release, place), partial(self.forget, place)
                stream = PooledBody(pooled, release, forget)
                return httpx.Response(
                    status, headers=headers, stream=stream, extensions=dict(extensions)
                )
            content = pooled.receive_all()
            self.release(place, pooled.end())
        except BaseException as error:
            try:
                self.release(place)
            finally:
                # Once more, for a Ctrl-C that comes in between: the second time does nothing.
                self.release(place)
            if isinstance(error, Exception):
                raise (failure := to_httpx_error(error)) from failure.__cause__
            raise
        return WholeResponse(status, headers, content, extensions)

    def _take(
        self, place: _Place, request: httpx.Request, attempt: Attempt
    ) -> PooledConnection:
        """Wait for a place, and return the connection that belongs to it.

        Raises:
            httpx.PoolTimeout: All connections stayed in use.
        """
        self._waiting.append(place)
        if not self._settle():
            # A signal handler sends it, in the midst of what it would wait for: one more place.
            self._waiting.remove(place)
            self._places.add(place)
        if place not in self._places:
            place.event = Event()
            # It may get its place before it has the event, or after the time has run out.
            if place not in self._places:
                timeout = request.extensions.get("timeout", {}).get("pool")
                place.event.wait(attempt.left(timeout, httpx.PoolTimeout))
            if place not in self._places:
                raise httpx.PoolTimeout(f"all {self._max} connections were busy", request=request)
        if self._ended:
            self._close_ended()
        if place.pooled is None:
            place.pooled = PooledConnection(place.origin, place.loop, self._tls, self._expiry)
        return place.pooled

    def _settle(self) -> bool:
        """Collect the places that were given up, and give them to the requests that wait.

        Each step ends with the one statement that counts, so that any of them can be the last.

        Returns:
            False for the garbage collector and signal handlers in the midst of this: the loop below
            goes on with what they noted.
        """
        with self._lock:
            if self._settling:
                return False
            self._settling = True
            waiting, done, places = self._waiting, self._done, self._places
            try:
                while done or waiting:
                    if waiting and waiting[0] in places:
                        if waiting[0].event is not None:
                            waiting[0].event.set()
                        waiting.popleft()
                    elif done:
                        place = done[0]
                        if place in places:
                            places.discard(place)
                            if (pooled := place.pooled) is not None:
                                free = self._free.setdefault(pooled.origin, deque())
                                (free if place.keep else self._ended).append(pooled)
                        elif place in waiting:
                            waiting.remove(place)
                        done.popleft()
                    elif self._make_room(waiting[0]):
                        places.add(waiting[0])
                    else:
                        break
            finally:
                self._settling = False
        return True

    def _make_room(self, place: _Place) -> bool:
        """Return whether there is a place for a request, which then has its connection, if any.

        1. A connection to the origin is free: the one used last, unless it has expired.
        2. None is free, and fewer than the maximum are open: it opens a new one. At the maximum, a
           free one to another origin is closed to make room.
        3. All are in use: it waits.
        """
        free = self._free.get(place.origin)
        while free and place.pooled is None:
            # The one used last is the least likely to have expired, and lets the others do so.
            pooled = free.pop()
            if pooled.usable(place.loop):
                place.pooled = pooled
            else:
                self._ended.append(pooled)
        # One look a request at the other end, so that a pool that has shrunk lets go of the rest.
        if free and not free[0].usable(place.loop):
            self._ended.append(free.popleft())
        if place.pooled is not None:
            return True
        if len(self._places) + sum(map(len, self._free.values())) >= self._max:
            other = next(filter(None, self._free.values()), None)
            if other is None:
                return False
            self._ended.append(other.popleft())
        return True

    def release(self, place: _Place, keep: bool = False) -> None:
        """Free a place; the second time does nothing.

        Args:
            keep: Whether its connection can be used again.
        """
        place.keep = keep
        self._done.append(place)
        self._settle()
        if self._ended:
            self._close_ended()

    def forget(self, place: _Place) -> None:
        """Free the place of a response that was dropped without being closed.

        Its connection is shut down (not under asyncio, where there is no socket to be had), and
        closed by the next request.
        """
        if place in self._places and place.pooled is not None:
            place.pooled.attempt.interrupt()
            self._done.append(place)
            self._settle()

    def _close_ended(self) -> None:
        loop = current_loop()
        # A cancellation may cut short the closing of one, which is under way then, but not of all.
        with shield():
            while self._ended:
                pooled = self._ended.popleft()
                # One that belongs to another event loop went, or goes, with that.
                if pooled.loop is loop:
                    pooled.close()

    def close(self) -> None:
        """Close all connections; the requests that are under way fail."""
        with self._lock:
            connections = self._connections()
            self._free = {}
        for pooled in connections:
            # Closing a socket does not wake the thread that reads from it.
            pooled.attempt.interrupt()
        self._ended.extend(connections)
        if self._ended:
            self._close_ended()
        # Nobody will close what comes later: a response that is dropped. It is dropped as well.
        self._ended = deque(maxlen=0)


@dataclass(eq=False, repr=False, slots=True)
class _Place:
    """A request as the pool knows it, from before it has a place until after it had one."""

    origin: Origin
    loop: object
    event: Event | None = None
    pooled: PooledConnection | None = None
    keep: bool = False
