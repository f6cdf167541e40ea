"""One file, many users: what is acknowledged is there, for other threads and other processes."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openai_conversations.local import LocalService, StoreError
from openai_conversations.local.locks import Locks
from openai_conversations.local.store import Store

from tests.local.calls import ask, new_conversation, send, texts_of


def test_a_file_outlives_its_service(tmp_path: Path) -> None:
    path = tmp_path / "local.sqlite"
    first = LocalService(path)
    id = new_conversation(first, "kept", metadata={"k": "v"})
    response = ask(first, "POST", "/responses", {"input": "hi", "conversation": id}).json
    first.close()
    second = LocalService(path)
    assert ask(second, "GET", f"/conversations/{id}").json["metadata"] == {"k": "v"}
    assert texts_of(second, id)[0] == "kept"
    assert ask(second, "GET", f"/responses/{response['id']}").json == response
    second.close()


DROPPED = """
import gc
from openai_conversations import Client

def leave(path):
    client = Client.local(path)
    conversation = client.conversations.create()
    stream = client.responses.create(
        model="m", input="x", conversation=conversation.id, stream=True
    )
    next(iter(stream))

leave(None)
leave("dropped.sqlite")
gc.collect()
kept = Client.local("kept.sqlite")
kept.conversations.create()
"""


def test_a_client_that_nobody_closes_ends_without_a_word(tmp_path: Path) -> None:
    # In a process of its own: the warnings of Python 3.13 come when objects die, the last ones
    # while the interpreter ends.
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", DROPPED]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    # A connection that was closed takes its write-ahead log with it.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dropped.sqlite", "kept.sqlite"]


def test_two_services_share_a_file_and_its_locks(tmp_path: Path) -> None:
    one, two = LocalService(tmp_path / "db"), LocalService(tmp_path / "db")
    id = new_conversation(one, "from one")
    assert texts_of(two, id) == ["from one"]
    held = send(one, "POST", "/responses", {"input": "x", "conversation": id, "stream": True})
    locked = ask(two, "POST", "/responses", {"input": "x", "conversation": id})
    assert locked.error["code"] == "conversation_locked"
    assert not isinstance(held.body, bytes)
    assert list(held.body)
    assert ask(two, "POST", "/responses", {"input": "x", "conversation": id}).status == 200
    one.close()
    two.close()


@pytest.mark.parametrize("place", ["memory", "file"])
def test_threads_append_whole_batches(place: str, tmp_path: Path) -> None:
    service = LocalService(tmp_path / "db" if place == "file" else None)
    id = new_conversation(service)

    def append(batch: int) -> int:
        items = [{"role": "user", "content": f"{batch}.{n}"} for n in range(3)]
        return ask(service, "POST", f"/conversations/{id}/items", {"items": items}).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(append, range(24))) == {200}
    texts = texts_of(service, id)
    batches = [texts[n : n + 3] for n in range(0, len(texts), 3)]
    assert sorted(batches) == sorted([f"{b}.{n}" for n in range(3)] for b in range(24))
    service.close()


def test_one_of_many_responses_at_once_gets_the_conversation(tmp_path: Path) -> None:
    service = LocalService(tmp_path / "db")
    id = new_conversation(service)

    def start(_: int) -> Any:
        return send(
            service, "POST", "/responses", {"input": "x", "conversation": id, "stream": True}
        )

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(start, range(8)))
    assert sorted(response.status for response in responses) == [200] + [400] * 7
    service.close()


def _append(path: str, id: str, name: str) -> None:
    service = LocalService(path)
    for n in range(5):
        body = {"items": [{"role": "user", "content": f"{name}{n}"}]}
        assert ask(service, "POST", f"/conversations/{id}/items", body).status == 200
    service.close()


def _open_and_die(path: str, id: str) -> None:
    service = LocalService(path)
    body = {"input": "x", "conversation": id, "stream": True}
    assert send(service, "POST", "/responses", body).status == 200
    os.kill(os.getpid(), signal.SIGKILL)


def test_processes_share_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "db")
    service = LocalService(path)
    id = new_conversation(service)
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_append, args=(path, id, name)) for name in "ab"]
    workers.append(spawn.Process(target=_open_and_die, args=(path, id)))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, -signal.SIGKILL]
    texts = texts_of(service, id)
    for name in "ab":
        assert [text for text in texts if text[0] == name] == [f"{name}{n}" for n in range(5)]
    # The dead process had locked the conversation; it is free at once.
    assert ask(service, "POST", "/responses", {"input": "y", "conversation": id}).status == 200
    service.close()


def test_another_process_makes_the_file_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let another process try to make the file between two looks at what it is."""
    path = tmp_path / "local.sqlite"
    id, version, schema, _ = Store.layout
    whole = f"BEGIN;{schema};PRAGMA application_id={id};PRAGMA user_version={version};COMMIT"
    row = Store.row
    tried: list[str] = []

    def look(store: Store, sql: str, values: tuple[Any, ...] = ()) -> Any:
        found = row(store, sql, values)
        if not tried:
            tried.append(sql)
            with closing(sqlite3.connect(path, timeout=0)) as other, suppress(sqlite3.Error):
                other.executescript(whole)
        return found

    monkeypatch.setattr(Store, "row", look)
    Store(path).close()
    assert tried


