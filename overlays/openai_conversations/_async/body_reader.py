"""The body of a response that is read while it comes: of event streams and streamed responses."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

import httpx

from .._request.library import library_of
from .._request.request import ATTEMPT, Attempt, shut_down
from .._transport.concurrency_async import abortable, within
from .._transport.transport_errors import to_connection_error
from ..abort import AbortSignal
from ..errors import APIError, OpenAIError, RequestAbortedError

_T = TypeVar("_T")
# Seconds. The end of a body comes with its last bytes, or at the latest with the next packet.
_MOMENT = 0.1


class AsyncBodyReader:
    """Reads a body, all of it or piece by piece. After an error it is closed.

    Args:
        response: The httpx response that it is the body of; an attribute, too.
        abort: Ends the reading when it is set.
        retries_taken: Of the request, for the errors.
    """

    def __init__(
        self, response: httpx.Response, abort: AbortSignal | None, retries_taken: int
    ) -> None:
        self.response = response
        self._abort = abort
        self._retries_taken = retries_taken
        self._begun: list[AsyncIterator[Any]] = []
        self._kept = False
        self._over = False
        self._given_up = False

    def pieces(self, source: AsyncIterator[_T]) -> AsyncPieces[_T]:
        """Return an iterator over `source`, one of those of the response, if it is open."""
        self._check_open()
        return AsyncPieces(self, source)

    async def read(self) -> None:
        """Read all of it, if need be, for `response.content` and what depends on it.

        Raises:
            APIConnectionError: The body breaks off.
            RequestAbortedError: The signal is set.
            OpenAIError: The body was read in pieces, or closed, before.
        """
        if self._kept:
            return
        self._check_open()
        await self._step(self.response.aread)
        self._kept = self._over = True

    async def next(self, source: AsyncIterator[_T]) -> _T | None:
        """Return the next piece of `source`, or None at its end; raise errors as `read` does."""
        self._check_open()
        if source not in self._begun:
            self._begun.append(source)
        piece = await self._step(lambda: anext(source, None))
        if piece is None:
            self._over = True
            await self.response.aclose()
        return piece

    def _check_open(self) -> None:
        if self._given_up:
            raise OpenAIError("the response was closed before its body had been read to the end")

    async def _step(self, step: Callable[[], Awaitable[_T]]) -> _T:
        abort = self._abort
        try:
            if abort is None:
                return await step()
            close = self.response.aclose
            return await abortable(
                abort, "streaming", step, interrupt=self._shut_down, discard=lambda _: close()
            )
        except RequestAbortedError:
            await self.close()
            raise
        except library_of(self.response).StreamError:
            message = "the body has been read in pieces, at least a part of it, and is gone"
            raise OpenAIError(message) from None
        except Exception as error:
            failure = to_connection_error(error, self.response.request, Attempt())
        await self.close()
        if isinstance(failure, APIError):
            failure.retries_taken = self._retries_taken
        raise failure

    def _shut_down(self) -> None:
        network = self.response.extensions.get("network_stream")
        if network is not None:
            shut_down(network)

    async def finish(self) -> None:
        """Close it after all that counts has been read.

        If the end of the body comes within a moment, the connection can be used again.
        """
        if not (self._over or self._given_up or self.response.http_version == "HTTP/2"):
            attempt = self.response.request.extensions.get(ATTEMPT, Attempt())
            with suppress(Exception):
                if attempt.bounded:  # without a thread that waits, 3 % of "streamed event"
                    attempt.deadline = time.monotonic() + _MOMENT
                    await self._drain()
                else:
                    await within(_MOMENT, self._drain, self._shut_down)
        await self.close()

    async def _drain(self) -> None:
        for source in self._begun:
            while await anext(source, None) is not None:
                pass
        self._over = True

    async def close(self) -> None:
        """End the reading now. The connection is closed, unless everything had been read."""
        await self.response.aclose()
        if not self._over:
            self._given_up = True
            if self.response.http_version == "HTTP/2":
                return
        # With the connection gone, the generators between here and it end by themselves. Left
        # half-way, they would be for the event loop to clean up, later and with a warning.
        with suppress(Exception):
            await self._drain()


class AsyncPieces(AsyncIterator[_T], Generic[_T]):
    """A body in pieces. Not a generator: left half-way, it has nothing to clean up."""

    def __init__(self, body: AsyncBodyReader, source: AsyncIterator[_T]) -> None:
        self._body = body
        self._source = source

    async def __anext__(self) -> _T:
        piece = await self._body.next(self._source)
        if piece is None:
            raise StopAsyncIteration
        return piece
