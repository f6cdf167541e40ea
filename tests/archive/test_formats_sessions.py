"""The SQLite file of openai-agents' sessions: `archive/formats/agents_sqlite.py`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from openai_conversations import InvalidArgumentError
from openai_conversations.archive.formats import reader_of
from openai_conversations.archive.records import Record
from openai_conversations.archive.source_file import SourceFile

from tests.archive.sample_files import (
    BRANCHES_TABLE,
    SESSION,
    conversations,
    items,
    noted,
    write_sessions,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a file? #1.db"


def test_sessions(file: Path) -> None:
    write_sessions(file, {"s1": SESSION, "a" * 600: SESSION[:1], "empty": []})
    first, second, third = conversations(file, "skip")
    times = {
        "source_created_at": "2026-01-02 03:04:05",
        "source_updated_at": "2026-01-02 03:04:06",
    }
    assert (first[0].id, first[0].metadata) == ("s1", {"source_id": "s1", **times})
    assert [record.item for record in first[1] if record.item] == [
        SESSION[0],
        {k: v for k, v in SESSION[2].items() if k != "id"},
        SESSION[3],
        SESSION[4],
    ]
    assert [(note.place, note.what) for record in first[1] for note in record.notes] == [
        ("session 's1', row 2", "reasoning without its encrypted content")
    ]
    assert (second[0].id, [record.item for record in second[1]]) == ("a" * 600, SESSION[:1])
    assert (third[0].id, third[1]) == ("empty", [])


def test_what_a_program_that_runs_has_not_moved_to_the_file(file: Path) -> None:
    # It is in the log beside it; neither of the two is changed.
    write_sessions(file, {})
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO agent_sessions (session_id) VALUES ('s')")
        writer.execute(
            "INSERT INTO agent_messages (session_id, message_data) VALUES "
            '(\'s\', \'{"role": "user", "content": "Hi"}\')'
        )
        writer.commit()
        before = _digests(file.parent)
        assert len(before) == 3
        assert items(file) == [{"role": "user", "content": "Hi"}]
        assert {name: d for name, d in _digests(file.parent).items() if "shm" not in name} == {
            name: d for name, d in before.items() if "shm" not in name
        }
    before = _digests(file.parent)
    assert len(before) == 1
    assert items(file) == [{"role": "user", "content": "Hi"}]
    assert _digests(file.parent) == before


def _digests(folder: Path) -> dict[str, str]:
    return {one.name: sha256(one.read_bytes()).hexdigest() for one in folder.iterdir()}


def test_the_main_branch(file: Path) -> None:
    said = [{"role": "user", "content": text} for text in ("a", "b", "c")]
    write_sessions(file, {"s": said}, tables=BRANCHES_TABLE)
    with closing(sqlite3.connect(file)) as database, database:
        rows = [(1, "main"), (2, "main"), (1, "other"), (3, "other")]
        insert = "INSERT INTO message_structure (session_id, message_id, branch_id) VALUES"
        database.executemany(f"{insert} ('s', ?, ?)", rows)
    assert items(file) == said[:2]
    assert noted(file) == ["items of other branches: 1"]


def test_rows_are_read_on_any_thread(file: Path) -> None:
    # The async client reads a part of them at a time, each on some thread.
    write_sessions(file, {"s": SESSION})
    read: list[Record] = []
    with SourceFile(file) as source:
        (one,) = reader_of(source, "auto")(source, "skip")
        records: Iterator[Record] = one.records()
        for _ in SESSION:
            thread = Thread(target=lambda: read.append(next(records)))
            thread.start()
            thread.join()
    assert len(read) == len(SESSION)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "session 's', row 1: expected JSON"),
        ("", "session 's', row 1: expected JSON"),
        ("[]", "session 's', row 1: expected an object"),
        ("{} {}", "session 's', row 1: expected JSON"),
    ],
)
def test_rows_that_are_not_items(file: Path, row: str, said: str) -> None:
    write_sessions(file, {"s": [row]})
    with pytest.raises(InvalidArgumentError, match="file") as caught:
        conversations(file)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE agent_sessions (session_id)",
        "CREATE TABLE other (id)",
        "CREATE TABLE agent_sessions (x); CREATE TABLE agent_messages (x)",
        "CREATE TABLE agent_sessions (session_id); CREATE VIEW agent_messages AS SELECT 1",
    ],
)
def test_other_databases(file: Path, script: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.executescript(script)
    with pytest.raises(InvalidArgumentError) as caught:
        conversations(file)
    assert "expected an SQLite file of sessions of openai-agents" in str(caught.value)


def test_blobs_in_place_of_texts(file: Path) -> None:
    write_sessions(file, {})
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("INSERT INTO agent_sessions (session_id) VALUES (x'ff00')")
        database.execute(
            "INSERT INTO agent_messages (session_id, message_data) VALUES (x'ff00', x'00')"
        )
    with pytest.raises(InvalidArgumentError, match="row 1: expected JSON"):
        conversations(file)


def test_a_file_that_is_damaged(file: Path) -> None:
    write_sessions(file, {"s": SESSION * 100})
    content = file.read_bytes()
    for end in (4096, len(content) // 2):
        file.write_bytes(content[:end] + b"\xff" * (len(content) - end))
        with pytest.raises(InvalidArgumentError) as caught:
            conversations(file)
        assert caught.value.argument == "file"


def test_the_sessions_of_openai_agents(file: Path) -> None:
    agents = pytest.importorskip("agents", exc_type=ImportError)
    session = agents.SQLiteSession("s", file)
    asyncio.run(session.add_items(SESSION[:1]))
    assert items(file) == SESSION[:1]
    session.close()
    assert items(file) == SESSION[:1]
