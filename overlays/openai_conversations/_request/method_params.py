"""The keyword arguments of the facade's methods: an operation's parameters, and `RequestOptions`.

The names are openai-python's. Nothing here names a parameter of an operation.
"""

from __future__ import annotations

# Not all are used by name: `typing.get_type_hints` resolves what the bases write inside
# `NotRequired[...]` in this module.
# pyright: reportUnusedImport=false
from collections.abc import Callable, Iterable, Mapping, Sequence  # noqa: F401
from typing import Any, Literal  # noqa: F401

from openai_conversations_api import Omit, models, params  # noqa: F401
from openai_conversations_api.params import *  # noqa: F403
from openai_conversations_api.types import SequenceNotStr  # noqa: F401

from .._run import OnApproval, OnCall, OnToolError
from ..progress import RunResult
from .types import GetOptions, RequestOptions, WaitOptions

__all__ = [
    "ConversationCreateParams",
    "ConversationDeleteParams",
    "ConversationListParams",
    "ConversationRetrieveParams",
    "ConversationRunParams",
    "ConversationUpdateParams",
    "InputItemListParams",
    "InputTokenCountParams",
    "ItemAppendParams",
    "ItemCreateParams",
    "ItemDeleteParams",
    "ItemListParams",
    "ItemRetrieveParams",
    "ResponseCancelParams",
    "ResponseCompactParams",
    "ResponseCreateParams",
    "ResponseCreateParamsNonStreaming",
    "ResponseCreateParamsStreaming",
    "ResponseDeleteParams",
    "ResponseFollowParams",
    "ResponseRetrieveParams",
    "ResponseRetrieveParamsNonStreaming",
    "ResponseRetrieveParamsStreaming",
    "ResponseStreamParams",
    "ResponseWaitParams",
]


class ConversationCreateParams(params.CreateConversationParams, RequestOptions):
    """Keyword arguments of `conversations.create`."""


class ConversationListParams(params.ListConversationsParams, RequestOptions):
    """Keyword arguments of `conversations.list`."""


class ConversationRetrieveParams(params.GetConversationParams, RequestOptions):
    """Keyword arguments of `conversations.retrieve`."""


class ConversationUpdateParams(params.UpdateConversationParams, RequestOptions):
    """Keyword arguments of `conversations.update`."""


class ConversationDeleteParams(params.DeleteConversationParams, RequestOptions):
    """Keyword arguments of `conversations.delete`."""


class ConversationRunParams(params.CreateResponseParamsBase, RequestOptions, total=False):
    """Keyword arguments of `conversations.run` and `conversations.run_stream`."""

    max_turns: int | None
    on_tool_error: OnToolError
    on_call: OnCall | None
    on_approval: OnApproval | None
    on_progress: Callable[[RunResult[Any]], object] | None
    resume: str | RunResult[Any] | None
    abort_output: str


class ItemCreateParams(params.CreateConversationItemsParams, RequestOptions):
    """Keyword arguments of `conversations.items.create`."""


class ItemRetrieveParams(params.GetConversationItemParams, RequestOptions):
    """Keyword arguments of `conversations.items.retrieve`."""


class ItemListParams(params.ListConversationItemsParams, RequestOptions):
    """Keyword arguments of `conversations.items.list`."""


class ItemAppendParams(params.CreateConversationItemsParamsBase, GetOptions):
    """Keyword arguments of `conversations.items.append`, besides its own."""


class ItemDeleteParams(params.DeleteConversationItemParams, RequestOptions):
    """Keyword arguments of `conversations.items.delete`."""


class ResponseCreateParamsNonStreaming(params.CreateResponseParamsNonStreaming, RequestOptions):
    """Keyword arguments of `responses.create` without `stream=True`."""


class ResponseCreateParamsStreaming(params.CreateResponseParamsStreaming, RequestOptions):
    """Keyword arguments of `responses.create` with `stream=True`."""


class ResponseCreateParams(params.CreateResponseParams, RequestOptions):
    """Keyword arguments of `responses.create`."""


class ResponseStreamParams(params.CreateResponseParamsBase, RequestOptions):
    """Keyword arguments of `responses.stream`."""


class ResponseFollowParams(params.GetResponseParamsBase, RequestOptions):
    """Keyword arguments of `responses.stream` with `response_id`."""


class ResponseWaitParams(params.GetResponseParamsBase, WaitOptions):
    """Keyword arguments of `responses.wait`, besides its own."""


class ResponseRetrieveParamsNonStreaming(params.GetResponseParamsNonStreaming, RequestOptions):
    """Keyword arguments of `responses.retrieve` without `stream=True`."""


class ResponseRetrieveParamsStreaming(params.GetResponseParamsStreaming, RequestOptions):
    """Keyword arguments of `responses.retrieve` with `stream=True`."""


class ResponseRetrieveParams(params.GetResponseParams, RequestOptions):
    """Keyword arguments of `responses.retrieve`."""


class ResponseDeleteParams(params.DeleteResponseParams, RequestOptions):
    """Keyword arguments of `responses.delete`."""


class ResponseCancelParams(params.CancelResponseParams, RequestOptions):
    """Keyword arguments of `responses.cancel`."""


class ResponseCompactParams(params.CompactConversationParams, RequestOptions):
    """Keyword arguments of `responses.compact`."""


class InputItemListParams(params.ListInputItemsParams, RequestOptions):
    """Keyword arguments of `responses.input_items.list`."""


class InputTokenCountParams(params.GetInputTokenCountsParams, RequestOptions):
    """Keyword arguments of `responses.input_tokens.count`."""
