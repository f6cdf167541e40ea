"""The events of a response, as they come.

A stream ends in one of four ways:

1. It comes to its end, see `ResponseEvents`.
2. The body ends before that, which is an error, or goes on in the body of another request.
3. It is closed here.
4. It is aborted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Any, Generic, Self, TypeVar, cast

from openai_conversations_api import models

from .. import _structured as structured
from .._request.validation import check_strings, is_mapping
from .._response.output_items import OutputItems
from .._response.response_events import ResponseEvents
from .._response.server_sent_events import encode
from .._transport.concurrency_async import begin, shield
from ..errors import APIConnectionError, APIResponseValidationError, OpenAIError
from .background import AsyncResumption
from .body_reader import AsyncBodyReader

_T = TypeVar("_T")
_EventT = TypeVar("_EventT")


class AsyncStream(Generic[_EventT]):
    """Iterate over it for the events; it is a context manager too, which closes it.

    Closing early, or leaving the `with` block, gives the connection up. A stream that breaks off
    raises `APIConnectionError`, unless it was opened with `resume=True`: then it goes on in a new
    request. One that is aborted raises `RequestAbortedError`, and a response that is not a stream
    `APIResponseValidationError`, with its status and content type. An error that the service
    reports in the place of an event is raised as `APIError`; the event "error" is an event.

    Attributes:
        response: the httpx response below, for its status and headers.
    """

    def __init__(
        self,
        body: AsyncBodyReader,
        *,
        operation: str,
        resumed: bool,
        resumption: AsyncResumption | None = None,
        starting_after: int | None = None,
    ) -> None:
        """Read events from the body of a response.

        Args:
            body: as it comes.
            operation: its id, if each event is to be checked against the spec.
            resumed: whether it begins in the middle. Then it may have no events at all.
            resumption: opens the stream again if it breaks off.
            starting_after: the sequence number up to which events are read, and not given.
        """
        self._operation = operation
        self._resumption = resumption
        self._begin(body, resumed=resumed)
        self._closed = False
        self._items = OutputItems()
        self._response: dict[str, Any] | None = None  # as an event had it last
        self._whole = False  # whether that is how it stays
        self._latest: dict[str, Any] = {}  # the event that came last
        self._seen: int | None = None  # up to here the events came before the connection broke
        self._hidden = starting_after

    def _begin(self, body: AsyncBodyReader, *, resumed: bool) -> None:
        self.response = body.response
        self._body = body
        self._chunks = body.response.aiter_bytes()
        self._events = ResponseEvents(body.response, operation=self._operation, resumed=resumed)

    def __aiter__(self) -> AsyncIterator[_EventT]:
        return self

    async def __anext__(self) -> _EventT:
        while True:
            events = self._events
            try:
                while not events.waiting:
                    if self._closed or events.over:  # perhaps closed by another thread or task
                        if not self._closed:
                            events.check_end()
                        await self.close()
                        raise StopAsyncIteration
                    events.feed(await self._body.next(self._chunks))
                taken = events.take()
            except APIConnectionError as error:
                failure = error
            except OpenAIError:
                await self.close()
                raise
            else:
                if taken is not None and self._is_new(taken[1]):
                    event: _EventT = taken[0]
                    return event
                continue
            await self._resume(failure)

    def _is_new(self, data: dict[str, Any]) -> bool:
        """Take down what an event says, and return whether it is to be given."""
        if self._seen is not None and _number(data, self._seen + 1) <= self._seen:
            return False  # sent again by a server that begins at the start, whatever it is asked
        self._latest = data
        self._items.add(data)
        if "response" in data and is_mapping(response := data["response"]):
            self._response, self._whole = {**response}, self._events.ended
        if self._resumption is not None:
            self._resumption.progress()
            if _number(data) < 0:
                self._resumption = None  # behind what it would go on, nothing tells
        return self._hidden is None or _number(data, self._hidden + 1) > self._hidden

    async def _resume(self, failure: APIConnectionError) -> None:
        """Go on in the body of a new request.

        Raises:
            APIConnectionError: `failure`, if this stream does not.
            OpenAIError: the request failed, or was aborted.
        """
        try:
            if self._resumption is None or self._closed:
                raise failure
            response_id = (self._response or {}).get("id")
            position = self._latest.get("sequence_number")
            body = await self._resumption.open(failure, response_id, position)
        except OpenAIError:
            await self.close()
            raise
        self._seen = position
        self._begin(body, resumed=False)

    def text_deltas(self) -> AsyncIterator[str]:
        """Iterate over the pieces of the response's text, as they come.

        Other events are passed over. Errors are raised as they are by the stream itself.
        """
        return AsyncTextDeltas(self)

    @property
    def snapshot(self) -> models.Response:
        """The response as far as it has come: a new object each time, put together when asked for.

        Its `output` has the items that the events brought, with their texts so far; once the stream
        is at its end, it is the final response.

        Raises:
            OpenAIError: no event has brought the response. The first one does, unless the stream
                was opened in the middle by `retrieve(starting_after=...)`.
            APIResponseValidationError: what the events brought is not a response.
        """
        if self._response is None:
            raise OpenAIError("no event of the stream has brought the response yet")
        output: object = self._response.get("output")
        if not self._whole or not isinstance(output, list):
            output = self._items.all() or output or []
        try:
            return models.Response.from_dict(self._response | {"output": output})
        except Exception:
            body = self._response
        raise APIResponseValidationError(
            self.response, body, message="the response in the stream cannot be read"
        )

    async def until_done(self) -> Self:
        """Read to the end and return the stream."""
        async for _ in self:
            pass
        return self

    async def get_final_response(self) -> models.Response:
        """Read to the end and return the response as it then is.

        Its `status` says whether it was completed, failed or is incomplete. Where it came without
        `output`, this is what the events brought.

        Raises:
            APIConnectionError: the stream was closed or broke off before that.
            APIError: the service reported an error instead.
            APIResponseValidationError: the last event has no response.
        """
        await self.until_done()
        last = self._events.last
        if last is None:
            raise self._events.broken("the stream ended without the final response")
        if last.get("type") == "error":
            raise self._events.to_error(last)
        if not is_mapping(last.get("response")):
            message = f"the event {last.get('type')} has no response"
            raise APIResponseValidationError(self.response, last, message=message)
        return self.snapshot

    async def collect_text(self) -> str:
        """Read to the end and return the text of the response, its `output_text`.

        Of a response that is incomplete or was cancelled this is what there is; `snapshot.status`
        tells.

        Raises:
            APIError: the response failed; or as of `get_final_response`.
        """
        response = await AsyncStream[_EventT].get_final_response(self)
        if response.status == "failed":
            raise self._events.to_error(response.to_dict())
        return response.output_text

    def relay(self, types: Collection[str] | None = None) -> AsyncIterator[bytes]:
        """Send the events on as server-sent events: the body of a web application's response.

            StreamingResponse(stream.relay(), media_type="text/event-stream")

        The stream is closed when the last event was taken, and when the other side is gone: the
        framework then cancels or drops the iterator. An error comes as an event of the type
        `error`. The `id` of an event is its sequence number, which a browser that connects again
        sends as `Last-Event-ID`.

        Args:
            types: of the events to send, beside `error`. Default: all. The events with a whole
                response hold its `instructions` and `tools`, too.
        """
        chosen = None if types is None else {"error", *check_strings(types, "types")}
        return begin(self._relay(chosen))

    async def _relay(self, types: Collection[str] | None) -> AsyncIterator[bytes]:
        try:
            yield b""
            async for event in self:
                data: dict[str, Any] = cast(Any, event).to_dict()
                if types is None or data.get("type") in types:
                    yield encode(data)
        except OpenAIError as error:
            failed = {"type": "error", "message": str(error), "param": None}
            failed |= {"code": getattr(error, "code", None)}
            yield encode(failed | {"sequence_number": _number(self._latest) + 1})
        finally:
            with shield():
                await self.close()

    async def close(self) -> None:
        """End the stream now. The connection is closed, unless the stream had come to its end."""
        self._closed = True
        self._events.waiting.clear()
        if self._events.ended:
            await self._body.finish()
        else:
            await self._body.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        over, response = self._closed or self._events.over, self._response or {}
        facts = {name: response.get(name) for name in ("status", "id")}
        facts["sequence_number"] = self._latest.get("sequence_number")
        shown = [f"{name}={one!r:.80}" for name, one in facts.items() if one is not None]
        return f"{type(self).__name__}({', '.join(['closed' if over else 'open', *shown])})"


def _number(event: dict[str, Any], otherwise: int = -1) -> int:
    """Return the number of an event in its stream, `otherwise` if it has none."""
    number: object = event.get("sequence_number")
    return number if isinstance(number, int) else otherwise


class AsyncTextDeltas(AsyncIterator[str]):
    """The texts of a stream. Not a generator: left half-way, it has nothing to clean up."""

    def __init__(self, stream: AsyncStream[Any]) -> None:
        self._stream = stream

    async def __anext__(self) -> str:
        while True:
            event = await anext(self._stream)
            if event.type == "response.output_text.delta" and isinstance(event.delta, str):
                return event.delta


class AsyncParsedStream(AsyncStream["models.ResponseStreamEvent"], Generic[_T]):
    """A stream whose final response is parsed: of `responses.stream(text_format=...)`."""

    def __init__(
        self, body: AsyncBodyReader, *, text_format: structured.TextFormat, **options: Any
    ) -> None:
        """Read events as `AsyncStream` does; `text_format` reads the final response."""
        super().__init__(body, **options)
        self._text_format = text_format

    async def get_final_response(self) -> structured.ParsedResponse[_T]:
        """Read to the end and return the response as it then is, parsed.

        Raises:
            OutputParsingError: it is incomplete or failed, or its output is not what it has to be.
            APIError: as of `AsyncStream.get_final_response`.
        """
        return self._text_format.parse(await super().get_final_response(), self.response)
