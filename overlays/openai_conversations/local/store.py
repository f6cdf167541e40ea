"""Where the local service keeps things: one SQLite database, in a file or in memory.

The rules ask for facts and state changes here and know no SQL; this file knows no rules. A change
is acknowledged after its transaction is on disk (WAL with ``synchronous=FULL``), so that it
survives the death of the process; other processes may use the same file at the same time.

Items live in numbered lists: a conversation has one, a response one for its input and one for its
output. A list is read by position from either end, and a cursor is looked up by an index, so that
the millionth page costs what the first does.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .wire import dump

Json = dict[str, Any]

#: Marks a file as ours ("oacv"), so that no other program's database is ever changed.
APPLICATION_ID = 0x6F616376
SCHEMA_VERSION = 1
#: How long a writer waits for another process before it gives up, in seconds.
BUSY_TIMEOUT = 30.0

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


class StoreError(RuntimeError):
    """The database file cannot be opened or is not one of ours."""


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation: its fields and the number of its list of items."""

    id: str
    created_at: int
    metadata: Json
    items: int


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A response: its fields but for ``output``, its request, and the numbers of its lists.

    ``events`` holds the server-sent events in which it was delivered, when it was streamed.
    """

    id: str
    body: Json
    request: Json
    events: list[Json] | None
    input: int
    output: int


class Store:
    """One open database. Safe to use from several threads, which take turns.

    ``path`` is a file, made when it is not there, or None for a database in memory. Raises
    StoreError when the file cannot be opened or belongs to another program.
    """

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self._turn = threading.RLock()
        name = ":memory:" if path is None else os.fspath(path)
        try:
            self._db = sqlite3.connect(
                name, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise StoreError(f"cannot open the database {name!r}: {error}") from error
        try:
            self._prepare(name)
        except sqlite3.Error as error:
            self._db.close()
            raise StoreError(f"cannot use {name!r} as a database: {error}") from error
        except StoreError:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        with self._turn:
            self._db.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Everything inside happens, on disk, or nothing does. Not to be nested."""
        with self._turn:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    # Conversations

    def add_conversation(self, id: str, created_at: int, metadata: Mapping[str, Any]) -> int:
        """Add a conversation; answers the number of its list of items."""
        items = self._new_list()
        self._run(
            "INSERT INTO conversations (id, created_at, metadata, items) VALUES (?, ?, ?, ?)",
            (id, created_at, _text(metadata), items),
        )
        return items

    def conversation(self, id: str) -> ConversationRow | None:
        """The conversation with this id, unless it was deleted."""
        row = self._row(
            "SELECT id, created_at, metadata, items FROM conversations WHERE id = ? AND NOT deleted",
            (id,),
        )
        return ConversationRow(row[0], row[1], json.loads(row[2]), row[3]) if row else None

    def set_metadata(self, id: str, metadata: Mapping[str, Any]) -> None:
        """Replace a conversation's metadata."""
        self._run("UPDATE conversations SET metadata = ? WHERE id = ?", (_text(metadata), id))

    def delete_conversation(self, id: str) -> None:
        """Mark a conversation as deleted; its items stay."""
        self._run("UPDATE conversations SET deleted = 1 WHERE id = ?", (id,))

    # Items

    def append(self, list: int, items: Iterable[Json]) -> None:
        """Put items at the end of a list; their ids must be new to it."""
        with self._turn:
            last = self._row("SELECT max(position) FROM items WHERE list = ?", (list,))
            start = (last[0] if last and last[0] is not None else 0) + 1
            self._db.executemany(
                "INSERT INTO items (list, position, id, body) VALUES (?, ?, ?, ?)",
                [(list, n, item["id"], _text(item)) for n, item in enumerate(items, start)],
            )

    def item(self, list: int, id: str) -> Json | None:
        """The item of a list with this id."""
        return self._item("SELECT body FROM items WHERE id = ? AND list = ?", (id, list))

    def item_anywhere(self, id: str) -> Json | None:
        """The newest item with this id in any list, those of deleted conversations included."""
        return self._item("SELECT body FROM items WHERE id = ? ORDER BY list DESC LIMIT 1", (id,))

    def position(self, list: int, id: str) -> int | None:
        """Where in a list the item with this id stands."""
        row = self._row("SELECT position FROM items WHERE id = ? AND list = ?", (id, list))
        return row[0] if row else None

    def items(
        self, list: int, *, after: int | None = None, ascending: bool = True, limit: int = -1
    ) -> list[Json]:
        """Items of a list by position, from behind ``after`` on; all of them without a limit."""
        if ascending:
            bound, order = "position > ?", "ASC"
            start = 0 if after is None else after
        else:
            bound, order = "position < ?", "DESC"
            start = 2**62 if after is None else after
        rows = self._rows(
            f"SELECT body FROM items WHERE list = ? AND {bound} ORDER BY position {order} LIMIT ?",
            (list, start, limit),
        )
        return [json.loads(row[0]) for row in rows]

    def delete_item(self, list: int, id: str) -> None:
        """Take an item out of a list."""
        self._run("DELETE FROM items WHERE id = ? AND list = ?", (id, list))

    # Responses

    def add_response(self, body: Json, request: Mapping[str, Any], input: Iterable[Json]) -> None:
        """Add a response with its input; its output is set when it is finished."""
        lists = self._new_list(), self._new_list()
        self._run(
            "INSERT INTO responses (id, body, request, input, output) VALUES (?, ?, ?, ?, ?)",
            (body["id"], _text(body), _text(request), *lists),
        )
        self.append(lists[0], input)

    def response(self, id: str) -> ResponseRow | None:
        """The response with this id."""
        row = self._row(
            "SELECT id, body, request, events, input, output FROM responses WHERE id = ?", (id,)
        )
        if row is None:
            return None
        events = json.loads(row[3]) if row[3] is not None else None
        return ResponseRow(row[0], json.loads(row[1]), json.loads(row[2]), events, row[4], row[5])

    def set_response(self, body: Json, events: list[Json] | None = None) -> None:
        """Replace a response's fields, and the events in which it was delivered when given."""
        text = _text(events) if events is not None else None
        self._run(
            "UPDATE responses SET body = ?, events = coalesce(?, events) WHERE id = ?",
            (_text(body), text, body["id"]),
        )

    def delete_response(self, row: ResponseRow) -> None:
        """Delete a response with its input and output."""
        self._run("DELETE FROM items WHERE list IN (?, ?)", (row.input, row.output))
        self._run("DELETE FROM responses WHERE id = ?", (row.id,))

    # Leases

    def lease(self, name: str) -> tuple[str | None, float] | None:
        """The process that holds a name (None: none in particular) and until when (Unix time)."""
        row = self._row("SELECT process, until FROM leases WHERE name = ?", (name,))
        return (row[0], row[1]) if row else None

    def set_lease(self, name: str, owner: str, process: str | None, until: float) -> None:
        """Give a name to an owner."""
        self._run(
            "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)", (name, owner, process, until)
        )

    def delete_lease(self, name: str, owner: str) -> None:
        """Take a name from an owner, if that is who has it."""
        self._run("DELETE FROM leases WHERE name = ? AND owner = ?", (name, owner))

    # Below the nouns

    def _prepare(self, name: str) -> None:
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        empty = not self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if application != APPLICATION_ID and not (application == 0 and empty):
            raise StoreError(f"{name!r} is the database of another program")
        if version not in (0, SCHEMA_VERSION):
            raise StoreError(
                f"{name!r} was written by another version: layout {version}, not {SCHEMA_VERSION}"
            )
        self._use_wal()
        self._db.execute("PRAGMA synchronous = FULL")
        with self.transaction():
            # Asked again under the lock: another process may be preparing the same file.
            if self._db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
                return
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _use_wal(self) -> None:
        # SQLite does not wait for other processes here, whatever the timeout says.
        deadline = time.monotonic() + BUSY_TIMEOUT
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _new_list(self) -> int:
        with self._turn:
            key = self._db.execute("INSERT INTO lists DEFAULT VALUES").lastrowid
        assert key is not None
        return key

    def _run(self, sql: str, values: tuple[Any, ...]) -> None:
        with self._turn:
            self._db.execute(sql, values)

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        with self._turn:
            return self._db.execute(sql, values).fetchall()

    def _row(self, sql: str, values: tuple[Any, ...]) -> Any:
        with self._turn:
            return self._db.execute(sql, values).fetchone()

    def _item(self, sql: str, values: tuple[Any, ...]) -> Json | None:
        row = self._row(sql, values)
        return json.loads(row[0]) if row else None


def _text(value: Any) -> str:
    return dump(value).decode("ascii")
