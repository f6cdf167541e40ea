"""An index of conversations, which a client keeps: OpenAI's service has no list of them."""

from __future__ import annotations

import json
import logging
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Self, TypeAlias, TypeVar
from urllib.parse import unquote

from openai_conversations_api import models

from .._request.input_items import to_dict
from .._request.validation import (
    check_id,
    check_metadata,
    describe_path,
    invalid,
    is_mapping,
    mismatch,
)
from .._sqlite.database import Database, Layout
from .._sqlite.database_file import StoreError
from ..errors import InvalidArgumentError

logger = logging.getLogger("openai_conversations")
_T = TypeVar("_T")
_Found: TypeAlias = "list[models.Conversation]"
_Changes: TypeAlias = dict[str, str | None]
"""By id, what is kept of a conversation, as JSON; None for one that was deleted."""
_LATEST = 1e15
_PLACE = re.compile(r"/conversations(?:/[^/]+)?")
_SCHEMA = """
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created_at REAL NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX conversations_by_time ON conversations (created_at, number);
CREATE TABLE pairs (
    key TEXT NOT NULL, value TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (key, value, number)
) WITHOUT ROWID;
CREATE INDEX pairs_by_conversation ON pairs (number);
"""


class _Tables(Database):
    layout = Layout(0x6F616369, 1, _SCHEMA)  # "oaci"


class ConversationIndex:
    """The id, time and metadata of conversations, in an SQLite file; nothing of their items.

        index = ConversationIndex("index.sqlite")
        client = Client(index=index)
        client.conversations.create(metadata={"user_id": "user_123"})
        index.find(metadata={"user_id": "user_123"})

    A client that has one notes what is created, updated and deleted through it, however that is
    done: by methods, their raw and streaming views, `post` and `delete` by path, imports, forks.
    Several clients, threads and processes may use one file. The index is not closed with a client.

    Where the file cannot be written after the service has done something, its result is returned
    all the same: the error is logged, and the change is written with the next one.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open an index; a file that does not exist is made, for this user alone (mode 0600).

        Raises:
            InvalidArgumentError: the path is not one.
            StoreError: the file cannot be used, or belongs to another program.
        """
        self._path = os.fspath(path) if isinstance(path, os.PathLike) else path
        self._tables = _Tables(path)
        self._lock = threading.Lock()
        self._unwritten: _Changes = {}

    def find(self, *, metadata: Mapping[str, str]) -> _Found:
        """Return the conversations with all of these keys and values, the newest first.

        Raises:
            InvalidArgumentError: the service takes no such metadata.
            StoreError: the file cannot be read, or an earlier change cannot be written.
        """

        pairs = check_metadata(metadata).items()
        each = "number IN (SELECT number FROM pairs WHERE key = ? AND value = ?)"
        where = " AND ".join([each] * len(pairs)) or "TRUE"
        sql = f"SELECT body FROM conversations WHERE {where} ORDER BY created_at DESC, number DESC"
        values = tuple(json.dumps(text) for pair in pairs for text in pair)
        self._write({})
        rows = self._guarded(lambda: self._tables.rows(sql, values))
        return [models.Conversation.from_dict(json.loads(body)) for (body,) in rows]

    def add(self, conversation: models.Conversation | Mapping[str, Any]) -> None:
        """Note a conversation that was made elsewhere, or the state that it has now.

        Raises:
            InvalidArgumentError: it is not a conversation.
            StoreError: the file cannot be written.
        """
        if not (changes := _kept(to_dict(conversation))):
            raise invalid("conversation", "a conversation (a model or a mapping)", conversation)
        self._write(changes)

    def remove(self, conversation_id: str) -> None:
        """Forget a conversation, if it is there; raise errors as `add` does."""
        self._write({check_id(conversation_id, "conversation_id"): None})

    def close(self) -> None:
        """Close the file; a second time does nothing.

        Raises:
            StoreError: an earlier change cannot be written. The file is closed.
        """
        try:
            if not self._tables.closed:
                self._write({})
        finally:
            self._tables.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ConversationIndex({describe_path(self._path)})"

    def __reduce__(self) -> Any:
        """Raise `InvalidArgumentError`, a `TypeError`: an open file does not travel."""
        received = "a ConversationIndex: open one in each process"
        raise mismatch("this ConversationIndex", "an object to pickle", received)

    @staticmethod
    def concerns(method: str, path: str) -> bool:
        """Return whether a request, if it succeeds, changes what is noted here."""
        return method in ("POST", "DELETE") and _PLACE.fullmatch(path) is not None

    def note(self, method: str, path: str, body: bytes) -> None:
        """Note what a request has done that `concerns` this index; log what cannot be written.

        Args:
            method: of the request.
            path: of the request, below the base URL, percent-encoded.
            body: of the response.
        """
        changes: _Changes = {}
        if method == "DELETE":
            changes = {unquote(path.rpartition("/")[2]): None}
        else:
            with suppress(ValueError, RecursionError):
                changes = _kept(json.loads(body))
        try:
            self._write(changes)
        except StoreError as error:
            logger.error("not noted in %r: %s: %s", self, ", ".join(map(repr, changes)), error)

    def _write(self, changes: _Changes) -> None:
        """Write changes, and those that are still to be written: all of them, or none."""

        def apply() -> None:
            for change in self._unwritten.items():
                self._apply(*change)

        # Before the lock, which is never free in a fork of a process that had it.
        self._check()
        with self._lock:
            self._unwritten.update(changes)
            if self._unwritten:
                self._guarded(lambda: self._tables.transact(apply))
                self._unwritten.clear()

    def _apply(self, id: str, body: str | None) -> None:
        run = self._tables.run
        known = self._tables.row("SELECT number FROM conversations WHERE id = ?", (id,))
        if known:
            run("DELETE FROM pairs WHERE number = ?", known)
            run("DELETE FROM conversations WHERE id = ?", (id,))
        if body is not None:
            kept = json.loads(body)
            values = (*(known or (None,)), id, kept["created_at"] or 0, body)
            number = run("INSERT INTO conversations VALUES (?, ?, ?, ?)", values)
            for pair in kept["metadata"].items():
                run("INSERT INTO pairs VALUES (?, ?, ?)", (*map(json.dumps, pair), number))

    def _check(self) -> None:
        if self._tables.closed:
            raise StoreError(f"{self!r} is closed")
        self._tables.check_file()

    def _guarded(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except sqlite3.Error as error:
            raise StoreError(f"cannot use {self!r}: {error}") from error

    def list(self) -> _Found:
        """Return all conversations, the newest first; raise errors as `find` does."""
        return self.find(metadata={})


def _kept(data: object) -> _Changes:
    """Return what is kept of a conversation; nothing if no request can name it, or it is none."""
    if not is_mapping(data):
        return {}
    made, metadata = data.get("created_at"), data.get("metadata")
    if not isinstance(made, int | float) or not abs(made) < _LATEST:  # NaN is not less either
        made = None
    pairs = metadata.items() if is_mapping(metadata) else ()
    texts = {key: value for key, value in pairs if isinstance(value, str)}
    with suppress(InvalidArgumentError):
        id = check_id(data.get("id"), "id")
        body = {"id": id, "object": "conversation", "created_at": made, "metadata": texts}
        return {id: json.dumps(body)}
    return {}
