"""The events of a response, as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .. import _json, _strict
from .._checks import is_mapping
from .._exchange import Exchange, shut_down
from .._failures import to_connection_error
from .._operations import event_decoder
from .._runtime_async import abortable
from ..abort import AbortSignal, Interrupted
from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    OpenAIError,
    RequestAbortedError,
)
from ..sse import ServerSentEvent, SSEDecoder

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import httpx
    from openai_conversations_api.models import Response, ResponseStreamEvent

_LAST = frozenset({"response.completed", "response.failed", "response.incomplete", "error"})


class AsyncStream:
    """Iterate over it for the events; it is a context manager too, which closes it.

    Closing early, or leaving the `with` block, gives the connection up. A stream that breaks off
    raises `APIConnectionError`, one that is aborted `RequestAbortedError`.

    Attributes:
        response: the httpx response below, for its status and headers.
    """

    def __init__(
        self,
        response: httpx.Response,
        *,
        abort: AbortSignal | None,
        operation: str,
        resumed: bool,
    ) -> None:
        """
        Args:
            abort: ends the stream when it is set.
            operation: its id, if each event is to be checked against the document.
            resumed: does it begin in the middle? Then it may have no events at all.
        """
        self.response = response
        self._abort = abort
        self._operation = operation
        self._resumed = resumed
        self._decoder = SSEDecoder()
        self._decode = event_decoder()
        self._chunks = response.aiter_bytes()
        self._waiting: deque[ServerSentEvent] = deque()
        self._over = False
        self._any = False
        self._ended = False
        self._last: ResponseStreamEvent | None = None

    def __aiter__(self) -> AsyncIterator[ResponseStreamEvent]:
        return self

    async def __anext__(self) -> ResponseStreamEvent:
        while not self._waiting:
            if self._over:
                raise StopAsyncIteration
            await self._read_on()
        try:
            return self._to_event(self._waiting.popleft())
        except OpenAIError:
            await self.close()
            raise

    async def _read_on(self) -> None:
        try:
            chunk = await self._next_chunk()
        except Interrupted:
            await self.close()
            reason = self._abort.reason if self._abort is not None else None
            raise RequestAbortedError("streaming", reason) from None
        except Exception as error:
            await self.close()
            raise to_connection_error(error, self.response.request, Exchange()) from error
        if chunk is not None:
            self._waiting.extend(self._decoder.feed(chunk))
        else:
            self._waiting.extend(self._decoder.end())
        if self._waiting and self._waiting[-1].data == b"[DONE]":
            self._waiting.pop()
            self._ended = True
        if chunk is None:
            self._over = True
            await self.response.aclose()
            if not self._waiting:
                self._check_end()

    async def _next_chunk(self) -> bytes | None:
        abort = self._abort
        if abort is None:
            return await anext(self._chunks, None)

        async def read() -> bytes | None:
            return await anext(self._chunks, None)

        async def discard(chunk: bytes | None) -> None:
            await self.response.aclose()

        return await abortable(abort, read, interrupt=self._shut_down, discard=discard)

    def _shut_down(self) -> None:
        network = self.response.extensions.get("network_stream")
        if network is not None:
            shut_down(network)

    def _check_end(self) -> None:
        """Was that all? A response that was not finished is not a result."""
        if self._ended or (self._resumed and not self._any):
            return
        message = "Connection error: the stream ended before the response was complete"
        raise APIConnectionError(message=message, request=self.response.request)

    def _to_event(self, sse: ServerSentEvent) -> ResponseStreamEvent:
        self._any = True
        try:
            data = _json.loads(sse.data)
            event = self._decode(data)
            kind = event.type
        except Exception as error:
            shown = sse.data[:200].decode("utf-8", "replace")
            message = f"an event of the stream cannot be read: {shown}"
            raise APIResponseValidationError(self.response, shown, message=message) from error
        if kind is None and data.get("error"):
            raise self._to_error(data["error"])
        if self._operation:
            _strict.check(self._operation, data, self.response, event=True)
        if kind in _LAST:
            self._ended = True
            self._last = event
        elif self._over and not self._waiting:
            self._check_end()
        return event

    def _to_error(self, body: object) -> APIError:
        said: object = body.get("message") if is_mapping(body) else body
        message = said if isinstance(said, str) and said else "the service reported an error"
        return APIError(message, self.response.request, body=body)

    async def until_done(self) -> Self:
        """Read to the end, and return the stream."""
        async for _ in self:
            pass
        return self

    async def get_final_response(self) -> Response:
        """Read to the end, and return the response as it then is.

        Its `status` says whether it was completed, failed or is incomplete.

        Raises:
            APIConnectionError: the stream was closed or broke off before that.
            APIError: the service reported an error instead.
        """
        await self.until_done()
        last: Any = self._last
        if last is None or last.type == "error":
            body = None if last is None else last.to_dict()
            if body is not None:
                raise self._to_error(body)
            message = "Connection error: the stream ended without the final response"
            raise APIConnectionError(message=message, request=self.response.request)
        response: Response = last.response
        return response

    async def close(self) -> None:
        """End the stream now. The connection is closed, unless everything had been read."""
        finished = self._over
        self._over = True
        self._waiting.clear()
        await self.response.aclose()
        if finished or self.response.http_version == "HTTP/2":
            return
        # With the connection gone, the generators between here and it end by themselves. Left
        # half-way, they would be for the event loop to clean up, later and with a warning.
        with suppress(Exception):
            while await anext(self._chunks, None) is not None:
                pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'closed' if self._over else 'open'})"


class AsyncStreamManager:
    """What `responses.stream(...)` gives: `async with` sends the request and gives the stream."""

    def __init__(self, open_stream: Callable[[], Awaitable[AsyncStream]]) -> None:
        self._open = open_stream
        self._stream: AsyncStream | None = None

    async def __aenter__(self) -> AsyncStream:
        self._stream = await self._open()
        return self._stream

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
