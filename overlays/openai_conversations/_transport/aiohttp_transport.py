"""aiohttp's client as an httpx transport, which async clients use under asyncio.

Its parser and its connection pool are made for many requests at once, which cost it little more
than one does: 100 at once take an eighth of the time that httpx takes.

`httpx-aiohttp` exists, and does not keep what is promised here: an error tells whether a request
may have reached the service (an append that may have is not sent again), an attempt has a deadline,
each step has its own timeout, and a client may be used in one event loop after another.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import StreamWriter
from multidict import CIMultiDict, istr
from yarl import URL

from .._request.request import ATTEMPT, Attempt
from .aiohttp_session import Session
from .environment import tls_context
from .forks import close_in_child, renew_in_child
from .transport_errors import UNSENT, aiohttp_to_httpx
from .whole_response import WholeResponse

# Bodies up to this size fit into the buffers of a socket: writing them does not wait. Longer ones
# are written in pieces.
_SMALL, _PIECE = 65536, 2**20
# aiohttp decides about these by itself: it gets the body as a whole.
_NOT_PASSED_ON = (b"transfer-encoding", b"connection")


class AiohttpTransport(httpx.AsyncBaseTransport):
    """An httpx transport for asyncio; its arguments are those of `AsyncConnectionPool`."""

    def __init__(self, *, max_connections: int = 1000, keepalive_expiry: float = 4.0) -> None:
        self._max = max_connections
        self._expiry = keepalive_expiry
        self._tls = cache(tls_context)  # late, because it reads all certificates
        # Here and not in the module, since they hold the key.
        self._headers = lru_cache(maxsize=8)(_to_multidict)
        # Connections belong to an event loop, and a client may outlive one, or serve several.
        self._sessions: dict[asyncio.AbstractEventLoop, Session] = {}
        # aiohttp complains aloud about sessions that nobody closed; httpx does not.
        weakref.finalize(self, _abandon, self._sessions)
        renew_in_child(self, AiohttpTransport._begin_in_child)

    def _begin_in_child(self) -> None:
        """Forget the sessions, which are the parent's, once nothing that they do can reach it."""
        for session in self._sessions.values():
            connector: Any = session.client.connector
            idle = [handler for kept in connector._conns.values() for handler, _ in kept]
            for handler in [*idle, *connector._acquired]:
                close_in_child(handler.transport)
        _abandon(self._sessions, in_child=True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request in the running event loop.

        Returns:
            The response, read if the attempt wants it whole.

        Raises:
            httpx.TransportError: The attempt failed; its `sent` tells whether it was sent.
        """
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop) or self._open_session(loop)
        attempt: Attempt = request.extensions.get(ATTEMPT) or Attempt()
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        # A request that follows a redirect belongs to an attempt that has been sent already.
        attempt.sent, attempt.bounded = bool(attempt.sent), True
        tls = self._tls() if request.url.scheme == "https" else True
        # For a response that is to be read, until all of it is there; otherwise until its head is.
        left, read = attempt.left(None), timeouts.get("read")
        if session.free:
            session.free -= 1
        else:
            left = await session.wait_for_place(attempt, timeouts.get("pool"), request)
        clock = asyncio.Timeout(None)
        if attempt.whole and left is not None and read is not None and read >= left:
            # It could not pass before the deadline. A timer less is 5 % of the row "async GET".
            read = None
        body: _Content | None = None
        received: aiohttp.ClientResponse | None = None
        content = b""
        try:
            data = await request.aread()
            if len(data) > _SMALL:
                body = _Content(data, timeouts.get("write"), clock)
            async with clock:
                if left is not None:
                    session.deadlines.add(clock, left)
                # What `request` returns would be one more awaitable around this one.
                received = await session.client._request(  # pyright: ignore[reportPrivateUsage]
                    request.method,
                    URL(str(request.url), encoded=True),
                    headers=self._headers(tuple(request.headers.raw)),
                    data=(data or None) if body is None else body,
                    allow_redirects=False,
                    server_hostname=request.extensions.get("sni_hostname"),
                    ssl=tls,
                    timeout=_to_timeout(timeouts.get("connect"), read),
                )
                attempt.sent = True
                if problem := _find_problem(received):
                    raise aiohttp.ClientPayloadError(problem)
                if attempt.whole:
                    content = await received.read()
        except BaseException as error:
            session.deadlines.remove(clock)
            session.give_up(received)
            if not isinstance(error, Exception):
                raise
            failure = aiohttp_to_httpx(error, writing=body is not None and body.writing)
            attempt.sent = attempt.sent or not isinstance(failure, UNSENT)
        else:
            session.deadlines.remove(clock)
            status, headers = received.status, received.raw_headers
            reason = (received.reason or "").encode("latin-1", "replace")
            extensions = {"http_version": b"HTTP/1.1", "reason_phrase": reason}
            if attempt.whole:
                session.release_place()
                return WholeResponse(status, headers, content, extensions)
            stream = _Body(received, session, attempt)
            return httpx.Response(status, headers=headers, stream=stream, extensions=extensions)
        # Outside of the handler: aiohttp's error has the request, and with it the key.
        raise failure

    def _open_session(self, loop: asyncio.AbstractEventLoop) -> Session:
        for ended in [other for other in self._sessions if other.is_closed()]:
            _abandon({ended: self._sessions.pop(ended)})
        session = self._sessions[loop] = Session(self._max, self._expiry)
        return session

    async def aclose(self) -> None:
        own: Session | None = None
        # Under trio there is none: a client may be closed there that was used under asyncio before.
        with suppress(RuntimeError):
            own = self._sessions.pop(asyncio.get_running_loop(), None)
        _abandon(self._sessions)
        if own is not None:
            await own.client.close()


def _find_problem(received: aiohttp.ClientResponse) -> str | None:
    """Return why a head, which aiohttp accepts, is refused, as the other transports refuse it."""
    if received.status < 200:
        return f"the response has the status {received.status}"
    codings = received.headers.getall("Transfer-Encoding", ())
    if codings and [coding.lower() for coding in codings] != ["chunked"]:
        return f"the response has the transfer encoding {', '.join(codings)}"
    return None


class _Content(aiohttp.Payload):
    """A long body of a request, written in pieces, each within the write timeout.

    Attributes:
        writing: Whether a piece is being written.
    """

    def __init__(self, content: bytes, write: float | None, clock: asyncio.Timeout) -> None:
        super().__init__(content)
        self._content = content
        self._write = write
        self._clock = clock
        self.writing = False

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Raise `TypeError`: the body is bytes."""
        raise TypeError

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all of it; each piece has the write timeout.

        If the writing ends early, so does the connection. Left to itself, asyncio would keep the
        socket until the peer has read all that was written.
        """
        loop = asyncio.get_running_loop()
        transport = writer.transport if isinstance(writer, StreamWriter) else None
        self.writing = True
        try:
            for start in range(0, len(self._content), _PIECE):
                self._clock.reschedule(None if self._write is None else loop.time() + self._write)
                # Two rounds of the loop, in which a response that has come already is read: asyncio
                # drops what was not read when it finds, writing, that the connection is closed.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                await writer.write(self._content[start : start + _PIECE])
        except BaseException:
            if transport is not None:
                transport.abort()
            raise
        self.writing = False
        self._clock.reschedule(None)


class _Body(httpx.AsyncByteStream):
    """The body of a response in the pieces that come; closing it early ends the connection.

    It has the time that is left to the attempt, unless the deadline was lifted.
    """

    def __init__(
        self, received: aiohttp.ClientResponse, session: Session, attempt: Attempt
    ) -> None:
        self._received = received
        self._session: Session | None = session
        self._attempt = attempt

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # Once it is closed, nothing is read: aiohttp would raise the same exception object each
        # time, which keeps all frames that it has passed through.
        while self._session is not None:
            try:
                async with asyncio.timeout(self._attempt.left(None)):
                    chunk = await self._received.content.readany()
            except Exception as error:
                failure = aiohttp_to_httpx(error)
                error.__traceback__ = None
            else:
                if not chunk:
                    return
                yield chunk
                continue
            raise failure
        raise httpx.ReadError("the response was closed before its end")

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.give_up(self._received)

    def __del__(self) -> None:
        if self._session is not None:
            with suppress(RuntimeError):  # the loop has ended, and everything in it
                # The garbage collector runs in any thread.
                self._session.loop.call_soon_threadsafe(self._session.give_up, self._received)


@lru_cache(maxsize=8)
def _to_timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(connect=connect, sock_read=read)


def _to_multidict(lines: tuple[tuple[bytes, bytes], ...]) -> CIMultiDict[str]:
    return CIMultiDict(
        (istr(name.decode("latin-1")), value.decode("utf-8", "replace"))
        for name, value in lines
        if name.lower() not in _NOT_PASSED_ON
    )


def _abandon(sessions: dict[asyncio.AbstractEventLoop, Session], *, in_child: bool = False) -> None:
    """Close sessions from outside their event loop, which may have ended."""
    while sessions:
        loop, session = sessions.popitem()
        closing = session.client.close()
        if loop.is_running() and not in_child:
            asyncio.run_coroutine_threadsafe(closing, loop)
            continue
        # Without a loop there is nothing to wait for: it ends at its first step.
        with suppress(StopIteration, RuntimeError):
            closing.send(None)
        closing.close()
