"""`ConversationIndex` by itself: what it keeps, in one process and in several."""

from __future__ import annotations

import pickle
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations import (
    AsyncClient,
    Client,
    ConversationIndex,
    InvalidArgumentError,
    StoreError,
    models,
)

from tests.overlay.children import in_child


def conversation(id: str, created_at: Any = 1, **metadata: Any) -> dict[str, Any]:
    return {"id": id, "object": "conversation", "created_at": created_at, "metadata": metadata}


def ids(found: list[models.Conversation]) -> list[str]:
    return [each.id for each in found]


def test_finding(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with ConversationIndex(path) as index:
        index.add(conversation("conv_1", 10, user_id="user_123", topic="a"))
        index.add(models.Conversation.from_dict(conversation("conv_2", 30, user_id="user_123")))
        index.add(conversation("conv_3", 20, user_id="user_123", topic="A"))
        index.add(conversation("conv_4", 20, topic="user_123"))
    assert path.stat().st_mode & 0o777 == 0o600
    with ConversationIndex(str(path)) as index:
        assert ids(index.list()) == ["conv_2", "conv_4", "conv_3", "conv_1"]
        assert ids(index.find(metadata={"user_id": "user_123"})) == ["conv_2", "conv_3", "conv_1"]
        assert ids(index.find(metadata={"user_id": "user_123", "topic": "a"})) == ["conv_1"]
        assert index.find(metadata={"user_id": "user_124"}) == []
        assert index.find(metadata={"topic": "a"})[0].metadata["user_id"] == "user_123"
        index.remove("conv_2")
        index.remove("conv_9")
        assert ids(index.list()) == ["conv_4", "conv_3", "conv_1"]


IDS = st.sampled_from(["conv_1", "conv_2", "conv_3", "ü'x"])
PAIRS = st.dictionaries(st.sampled_from(["a", "b", "", "\ud800"]), st.sampled_from(["1", "2", ""]))
STEPS = st.lists(st.tuples(IDS, st.none() | st.tuples(st.integers(0, 3), PAIRS)), max_size=12)


@settings(max_examples=60)
@given(STEPS, PAIRS)
def test_it_is_a_mapping_of_ids(steps: list[Any], wanted: dict[str, str]) -> None:
    """Compare it with a dictionary, after any additions, changes and removals."""
    expected: dict[str, Any] = {}
    with ConversationIndex(":memory:") as index:
        for id, state in steps:
            if state is None:
                index.remove(id)
                expected.pop(id, None)
            else:
                made = conversation(id, state[0], **state[1])
                index.add(made)
                expected[id] = made
        found = index.find(metadata=wanted)
    assert {each.id: each.to_dict() for each in found} == {
        id: made for id, made in expected.items() if wanted.items() <= made["metadata"].items()
    }
    times = [each.created_at for each in found]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("made", [None, "today", 1e300, float("nan"), 10**400, [1]])
def test_fields_of_other_servers(made: Any) -> None:
    """Keep what is usable of a conversation that has fields of other types."""
    with ConversationIndex(":memory:") as index:
        index.add({**conversation("conv_1", made, a="1", b=["x"], c=2), "more": "x"})
        index.add({"id": "conv_2", "metadata": None})
        assert set(ids(index.list())) == {"conv_1", "conv_2"}
        [found] = index.find(metadata={"a": "1"})
        assert found.to_dict() == conversation("conv_1", None, a="1")


@pytest.mark.parametrize(
    "wrong", [None, "conv_1", {}, {"id": 1}, {"id": "\ud800"}, models.Conversation]
)
def test_what_is_not_a_conversation(wrong: Any) -> None:
    with ConversationIndex(":memory:") as index:
        with pytest.raises(InvalidArgumentError, match="conversation"):
            index.add(wrong)
        assert index.list() == []


def test_arguments_and_files_that_are_wrong(tmp_path: Path) -> None:
    for wrong in (3, "", "file:x", b"x"):
        with pytest.raises(InvalidArgumentError, match="path"):
            ConversationIndex(wrong)  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(StoreError, match="cannot open"):
        ConversationIndex(tmp_path)
    Client.local(tmp_path / "data.sqlite").close()
    with pytest.raises(StoreError, match="another program"):
        ConversationIndex(tmp_path / "data.sqlite")
    with ConversationIndex(tmp_path / "index.sqlite") as index:
        with pytest.raises(InvalidArgumentError):
            index.find(metadata="user_123")  # type: ignore[arg-type]  # pyright: ignore
        with pytest.raises(InvalidArgumentError):
            index.remove("")
        with pytest.raises(InvalidArgumentError):
            pickle.dumps(index)
        assert repr(index) == f"ConversationIndex({str(tmp_path / 'index.sqlite')!r})"
    index.close()
    with pytest.raises(StoreError, match="closed"):
        index.list()


@pytest.mark.parametrize(
    ("method", "path", "concerned"),
    [
        ("POST", "/conversations", True),
        ("POST", "/conversations/conv_1", True),
        ("DELETE", "/conversations/a%2Fb", True),
        ("GET", "/conversations/conv_1", False),
        ("POST", "/conversations/conv_1/items", False),
        ("DELETE", "/conversations/conv_1/items/msg_1", False),
        ("POST", "/responses", False),
    ],
)
def test_requests_that_concern_it(method: str, path: str, concerned: bool) -> None:
    """Pass over the rest, of which the body may be left to the caller."""
    assert ConversationIndex.concerns(method, path) is concerned


def test_a_file_that_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with ConversationIndex(path) as index:
        path.rename(tmp_path / "old")
        for work in (index.list, lambda: index.add(conversation("conv_1")), index.close):
            with pytest.raises(StoreError, match="moved or replaced"):
                work()


def test_a_fork_opens_its_own(tmp_path: Path) -> None:
    """Refuse in a fork, also where another thread had the lock when the process was forked."""
    with ConversationIndex(tmp_path / "index.sqlite") as index, index._lock:
        assert "forked" in in_child(lambda: ids(index.list()))


MANY = """
import sys
from openai_conversations import Client, ConversationIndex
with ConversationIndex(sys.argv[1]) as index, Client.local(index=index) as client:
    for n in range(40):
        made = client.conversations.create(metadata={"process": sys.argv[2], "n": str(n)})
        if n % 4 == 0:
            client.conversations.delete(made.id)
"""


def test_several_processes(tmp_path: Path) -> None:
    """Let four processes, the first of which makes the file, write it at the same time."""
    path = tmp_path / "index.sqlite"
    command = [sys.executable, "-W", "error", "-c", MANY, str(path)]
    running = [subprocess.Popen([*command, str(n)], stderr=subprocess.PIPE) for n in range(4)]
    for process in running:
        _, said = process.communicate(timeout=120)
        assert (process.returncode, said) == (0, b"")
    with ConversationIndex(path) as index:
        assert len(index.list()) == 4 * 30
        for n in range(4):
            assert len(index.find(metadata={"process": str(n)})) == 30
        assert len(index.find(metadata={"n": "7"})) == 4


def test_several_threads(tmp_path: Path) -> None:
    with (
        ConversationIndex(tmp_path / "index.sqlite") as index,
        Client.local(index=index) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        list(pool.map(lambda _: client.conversations.create(), range(80)))
        assert len(index.list()) == 80


def test_an_event_loop_does_not_wait_for_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let other tasks go on while another program has the file."""
    path, noting = tmp_path / "index.sqlite", threading.Event()

    async def run() -> None:
        with ConversationIndex(path) as index:
            note = index.note
            monkeypatch.setattr(index, "note", lambda *seen: (noting.set(), note(*seen)))
            async with AsyncClient.local(index=index) as client:
                writer = sqlite3.connect(path, isolation_level=None)
                writer.execute("BEGIN IMMEDIATE")
                async with anyio.create_task_group() as group:
                    group.start_soon(client.conversations.create)
                    await anyio.to_thread.run_sync(noting.wait)
                    writer.execute("ROLLBACK")
                writer.close()
                assert len(index.list()) == 1

    anyio.run(run)
    assert caplog.records == []
