"""The events of a response, from the bytes of one body: no I/O, no connections.

A body ends in one of two ways that are told here:

1. The last event or `[DONE]` comes. That is the end, whatever may follow, and even if the
   connection stays open.
2. It ends before that, which is an error. Without any event it is not a stream, but a page or a
   JSON text, and is named as what it is.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any

import httpx

from .._request.generated import OPERATIONS, event_parsers
from .._request.validation import is_mapping
from ..errors import APIConnectionError, APIError, APIResponseValidationError
from .parsing import check_strict, loads, reader
from .server_sent_events import ErrorData, SSEDecoder

# The document lists statuses and events; which of them are final, no document says. Those that are
# not are fewer, and no new one is to be expected.
PENDING = frozenset({"queued", "in_progress"})
"""The statuses of a response that is going to change."""
GOING_ON = frozenset({"response.created", *(f"response.{status}" for status in PENDING)})
_FINAL = frozenset(OPERATIONS["createResponse"].statuses) - PENDING
LAST = frozenset({"error", *(f"response.{status}" for status in _FINAL)})
# Bytes of a body without events that are kept, to tell what they are.
_KEPT = 2**20


class ResponseEvents:
    """Feed it what was read; take the events that are complete by then.

    Attributes:
        response: whose body it is.
        waiting: the data of the events that have come and were not taken.
        over: whether there is nothing more to read.
        ended: whether that is because the response was complete.
        last: the event that said so, None if it was `[DONE]`.
    """

    def __init__(self, response: httpx.Response, *, operation: str, resumed: bool) -> None:
        """Begin at the start of a body.

        Args:
            response: whose body it is.
            operation: its id, if each event is to be checked against the spec.
            resumed: whether it begins in the middle. Then it may have no events at all.
        """
        self.response = response
        self.waiting: deque[bytes] = deque()
        self.over = False
        self.ended = False
        self.last: dict[str, Any] | None = None
        self._operation = operation
        self._resumed = resumed
        self._decoder = SSEDecoder()
        self._read = reader()
        self._parsers = event_parsers()
        self._kept: bytearray | None = bytearray()  # until there is an event

    def feed(self, chunk: bytes | None) -> None:
        """Read on with a piece of the body, None at its end.

        Raises:
            APIResponseValidationError: an event does not end.
        """
        if chunk is None:
            self.over = True
            # Cut off in the middle, an event is not one; what it may still say is an error.
            found = [e for e in self._decoder.end() if isinstance(e, ErrorData) or _is_whole(e)]
        else:
            try:
                found = self._decoder.feed(chunk)
            except ValueError as error:
                raise self._invalid(str(error), b"") from None
        self.waiting.extend(found)
        if self.waiting:
            self._kept = None
        elif self._kept is not None and len(self._kept) < _KEPT:
            self._kept += chunk or b""

    def take(self) -> tuple[Any, dict[str, Any]] | None:
        """Return the next event that is waiting, a `ResponseStreamEvent`, and its JSON object.

        `[DONE]` is not an event, and returns None.

        Raises:
            APIResponseValidationError: it cannot be read, or (strict) is not what the spec says.
            APIError: it is an error in the place of an event.
        """
        text = self.waiting.popleft()
        data: Any = None
        event: Any = None
        kind: str | None = None
        try:
            # Without `loads` and `Dispatch.one` in between, 7 % of the row "streamed event".
            data = self._read(text)
            event = self._parsers[data["type"]](data)
            kind = event.type
        except Exception:
            event = None
        if event is None:
            data, event, kind = self._look_closely(text)
        if event is None:  # raised here, because that exception may hold the text
            if _is_done(text):
                self._end()  # case 1
                return None
            if isinstance(text, ErrorData):
                raise self.to_error(text.decode("utf-8", "replace"))
            raise self._invalid("an event of the stream cannot be read", text)
        # The service and others report errors in several forms: as the body of a status 400 has
        # it, without a type or as the type "error", and as the event of that name without a type.
        if data.get("error"):
            raise self.to_error(data["error"])
        if kind is None and isinstance(text, ErrorData):
            raise self.to_error(data)
        if self._operation:
            check_strict(self._operation, data, self.response, event=True)
        if kind in LAST or (
            "response" in data and kind not in GOING_ON and _is_final(data["response"])
        ):
            self._end()  # case 1
            self.last = data
        return event, data

    def _look_closely(self, text: bytes) -> tuple[Any, Any, str | None]:
        """Return JSON value, event and type of what is not as the spec says; None if it is none."""
        try:
            data = loads(text)
            event = self._parsers.one(data)
            return data, event, event.type
        except Exception:
            return None, None, None

    def _end(self) -> None:
        self.ended = self.over = True
        self.waiting.clear()

    def check_end(self) -> None:
        """Raise an error if the response was not finished: that is not a result.

        Raises:
            APIResponseValidationError: it is not a stream.
            APIError: it is not a stream, but the JSON of an error.
            APIConnectionError: it broke off.
        """
        if self.ended:
            return
        content_type = self.response.headers.get("content-type", "")
        body = None if self._kept is None else bytes(self._kept).strip()
        if body is not None and (
            body.startswith((b"<", b"{", b"["))
            or (content_type and "text/event-stream" not in content_type.lower())
        ):
            raise self._not_a_stream(body, content_type)
        if body is None or not self._resumed:
            raise self.broken("the stream ended before the response was complete")

    def broken(self, problem: str) -> APIConnectionError:
        """Return the error for a stream that did not come to its end."""
        message = f"Connection error: {problem}"
        return APIConnectionError(message=message, request=self.response.request)

    def to_error(self, body: object) -> APIError:
        """Return the error that the service reports in an event, whatever its form."""
        while is_mapping(body) and is_mapping(body.get("error")):
            body = body["error"]
        said: object = body.get("message") or body.get("detail") if is_mapping(body) else body
        message = said if isinstance(said, str) and said else "the service reported an error"
        return APIError(message, self.response.request, body=body)

    def _not_a_stream(self, body: bytes, content_type: str) -> APIError:
        with suppress(ValueError, RecursionError):
            data = loads(body)
            if is_mapping(data) and data.get("error"):
                return self.to_error(data["error"])
        seen = f"{self.response.status_code} and {content_type or 'no content type'}"
        problem = f"the response is not a stream of events, but has the status {seen}"
        return self._invalid(problem, body)

    def _invalid(self, problem: str, body: bytes) -> APIResponseValidationError:
        message = f"{problem} ({len(body):,} bytes)"
        text = body.decode("utf-8", "replace")
        return APIResponseValidationError(self.response, text, message=message)


def _is_done(data: bytes) -> bool:
    return data.lstrip().startswith(b"[DONE]")


def _is_whole(data: bytes) -> bool:
    if _is_done(data):
        return True
    try:
        loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _is_final(response: object) -> bool:
    """Return whether an event carries a whole response that is not going to change.

    The event is then the last one, whatever its name: it may be newer than this package.
    """
    status: object = response.get("status") if is_mapping(response) else None
    return isinstance(status, str) and status not in PENDING
