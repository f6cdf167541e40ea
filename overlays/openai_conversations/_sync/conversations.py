# Made from _async/conversations.py by tools/unasync. Do not edit.
"""`client.conversations`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from .._request import operations as operations
from .._request.input_items import to_input_items
from .._request.types import Body, Headers, Omit, Options, Query, Timeout, given, omit
from .._request.validation import check_id, check_item_count, check_metadata
from .items import Items
from .resource import Resource

if TYPE_CHECKING:
    from openai_conversations_api.models import Conversation, DeletedConversation

    from .._request.input_items import ItemLike
    from ..abort import AbortSignal
    from .with_raw_response import ConversationsWithRawResponse
    from .with_streaming_response import ConversationsWithStreamingResponse


class Conversations(Resource):
    """Conversations: lasting lists of items, which responses read from and add to.

    All methods take, besides their own arguments, `extra_headers`, `extra_query` and `extra_body`
    (added to the request, and stronger than what is there), `timeout` (in place of the client's),
    and `abort` (an `AbortSignal` that ends the call). All raise subclasses of `OpenAIError` only:
    `InvalidArgumentError` before anything is sent, `APIStatusError`, `APIConnectionError` and the
    others in `openai_conversations.errors` afterwards.
    """

    @cached_property
    def items(self) -> Items:
        """The items of conversations."""
        return Items(self._client)

    @cached_property
    def with_raw_response(self) -> ConversationsWithRawResponse:
        """The same methods, returning a `RawResponse`: status, headers, bytes and `.parse()`."""
        from .with_raw_response import ConversationsWithRawResponse

        return ConversationsWithRawResponse(self._client)

    @cached_property
    def with_streaming_response(self) -> ConversationsWithStreamingResponse:
        """The same methods, for `with` statements: an `APIResponse`, its body not yet read."""
        from .with_streaming_response import ConversationsWithStreamingResponse

        return ConversationsWithStreamingResponse(self._client)

    def create(
        self,
        *,
        items: Iterable[ItemLike] | Omit | None = omit,
        metadata: Mapping[str, str] | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Conversation:
        """Start a conversation (createConversation).

        Args:
            items: its first items, at most 20: helpers' results, models, mappings, or items read
                from elsewhere.
            metadata: at most 16 keys of up to 64 characters, values of up to 512.

        Returns:
            The new conversation, with its id.
        """
        body: dict[str, object] = {}
        if given(items):
            body["items"] = None if items is None else _checked_items(items)
        if given(metadata):
            body["metadata"] = None if metadata is None else check_metadata(metadata)
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return self._run(operations.create_conversation.request({}, body=body), options)

    def retrieve(
        self,
        conversation_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Conversation:
        """Read a conversation, without its items (getConversation).

        Args:
            conversation_id: as `create` gave it.

        Raises:
            NotFoundError: there is no such conversation.
        """
        arguments = {"conversation_id": check_id(conversation_id, "conversation_id")}
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return self._run(operations.get_conversation.request(arguments), options)

    def update(
        self,
        conversation_id: str,
        *,
        metadata: Mapping[str, str] | None,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Conversation:
        """Change a conversation's metadata (updateConversation).

        Args:
            conversation_id: as `create` gave it.
            metadata: the new metadata, within the limits of `create`; None is sent as null.

        Returns:
            The conversation as it is now.

        Raises:
            NotFoundError: there is no such conversation.
        """
        arguments = {"conversation_id": check_id(conversation_id, "conversation_id")}
        body = {"metadata": None if metadata is None else check_metadata(metadata)}
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        call = operations.update_conversation.request(arguments, body=body)
        return self._run(call, options)

    def delete(
        self,
        conversation_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> DeletedConversation:
        """Delete a conversation; its items are not deleted with it (deleteConversation).

        Args:
            conversation_id: as `create` gave it.

        Raises:
            NotFoundError: there is no such conversation.
        """
        arguments = {"conversation_id": check_id(conversation_id, "conversation_id")}
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return self._run(operations.delete_conversation.request(arguments), options)


def _checked_items(items: Iterable[ItemLike]) -> list[dict[str, object]]:
    checked = to_input_items(items)
    check_item_count(checked)
    return checked
