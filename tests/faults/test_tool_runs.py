"""Runs with tools through faults: no output twice, no call left open, no tool run twice.

The long version, with kills and with a loop by hand on openai-python beside it, is `make faults`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openai_conversations.local.model import LocalModel
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService

from tests.faults.proxy import KINDS, SILENT, scripted, seeded
from tests.faults.runs import Settings
from tests.faults.tool_kills import Killer
from tests.faults.tool_runs import (
    Runner,
    run,
    run_tools,
    run_tools_async,
    run_tools_streamed,
    run_tools_trio,
    scripted_model,
)

#: Some faults are responses that make no sense.
pytestmark = pytest.mark.off_contract


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """Return the base URL of a local service whose model calls tools."""
    with LocalServer(LocalService(model=LocalModel(scripted_model))) as server:
        yield server.url


@pytest.mark.parametrize("runner", [run_tools, run_tools_streamed, run_tools_async, run_tools_trio])
@pytest.mark.parametrize(("seed", "max_retries"), [(1, 8), (2, 2), (3, 0)])
def test_random_faults(
    service: str, runner: Runner, seed: int, max_retries: int, tmp_path: Path
) -> None:
    for n in range(6):
        folder = tmp_path / str(n)
        folder.mkdir()
        settings = Settings(max_retries=max_retries)
        outcome = run(service, runner, seeded(100 * seed + n, 0.2), settings, folder)
        assert outcome.perfect, (n, outcome)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("exchange", [0, 2, 3, 5, 6])
def test_each_fault_alone(service: str, kind: str, exchange: int, tmp_path: Path) -> None:
    settings = Settings(timeout=0.3 if kind in SILENT else 60, max_retries=2)
    outcome = run(service, run_tools, scripted({exchange: kind}), settings, tmp_path)
    assert outcome.perfect, outcome
    assert outcome.faults == 1


@pytest.mark.parametrize("runner", [run_tools, run_tools_async])
@pytest.mark.parametrize("seed", range(6))
def test_processes_that_are_killed(service: str, runner: Runner, seed: int, tmp_path: Path) -> None:
    killer = Killer(seed, 3, seeded(seed, 0.1))
    outcome = run(service, runner, killer, Settings(), tmp_path, killer.start)
    assert outcome.perfect, outcome
    assert outcome.kills > 0
