"""`with_raw_response`: the resources, giving answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conversations import AsyncConversations
from .input_items import AsyncInputItems
from .input_tokens import AsyncInputTokens
from .items import AsyncItems
from .resource import returns_raw
from .responses import AsyncResponses

if TYPE_CHECKING:
    from .client import AsyncClient


class AsyncItemsWithRawResponse:
    """`AsyncItems`, each method returning a `RawResponse`."""

    def __init__(self, client: AsyncClient) -> None:
        raw = AsyncItems(client, raw=True)
        self.create = returns_raw(raw.create)
        self.retrieve = returns_raw(raw.retrieve)
        self.list = returns_raw(raw.list)
        self.delete = returns_raw(raw.delete)


class AsyncConversationsWithRawResponse:
    """`AsyncConversations`, each method returning a `RawResponse`."""

    def __init__(self, client: AsyncClient) -> None:
        raw = AsyncConversations(client, raw=True)
        self.create = returns_raw(raw.create)
        self.retrieve = returns_raw(raw.retrieve)
        self.update = returns_raw(raw.update)
        self.delete = returns_raw(raw.delete)
        self.items = AsyncItemsWithRawResponse(client)


class AsyncInputItemsWithRawResponse:
    """`AsyncInputItems`, each method returning a `RawResponse`."""

    def __init__(self, client: AsyncClient) -> None:
        self.list = returns_raw(AsyncInputItems(client, raw=True).list)


class AsyncInputTokensWithRawResponse:
    """`AsyncInputTokens`, each method returning a `RawResponse`."""

    def __init__(self, client: AsyncClient) -> None:
        self.count = returns_raw(AsyncInputTokens(client, raw=True).count)


class AsyncResponsesWithRawResponse:
    """`AsyncResponses`, each method returning a `RawResponse`; not `stream`, which has none."""

    def __init__(self, client: AsyncClient) -> None:
        raw = AsyncResponses(client, raw=True)
        self.create = returns_raw(raw.create)
        self.retrieve = returns_raw(raw.retrieve)
        self.delete = returns_raw(raw.delete)
        self.cancel = returns_raw(raw.cancel)
        self.compact = returns_raw(raw.compact)
        self.input_items = AsyncInputItemsWithRawResponse(client)
        self.input_tokens = AsyncInputTokensWithRawResponse(client)
