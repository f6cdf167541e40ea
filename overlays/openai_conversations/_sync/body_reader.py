# Made from _async/body_reader.py by tools/unasync. Do not edit.
"""The body of a response that is read while it comes: of event streams and streamed responses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Generic, TypeVar

import httpx

from .._request.library import library_of
from .._request.request import ATTEMPT, Attempt, shut_down
from .._transport.concurrency_sync import abortable, within
from .._transport.transport_errors import to_connection_error
from ..abort import AbortSignal
from ..errors import APIError, OpenAIError, RequestAbortedError

_T = TypeVar("_T")
# Seconds. The end of a body comes with its last bytes, or at the latest with the next packet.
_MOMENT = 0.1


class BodyReader:
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
        self._begun: list[Iterator[Any]] = []
        self._kept = False
        self._over = False
        self._given_up = False

    def pieces(self, source: Iterator[_T]) -> Pieces[_T]:
        """Return an iterator over `source`, one of those of the response, if it is open."""
        self._check_open()
        return Pieces(self, source)

    def read(self) -> None:
        """Read all of it, if need be, for `response.content` and what depends on it.

        Raises:
            APIConnectionError: The body breaks off.
            RequestAbortedError: The signal is set.
            OpenAIError: The body was read in pieces, or closed, before.
        """
        if self._kept:
            return
        self._check_open()
        self._step(self.response.read)
        self._kept = self._over = True

    def next(self, source: Iterator[_T]) -> _T | None:
        """Return the next piece of `source`, or None at its end; raise errors as `read` does."""
        self._check_open()
        if source not in self._begun:
            self._begun.append(source)
        piece = self._step(lambda: next(source, None))
        if piece is None:
            self._over = True
            self.response.close()
        return piece

    def _check_open(self) -> None:
        if self._given_up:
            raise OpenAIError("the response was closed before its body had been read to the end")

    def _step(self, step: Callable[[], _T]) -> _T:
        abort = self._abort
        try:
            if abort is None:
                return step()
            close = self.response.close
            return abortable(
                abort, "streaming", step, interrupt=self._shut_down, discard=lambda _: close()
            )
        except RequestAbortedError:
            self.close()
            raise
        except library_of(self.response).StreamError:
            message = "the body has been read in pieces, at least a part of it, and is gone"
            raise OpenAIError(message) from None
        except Exception as error:
            failure = to_connection_error(error, self.response.request, Attempt())
        self.close()
        if isinstance(failure, APIError):
            failure.retries_taken = self._retries_taken
        raise failure

    def _shut_down(self) -> None:
        network = self.response.extensions.get("network_stream")
        if network is not None:
            shut_down(network)

    def finish(self) -> None:
        """Close it after all that counts has been read.

        If the end of the body comes within a moment, the connection can be used again.
        """
        if not (self._over or self._given_up or self.response.http_version == "HTTP/2"):
            attempt = self.response.request.extensions.get(ATTEMPT, Attempt())
            with suppress(Exception):
                if attempt.bounded:  # without a thread that waits, 3 % of "streamed event"
                    attempt.deadline = time.monotonic() + _MOMENT
                    self._drain()
                else:
                    within(_MOMENT, self._drain, self._shut_down)
        self.close()

    def _drain(self) -> None:
        for source in self._begun:
            while next(source, None) is not None:
                pass
        self._over = True

    def close(self) -> None:
        """End the reading now. The connection is closed, unless everything had been read."""
        self.response.close()
        if not self._over:
            self._given_up = True
            if self.response.http_version == "HTTP/2":
                return
        # With the connection gone, the generators between here and it end by themselves. Left
        # half-way, they would be for the event loop to clean up, later and with a warning.
        with suppress(Exception):
            self._drain()


class Pieces(Iterator[_T], Generic[_T]):
    """A body in pieces. Not a generator: left half-way, it has nothing to clean up."""

    def __init__(self, body: BodyReader, source: Iterator[_T]) -> None:
        self._body = body
        self._source = source

    def __next__(self) -> _T:
        piece = self._body.next(self._source)
        if piece is None:
            raise StopIteration
        return piece
