"""`client.conversations`."""

from __future__ import annotations

from functools import cached_property
from typing import Unpack

from openai_conversations_api import models

from .. import params as p
from .._request import operations
from .._request.signatures import describe
from .items import AsyncItems, AsyncItemsWithRawResponse, AsyncItemsWithStreamingResponse
from .resource import AsyncRawView, AsyncResource, AsyncStreamingView, AsyncViewMethod


class AsyncConversations(
    AsyncResource["AsyncConversationsWithRawResponse", "AsyncConversationsWithStreamingResponse"]
):
    """Conversations: lasting lists of items, which responses read from and add to.

    All methods take, besides their own arguments, `extra_headers`, `extra_query` and `extra_body`
    (added to the request, and stronger than what is there), `timeout` (stronger than the client's),
    and `abort` (an `AbortSignal` that ends the request). All raise subclasses of `OpenAIError`
    only: `InvalidArgumentError` before anything is sent, `APIStatusError`, `APIConnectionError` and
    the others in `openai_conversations.errors` afterwards.
    """

    @cached_property
    def items(self) -> AsyncItems:
        """The items of conversations."""
        return AsyncItems(self._client, form=self._form)

    @describe(operations.create_conversation)
    async def create(self, **params: Unpack[p.ConversationCreateParams]) -> models.Conversation:
        """Start a conversation (createConversation).

        Items can be helpers' results, models, mappings, or items read from elsewhere.

        Returns:
            The new conversation, with its id.
        """
        return await self._send(operations.create_conversation, params)

    @describe(operations.get_conversation)
    async def retrieve(
        self, conversation_id: str, **params: Unpack[p.ConversationRetrieveParams]
    ) -> models.Conversation:
        """Read a conversation, without its items (getConversation).

        Raises:
            NotFoundError: there is no such conversation.
        """
        return await self._send(
            operations.get_conversation, params, conversation_id=conversation_id
        )

    @describe(operations.update_conversation)
    async def update(
        self, conversation_id: str, **params: Unpack[p.ConversationUpdateParams]
    ) -> models.Conversation:
        """Change a conversation's metadata (updateConversation).

        Returns:
            The conversation as it is now.

        Raises:
            NotFoundError: there is no such conversation.
        """
        return await self._send(
            operations.update_conversation, params, conversation_id=conversation_id
        )

    @describe(operations.delete_conversation)
    async def delete(
        self, conversation_id: str, **params: Unpack[p.ConversationDeleteParams]
    ) -> models.DeletedConversation:
        """Delete a conversation; its items are not deleted with it (deleteConversation).

        Raises:
            NotFoundError: there is no such conversation.
        """
        return await self._send(
            operations.delete_conversation, params, conversation_id=conversation_id
        )


class _AsyncConversationsView:
    create = AsyncViewMethod(AsyncConversations.create)
    retrieve = AsyncViewMethod(AsyncConversations.retrieve)
    update = AsyncViewMethod(AsyncConversations.update)
    delete = AsyncViewMethod(AsyncConversations.delete)


class AsyncConversationsWithRawResponse(
    AsyncRawView[AsyncConversations], _AsyncConversationsView, of=AsyncConversations
):
    """`AsyncConversations`, each method returning a `RawResponse`."""

    @cached_property
    def items(self) -> AsyncItemsWithRawResponse:
        """The items of conversations."""
        return AsyncItemsWithRawResponse(self._resource.items)


class AsyncConversationsWithStreamingResponse(
    AsyncStreamingView[AsyncConversations], _AsyncConversationsView, of=AsyncConversations
):
    """`AsyncConversations`, each method giving an `AsyncAPIResponse`."""

    @cached_property
    def items(self) -> AsyncItemsWithStreamingResponse:
        """The items of conversations."""
        return AsyncItemsWithStreamingResponse(self._resource.items)
