"""The operations on conversations and their items, as rules over the store.

What the OpenAPI document says by itself (limits, types, defaults) was checked by `routing`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from .._sqlite.database import RefusedRowError
from .errors import conversation_locked, duplicate_item, found, invalid_request
from .ids import new_id
from .item_schemas import included
from .json_body import JsonText
from .locks import Locks
from .routing import RoutedRequest
from .store import ConversationRow, ItemRow, Store
from .stored_items import make_stored_items

Json = dict[str, Any]
T = TypeVar("T")

#: The length of a page where the OpenAPI document does not state one.
LIMIT = 20


@dataclass(frozen=True, slots=True)
class Conversations:
    """The rules; every method returns the JSON body of a 200 or raises `ServiceError`."""

    store: Store
    locks: Locks
    clock: Callable[[], float]

    def create(self, request: RoutedRequest) -> Json:
        """Serve createConversation: the conversation and its first items, in one transaction."""
        metadata: Json = request.body.get("metadata") or {}
        sent: list[Json] = request.body.get("items") or []
        with self.store.transaction():
            items = make_stored_items(sent, "items", self.store.item_anywhere)
            id, created_at = new_id("conv"), int(self.clock())
            self.store.append(self.store.add_conversation(id, created_at, metadata), items)
        return _conversation(id, created_at, metadata)

    def list(self, request: RoutedRequest) -> Json:
        """Serve listConversations, in the order in which they were created.

        One that was deleted is not in the list, and is not a cursor any more, as with items.
        """
        store = self.store
        rows, has_more = _page(request, "conversation", store.place, store.conversations)
        found = (_conversation(row.id, row.created_at, json.loads(row.metadata)) for row in rows)
        return _list(list(found), [row.id for row in rows], has_more)

    def retrieve(self, request: RoutedRequest) -> Json:
        """Serve getConversation."""
        return _stored_conversation(self._find(request))

    def update(self, request: RoutedRequest) -> Json:
        """Serve updateConversation: the given metadata replaces all that there was."""
        metadata: Json = request.body.get("metadata") or {}
        with self.store.transaction():
            row = self._find(request)
            self.store.set_metadata(row.id, metadata)
        return _conversation(row.id, row.created_at, metadata)

    def delete(self, request: RoutedRequest) -> Json:
        """Serve deleteConversation: it is deleted, but its items can still be referred to."""
        with self.store.transaction():
            row = self._find(request)
            if self.locks.is_locked(row.id):
                raise conversation_locked(row.id)
            self.store.delete_conversation(row.id)
        return {"id": row.id, "object": "conversation.deleted", "deleted": True}

    def create_items(self, request: RoutedRequest) -> Json:
        """Serve createConversationItems: all of them in one transaction, or none."""

        def append() -> list[ItemRow]:
            row = self._find(request)
            items = make_stored_items(request.body["items"], "items", self.store.item_anywhere)
            return append_new(self.store, row, items, "items")

        return _item_list(self.store.transact(append), False, request.include)

    def list_items(self, request: RoutedRequest) -> Json:
        """Serve listConversationItems."""
        return read_list(self.store, self._find(request).items, request)

    def retrieve_item(self, request: RoutedRequest) -> JsonText:
        """Serve getConversationItem."""
        _, stored = self._find_item(self._find(request), request)
        return included([stored], request.include)

    def delete_item(self, request: RoutedRequest) -> Json:
        """Serve deleteConversationItem; the response is the conversation."""
        with self.store.transaction():
            row = self._find(request)
            id, _ = self._find_item(row, request)
            self.store.delete_item(row.items, id)
        return _stored_conversation(row)

    def _find(self, request: RoutedRequest) -> ConversationRow:
        return find_conversation(self.store, request.path["conversation_id"])

    def _find_item(self, row: ConversationRow, request: RoutedRequest) -> ItemRow:
        id = request.path["item_id"]
        return found(self.store.item(row.items, id), "Item", id)


def find_conversation(store: Store, id: str) -> ConversationRow:
    """Return the conversation with this id, or raise a 404 if there is none (any longer)."""
    return found(store.conversation(id), "Conversation", id)


def append_new(store: Store, row: ConversationRow, items: list[Json], param: str) -> list[ItemRow]:
    """Append items, or raise a 400 that names `param` if the conversation has one already."""
    try:
        return store.append(row.items, items)
    except RefusedRowError as refused:
        raise duplicate_item(items[refused.index]["id"], param) from None


def read_list(store: Store, list_key: int, request: RoutedRequest) -> Json:
    """Return the page of a list of items that a request asks for."""
    position, read = partial(store.position, list_key), partial(store.page, list_key)
    rows, has_more = _page(request, "item", position, read)
    return _item_list(rows, has_more, request.include)


def _item_list(rows: list[ItemRow], has_more: bool, include: Collection[str]) -> Json:
    shown = included([stored for _, stored in rows], include)
    return _list(JsonText(f"[{shown}]"), [id for id, _ in rows], has_more)


def _page(
    request: RoutedRequest,
    kind: str,
    position: Callable[[str], int | None],
    read: Callable[..., list[T]],
) -> tuple[list[T], bool]:
    """Read what `limit`, `order` and `after` (or else a 400) ask for, and whether there is more."""
    limit: int = request.query.get("limit", LIMIT)
    after: str | None = request.query.get("after")
    start = position(after) if after is not None else None
    if after is not None and start is None:
        message = f"Invalid 'after': no {kind} with id '{after:.200}' in this list."
        raise invalid_request("after", message)
    ascending = request.query.get("order") == "asc"
    # One more than the limit tells whether there are more.
    found = read(after=start, ascending=ascending, limit=limit + 1)
    return found[:limit], len(found) > limit


def _list(data: list[Json] | JsonText, ids: list[str], has_more: bool) -> Json:
    """Return the API's list object; an empty one has empty ids, as they must be strings."""
    return {
        "object": "list",
        "data": data,
        "has_more": has_more,
        "first_id": ids[0] if ids else "",
        "last_id": ids[-1] if ids else "",
    }


def _stored_conversation(row: ConversationRow) -> Json:
    return _conversation(row.id, row.created_at, row.metadata)


def _conversation(id: str, created_at: int, metadata: Json | JsonText) -> Json:
    return {
        "id": id,
        "object": "conversation",
        "created_at": created_at,
        "metadata": metadata,
    }
