"""The eight operations on conversations and their items, as rules over the store.

What the document can say by itself (limits, types, defaults) has been checked before a rule runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from .call import Call
from .errors import invalid, locked, not_found
from .ids import new_id, well_formed
from .include import shown
from .leases import Leases
from .normalise import duplicate, normalise
from .query import Page, read_page
from .store import ConversationRow, Store

Json = dict[str, Any]


class Conversations:
    """The rules; every method answers the JSON body of a 200 or raises ServiceError."""

    def __init__(self, store: Store, leases: Leases, clock: Callable[[], float]) -> None:
        self._store = store
        self._leases = leases
        self._clock = clock

    def create(self, call: Call) -> Json:
        """createConversation: the conversation and its first items, in one transaction."""
        metadata: Json = call.body.get("metadata") or {}
        raw: list[Json] = call.body.get("items") or []
        with self._store.transaction():
            items = normalise(raw, "items", self._store.item_anywhere)
            id, created_at = new_id("conv"), int(self._clock())
            self._store.append(self._store.add_conversation(id, created_at, metadata), items)
        return _conversation(ConversationRow(id, created_at, metadata, 0))

    def retrieve(self, call: Call) -> Json:
        """getConversation."""
        return _conversation(find(self._store, call.path["conversation_id"]))

    def update(self, call: Call) -> Json:
        """updateConversation: the given metadata takes the place of all there was."""
        metadata: Json = call.body.get("metadata") or {}
        with self._store.transaction():
            row = find(self._store, call.path["conversation_id"])
            self._store.set_metadata(row.id, metadata)
        return _conversation(ConversationRow(row.id, row.created_at, metadata, row.items))

    def delete(self, call: Call) -> Json:
        """deleteConversation: it is gone, but its items can still be referred to."""
        with self._store.transaction():
            row = find(self._store, call.path["conversation_id"])
            if self._leases.held(row.id):
                raise locked(row.id)
            self._store.delete_conversation(row.id)
        return {"id": row.id, "object": "conversation.deleted", "deleted": True}

    def create_items(self, call: Call) -> Json:
        """createConversationItems: all of them in one transaction, or none."""
        with self._store.transaction():
            row = find(self._store, call.path["conversation_id"])
            items = normalise(call.body["items"], "items", self._store.item_anywhere)
            for item in items:
                if self._store.position(row.items, item["id"]) is not None:
                    raise duplicate(item["id"], "items")
            self._store.append(row.items, items)
        return listing(items, False, call.include)

    def list_items(self, call: Call) -> Json:
        """listConversationItems."""
        page = read_page(call.query)
        row = find(self._store, call.path["conversation_id"])
        return read_list(self._store, row.items, page, call.include)

    def retrieve_item(self, call: Call) -> Json:
        """getConversationItem."""
        row = find(self._store, call.path["conversation_id"])
        return shown(self._item(row, call.path["item_id"]), call.include)

    def delete_item(self, call: Call) -> Json:
        """deleteConversationItem: answers with the conversation."""
        with self._store.transaction():
            row = find(self._store, call.path["conversation_id"])
            self._store.delete_item(row.items, self._item(row, call.path["item_id"])["id"])
        return _conversation(row)

    def _item(self, row: ConversationRow, id: str) -> Json:
        item = self._store.item(row.items, id) if well_formed(id) else None
        if item is None:
            raise not_found("Item", id)
        return item


def find(store: Store, id: str) -> ConversationRow:
    """The conversation with this id; a 404 when there is none or it was deleted."""
    row = store.conversation(id) if well_formed(id) else None
    if row is None:
        raise not_found("Conversation", id)
    return row


def read_list(store: Store, list_key: int, page: Page, include: Collection[str]) -> Json:
    """One page of a list of items; a 400 when ``after`` is no item of it."""
    position = None
    if page.after is not None:
        position = store.position(list_key, page.after) if well_formed(page.after) else None
        if position is None:
            raise invalid(
                "after", f"Invalid 'after': no item with id '{page.after:.200}' in this list."
            )
    # One more than asked for tells whether there is more.
    items = store.items(list_key, after=position, ascending=page.ascending, limit=page.limit + 1)
    return listing(items[: page.limit], len(items) > page.limit, include)


def listing(items: list[Json], has_more: bool, include: Collection[str]) -> Json:
    """The document's list object; an empty one has empty ids, for it wants strings there."""
    return {
        "object": "list",
        "data": [shown(item, include) for item in items],
        "has_more": has_more,
        "first_id": items[0]["id"] if items else "",
        "last_id": items[-1]["id"] if items else "",
    }


def _conversation(row: ConversationRow) -> Json:
    return {
        "id": row.id,
        "object": "conversation",
        "created_at": row.created_at,
        "metadata": row.metadata,
    }
