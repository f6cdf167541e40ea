# Made from _async/with_raw_response.py by tools/unasync. Do not edit.
"""`with_raw_response`: the resources, giving answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conversations import Conversations
from .input_items import InputItems
from .input_tokens import InputTokens
from .items import Items
from .resource import returns_raw
from .responses import Responses

if TYPE_CHECKING:
    from .client import Client


class ItemsWithRawResponse:
    """`Items`, each method returning a `RawResponse`."""

    def __init__(self, client: Client) -> None:
        raw = Items(client, raw=True)
        self.create = returns_raw(raw.create)
        self.retrieve = returns_raw(raw.retrieve)
        self.list = returns_raw(raw.list)
        self.delete = returns_raw(raw.delete)


class ConversationsWithRawResponse:
    """`Conversations`, each method returning a `RawResponse`."""

    def __init__(self, client: Client) -> None:
        raw = Conversations(client, raw=True)
        self.create = returns_raw(raw.create)
        self.retrieve = returns_raw(raw.retrieve)
        self.update = returns_raw(raw.update)
        self.delete = returns_raw(raw.delete)
        self.items = ItemsWithRawResponse(client)


class InputItemsWithRawResponse:
    """`InputItems`, each method returning a `RawResponse`."""

    def __init__(self, client: Client) -> None:
        self.list = returns_raw(InputItems(client, raw=True).list)


class InputTokensWithRawResponse:
    """`InputTokens`, each method returning a `RawResponse`."""

    def __init__(self, client: Client) -> None:
        self.count = returns_raw(InputTokens(client, raw=True).count)


class ResponsesWithRawResponse:
    """`Responses`, each method returning a `RawResponse`; not `stream`, which has none."""

    def __init__(self, client: Client) -> None:
        raw = Responses(client, raw=True)
        self.create = returns_raw(raw.create)
        self.retrieve = returns_raw(raw.retrieve)
        self.delete = returns_raw(raw.delete)
        self.cancel = returns_raw(raw.cancel)
        self.compact = returns_raw(raw.compact)
        self.input_items = InputItemsWithRawResponse(client)
        self.input_tokens = InputTokensWithRawResponse(client)
