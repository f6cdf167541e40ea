# Made from _async/items.py by tools/unasync. Do not edit.
"""`client.conversations.items`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from .._request import operations as operations
from .._request.input_items import to_input_items
from .._request.types import Body, Headers, Omit, Options, Query, Timeout, given, omit
from .._request.validation import check_id, check_include, check_item_count
from .._transport.concurrency_sync import Source, first_page
from .pages import Listing, Page
from .resource import Resource

if TYPE_CHECKING:
    from openai_conversations_api.models import (
        Conversation,
        ConversationItem,
        ConversationItemList,
        IncludeEnum,
    )

    from .._append.results import AppendProgress, AppendResult
    from .._request.input_items import ItemLike
    from ..abort import AbortSignal
    from .with_raw_response import ItemsWithRawResponse
    from .with_streaming_response import ItemsWithStreamingResponse


class Items(Resource):
    """The items of a conversation: messages, tool calls and their outputs, reasoning, and more.

    What all methods take and raise is said at `Conversations`.
    """

    @cached_property
    def with_raw_response(self) -> ItemsWithRawResponse:
        """The same methods, returning a `RawResponse`: status, headers, bytes and `.parse()`."""
        from .with_raw_response import ItemsWithRawResponse

        return ItemsWithRawResponse(self._client)

    @cached_property
    def with_streaming_response(self) -> ItemsWithStreamingResponse:
        """The same methods, for `with` statements: an `APIResponse`, its body not yet read."""
        from .with_streaming_response import ItemsWithStreamingResponse

        return ItemsWithStreamingResponse(self._client)

    def create(
        self,
        conversation_id: str,
        *,
        items: Iterable[ItemLike],
        include: Sequence[IncludeEnum] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> ConversationItemList:
        """Add items at the end of a conversation (createConversationItems).

        Never sent a second time when the answer to the first was lost: the items may be there.

        Args:
            conversation_id: as `conversations.create` gave it.
            items: at most 20: helpers' results, models, mappings, or items read from elsewhere.
            include: extra data to put into the returned items.

        Returns:
            The items as they are stored, with their ids.
        """
        arguments = {
            "conversation_id": check_id(conversation_id, "conversation_id"),
            "include": check_include(include) if given(include) else omit,
        }
        checked = to_input_items(items)
        check_item_count(checked)
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        call = operations.create_items.request(arguments, body={"items": checked})
        return self._run(call, options)

    def append(
        self,
        conversation_id: str,
        items: Source[ItemLike],
        *,
        on_progress: Callable[[AppendProgress], object] | None = None,
        resume: str | None = None,
        include: Sequence[IncludeEnum] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> AppendResult:
        """Add any number of items, in order, each of them once, through failures.

        They are sent in batches of at most 20. After a failure that leaves open what has happened,
        the conversation is read and only what is missing is sent. Nobody else may add to the
        conversation meanwhile; docs/append.md says exactly what is guaranteed.

        Args:
            conversation_id: as `conversations.create` gave it.
            items: helpers' results, models, mappings, or items read from elsewhere. Taken and
                checked as they are needed, never held as a whole. The async client takes async
                iterables, too.
            on_progress: called before each batch is sent and after it has landed, so the last
                report is always the exact account. The async client awaits async functions.
            resume: the token of an append that ended early. `items` are then the same as before,
                from the start; those that have landed are passed over.
            include: extra data to put into the returned items.
            timeout: for each request.

        Returns:
            The number of stored items, the first and last id, and the items themselves if `items`
            has a length.

        Raises:
            AppendUncertainError: it cannot be told what has landed: the conversation cannot be
                read, or another writer was at work. Holds a token.
            InvalidArgumentError: of an item, once it is its turn; the ones before may have landed.
            RequestAbortedError: `abort` was set.
            OpenAIError: others, as of `create`. All of them have the account as `append`.
        """
        from .append import append_items

        return append_items(
            self._client,
            check_id(conversation_id, "conversation_id"),
            items,
            Options(extra_headers, extra_query, None, timeout, abort),
            include=check_include(include) if given(include) else omit,
            on_progress=on_progress,
            resume=resume,
        )

    def retrieve(
        self,
        item_id: str,
        *,
        conversation_id: str,
        include: Sequence[IncludeEnum] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> ConversationItem:
        """Read one item (getConversationItem).

        Args:
            item_id: its id.
            conversation_id: the conversation that it is in.
            include: extra data to put into it.

        Raises:
            NotFoundError: there is no such item or conversation.
        """
        arguments = {
            "conversation_id": check_id(conversation_id, "conversation_id"),
            "item_id": check_id(item_id, "item_id"),
            "include": check_include(include) if given(include) else omit,
        }
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return self._run(operations.get_item.request(arguments), options)

    def list(
        self,
        conversation_id: str,
        *,
        after: str | Omit = omit,
        limit: int | Omit = omit,
        order: Literal["asc", "desc"] | Omit = omit,
        include: Sequence[IncludeEnum] | Omit = omit,
        max_items: int | None = None,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Page[ConversationItem]:
        """List a conversation's items (listConversationItems).

        Args:
            conversation_id: as `conversations.create` gave it.
            after: begin behind the item with this id.
            limit: size of a page, 1 to 100; the service takes 20. It does not limit the total.
            order: "asc", oldest first, or "desc", newest first; the service takes "desc".
            include: extra data to put into the items.
            max_items: end after this many items, over all pages.

        Returns:
            The first page; iterating over it goes on through the following ones.

        Raises:
            NotFoundError: there is no such conversation.
        """
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        listing: Listing[ConversationItem] = Listing(
            self._client,
            operations.list_items,
            {"conversation_id": check_id(conversation_id, "conversation_id")},
            options,
            after=after,
            limit=limit,
            order=order,
            include=include,
            max_items=max_items,
        )

        def first() -> Page[ConversationItem]:
            return self._result(listing.first(unread=self._streamed), options)

        return first_page(first)

    def delete(
        self,
        item_id: str,
        *,
        conversation_id: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Conversation:
        """Take one item out of a conversation (deleteConversationItem).

        Args:
            item_id: its id.
            conversation_id: the conversation that it is in.

        Returns:
            The conversation.

        Raises:
            NotFoundError: there is no such item or conversation.
        """
        arguments = {
            "conversation_id": check_id(conversation_id, "conversation_id"),
            "item_id": check_id(item_id, "item_id"),
        }
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        return self._run(operations.delete_item.request(arguments), options)
