"""The tables of the local service: conversations, items, and responses.

The rules know no SQL, and this file knows no rules. Items are in numbered lists: a conversation has
one, a response one for its input and one for its output. A list is read by position from either
end, and a cursor is looked up by an index, so that the millionth page costs what the first does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .._sqlite.database import Database, Layout
from .json_body import JsonText, to_text

Json = dict[str, Any]
_SCHEMA = """
CREATE TABLE lists (key INTEGER PRIMARY KEY);
CREATE TABLE items (
    list INTEGER NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (list, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX items_by_id ON items (id, list);
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, metadata TEXT NOT NULL,
    items INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE responses (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, request TEXT NOT NULL, events TEXT,
    input INTEGER NOT NULL, output INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE leases (
    name TEXT PRIMARY KEY, owner TEXT NOT NULL, process TEXT, until REAL NOT NULL
) WITHOUT ROWID;
"""
# Younger than the layout: a file of an older version gets it when it is opened.
_INDEX = """
CREATE INDEX IF NOT EXISTS conversations_in_order ON conversations (items) WHERE NOT deleted
"""


_CONVERSATIONS = "SELECT id, created_at, metadata, items FROM conversations WHERE NOT deleted"


class ConversationRow(NamedTuple):
    """A conversation: its fields and the number of its list of items."""

    id: str
    created_at: int
    metadata: JsonText
    items: int


#: An item of a list: its id, and the item as JSON.
ItemRow = tuple[str, str]


class ResponseRow(NamedTuple):
    """A response: its fields but `output`, its request, the events of its stream (if it was
    streamed), and the numbers of its lists."""

    id: str
    body: Json
    request: Json
    events: list[Json] | None
    input: int
    output: int


class Store(Database):
    """A database of conversations, items and responses. Thread-safe.

    Statements that belong together must run inside one `transaction`.
    """

    layout = Layout(0x6F616376, 1, _SCHEMA, _INDEX)  # "oacv"

    # Conversations

    def add_conversation(self, id: str, created_at: int, metadata: Mapping[str, Any]) -> int:
        """Add a conversation and return the number of its list of items."""
        items = self._new_list()
        values = (id, created_at, to_text(metadata), items)
        self.run("INSERT INTO conversations VALUES (?, ?, ?, ?, 0)", values)
        return items

    def conversation(self, id: str) -> ConversationRow | None:
        """Return the conversation with this id, unless it was deleted."""
        row = self.row(f"{_CONVERSATIONS} AND id = ?", (id,))
        return _to_conversation(row) if row else None

    def place(self, id: str) -> int | None:
        """Return the place of a conversation among all: the number of its list of items."""
        row = self.conversation(id)
        return row.items if row else None

    def conversations(
        self, *, after: int | None, ascending: bool, limit: int
    ) -> list[ConversationRow]:
        """Return conversations that were not deleted, by place, from behind `after` on."""
        beyond, order, start = _direction(after, ascending)
        sql = f"{_CONVERSATIONS} AND items {beyond} ? ORDER BY items {order} LIMIT ?"
        return [*map(_to_conversation, self.rows(sql, (start, limit)))]

    def set_metadata(self, id: str, metadata: Mapping[str, Any]) -> None:
        """Replace a conversation's metadata."""
        self.run("UPDATE conversations SET metadata = ? WHERE id = ?", (to_text(metadata), id))

    def delete_conversation(self, id: str) -> None:
        """Mark a conversation as deleted; its items stay."""
        self.run("UPDATE conversations SET deleted = 1 WHERE id = ?", (id,))

    # Items

    def append(self, list_key: int, items: Iterable[Json]) -> list[ItemRow]:
        """Add items at the end of a list.

        Raises:
            RefusedRowError: If the id of one is not new to the list.
        """
        last = "SELECT max(position) FROM items WHERE list = ?"
        rows: list[ItemRow] = [(item["id"], to_text(item)) for item in items]
        self.run_each(
            f"INSERT INTO items VALUES (?, coalesce(({last}), 0) + 1, ?, ?)",
            [(list_key, list_key, *row) for row in rows],
        )
        return rows

    def item(self, list_key: int, id: str) -> ItemRow | None:
        """Return the item of a list with this id."""
        row: ItemRow | None = self.row(
            "SELECT id, body FROM items WHERE id = ? AND list = ?", (id, list_key)
        )
        return row

    def item_anywhere(self, id: str) -> Json | None:
        """Return the newest item with this id in any list, also of a deleted conversation."""
        row = self.row("SELECT body FROM items WHERE id = ? ORDER BY list DESC LIMIT 1", (id,))
        return json.loads(row[0]) if row else None

    def position(self, list_key: int, id: str) -> int | None:
        """Return the position in a list of the item with this id."""
        row = self.row("SELECT position FROM items WHERE id = ? AND list = ?", (id, list_key))
        return row[0] if row else None

    def items(self, list_key: int) -> list[Json]:
        """Return all items of a list by position."""
        rows = self.page(list_key, after=None, ascending=True, limit=-1)
        # Read as one text: that takes half the time of reading item by item.
        found: list[Json] = json.loads(f"[{','.join(body for _, body in rows)}]")
        return found

    def page(
        self, list_key: int, *, after: int | None, ascending: bool, limit: int
    ) -> list[ItemRow]:
        """Return items of a list by position, from behind `after` on."""
        beyond, order, start = _direction(after, ascending)
        return self.rows(
            f"SELECT id, body FROM items WHERE list = ? AND position {beyond} ? "
            f"ORDER BY position {order} LIMIT ?",
            (list_key, start, limit),
        )

    def delete_item(self, list_key: int, id: str) -> None:
        """Delete an item from a list."""
        self.run("DELETE FROM items WHERE id = ? AND list = ?", (id, list_key))

    # Responses

    def add_response(self, body: Json, request: Json, input: Iterable[Json]) -> ResponseRow:
        """Add a response with its input; its output is added when it is finished."""
        lists = self._new_list(), self._new_list()
        values = (body["id"], to_text(body), to_text(request), *lists)
        self.run("INSERT INTO responses VALUES (?, ?, ?, NULL, ?, ?)", values)
        self.append(lists[0], input)
        return ResponseRow(body["id"], body, request, None, *lists)

    def response(self, id: str) -> ResponseRow | None:
        """Return the response with this id."""
        columns = "id, body, request, coalesce(events, 'null'), input, output"
        row = self.row(f"SELECT {columns} FROM responses WHERE id = ?", (id,))
        return ResponseRow(row[0], *map(json.loads, row[1:4]), *row[4:]) if row else None

    def set_response(self, body: Json, events: list[Json] | None = None) -> None:
        """Replace a response's fields, and the events of its stream if they are given."""
        text = to_text(events) if events is not None else None
        sql = "UPDATE responses SET body = ?, events = coalesce(?, events) WHERE id = ?"
        self.run(sql, (to_text(body), text, body["id"]))

    def delete_response(self, row: ResponseRow) -> None:
        """Delete a response with its input and output."""
        self.run("DELETE FROM items WHERE list IN (?, ?)", (row.input, row.output))
        self.run("DELETE FROM responses WHERE id = ?", (row.id,))

    def _new_list(self) -> int:
        return self.run("INSERT INTO lists DEFAULT VALUES")


def _to_conversation(row: tuple[str, int, str, int]) -> ConversationRow:
    return ConversationRow(row[0], row[1], JsonText(row[2]), row[3])


def _direction(after: int | None, ascending: bool) -> tuple[str, str, int]:
    """Return how to compare, how to order, and where to start a list read from behind `after`."""
    # 2**62 is beyond every position, which SQLite counts up to 2**63 - 1.
    beyond, order, start = (">", "ASC", 0) if ascending else ("<", "DESC", 2**62)
    return beyond, order, start if after is None else after
