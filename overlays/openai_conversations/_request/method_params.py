"""The keyword arguments of the facade's methods: an operation's parameters, and `RequestOptions`.

The names are openai-python's. Nothing here names a parameter of an operation.
"""

from __future__ import annotations

from openai_conversations_api import params as p

# `typing.get_type_hints` resolves what the bases write inside `NotRequired[...]` in this module.
from openai_conversations_api.params._definitions import *  # noqa: F403

from .types import GetOptions, RequestOptions

__all__ = [
    "ConversationCreateParams",
    "ConversationDeleteParams",
    "ConversationRetrieveParams",
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
    "ResponseRetrieveParams",
    "ResponseRetrieveParamsNonStreaming",
    "ResponseRetrieveParamsStreaming",
    "ResponseStreamParams",
]


class ConversationCreateParams(p.CreateConversationParams, RequestOptions):
    """Keyword arguments of `conversations.create`."""


class ConversationRetrieveParams(p.GetConversationParams, RequestOptions):
    """Keyword arguments of `conversations.retrieve`."""


class ConversationUpdateParams(p.UpdateConversationParams, RequestOptions):
    """Keyword arguments of `conversations.update`."""


class ConversationDeleteParams(p.DeleteConversationParams, RequestOptions):
    """Keyword arguments of `conversations.delete`."""


class ItemCreateParams(p.CreateConversationItemsParams, RequestOptions):
    """Keyword arguments of `conversations.items.create`."""


class ItemRetrieveParams(p.GetConversationItemParams, RequestOptions):
    """Keyword arguments of `conversations.items.retrieve`."""


class ItemListParams(p.ListConversationItemsParams, RequestOptions):
    """Keyword arguments of `conversations.items.list`."""


class ItemAppendParams(p.CreateConversationItemsQuery, GetOptions, total=False):
    """Keyword arguments of `conversations.items.append`, besides its own."""


class ItemDeleteParams(p.DeleteConversationItemParams, RequestOptions):
    """Keyword arguments of `conversations.items.delete`."""


class ResponseCreateParamsNonStreaming(p.CreateResponseParamsNonStreaming, RequestOptions):
    """Keyword arguments of `responses.create` without `stream=True`."""


class ResponseCreateParamsStreaming(p.CreateResponseParamsStreaming, RequestOptions):
    """Keyword arguments of `responses.create` with `stream=True`."""


class ResponseCreateParams(p.CreateResponseParams, RequestOptions):
    """Keyword arguments of `responses.create`."""


class ResponseStreamParams(p.CreateResponseParamsBase, RequestOptions):
    """Keyword arguments of `responses.stream`."""


class ResponseRetrieveParamsNonStreaming(p.GetResponseParamsNonStreaming, RequestOptions):
    """Keyword arguments of `responses.retrieve` without `stream=True`."""


class ResponseRetrieveParamsStreaming(p.GetResponseParamsStreaming, RequestOptions):
    """Keyword arguments of `responses.retrieve` with `stream=True`."""


class ResponseRetrieveParams(p.GetResponseParams, RequestOptions):
    """Keyword arguments of `responses.retrieve`."""


class ResponseDeleteParams(p.DeleteResponseParams, RequestOptions):
    """Keyword arguments of `responses.delete`."""


class ResponseCancelParams(p.CancelResponseParams, RequestOptions):
    """Keyword arguments of `responses.cancel`."""


class ResponseCompactParams(p.CompactConversationParams, RequestOptions):
    """Keyword arguments of `responses.compact`."""


class InputItemListParams(p.ListInputItemsParams, RequestOptions):
    """Keyword arguments of `responses.input_items.list`."""


class InputTokenCountParams(p.GetInputTokenCountsParams, RequestOptions):
    """Keyword arguments of `responses.input_tokens.count`."""
