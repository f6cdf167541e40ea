# Made from _async/conversations.py by tools/unasync. Do not edit.
"""`client.conversations`."""

from __future__ import annotations

from functools import cached_property
from typing import Unpack

from openai_conversations_api import models

from .. import params as p
from .._request import operations
from .._request.signatures import describe
from .items import Items, ItemsWithRawResponse, ItemsWithStreamingResponse
from .resource import RawView, Resource, StreamingView, ViewMethod


class Conversations(
    Resource["ConversationsWithRawResponse", "ConversationsWithStreamingResponse"]
):
    """Conversations: lasting lists of items, which responses read from and add to.

    All methods take, besides their own arguments, `extra_headers`, `extra_query` and `extra_body`
    (added to the request, and stronger than what is there), `timeout` (stronger than the client's),
    and `abort` (an `AbortSignal` that ends the request). All raise subclasses of `OpenAIError`
    only: `InvalidArgumentError` before anything is sent, `APIStatusError`, `APIConnectionError` and
    the others in `openai_conversations.errors` afterwards.
    """

    @cached_property
    def items(self) -> Items:
        """The items of conversations."""
        return Items(self._client, form=self._form)

    @describe(operations.create_conversation)
    def create(self, **params: Unpack[p.ConversationCreateParams]) -> models.Conversation:
        """Start a conversation (createConversation).

        Items can be helpers' results, models, mappings, or items read from elsewhere.

        Returns:
            The new conversation, with its id.
        """
        return self._send(operations.create_conversation, params)

    @describe(operations.get_conversation)
    def retrieve(
        self, conversation_id: str, **params: Unpack[p.ConversationRetrieveParams]
    ) -> models.Conversation:
        """Read a conversation, without its items (getConversation).

        Raises:
            NotFoundError: there is no such conversation.
        """
        return self._send(
            operations.get_conversation, params, conversation_id=conversation_id
        )

    @describe(operations.update_conversation)
    def update(
        self, conversation_id: str, **params: Unpack[p.ConversationUpdateParams]
    ) -> models.Conversation:
        """Change a conversation's metadata (updateConversation).

        Returns:
            The conversation as it is now.

        Raises:
            NotFoundError: there is no such conversation.
        """
        return self._send(
            operations.update_conversation, params, conversation_id=conversation_id
        )

    @describe(operations.delete_conversation)
    def delete(
        self, conversation_id: str, **params: Unpack[p.ConversationDeleteParams]
    ) -> models.DeletedConversation:
        """Delete a conversation; its items are not deleted with it (deleteConversation).

        Raises:
            NotFoundError: there is no such conversation.
        """
        return self._send(
            operations.delete_conversation, params, conversation_id=conversation_id
        )


class _ConversationsView:
    create = ViewMethod(Conversations.create)
    retrieve = ViewMethod(Conversations.retrieve)
    update = ViewMethod(Conversations.update)
    delete = ViewMethod(Conversations.delete)


class ConversationsWithRawResponse(
    RawView[Conversations], _ConversationsView, of=Conversations
):
    """`Conversations`, each method returning a `RawResponse`."""

    @cached_property
    def items(self) -> ItemsWithRawResponse:
        """The items of conversations."""
        return ItemsWithRawResponse(self._resource.items)


class ConversationsWithStreamingResponse(
    StreamingView[Conversations], _ConversationsView, of=Conversations
):
    """`Conversations`, each method giving an `APIResponse`."""

    @cached_property
    def items(self) -> ItemsWithStreamingResponse:
        """The items of conversations."""
        return ItemsWithStreamingResponse(self._resource.items)
