# Made from _async/streams.py by tools/unasync. Do not edit.
"""The events of a response, as they come.

A stream ends in one of four ways:

1. The last event or `[DONE]` comes. That is the end, whatever may follow, and even if the
   connection stays open.
2. The body ends before that, which is an error. Without any event it is not a stream, but a page or
   a JSON text, and is named as what it is.
3. It is closed here.
4. It is aborted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar

from openai_conversations_api import models

from .. import _structured as structured
from .._request.generated import OPERATIONS, event_decoder
from .._request.validation import is_mapping
from .._response.output_items import OutputItems
from .._response.parsing import check_strict, loads
from .._response.server_sent_events import SSEDecoder, ServerSentEvent
from ..errors import APIConnectionError, APIError, APIResponseValidationError, OpenAIError
from .body_reader import BodyReader

_T = TypeVar("_T")
# The document lists statuses and events; which of them are final, no document says. Those that are
# not are fewer, and no new one is to be expected.
_PENDING = frozenset({"queued", "in_progress"})
_GOING_ON = frozenset({"response.created", *(f"response.{status}" for status in _PENDING)})
_FINAL = frozenset(OPERATIONS["createResponse"].statuses) - _PENDING
_LAST = frozenset({"error", *(f"response.{status}" for status in _FINAL)})
# Bytes of a body without events that are kept, to tell what they are.
_KEPT = 2**20


class Stream:
    """Iterate over it for the events; it is a context manager too, which closes it.

    Closing early, or leaving the `with` block, gives the connection up. A stream that breaks off
    raises `APIConnectionError`, one that is aborted `RequestAbortedError`, and a response that is
    not a stream `APIResponseValidationError`, with its status and content type. An error that the
    service reports in the place of an event is raised as `APIError`; the event "error" is an event.

    Attributes:
        response: the httpx response below, for its status and headers.
    """

    def __init__(self, body: BodyReader, *, operation: str, resumed: bool) -> None:
        """Read events from the body of a response.

        Args:
            operation: its id, if each event is to be checked against the spec.
            resumed: whether it begins in the middle. Then it may have no events at all.
        """
        self.response = body.response
        self._body = body
        self._operation = operation
        self._resumed = resumed
        self._decoder = SSEDecoder()
        self._decode = event_decoder()
        self._chunks = self.response.iter_bytes()
        self._waiting: deque[ServerSentEvent] = deque()
        self._kept: bytearray | None = bytearray()  # until there is an event
        self._over = False
        self._ended = False
        self._last: models.ResponseStreamEvent | None = None
        self._items = OutputItems()

    def __iter__(self) -> Iterator[models.ResponseStreamEvent]:
        return self

    def __next__(self) -> models.ResponseStreamEvent:
        try:
            while not self._waiting:
                if self._over:
                    self.close()
                    raise StopIteration
                self._read_on()
            return self._to_event(self._waiting.popleft())
        except OpenAIError:
            self.close()  # cases 2 and 4
            raise

    def _read_on(self) -> None:
        chunk = self._body.next(self._chunks)
        decoder = self._decoder
        if chunk is None:
            self._over = True
            found = decoder.end()
        else:
            try:
                found = decoder.feed(chunk)
            except ValueError as error:
                raise self._invalid(str(error), b"") from None
        for sse in found:
            if sse.data.lstrip().startswith(b"[DONE]"):
                self._ended = self._over = True  # case 1
                break
            self._waiting.append(sse)
        if self._ended or self._waiting:
            self._kept = None
        elif self._kept is not None and len(self._kept) < _KEPT:
            self._kept += chunk or b""
        if self._over and not self._waiting:
            self._check_end()  # case 2

    def _check_end(self) -> None:
        """Raise an error if the response was not finished: that is not a result.

        Raises:
            APIResponseValidationError: It is not a stream.
            APIError: It is not a stream, but the JSON of an error.
            APIConnectionError: It broke off.
        """
        if self._ended:
            return
        content_type = self.response.headers.get("content-type", "")
        body = None if self._kept is None else bytes(self._kept).strip()
        if body is not None and (
            body.startswith((b"<", b"{", b"["))
            or (content_type and "text/event-stream" not in content_type.lower())
        ):
            raise self._not_a_stream(body, content_type)
        if body is None or not self._resumed:
            raise self._broken("the stream ended before the response was complete")

    def _not_a_stream(self, body: bytes, content_type: str) -> APIError:
        with suppress(ValueError, RecursionError):
            data = loads(body)
            if is_mapping(data) and data.get("error"):
                return self._to_error(data["error"])
        seen = f"{self.response.status_code} and {content_type or 'no content type'}"
        problem = f"the response is not a stream of events, but has the status {seen}"
        return self._invalid(problem, body)

    def _invalid(self, problem: str, body: bytes) -> APIResponseValidationError:
        message = f"{problem} ({len(body):,} bytes)"
        text = body.decode("utf-8", "replace")
        return APIResponseValidationError(self.response, text, message=message)

    def _broken(self, problem: str) -> APIConnectionError:
        message = f"Connection error: {problem}"
        return APIConnectionError(message=message, request=self.response.request)

    def _to_event(self, sse: ServerSentEvent) -> models.ResponseStreamEvent:
        data: Any = None
        event: models.ResponseStreamEvent | None = None
        kind: str | None = None
        try:
            data = loads(sse.data)
            event = self._decode(data)
            kind = event.type
        except Exception:
            event = None
        if event is None:  # raised here, because that exception may hold the text
            if sse.event == "error":
                raise self._to_error(sse.data.decode("utf-8", "replace"))
            raise self._invalid("an event of the stream cannot be read", bytes(sse.data))
        # The service and others report errors in several forms: as the body of a status 400 has
        # it, without a type or as the type "error", and as the event of that name without a type.
        if data.get("error"):
            raise self._to_error(data["error"])
        if kind is None and sse.event == "error":
            raise self._to_error(data)
        if self._operation:
            check_strict(self._operation, data, self.response, event=True)
        self._items.add(data)
        if kind in _LAST or (kind not in _GOING_ON and _is_final(data.get("response"))):
            self._ended = self._over = True  # case 1
            self._waiting.clear()
            self._last = event
        elif self._over and not self._waiting:
            self._check_end()  # case 2, after the last event that came
        return event

    def _to_error(self, body: object) -> APIError:
        while is_mapping(body) and is_mapping(body.get("error")):
            body = body["error"]
        said: object = body.get("message") or body.get("detail") if is_mapping(body) else body
        message = said if isinstance(said, str) and said else "the service reported an error"
        return APIError(message, self.response.request, body=body)

    def until_done(self) -> Self:
        """Read to the end and return the stream."""
        for _ in self:
            pass
        return self

    def get_final_response(self) -> models.Response:
        """Read to the end and return the response as it then is.

        Its `status` says whether it was completed, failed or is incomplete. Where it came without
        `output`, this is what the events brought.

        Raises:
            APIConnectionError: the stream was closed or broke off before that.
            APIError: the service reported an error instead.
            APIResponseValidationError: the last event has no response.
        """
        self.until_done()
        last: Any = self._last
        if last is None:
            raise self._broken("the stream ended without the final response")
        if last.type == "error":
            raise self._to_error(last.to_dict())
        response: object = getattr(last, "response", None)
        if is_mapping(response):  # of an event that the document does not have
            response = models.Response.from_dict(response)
        if not isinstance(response, models.Response):
            message = f"the event {last.type} has no response"
            raise APIResponseValidationError(self.response, last.to_dict(), message=message)
        if "output" in response.missing:
            whole = response.to_dict() | {"output": self._items.all()}
            response = models.Response.from_dict(whole)
        return response

    def close(self) -> None:
        """End the stream now. The connection is closed, unless the stream had come to its end."""
        self._over = True
        self._waiting.clear()
        if self._ended:
            self._body.finish()
        else:
            self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'closed' if self._over else 'open'})"


class ParsedStream(Stream, Generic[_T]):
    """A stream whose final response is parsed: of `responses.stream(text_format=...)`."""

    def __init__(
        self,
        body: BodyReader,
        *,
        operation: str,
        resumed: bool,
        text_format: structured.TextFormat,
    ) -> None:
        """Read events as `Stream` does; `text_format` reads the final response."""
        super().__init__(body, operation=operation, resumed=resumed)
        self._text_format = text_format

    def get_final_response(self) -> structured.ParsedResponse[_T]:
        """Read to the end and return the response as it then is, parsed.

        Raises:
            OutputParsingError: it is incomplete or failed, or its output is not what it has to be.
            APIError: as of `Stream.get_final_response`.
        """
        return self._text_format.parse(super().get_final_response(), self.response)


def _is_final(response: object) -> bool:
    """Return whether an event carries a whole response that is not going to change.

    The event is then the last one, whatever its name: it may be newer than this package.
    """
    status: object = response.get("status") if is_mapping(response) else None
    return isinstance(status, str) and status not in _PENDING
