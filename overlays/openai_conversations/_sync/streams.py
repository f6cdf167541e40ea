# Made from _async/streams.py by tools/unasync. Do not edit.
"""The events of a response, as they come.

A stream ends in one of four ways: an event of `_LAST` came, `[DONE]` came (1); the connection ended
and neither had come (2: an error); it was closed here (3); it was aborted (4).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Self, cast

from openai_conversations_api import models

from .._request.operations import event_decoder
from .._request.validation import is_mapping
from .._response.parsing import check_strict, loads
from .._response.server_sent_events import SSEDecoder, ServerSentEvent
from ..errors import APIConnectionError, APIError, APIResponseValidationError, OpenAIError
from .body_reader import BodyReader

_LAST = frozenset({"response.completed", "response.failed", "response.incomplete", "error"})


class Stream:
    """Iterate over it for the events; it is a context manager too, which closes it.

    Closing early, or leaving the `with` block, gives the connection up. A stream that breaks off
    raises `APIConnectionError`, one that is aborted `RequestAbortedError`.

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
        self._over = False
        self._any = False
        self._ended = False
        self._last: models.ResponseStreamEvent | None = None

    def __iter__(self) -> Iterator[models.ResponseStreamEvent]:
        return self

    def __next__(self) -> models.ResponseStreamEvent:
        try:
            while not self._waiting:
                if self._over:
                    raise StopIteration
                self._read_on()
            return self._to_event(self._waiting.popleft())
        except OpenAIError:
            self.close()  # cases 2 and 4
            raise

    def _read_on(self) -> None:
        chunk = self._body.next(self._chunks)
        decoder = self._decoder
        self._waiting.extend(decoder.end() if chunk is None else decoder.feed(chunk))
        if self._waiting and self._waiting[-1].data == b"[DONE]":
            self._waiting.pop()
            self._ended = True  # case 1
        if chunk is None:
            self._over = True
            if not self._waiting:
                self._check_end()  # case 2

    def _check_end(self) -> None:
        """Raise `APIConnectionError` if the response was not finished: that is not a result."""
        if not self._ended and (self._any or not self._resumed):
            raise self._broken("the stream ended before the response was complete")

    def _broken(self, problem: str) -> APIConnectionError:
        message = f"Connection error: {problem}"
        return APIConnectionError(message=message, request=self.response.request)

    def _to_event(self, sse: ServerSentEvent) -> models.ResponseStreamEvent:
        self._any = True
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
            text = sse.data.decode("utf-8", "replace")
            message = f"an event of the stream cannot be read ({len(sse.data):,} bytes)"
            raise APIResponseValidationError(self.response, text, message=message)
        # An error may also come in the form that the body of a status 400 has, without a type.
        if kind is None and data.get("error"):
            raise self._to_error(data["error"])
        if self._operation:
            check_strict(self._operation, data, self.response, event=True)
        if kind in _LAST:
            self._ended = True  # case 1
            self._last = event
        elif self._over and not self._waiting:
            self._check_end()  # case 2, after the last event that came
        return event

    def _to_error(self, body: object) -> APIError:
        said: object = body.get("message") if is_mapping(body) else body
        message = said if isinstance(said, str) and said else "the service reported an error"
        return APIError(message, self.response.request, body=body)

    def until_done(self) -> Self:
        """Read to the end and return the stream."""
        for _ in self:
            pass
        return self

    def get_final_response(self) -> models.Response:
        """Read to the end and return the response as it then is.

        Its `status` says whether it was completed, failed or is incomplete.

        Raises:
            APIConnectionError: the stream was closed or broke off before that.
            APIError: the service reported an error instead.
        """
        self.until_done()
        last: Any = self._last
        if last is None:
            raise self._broken("the stream ended without the final response")
        if last.type == "error":
            raise self._to_error(last.to_dict())
        return cast("models.Response", last.response)

    def close(self) -> None:
        """End the stream now. The connection is closed, unless everything had been read."""
        self._over = True
        self._waiting.clear()
        self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'closed' if self._over else 'open'})"
