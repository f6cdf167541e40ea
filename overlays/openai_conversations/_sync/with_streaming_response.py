# Made from _async/with_streaming_response.py by tools/unasync. Do not edit.
"""`with_streaming_response`: the resources, giving answers whose body is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conversations import Conversations
from .input_items import InputItems
from .input_tokens import InputTokens
from .items import Items
from .resource import streamed
from .responses import Responses

if TYPE_CHECKING:
    from .client import Client


class ItemsWithStreamingResponse:
    """`Items`, each method giving an `APIResponse`."""

    def __init__(self, client: Client) -> None:
        methods = Items(client, streamed=True)
        self.create = streamed(methods.create)
        self.retrieve = streamed(methods.retrieve)
        self.list = streamed(methods.list)
        self.delete = streamed(methods.delete)


class ConversationsWithStreamingResponse:
    """`Conversations`, each method giving an `APIResponse`."""

    def __init__(self, client: Client) -> None:
        methods = Conversations(client, streamed=True)
        self.create = streamed(methods.create)
        self.retrieve = streamed(methods.retrieve)
        self.update = streamed(methods.update)
        self.delete = streamed(methods.delete)
        self.items = ItemsWithStreamingResponse(client)


class InputItemsWithStreamingResponse:
    """`InputItems`, each method giving an `APIResponse`."""

    def __init__(self, client: Client) -> None:
        self.list = streamed(InputItems(client, streamed=True).list)


class InputTokensWithStreamingResponse:
    """`InputTokens`, each method giving an `APIResponse`."""

    def __init__(self, client: Client) -> None:
        self.count = streamed(InputTokens(client, streamed=True).count)


class ResponsesWithStreamingResponse:
    """`Responses`, each method giving an `APIResponse`; not `stream`, which has none."""

    def __init__(self, client: Client) -> None:
        methods = Responses(client, streamed=True)
        self.create = streamed(methods.create)
        self.retrieve = streamed(methods.retrieve)
        self.delete = streamed(methods.delete)
        self.cancel = streamed(methods.cancel)
        self.compact = streamed(methods.compact)
        self.input_items = InputItemsWithStreamingResponse(client)
        self.input_tokens = InputTokensWithStreamingResponse(client)
