# Made from _async/input_tokens.py by tools/unasync. Do not edit.
"""`client.responses.input_tokens`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from .._request import operations as operations
from .._request.body import build_create_response_body
from .._request.types import Body, Headers, Omit, Options, Query, Timeout, omit
from .resource import Resource

if TYPE_CHECKING:
    from openai_conversations_api.models import (
        Conversation,
        ConversationReference,
        PersonalityEnum,
        Reasoning,
        ResponseTextParam,
        TokenCounts,
        Tool,
        ToolChoiceParam,
    )

    from .._request.input_items import ItemLike
    from ..abort import AbortSignal
    from .with_raw_response import InputTokensWithRawResponse
    from .with_streaming_response import InputTokensWithStreamingResponse


class InputTokens(Resource):
    """Counting before sending. What is raised is said at `Conversations`."""

    @cached_property
    def with_raw_response(self) -> InputTokensWithRawResponse:
        """The same methods, returning a `RawResponse`: status, headers, bytes and `.parse()`."""
        from .with_raw_response import InputTokensWithRawResponse

        return InputTokensWithRawResponse(self._client)

    @cached_property
    def with_streaming_response(self) -> InputTokensWithStreamingResponse:
        """The same methods, for `with` statements: an `APIResponse`, its body not yet read."""
        from .with_streaming_response import InputTokensWithStreamingResponse

        return InputTokensWithStreamingResponse(self._client)

    def count(
        self,
        *,
        model: str | Omit | None = omit,
        input: str | Iterable[ItemLike] | Omit | None = omit,
        conversation: str
        | Conversation
        | ConversationReference
        | Mapping[str, object]
        | Omit
        | None = omit,
        instructions: str | Omit | None = omit,
        previous_response_id: str | Omit | None = omit,
        tools: Iterable[Tool | Mapping[str, object]] | Omit | None = omit,
        tool_choice: ToolChoiceParam | Mapping[str, object] | Omit | None = omit,
        parallel_tool_calls: bool | Omit | None = omit,
        personality: PersonalityEnum | Omit = omit,
        reasoning: Reasoning | Mapping[str, object] | Omit | None = omit,
        text: ResponseTextParam | Mapping[str, object] | Omit | None = omit,
        truncation: Literal["auto", "disabled"] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> TokenCounts:
        """Count the tokens that a request would take (getInputTokenCounts).

        Args:
            personality: "friendly" or "pragmatic", where the model has them.
            model, input, conversation, instructions, previous_response_id, tools, tool_choice,
                parallel_tool_calls, reasoning, text, truncation: as for `responses.create`.

        Returns:
            The number, in `.input_tokens`.
        """
        body = build_create_response_body(
            {
                "model": model,
                "input": input,
                "conversation": conversation,
                "instructions": instructions,
                "previous_response_id": previous_response_id,
                "tools": tools,
                "tool_choice": tool_choice,
                "parallel_tool_calls": parallel_tool_calls,
                "personality": personality,
                "reasoning": reasoning,
                "text": text,
                "truncation": truncation,
            }
        )
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return self._run(operations.count_input_tokens.request({}, body=body), options)
