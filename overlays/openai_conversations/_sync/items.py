# Made from _async/items.py by tools/unasync. Do not edit.
"""`client.conversations.items`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Unpack

from openai_conversations_api import models

from .. import archive
from .. import params as p
from .._append.results import AppendResult
from .._request import operations
from .._request.client_options import to_timeout
from .._request.signatures import describe
from .._request.types import GetOptions, bound_options, given, to_options
from .._request.validation import check_id
from .._transport.concurrency_sync import Source
from ..progress import AppendProgress, ArchiveProgress
from .pages import Page
from .resource import RawView, Resource, StreamingView, ViewMethod, returns_raw


class Items(Resource["ItemsWithRawResponse", "ItemsWithStreamingResponse"]):
    """The items of a conversation: messages, tool calls and their outputs, reasoning, and more.

    What all methods take and raise is said at `Conversations`.
    """

    @describe(operations.create_items)
    def create(
        self, conversation_id: str | models.Conversation, **params: Unpack[p.ItemCreateParams]
    ) -> models.ConversationItemList:
        """Add items at the end of a conversation (createConversationItems).

        Never sent a second time when the response to the first was lost: the items may be there.
        Items can be helpers' results, models, mappings, or items read from elsewhere.

        Returns:
            The items as they are stored, with their ids.
        """
        return self._send(operations.create_items, params, conversation_id=conversation_id)

    @describe(operations.create_items, without=("extra_body",))
    def append(
        self,
        conversation_id: str | models.Conversation,
        items: Source[p.InputItemLike],
        *,
        on_progress: Callable[[AppendProgress], object] | None = None,
        resume: str | None = None,
        **params: Unpack[p.ItemAppendParams],
    ) -> AppendResult:
        """Add any number of items, in order, each of them once, through failures.

        They are sent in batches of at most 20. After a failure that leaves open what has happened,
        the conversation is read and only what is missing is sent. Nobody else may add to the
        conversation meanwhile; docs/append.md says exactly what is guaranteed. `extra_headers`,
        `extra_query` and `timeout` hold for each request.

        Args:
            conversation_id: the conversation, or its id.
            items: helpers' results, models, mappings, or items read from elsewhere. Taken and
                checked as they are needed, never held as a whole. The async client takes async
                iterables, too.
            on_progress: called before each batch is sent and after it has landed, so the last
                report is always exact. The async client awaits async functions.
            resume: the token of an append that ended early. `items` are then the same as before,
                from the start; those that have landed are passed over.

        Returns:
            The number of stored items, the first and last id, and the items themselves if `items`
            has a length.

        Raises:
            AppendUncertainError: it cannot be told what has landed: the conversation cannot be
                read, or another writer was at work. Holds a token.
            InvalidArgumentError: of an item, once it is its turn; the ones before may have landed.
            RequestAbortedError: `abort` was set.
            OpenAIError: others, as of `create`. All of them have the progress as `append`.
        """
        from .append import Append
        from .append_requests import ItemMethods

        own = operations.create_items.own(params)
        rest = {name: value for name, value in params.items() if name not in own}
        also = [p.name for p in operations.create_items.parameters]
        options = to_options(rest, "Items.append", also=also)
        id = check_id(conversation_id, "conversation_id")
        place = {"conversation_id": id}
        operations.create_items.request({**own, "items": ()}, **place)
        client, timeout = self._client, options.timeout
        once = Items(client.with_options(max_retries=0), form="raw")
        bound: dict[str, Any] = {**place, **options._asdict()}
        append = Append(
            ItemMethods(
                partial(returns_raw(once.create), **bound, **own),
                partial(self.list, **bound, **operations.list_items.own(own)),
                partial(self.delete, **bound),
            ),
            id,
            items,
            on_progress=on_progress,
            resume=resume,
            abort=options.abort,
            read_timeout=(to_timeout(timeout) if given(timeout) else client.timeout).read,
            max_retries=client.max_retries,
        )
        return append.run()

    @describe(operations.get_item)
    def retrieve(
        self,
        item_id: str,
        *,
        conversation_id: str | models.Conversation,
        **params: Unpack[p.ItemRetrieveParams],
    ) -> models.ConversationItem:
        """Read one item (getConversationItem).

        Raises:
            NotFoundError: there is no such item or conversation.
        """
        return self._send(
            operations.get_item, params, conversation_id=conversation_id, item_id=item_id
        )

    @describe(operations.list_items)
    def list(
        self,
        conversation_id: str | models.Conversation,
        *,
        max_items: int | None = None,
        **params: Unpack[p.ItemListParams],
    ) -> Page[models.ConversationItem]:
        """List a conversation's items (listConversationItems).

        `limit` is the size of one page; `max_items` ends the list after so many, over all pages.

        The items that it gives may be deleted meanwhile, by the loop over them or by others. None
        is given twice, and none that is still there is passed over. An item that is added
        meanwhile may be given or not.

        Returns:
            The first page; iterating over it goes on through the following ones.

        Raises:
            NotFoundError: there is no such conversation.
        """
        return self._list(operations.list_items, params, max_items, conversation_id=conversation_id)

    @describe(operations.delete_item)
    def delete(
        self,
        item_id: str,
        *,
        conversation_id: str | models.Conversation,
        **params: Unpack[p.ItemDeleteParams],
    ) -> models.Conversation:
        """Delete one item of a conversation (deleteConversationItem).

        Returns:
            The conversation.

        Raises:
            NotFoundError: there is no such item or conversation.
        """
        return self._send(
            operations.delete_item, params, conversation_id=conversation_id, item_id=item_id
        )

    def clear(
        self,
        conversation_id: str | models.Conversation,
        *,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> archive.PurgeResult:
        """Delete all items of a conversation, newest first, until it lists none; it stays itself.

        Eight requests at a time. After an error, do it again. `options` hold for each request.

        Args:
            conversation_id: the conversation, or its id.
            on_progress: gets the number of deleted items after each page of 100. The async client
                awaits async functions.

        Raises:
            NotFoundError: there is no such conversation.
            OpenAIError: others, as of `list` and `delete`, or items are still listed after they
                were deleted. All of them have the number of deleted items as `archive`.
        """
        from .purge import Purge

        place = check_id(conversation_id, "conversation_id")
        bound = bound_options(options, "Items.clear")
        retries = self._client.max_retries
        return Purge(self, place, bound, on_progress, retries).clear()


class _ItemsView:
    create = ViewMethod(Items.create)
    retrieve = ViewMethod(Items.retrieve)
    list = ViewMethod(Items.list)
    delete = ViewMethod(Items.delete)


class ItemsWithRawResponse(RawView[Items], _ItemsView, of=Items):
    """`Items`, each method returning a `RawResponse`."""


class ItemsWithStreamingResponse(
    StreamingView[Items], _ItemsView, of=Items
):
    """`Items`, each method giving an `APIResponse`."""
