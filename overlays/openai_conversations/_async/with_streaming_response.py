"""`with_streaming_response`: the resources, giving answers whose body is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conversations import AsyncConversations
from .input_items import AsyncInputItems
from .input_tokens import AsyncInputTokens
from .items import AsyncItems
from .resource import streamed
from .responses import AsyncResponses

if TYPE_CHECKING:
    from .client import AsyncClient


class AsyncItemsWithStreamingResponse:
    """`AsyncItems`, each method giving an `AsyncAPIResponse`."""

    def __init__(self, client: AsyncClient) -> None:
        methods = AsyncItems(client, streamed=True)
        self.create = streamed(methods.create)
        self.retrieve = streamed(methods.retrieve)
        self.list = streamed(methods.list)
        self.delete = streamed(methods.delete)


class AsyncConversationsWithStreamingResponse:
    """`AsyncConversations`, each method giving an `AsyncAPIResponse`."""

    def __init__(self, client: AsyncClient) -> None:
        methods = AsyncConversations(client, streamed=True)
        self.create = streamed(methods.create)
        self.retrieve = streamed(methods.retrieve)
        self.update = streamed(methods.update)
        self.delete = streamed(methods.delete)
        self.items = AsyncItemsWithStreamingResponse(client)


class AsyncInputItemsWithStreamingResponse:
    """`AsyncInputItems`, each method giving an `AsyncAPIResponse`."""

    def __init__(self, client: AsyncClient) -> None:
        self.list = streamed(AsyncInputItems(client, streamed=True).list)


class AsyncInputTokensWithStreamingResponse:
    """`AsyncInputTokens`, each method giving an `AsyncAPIResponse`."""

    def __init__(self, client: AsyncClient) -> None:
        self.count = streamed(AsyncInputTokens(client, streamed=True).count)


class AsyncResponsesWithStreamingResponse:
    """`AsyncResponses`, each method giving an `AsyncAPIResponse`; not `stream`, which has none."""

    def __init__(self, client: AsyncClient) -> None:
        methods = AsyncResponses(client, streamed=True)
        self.create = streamed(methods.create)
        self.retrieve = streamed(methods.retrieve)
        self.delete = streamed(methods.delete)
        self.cancel = streamed(methods.cancel)
        self.compact = streamed(methods.compact)
        self.input_items = AsyncInputItemsWithStreamingResponse(client)
        self.input_tokens = AsyncInputTokensWithStreamingResponse(client)
