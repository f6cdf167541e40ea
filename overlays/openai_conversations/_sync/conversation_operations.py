# Made from _async/conversation_operations.py by tools/unasync. Do not edit.
"""The operations on conversations, one method each."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar, Unpack

from openai_conversations_api import models

from .. import params as p
from .._request import operations
from .._request.signatures import describe
from .items import Items
from .pages import Page
from .resource import Resource

_RawViewT = TypeVar("_RawViewT")
_StreamingViewT = TypeVar("_StreamingViewT")


class ConversationOperations(Resource[_RawViewT, _StreamingViewT]):
    """Conversations, as far as the OpenAPI document has operations on them."""

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

    @describe(operations.list_conversations)
    def list(
        self, *, max_items: int | None = None, **params: Unpack[p.ConversationListParams]
    ) -> Page[models.Conversation]:
        """List conversations, without their items, where the server can (listConversations).

        Azure and the local service can; OpenAI's service has no such operation, so give the client
        a `ConversationIndex` there. `limit` is the size of one page; `max_items` ends the list
        after so many, over all pages. Conversations may be deleted meanwhile, as of `items.list`.

        Returns:
            The first page; iterating over it goes on through the following ones.

        Raises:
            NotFoundError, APIStatusError: 404 or 405, the server does not list conversations. A
                note says what to do instead.
        """
        return self._list(operations.list_conversations, params, max_items)

    @describe(operations.get_conversation)
    def retrieve(
        self,
        conversation_id: str | models.Conversation,
        **params: Unpack[p.ConversationRetrieveParams],
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
        self,
        conversation_id: str | models.Conversation,
        **params: Unpack[p.ConversationUpdateParams],
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
        self,
        conversation_id: str | models.Conversation,
        **params: Unpack[p.ConversationDeleteParams],
    ) -> models.DeletedConversation:
        """Delete a conversation; its items are not deleted with it (deleteConversation).

        Raises:
            NotFoundError: there is no such conversation.
        """
        return self._send(
            operations.delete_conversation, params, conversation_id=conversation_id
        )
