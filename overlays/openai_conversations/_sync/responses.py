# Made from _async/responses.py by tools/unasync. Do not edit.
"""`client.responses`."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any, TypeVar, Unpack, cast, overload

from openai_conversations_api import models

from .. import _structured as structured
from .. import params as p
from .._request import operations
from .._request.signatures import describe
from .._request.types import omit
from .api_response import ResponseContextManager
from .pages import Page
from .resource import (
    RawView,
    Resource,
    StreamingView,
    ViewMethod,
    returns_raw,
    streamed,
)
from .streams import ParsedStream, Stream

_T = TypeVar("_T")


class InputItems(
    Resource["InputItemsWithRawResponse", "InputItemsWithStreamingResponse"]
):
    """The input of stored responses."""

    @describe(operations.list_input_items)
    def list(
        self,
        response_id: str,
        *,
        max_items: int | None = None,
        **params: Unpack[p.InputItemListParams],
    ) -> Page[models.ItemResource]:
        """List the input items of a response (listInputItems).

        `limit` is the size of one page; `max_items` ends the list after so many, over all pages.

        Returns:
            The first page; iterating over it goes on through the following ones.

        Raises:
            NotFoundError: there is no such response.
        """
        return self._list(operations.list_input_items, params, max_items, response_id=response_id)


class _InputItemsView:
    list = ViewMethod(InputItems.list)


class InputItemsWithRawResponse(
    RawView[InputItems], _InputItemsView, of=InputItems
):
    """`InputItems`, each method returning a `RawResponse`."""


class InputItemsWithStreamingResponse(
    StreamingView[InputItems], _InputItemsView, of=InputItems
):
    """`InputItems`, each method giving an `APIResponse`."""


class InputTokens(
    Resource["InputTokensWithRawResponse", "InputTokensWithStreamingResponse"]
):
    """The number of tokens of an input."""

    @describe(operations.count_input_tokens)
    def count(self, **params: Unpack[p.InputTokenCountParams]) -> models.TokenCounts:
        """Count the tokens that a request would take (getInputTokenCounts).

        Returns:
            The number, in `.input_tokens`.
        """
        return self._send(operations.count_input_tokens, params)


class _InputTokensView:
    count = ViewMethod(InputTokens.count)


class InputTokensWithRawResponse(
    RawView[InputTokens], _InputTokensView, of=InputTokens
):
    """`InputTokens`, each method returning a `RawResponse`."""


class InputTokensWithStreamingResponse(
    StreamingView[InputTokens], _InputTokensView, of=InputTokens
):
    """`InputTokens`, each method giving an `APIResponse`."""


class Responses(
    Resource["ResponsesWithRawResponse", "ResponsesWithStreamingResponse"]
):
    """Responses of a model. With `conversation`, a response reads from it and is added to it.

    What all methods take and raise is said at `Conversations`.
    """

    @cached_property
    def input_items(self) -> InputItems:
        """The input of stored responses."""
        return InputItems(self._client, form=self._form)

    @cached_property
    def input_tokens(self) -> InputTokens:
        """How many tokens an input would take."""
        return InputTokens(self._client, form=self._form)

    @overload
    def create(
        self, **params: Unpack[p.ResponseCreateParamsNonStreaming]
    ) -> models.Response: ...

    @overload
    def create(self, **params: Unpack[p.ResponseCreateParamsStreaming]) -> Stream: ...

    @overload
    def create(
        self, **params: Unpack[p.ResponseCreateParams]
    ) -> models.Response | Stream: ...

    @describe(operations.create_response)
    def create(self, **params: Any) -> models.Response | Stream:
        """Have a model respond (createResponse).

        With `conversation`, its items come before the input, and input and output are added to it
        when the response is complete.

        Returns:
            The response; with `stream=True` its events, as they come.
        """
        if params.get("stream") is True:
            return self._send_stream(operations.create_response, params)
        return self._send(operations.create_response, params)

    @overload
    def parse(
        self, **params: Unpack[p.ResponseStreamParams]
    ) -> structured.ParsedResponse[None]: ...

    @overload
    def parse(
        self, *, text_format: type[_T], **params: Unpack[p.ResponseStreamParams]
    ) -> structured.ParsedResponse[_T]: ...

    @describe(operations.create_response, without=("stream",))
    def parse(
        self, *, text_format: Any = omit, **params: Any
    ) -> structured.ParsedResponse[Any]:
        """Have a model respond with a value of a Python type (createResponse).

            @attrs.define
            class Event:
                name: str
                date: datetime.date

            response = client.responses.parse(
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
        wanted = structured.TextFormat(text_format, params)
        response = self._send(operations.create_response, wanted.params, read=wanted.read)
        return cast("structured.ParsedResponse[Any]", response)

    @overload
    def stream(
        self, **params: Unpack[p.ResponseStreamParams]
    ) -> ResponseContextManager[Stream]: ...

    @overload
    def stream(
        self, *, text_format: type[_T], **params: Unpack[p.ResponseStreamParams]
    ) -> ResponseContextManager[ParsedStream[_T]]: ...

    @describe(operations.create_response, without=("stream",))
    def stream(self, *, text_format: Any = omit, **params: Any) -> ResponseContextManager[Any]:
        """Have a model respond, and follow the events; for a `with` statement.

            with client.responses.stream(model="gpt-5.4", input="Hello") as stream:
                for event in stream:
                    if event.type == "response.output_text.delta":
                        print(event.delta, end="")
                response = stream.get_final_response()

        Leaving the block closes the stream.

        Args:
            text_format: as of `parse`; then the final response is parsed.
        """
        operations.create_response.check_keywords(params)
        opened: Any = Stream
        if text_format is not omit:
            wanted = structured.TextFormat(text_format, params)
            opened, params = partial(ParsedStream[Any], text_format=wanted), wanted.params

        def open_stream() -> Stream:
            return self._send_stream(
                operations.create_response, {**params, "stream": True}, opened=opened
            )

        return ResponseContextManager(open_stream)

    @overload
    def retrieve(
        self, response_id: str, **params: Unpack[p.ResponseRetrieveParamsNonStreaming]
    ) -> models.Response: ...

    @overload
    def retrieve(
        self, response_id: str, **params: Unpack[p.ResponseRetrieveParamsStreaming]
    ) -> Stream: ...

    @overload
    def retrieve(
        self, response_id: str, **params: Unpack[p.ResponseRetrieveParams]
    ) -> models.Response | Stream: ...

    @describe(operations.get_response)
    def retrieve(self, response_id: str, **params: Any) -> models.Response | Stream:
        """Read a stored response, or follow one that is being made (getResponse).

        Returns:
            The response; with `stream=True` its events, as they come.

        Raises:
            NotFoundError: there is no such response.
        """
        if params.get("stream") is True:
            resumed = params.get("starting_after", omit) is not omit
            return self._send_stream(
                operations.get_response, params, resumed=resumed, response_id=response_id
            )
        return self._send(operations.get_response, params, response_id=response_id)

    @describe(operations.delete_response)
    def delete(self, response_id: str, **params: Unpack[p.ResponseDeleteParams]) -> None:
        """Delete a stored response (deleteResponse).

        Raises:
            NotFoundError: there is no such response.
        """
        return self._send(operations.delete_response, params, response_id=response_id)

    @describe(operations.cancel_response)
    def cancel(
        self, response_id: str, **params: Unpack[p.ResponseCancelParams]
    ) -> models.Response:
        """Stop a response that was begun with `background=True` (cancelResponse).

        Returns:
            The response as it is now.

        Raises:
            NotFoundError: there is no such response.
        """
        return self._send(operations.cancel_response, params, response_id=response_id)

    @describe(operations.compact_conversation)
    def compact(self, **params: Unpack[p.ResponseCompactParams]) -> models.CompactedResponse:
        """Make a long input short, for the responses that follow (compactConversation).

        Returns:
            The items to go on with, in `.output`.
        """
        return self._send(operations.compact_conversation, params)


class _ResponsesView:
    delete = ViewMethod(Responses.delete)
    cancel = ViewMethod(Responses.cancel)
    compact = ViewMethod(Responses.compact)


class ResponsesWithRawResponse(
    RawView[Responses], _ResponsesView, of=Responses
):
    """`Responses`, each method returning a `RawResponse`; not `stream`, which has none."""

    def __init__(self, resource: Responses) -> None:
        super().__init__(resource)
        # Not lines of the table: a descriptor would lose their overloads.
        self.create = returns_raw(resource.create)
        self.parse = returns_raw(resource.parse)
        self.retrieve = returns_raw(resource.retrieve)
        self.input_items = InputItemsWithRawResponse(resource.input_items)
        self.input_tokens = InputTokensWithRawResponse(resource.input_tokens)


class ResponsesWithStreamingResponse(
    StreamingView[Responses], _ResponsesView, of=Responses
):
    """`Responses`, each method giving an `APIResponse`; not `stream`, which has none."""

    def __init__(self, resource: Responses) -> None:
        super().__init__(resource)
        self.create = streamed(resource.create)
        self.parse = streamed(resource.parse)
        self.retrieve = streamed(resource.retrieve)
        self.input_items = InputItemsWithStreamingResponse(resource.input_items)
        self.input_tokens = InputTokensWithStreamingResponse(resource.input_tokens)
