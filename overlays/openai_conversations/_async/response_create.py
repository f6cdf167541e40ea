"""`client.responses.create`, which has more parameters than all other operations together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, overload

from .._request import operations as operations
from .._request.body import build_create_response_body
from .._request.types import Body, Headers, Omit, Options, Query, Timeout, omit
from .resource import AsyncResource
from .streams import AsyncStream

if TYPE_CHECKING:
    from openai_conversations_api.models import (
        ContextManagementParam,
        Conversation,
        ConversationReference,
        IncludeEnum,
        ModelIdsResponses,
        ModerationParam,
        Prompt,
        PromptCacheOptionsParam,
        Reasoning,
        Response,
        ResponseStreamOptions,
        ResponseTextParam,
        ServiceTierResponses,
        Tool,
        ToolChoiceParam,
    )

    from .._request.input_items import ItemLike
    from ..abort import AbortSignal


class AsyncResponseCreate(AsyncResource):
    """The part of `AsyncResponses` that creates."""

    @overload
    async def create(
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
        stream: Literal[False] | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Response: ...

    @overload
    async def create(
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
        stream: Literal[True],
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> AsyncStream: ...

    @overload
    async def create(
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
        stream: bool,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Response | AsyncStream: ...

    async def create(
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
        stream: bool | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Response | AsyncStream:
        """Have a model answer (createResponse).

        Never sent a second time when the answer to the first was lost: it may have run. An argument
        that is left out is not sent; None is sent as null.

        Args:
            model: the model's name.
            input: what the model is to answer: a text, or items.
            conversation: a conversation, or its id: it is read before, and input and output are
                added to it afterwards.
            instructions: what the system says; not kept for the next response.
            previous_response_id: the response to go on from; not together with `conversation`.
            include: extra data to put into the output.
            tools: what the model may call.
            tool_choice: which of the tools it may or must use.
            parallel_tool_calls: may it call several at once?
            max_tool_calls: most calls of built-in tools.
            max_output_tokens: most tokens to produce, reasoning included.
            metadata: at most 16 keys of up to 64 characters, values of up to 512.
            temperature: randomness, 0 to 2.
            top_p: share of the probability to draw from, 0 to 1.
            top_logprobs: likeliest tokens to report at each place, 0 to 20.
            text: form and length of the text.
            reasoning: client_options of reasoning models.
            store: keep the response for later retrieval?
            background: answer at once, and work on; see `retrieve` and `cancel`.
            truncation: may the input be shortened to fit? (deprecated)
            service_tier: class of service, which decides speed and price.
            prompt: a stored prompt to use.
            prompt_cache_key: the same key for requests that begin alike.
            prompt_cache_options: how the prompt is cached.
            prompt_cache_retention: how long it is cached (deprecated).
            safety_identifier: a stable id of your own end user, up to 64 characters.
            moderation: what to check the request for.
            context_management: what to do as the context fills.
            stream_options: only with `stream=True`.
            user: your end user's id (deprecated: `safety_identifier`, `prompt_cache_key`).
            stream: True to get the events as they happen, not the finished response.

        Returns:
            The response (`response.output_text` has its text); with `stream=True`, a stream.
        """
        body = build_create_response_body(
            {
                "model": model,
                "input": input,
                "conversation": conversation,
                "instructions": instructions,
                "previous_response_id": previous_response_id,
                "include": include,
                "tools": tools,
                "tool_choice": tool_choice,
                "parallel_tool_calls": parallel_tool_calls,
                "max_tool_calls": max_tool_calls,
                "max_output_tokens": max_output_tokens,
                "metadata": metadata,
                "temperature": temperature,
                "top_p": top_p,
                "top_logprobs": top_logprobs,
                "text": text,
                "reasoning": reasoning,
                "store": store,
                "background": background,
                "truncation": truncation,
                "service_tier": service_tier,
                "prompt": prompt,
                "prompt_cache_key": prompt_cache_key,
                "prompt_cache_options": prompt_cache_options,
                "prompt_cache_retention": prompt_cache_retention,
                "safety_identifier": safety_identifier,
                "moderation": moderation,
                "context_management": context_management,
                "stream_options": stream_options,
                "user": user,
                "stream": stream,
            }
        )
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        call = operations.create_response.request({}, body=body, stream=stream is True)
        if stream is True:
            return await self._follow(call, options, resumed=False)
        return await self._run(call, options)
