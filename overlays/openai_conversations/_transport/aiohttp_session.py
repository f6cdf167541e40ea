"""aiohttp's client for one event loop: its connections, and what they are kept from.

Of a connection, and of a request, aiohttp takes more for granted than `AiohttpTransport` promises.
"""

from __future__ import annotations

import asyncio
import select
import weakref
from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar

import aiohttp
import httpx
from multidict import CIMultiDict

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

    from .._request.request import Attempt

# h11, below the other transports, takes a head of 100 KiB; aiohttp by itself 128 lines of 8 KiB.
_LIMITS: dict[str, Any] = {"max_line_size": 102_400, "max_field_size": 102_400}
if "max_headers" in signature(aiohttp.ClientSession).parameters:
    _LIMITS["max_headers"] = 10_000


class Session:
    """The connections of one event loop, and how many more there may be."""

    def __init__(self, max_connections: int, keepalive_expiry: float) -> None:
        self.loop = asyncio.get_running_loop()
        # With aiohttp's own limit, waiting for a place would count as connecting.
        self.free = self._max = max_connections
        # Places that are free too, for those who wait: to ask for one costs 4 % of "async GET".
        self._handed_over = asyncio.Semaphore(0)
        self._waiting = 0
        self.deadlines = _Deadlines(self.loop)
        self.client = aiohttp.ClientSession(
            connector=_Connector(limit=0, keepalive_timeout=keepalive_expiry),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            request_class=_Request,
            **_LIMITS,
        )
        # It would send a GET again by itself, whatever `max_retries` says; no option prevents it.
        self.client._retry_connection = False  # pyright: ignore[reportPrivateUsage]
        # There are no default headers, for which it looks at each line: 2 % of "async GET".
        vars(self.client)["_prepare_headers"] = CIMultiDict[str].copy

    async def wait_for_place(
        self, attempt: Attempt, timeout: float | None, request: httpx.Request
    ) -> float | None:
        """Wait until a place is `free`, and take it, for as long as the pool timeout.

        Returns:
            The time that is then left to the attempt.

        Raises:
            httpx.TimeoutException: All connections stayed in use, or no time is left.
        """
        self._waiting += 1
        try:
            async with asyncio.timeout(attempt.left(timeout)):
                await self._handed_over.acquire()
        except TimeoutError:
            message = f"all {self._max} connections were busy"
            raise httpx.PoolTimeout(message, request=request) from None
        finally:
            self._waiting -= 1
        try:
            return attempt.left(None)
        except httpx.TimeoutException:
            self.release_place()
            raise

    def release_place(self) -> None:
        """Return the place of a request."""
        if self._waiting:
            self._handed_over.release()
        else:
            self.free += 1

    def give_up(self, received: aiohttp.ClientResponse | None) -> None:
        """Return the place of a request, and end the connection of a response that goes on."""
        if received is not None:
            # If the whole body has come, the connection is back in the pool already.
            received.close()
        self.release_place()


class _Deadlines:
    """The deadlines of the requests of one event loop, and one timer for all of them.

    A timer for each, sorted in among hundreds and then cancelled, would be 8 % of the row
    "async GET".
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ends: dict[asyncio.Timeout, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, clock: asyncio.Timeout, seconds: float) -> None:
        """Let a clock, which runs, expire in so many seconds at the latest."""
        end = self._ends[clock] = self._loop.time() + seconds
        if self._timer is None or end < self._timer.when():
            self._set_timer(end)

    def remove(self, clock: asyncio.Timeout) -> None:
        """Forget a clock that has stopped, if it was added."""
        self._ends.pop(clock, None)

    def _set_timer(self, end: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(end, self._expire, end)

    def _expire(self, now: float) -> None:
        self._timer = None
        for clock in [clock for clock, end in self._ends.items() if end <= now]:
            self.remove(clock)
            if not clock.expired():
                clock.reschedule(now)
        if self._ends:
            self._set_timer(min(self._ends.values()))


class _Request(aiohttp.ClientRequest):
    """Sends the headers that it is given, and adds none.

    To compare each with those that are not to be added takes a tenth of the row "async GET".
    """

    # Where aiohttp looks for a type of a body that is not to be added.
    _skip_auto_headers = CIMultiDict[None]({"Content-Type": None})
    if not TYPE_CHECKING:  # its name before aiohttp 3.12
        skip_auto_headers = _skip_auto_headers

    def update_headers(self, headers: Any) -> None:
        """Take the headers; aiohttp knows the host where they have none."""
        if "Host" in headers:
            self.headers = headers
        else:
            super().update_headers(headers)

    def update_auto_headers(self, skip_auto_headers: object) -> None:
        """Add no `Accept`, `Accept-Encoding` and `User-Agent`."""


class _Connector(aiohttp.TCPConnector):
    """Closes connections on which something came after the response that was read.

    1. The end: a request written to it would be lost, and may not be sent again.
    2. Anything else: aiohttp would take it for the response to the next request.
    """

    # Of connections that were used before, what tells whether something has come that the event
    # loop has not seen yet.
    _used: ClassVar[weakref.WeakKeyDictionary[Any, Callable[[], object]]] = (
        weakref.WeakKeyDictionary()
    )

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """Return a free connection, or a new one."""
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol: Any = connection.protocol
            poll = self._used.get(protocol)
            if poll is None:
                if protocol.transport is not None:
                    self._used[protocol] = _poll(protocol.transport.get_extra_info("socket"))
                return connection
            if not (protocol.should_close or poll()):
                return connection
            connection.close()


def _poll(sock: Any) -> Callable[[], object]:
    """Return a function that returns whether a socket can be read from."""
    if not hasattr(select, "poll"):  # Windows, where `select` takes any number of a socket
        return lambda: select.select([sock], [], [], 0)[0]
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return partial(poll.poll, 0)