def test_files_that_are_not_ours_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE accounts (id)")
    db.close()
    with pytest.raises(StoreError, match="another program"):
        LocalService(other)
    text = tmp_path / "notes.txt"
    text.write_text("no database, but long enough to be mistaken for one" * 20)
    with pytest.raises(StoreError, match=r"notes\.txt"):
        LocalService(text)
    with pytest.raises(StoreError, match="cannot open"):
        LocalService(tmp_path / "missing" / "db")
    newer = tmp_path / "newer"
    LocalService(newer).close()
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="layout 99"):
        LocalService(newer)


def test_writes_are_on_disk_before_they_are_acknowledged(tmp_path: Path) -> None:
    database = Store(tmp_path / "db")
    [mode] = database.row("PRAGMA journal_mode", ())
    [synchronous] = database.row("PRAGMA synchronous", ())
    assert (mode, synchronous) == ("wal", 2)
    database.close()


def steps(database: Store, read: Callable[[], object]) -> int:
    """Return the instructions that SQLite executes for a read: they tell a search from a scan."""
    count = itertools.count()
    database._db.set_progress_handler(lambda: next(count) < 0, 1)
    read()
    database._db.set_progress_handler(None, 1)
    return next(count)


@pytest.mark.parametrize(
    "read",
    [
        lambda store, key, middle: store.page(key, after=middle, ascending=True, limit=9),
        lambda store, key, middle: store.page(key, after=middle, ascending=False, limit=9),
        lambda store, key, middle: store.page(key, after=None, ascending=True, limit=9),
        lambda store, key, middle: store.position(key, f"msg_{middle}"),
        lambda store, key, middle: store.item(key, f"msg_{middle}"),
        lambda store, key, middle: store.item_anywhere(f"msg_{middle}"),
        lambda store, key, middle: store.append(key, [{"id": "msg_new"}]),
    ],
)
def test_a_long_list_is_read_in_as_many_steps_as_a_short_one(
    read: Callable[[Store, int, int], object],
) -> None:
    taken: list[int] = []
    for length in (30, 3000):
        store = Store(None)
        store.append(store.add_conversation("other", 0, {}), [{"id": f"o{n}"} for n in range(500)])
        key = store.add_conversation("conv_1", 0, {})
        store.append(key, [{"id": f"msg_{n + 1}"} for n in range(length)])
        taken.append(steps(store, partial(read, store, key, length // 2)))
        store.close()
    assert taken[0] == taken[1] > 0


def test_a_page_of_conversations_is_read_in_as_many_steps_whatever_there_is() -> None:
    """Read from the middle, in both orders, among conversations of which most were deleted."""
    taken: list[list[int]] = []
    for length, kept in ((30, 30), (10_000, 10_000), (10_000, 30)):
        store = Store(None)
        with store.transaction():
            places = [store.add_conversation(f"conv_{n}", 0, {}) for n in range(length)]
            for n in range(kept // 2, length - kept // 2):
                store.delete_conversation(f"conv_{n}")
        middle = places[kept // 2 - 1]
        reads = (
            partial(store.conversations, after=middle, ascending=order, limit=9)
            for order in (True, False)
        )
        taken.append([steps(store, read) for read in reads])
        store.close()
    assert taken[0] == taken[1] == taken[2]


def test_a_file_of_an_older_version_is_listed_in_order(tmp_path: Path) -> None:
    path = tmp_path / "local.sqlite"
    service = LocalService(path)
    ids = [new_conversation(service) for _ in range(3)]
    service.close()
    with sqlite3.connect(path) as db:
        db.execute("DROP INDEX conversations_in_order")
    db.close()
    service = LocalService(path)
    assert [one["id"] for one in ask(service, "GET", "/conversations").json["data"]] == ids[::-1]
    service.close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'conversations_in_order'")
    db.close()


def test_a_lock_ends_with_its_process_or_its_time() -> None:
    database = Store(None)
    locks = Locks(database, lambda: 100.0)
    host = socket.gethostname()
    replace = "REPLACE INTO leases VALUES (?, ?, ?, ?)"
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    for process, locked in [
        (f"{host}/{ended.pid}/token", False),
        (f"{host}/{os.getpid()}/the token of a predecessor with this process id", False),
        (f"{host}/{os.getppid()}/token", True),
        ("elsewhere/1/token", True),
        (None, True),
    ]:
        database.run(replace, ("conv_1", "resp_1", process, 200.0))
        assert locks.is_locked("conv_1") is locked
        assert locks.acquire("conv_1", "resp_2") is not locked
        database.run(replace, ("conv_1", "resp_1", process, 99.0))
        assert not locks.is_locked("conv_1")
    assert locks.acquire("conv_1", "resp_3")
    locks.release("resp_1")
    assert locks.is_locked("conv_1")
    locks.release("resp_3")
    assert not locks.is_locked("conv_1")
    database.close()
