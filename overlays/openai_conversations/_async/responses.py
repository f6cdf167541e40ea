"""`client.responses`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any, TypeAlias, TypeVar, Unpack, cast, overload

from openai_conversations_api import models

from .. import _structured as structured
from .. import params as p
from .._request import operations
from .._request.signatures import describe
from .._request.types import Omit, given, omit
from .._request.validation import check_integer
from . import response_inputs as inputs
from .api_response import AsyncResponseContextManager
from .background import check_not_resumed, wait_for_response
from .resource import (
    AsyncRawView,
    AsyncResource,
    AsyncStreamingView,
    AsyncViewMethod,
    returns_raw,
    streamed,
)
from .streams import AsyncParsedStream, AsyncStream

_T = TypeVar("_T")
_Events: TypeAlias = AsyncStream["models.ResponseStreamEvent"]


class AsyncResponses(
    AsyncResource["AsyncResponsesWithRawResponse", "AsyncResponsesWithStreamingResponse"]
):
    """Responses of a model. With `conversation`, a response reads from it and is added to it.

    What all methods take and raise is said at `AsyncConversations`.
    """

    @cached_property
    def input_items(self) -> inputs.AsyncInputItems:
        """The input of stored responses."""
        return inputs.AsyncInputItems(self._client, form=self._form)

    @cached_property
    def input_tokens(self) -> inputs.AsyncInputTokens:
        """How many tokens an input would take."""
        return inputs.AsyncInputTokens(self._client, form=self._form)

    @overload
    async def create(
        self, **params: Unpack[p.ResponseCreateParamsNonStreaming]
    ) -> models.Response: ...

    @overload
    async def create(
        self, *, resume: bool = False, **params: Unpack[p.ResponseCreateParamsStreaming]
    ) -> _Events: ...

    @overload
    async def create(
        self, *, resume: bool = False, **params: Unpack[p.ResponseCreateParams]
    ) -> models.Response | _Events: ...

    @describe(operations.create_response)
    async def create(
        self, *, resume: bool = False, **params: Any
    ) -> models.Response | AsyncStream[models.ResponseStreamEvent]:
        """Have a model respond (createResponse).

        With `conversation`, its items come before the input, and input and output are added to it
        when the response is complete.

        Args:
            resume: go on in a new request when the stream breaks off, behind the last event that
                came. For `stream=True` and `background=True`.

        Returns:
            The response; with `stream=True` its events, as they come.
        """
        if params.get("stream") is True:
            return await self._send_stream(operations.create_response, params, resume=resume)
        check_not_resumed(resume)
        return await self._send(operations.create_response, params)

    @overload
    async def parse(
        self, **params: Unpack[p.ResponseStreamParams]
    ) -> structured.ParsedResponse[None]: ...

    @overload
    async def parse(
        self, *, text_format: type[_T], **params: Unpack[p.ResponseStreamParams]
    ) -> structured.ParsedResponse[_T]: ...

    @describe(operations.create_response, without=("stream",))
    async def parse(
        self, *, text_format: Any = omit, **params: Any
    ) -> structured.ParsedResponse[Any]:
        """Have a model respond with a value of a Python type (createResponse).

            @attrs.define
            class Event:
                name: str
                date: datetime.date

            response = await client.responses.parse(
                model="gpt-5.4", input="Science fair on 3 May 2027", text_format=Event
            )
            print(response.output_parsed)

        Calls of tools that `Tool.function` made have `parsed_arguments`. The extra `structured` has
        to be installed.

        Args:
            text_format: what the text has to be: a pydantic model, an attrs class, a dataclass, a
                TypedDict, or a type made of them, such as `list[Event]`.

        Returns:
            The response, with `output_parsed`. That is None where the model refused (`refusal`).

        Raises:
            InvalidArgumentError: a place in the type has no strict JSON Schema.
            OutputParsingError: the response is incomplete or failed, or is not of the type.
        """
        operations.create_response.check_keywords(params, "Responses.parse")
        wanted = structured.TextFormat(text_format, params)
        response = await self._send(operations.create_response, wanted.params, read=wanted.read)
        return cast("structured.ParsedResponse[Any]", response)

    @overload
    def stream(
        self, *, response_id: str, resume: bool = False, **params: Unpack[p.ResponseFollowParams]
    ) -> AsyncResponseContextManager[_Events]: ...

    @overload
    def stream(
        self,
        *,
        response_id: str,
        text_format: type[_T],
        tools: Iterable[Any] | Omit = omit,
        resume: bool = False,
        **params: Unpack[p.ResponseFollowParams],
    ) -> AsyncResponseContextManager[AsyncParsedStream[_T]]: ...

    @overload
    def stream(
        self, *, resume: bool = False, **params: Unpack[p.ResponseStreamParams]
    ) -> AsyncResponseContextManager[_Events]: ...

    @overload
    def stream(
        self,
        *,
        text_format: type[_T],
        resume: bool = False,
        **params: Unpack[p.ResponseStreamParams],
    ) -> AsyncResponseContextManager[AsyncParsedStream[_T]]: ...

    @describe(operations.create_response, without=("stream",))
    def stream(
        self,
        *,
        response_id: str | Omit = omit,
        starting_after: int | Omit = omit,
        text_format: Any = omit,
        resume: bool = False,
        **params: Any,
    ) -> AsyncResponseContextManager[Any]:
        """Have a model respond, and follow the events; for a `with` statement.

            async with client.responses.stream(model="gpt-5.4", input="Hello") as stream:
                async for text in stream.text_deltas():
                    print(text, end="")
                response = await stream.get_final_response()

        Leaving the block closes the stream. With `response_id` it is that of a response which was
        begun with `background=True`, and the other parameters are those of `retrieve`.

        Args:
            response_id: of the response to follow, instead of a new one.
            starting_after: the sequence number of the last event that you have seen. The stream is
                read from its start, so that `snapshot` is whole, and gives the events behind it.
            text_format: as of `parse`; then the final response is parsed.
            resume: as of `create`.
        """
        operation, path, seen, asked = operations.create_response, {}, None, params
        if given(response_id):
            operation, path = operations.get_response, {"response_id": response_id}
            seen = (
                check_integer(starting_after, "starting_after") if given(starting_after) else None
            )
            asked = {"tools": params.pop("tools", omit)} if given(text_format) else {}
        elif given(starting_after):
            operation.check_keywords(["starting_after"], "Responses.stream")
        operation.check_keywords(params, "Responses.stream")
        opened: Any = partial(AsyncStream[Any], starting_after=seen)
        if given(text_format):
            wanted = structured.TextFormat(text_format, asked)
            opened = partial(AsyncParsedStream[Any], starting_after=seen, text_format=wanted)
            params = params if path else wanted.params
        send = partial(self._send_stream, operation, params, resume=resume, opened=opened)
        return AsyncResponseContextManager(partial(send, **path))

    @overload
    async def retrieve(
        self, response_id: str, **params: Unpack[p.ResponseRetrieveParamsNonStreaming]
    ) -> models.Response: ...

    @overload
    async def retrieve(
        self,
        response_id: str,
        *,
        resume: bool = False,
        **params: Unpack[p.ResponseRetrieveParamsStreaming],
    ) -> _Events: ...

    @overload
    async def retrieve(
        self, response_id: str, *, resume: bool = False, **params: Unpack[p.ResponseRetrieveParams]
    ) -> models.Response | _Events: ...

    @describe(operations.get_response)
    async def retrieve(
        self, response_id: str, *, resume: bool = False, **params: Any
    ) -> models.Response | AsyncStream[models.ResponseStreamEvent]:
        """Read a stored response, or follow one that is being made (getResponse).

        Args:
            resume: as of `create`; for `stream=True`.

        Returns:
            The response; with `stream=True` its events, as they come.

        Raises:
            NotFoundError: there is no such response.
        """
        if params.get("stream") is True:
            return await self._send_stream(
                operations.get_response, params, resume=resume, response_id=response_id
            )
        check_not_resumed(resume)
        return await self._send(operations.get_response, params, response_id=response_id)

    @describe(
        operations.get_response,
        without=("stream", "starting_after", "include_obfuscation", "extra_body"),
    )
    async def wait(
        self,
        response_id: str,
        *,
        timeout: float | None = None,
        **params: Unpack[p.ResponseWaitParams],
    ) -> models.Response:
        """Wait until a response that was begun with `background=True` is final (getResponse).

        It is retrieved again and again, after the pauses that the service asks for, or else of half
        a second to eight.

        Args:
            timeout: seconds to wait in all; None for as long as it takes.

        Returns:
            The response. Its `status` says whether it was completed.

        Raises:
            APITimeoutError: it is still being made when the time is over.
            NotFoundError: there is no such response.
        """
        operations.get_response.check_keywords(params, "Responses.wait")
        return await wait_for_response(self._client, response_id, params, timeout)

    @describe(operations.delete_response)
    async def delete(self, response_id: str, **params: Unpack[p.ResponseDeleteParams]) -> None:
        """Delete a stored response (deleteResponse).

        Raises:
            NotFoundError: there is no such response.
        """
        return await self._send(operations.delete_response, params, response_id=response_id)

    @describe(operations.cancel_response)
    async def cancel(
        self, response_id: str, **params: Unpack[p.ResponseCancelParams]
    ) -> models.Response:
        """Stop a response that was begun with `background=True` (cancelResponse).

        Returns:
            The response as it is now.

        Raises:
            NotFoundError: there is no such response.
        """
        return await self._send(operations.cancel_response, params, response_id=response_id)

    @describe(operations.compact_conversation)
    async def compact(self, **params: Unpack[p.ResponseCompactParams]) -> models.CompactedResponse:
        """Make a long input short, for the responses that follow (compactConversation).

        Returns:
            The items to go on with, in `.output`.
        """
        return await self._send(operations.compact_conversation, params)


class _AsyncResponsesView:
    delete = AsyncViewMethod(AsyncResponses.delete)
    cancel = AsyncViewMethod(AsyncResponses.cancel)
    compact = AsyncViewMethod(AsyncResponses.compact)


class AsyncResponsesWithRawResponse(
    AsyncRawView[AsyncResponses], _AsyncResponsesView, of=AsyncResponses
):
    """`AsyncResponses`, each method returning a `RawResponse`; not `stream` and `wait`."""

    def __init__(self, resource: AsyncResponses) -> None:
        super().__init__(resource)
        # Not lines of the table: a descriptor would lose their overloads.
        self.create = returns_raw(resource.create)
        self.parse = returns_raw(resource.parse)
        self.retrieve = returns_raw(resource.retrieve)
        self.input_items = inputs.AsyncInputItemsWithRawResponse(resource.input_items)
        self.input_tokens = inputs.AsyncInputTokensWithRawResponse(resource.input_tokens)


class AsyncResponsesWithStreamingResponse(
    AsyncStreamingView[AsyncResponses], _AsyncResponsesView, of=AsyncResponses
):
    """`AsyncResponses`, each giving an `AsyncAPIResponse`; not `stream` and `wait`."""

    def __init__(self, resource: AsyncResponses) -> None:
        super().__init__(resource)
        self.create = streamed(resource.create)
        self.parse = streamed(resource.parse)
        self.retrieve = streamed(resource.retrieve)
        self.input_items = inputs.AsyncInputItemsWithStreamingResponse(resource.input_items)
        self.input_tokens = inputs.AsyncInputTokensWithStreamingResponse(resource.input_tokens)
