"""A unit of `examples/bulk_dask.py`, in this process; `faults/test_bulk.py` runs the program."""

from __future__ import annotations

import fcntl
import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openai_conversations import InternalServerError
from openai_conversations._transport import retries
from openai_conversations.local.fault_injection import FaultInjectingService

SECONDS = 0.16


@pytest.fixture
def bulk(monkeypatch: pytest.MonkeyPatch, conversations_url: str, tmp_path: Path) -> Any:
    """Return the module, with a clock of its own, beside 45 messages in a file."""
    pytest.importorskip("distributed")
    from examples import bulk_dask

    slept: list[float] = []
    monkeypatch.setattr(retries, "INITIAL_DELAY", 0.0)
    monkeypatch.setenv("OPENAI_BASE_URL", conversations_url)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setattr(bulk_dask, "Semaphore", lambda *_, **__: nullcontext())
    clock = SimpleNamespace(monotonic=lambda: 0.0, sleep=slept.append, slept=slept)
    monkeypatch.setattr(bulk_dask, "time", clock)
    messages = ({"role": "user", "content": f"Message {number}"} for number in range(45))
    (tmp_path / "dump.jsonl").write_text("\n".join(map(json.dumps, messages)), "utf-8")
    return bulk_dask


def work(bulk: Any, folder: Path) -> Any:
    return bulk.work(str(folder / "dump.jsonl"), "import", folder, 8, SECONDS)


def test_each_request_takes_its_time(
    bulk: Any, tmp_path: Path, conversations_local: FaultInjectingService
) -> None:
    conversations_local.faults.rate_limited("POST /conversations/*/items")
    assert work(bulk, tmp_path)["items"] == 45
    assert [request.status for request in conversations_local.requests].count(429) == 1
    assert bulk.time.slept == [SECONDS] * len(conversations_local.requests)


def test_what_is_done_is_not_done_again(
    bulk: Any, tmp_path: Path, conversations_local: FaultInjectingService
) -> None:
    done = work(bulk, tmp_path)
    sent = len(conversations_local.requests)
    assert work(bulk, tmp_path) == done
    assert len(conversations_local.requests) == sent


def test_another_attempt_goes_on(
    bulk: Any, tmp_path: Path, conversations_local: FaultInjectingService
) -> None:
    """Fail when the conversation has been made; the next attempt makes no other one."""
    conversations_local.faults.server_error("GET /conversations/*/items", times=9)
    with pytest.raises(InternalServerError):
        work(bulk, tmp_path)
    assert work(bulk, tmp_path)["attempts"] == 2
    made = [
        r for r in conversations_local.requests if (r.method, r.path) == ("POST", "/conversations")
    ]
    assert len(made) == 1


def test_a_unit_waits_for_its_lock_before_it_reads_its_state(
    bulk: Any,
    tmp_path: Path,
    conversations_local: FaultInjectingService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Here the other process, which has the lock first, does the whole unit."""
    other = {"source": "dump.jsonl", "attempts": 1, "token": None, "items": 45}

    def flock(file: object, how: int) -> None:
        assert how == fcntl.LOCK_EX
        (tmp_path / "dump.jsonl.state").write_text(json.dumps(other), "utf-8")

    monkeypatch.setattr(bulk, "fcntl", SimpleNamespace(flock=flock, LOCK_EX=fcntl.LOCK_EX))
    assert work(bulk, tmp_path) == other
    assert not conversations_local.requests
