"""The SQLite file of openai-agents' sessions: one conversation a session.

Items are those of Responses already. Of an `AdvancedSQLiteSession`, the branch "main" is read.

Source: `SQLiteSession` and `AdvancedSQLiteSession` of openai-agents 0.24, with the tables' names
that they have by default.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial

from ...errors import InvalidArgumentError
from ...progress import OnUnsupported
from ..input_forms import to_record
from ..records import Record, SourceConversation
from ..source_file import SourceFile
from .drafts import Draft
from .json_objects import json_object, shown

_SESSIONS = "SELECT session_id, created_at, updated_at FROM agent_sessions ORDER BY rowid"
_ITEMS = "SELECT id, message_data FROM agent_messages WHERE session_id = ? ORDER BY id"
#: Of a session with branches: what is on another one alone.
_ELSEWHERE = """
    SELECT DISTINCT message_id FROM message_structure WHERE session_id = ? AND message_id NOT IN
    (SELECT message_id FROM message_structure WHERE branch_id = 'main')
"""
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def recognizes(source: SourceFile) -> bool:
    """Return whether a file is an SQLite database."""
    with source.path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def read(source: SourceFile, on_unsupported: OnUnsupported) -> Iterator[SourceConversation]:
    """Read the sessions of a file, oldest first. It is not changed.

    Raises:
        InvalidArgumentError: the file is not a database with the tables of these sessions.
    """
    with _database(source) as database:
        for id, created_at, updated_at in database.execute(_SESSIONS):
            times = {"source_created_at": str(created_at), "source_updated_at": str(updated_at)}
            records = partial(_records, source, id, on_unsupported)
            yield SourceConversation(str(id), records, {"source_id": str(id), **times})


def _records(source: SourceFile, id: object, on_unsupported: OnUnsupported) -> Iterator[Record]:
    session = f"session {shown(str(id))}"
    with _database(source) as database:
        elsewhere: set[int] = set()
        if "message_structure" in _tables(database):
            elsewhere = {row[0] for row in database.execute(_ELSEWHERE, [id])}
        if elsewhere:
            draft = Draft("", session, on_unsupported)
            draft.leave_out(f"items of other branches: {len(elsewhere)}")
            yield from draft.records()
        for row, data in database.execute(_ITEMS, [id]):
            if row not in elsewhere:
                place = f"{session}, row {row}"
                yield to_record(json_object(data, place).fields, place, on_unsupported)


@contextmanager
def _database(source: SourceFile) -> Generator[sqlite3.Connection]:
    """Open the file to read it, in any thread.

    The sessions of a program that runs have a log (WAL) beside the file, which is read, too.
    Without one nobody writes, and SQLite is told so: it would leave an empty log there.
    """
    log = source.path.with_name(f"{source.path.name}-wal")
    mode = "mode=ro" if log.exists() else "immutable=1"
    uri = f"{source.path.absolute().as_uri()}?{mode}"
    try:
        with closing(sqlite3.connect(uri, uri=True, check_same_thread=False)) as database:
            missing = {"agent_sessions", "agent_messages"} - _tables(database)
            if missing:
                raise sqlite3.DatabaseError(f"no such table: {', '.join(sorted(missing))}")
            yield database
    except sqlite3.Error as error:
        expected, received = "an SQLite file of sessions of openai-agents", str(error)
        raise InvalidArgumentError("file", expected=expected, received=received) from error


def _tables(database: sqlite3.Connection) -> set[str]:
    return {row[0] for row in database.execute(_TABLES)}
