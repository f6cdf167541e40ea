"""`client.responses`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, overload

from .._request import operations as operations
from .._request.body import build_create_response_body
from .._request.types import Body, Headers, Omit, Options, Query, Timeout, given, omit
from .._request.validation import check_id, check_include, check_integer
from .context_managers import AsyncResponseContextManager
from .input_items import AsyncInputItems
from .input_tokens import AsyncInputTokens
from .response_create import AsyncResponseCreate
from .streams import AsyncStream

if TYPE_CHECKING:
    from openai_conversations_api.models import (
        CompactedResponse,
        ContextManagementParam,
        Conversation,
        ConversationReference,
        IncludeEnum,
        ModelIdsCompaction,
        ModelIdsResponses,
        ModerationParam,
        Prompt,
        PromptCacheOptionsParam,
        Reasoning,
        Response,
        ResponseStreamOptions,
        ResponseTextParam,
        ServiceTierEnum,
        ServiceTierResponses,
        Tool,
        ToolChoiceParam,
    )

    from .._request.input_items import ItemLike
    from ..abort import AbortSignal
    from .with_raw_response import AsyncResponsesWithRawResponse
    from .with_streaming_response import AsyncResponsesWithStreamingResponse


class AsyncResponses(AsyncResponseCreate):
    """A model's answers. With `conversation`, an answer reads from it and is added to it.

    What all methods take and raise is said at `AsyncConversations`.
    """

    @cached_property
    def input_items(self) -> AsyncInputItems:
        """What a response was asked."""
        return AsyncInputItems(self._client)

    @cached_property
    def input_tokens(self) -> AsyncInputTokens:
        """How many tokens an input would take."""
        return AsyncInputTokens(self._client)

    @cached_property
    def with_raw_response(self) -> AsyncResponsesWithRawResponse:
        """The same methods, returning a `RawResponse`: status, headers, bytes and `.parse()`."""
        from .with_raw_response import AsyncResponsesWithRawResponse

        return AsyncResponsesWithRawResponse(self._client)

    @cached_property
    def with_streaming_response(self) -> AsyncResponsesWithStreamingResponse:
        """The same methods, for `with` statements: an `AsyncAPIResponse`, its body not yet read."""
        from .with_streaming_response import AsyncResponsesWithStreamingResponse

        return AsyncResponsesWithStreamingResponse(self._client)

    def stream(
        self,
        *,
        model: ModelIdsResponses | Omit = omit,
        input: str | Iterable[ItemLike] | Omit = omit,
        conversation: str
        | Conversation
        | ConversationReference
        | Mapping[str, object]
        | Omit
        | None = omit,
        instructions: str | Omit | None = omit,
        previous_response_id: str | Omit | None = omit,
        include: Sequence[IncludeEnum] | Omit | None = omit,
        tools: Iterable[Tool | Mapping[str, object]] | Omit | None = omit,
        tool_choice: ToolChoiceParam | Mapping[str, object] | Omit | None = omit,
        parallel_tool_calls: bool | Omit | None = omit,
        max_tool_calls: int | Omit | None = omit,
        max_output_tokens: int | Omit | None = omit,
        metadata: Mapping[str, str] | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        top_logprobs: int | Omit | None = omit,
        text: ResponseTextParam | Mapping[str, object] | Omit | None = omit,
        reasoning: Reasoning | Mapping[str, object] | Omit | None = omit,
        store: bool | Omit | None = omit,
        background: bool | Omit | None = omit,
        truncation: Literal["auto", "disabled"] | Omit | None = omit,
        service_tier: ServiceTierResponses | Omit = omit,
        prompt: Prompt | Mapping[str, object] | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_options: PromptCacheOptionsParam | Mapping[str, object] | Omit | None = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        safety_identifier: str | Omit | None = omit,
        moderation: ModerationParam | Mapping[str, object] | Omit | None = omit,
        context_management: Iterable[ContextManagementParam | Mapping[str, object]]
        | Omit
        | None = omit,
        stream_options: ResponseStreamOptions | Mapping[str, object] | Omit | None = omit,
        user: str | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> AsyncResponseContextManager[AsyncStream]:
        """Have a model answer, and follow the events; for a `with` statement.

            async with client.responses.stream(model="gpt-5.4", input="Hello") as stream:
                async for event in stream:
                    if event.type == "response.output_text.delta":
                        print(event.delta, end="")
                response = await stream.get_final_response()

        Takes what `create` takes. Leaving the block closes the stream.
        """

        async def open_stream() -> AsyncStream:
            return await self.create(
                model=model,
                input=input,
                conversation=conversation,
                instructions=instructions,
                previous_response_id=previous_response_id,
                include=include,
                tools=tools,
                tool_choice=tool_choice,
                parallel_tool_calls=parallel_tool_calls,
                max_tool_calls=max_tool_calls,
                max_output_tokens=max_output_tokens,
                metadata=metadata,
                temperature=temperature,
                top_p=top_p,
                top_logprobs=top_logprobs,
                text=text,
                reasoning=reasoning,
                store=store,
                background=background,
                truncation=truncation,
                service_tier=service_tier,
                prompt=prompt,
                prompt_cache_key=prompt_cache_key,
                prompt_cache_options=prompt_cache_options,
                prompt_cache_retention=prompt_cache_retention,
                safety_identifier=safety_identifier,
                moderation=moderation,
                context_management=context_management,
                stream_options=stream_options,
                user=user,
                stream=True,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
                abort=abort,
            )

        return AsyncResponseContextManager(open_stream)

    @overload
    async def retrieve(
        self,
        response_id: str,
        *,
        include: Sequence[IncludeEnum] | Omit = omit,
        include_obfuscation: bool | Omit = omit,
        starting_after: int | Omit = omit,
        stream: Literal[False] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Response: ...

    @overload
    async def retrieve(
        self,
        response_id: str,
        *,
        include: Sequence[IncludeEnum] | Omit = omit,
        include_obfuscation: bool | Omit = omit,
        starting_after: int | Omit = omit,
        stream: Literal[True],
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> AsyncStream: ...

    async def retrieve(
        self,
        response_id: str,
        *,
        include: Sequence[IncludeEnum] | Omit = omit,
        include_obfuscation: bool | Omit = omit,
        starting_after: int | Omit = omit,
        stream: bool | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Response | AsyncStream:
        """Read a stored response, or follow one that is being made (getResponse).

        Args:
            response_id: its id.
            include: extra data to put into the output.
            include_obfuscation: with a stream, let the service add random characters that hide
                the length of each event from somebody who listens.
            starting_after: with a stream, begin behind the event with this sequence number.
            stream: True to get its events, not its present state.

        Raises:
            NotFoundError: there is no such response.
        """
        arguments: dict[str, object] = {
            "response_id": check_id(response_id, "response_id"),
            "include": check_include(include) if given(include) else omit,
            "include_obfuscation": include_obfuscation,
            "starting_after": (
                check_integer(starting_after, "starting_after") if given(starting_after) else omit
            ),
            "stream": stream,
        }
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        call = operations.get_response.request(arguments, stream=stream is True)
        if stream is True:
            return await self._follow(call, options, resumed=given(starting_after))
        return await self._run(call, options)

    async def delete(
        self,
        response_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> None:
        """Delete a stored response (deleteResponse).

        Args:
            response_id: its id.

        Raises:
            NotFoundError: there is no such response.
        """
        arguments = {"response_id": check_id(response_id, "response_id")}
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return await self._run(operations.delete_response.request(arguments), options)

    async def cancel(
        self,
        response_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Response:
        """Stop a response that was begun with `background=True` (cancelResponse).

        Args:
            response_id: its id.

        Returns:
            The response as it is now.

        Raises:
            NotFoundError: there is no such response.
        """
        arguments = {"response_id": check_id(response_id, "response_id")}
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return await self._run(operations.cancel_response.request(arguments), options)

    async def compact(
        self,
        *,
        model: ModelIdsCompaction,
        input: str | Iterable[ItemLike] | Omit | None = omit,
        instructions: str | Omit | None = omit,
        previous_response_id: str | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_options: PromptCacheOptionsParam | Mapping[str, object] | Omit | None = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        service_tier: ServiceTierEnum | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> CompactedResponse:
        """Make a long input short, for the responses that follow (compactConversation).

        Args:
            model: the model's name.
            input: a text or items.
            instructions: what the system says.
            previous_response_id: the response whose context is meant.
            prompt_cache_key, prompt_cache_options, prompt_cache_retention, service_tier: as for
                `create`.

        Returns:
            The items to go on with, in `.output`.
        """
        body = build_create_response_body(
            {
                "model": model,
                "input": input,
                "instructions": instructions,
                "previous_response_id": previous_response_id,
                "prompt_cache_key": prompt_cache_key,
                "prompt_cache_options": prompt_cache_options,
                "prompt_cache_retention": prompt_cache_retention,
                "service_tier": service_tier,
            }
        )
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return await self._run(operations.compact_conversation.request({}, body=body), options)
