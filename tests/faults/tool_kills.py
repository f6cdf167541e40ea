"""Runs with tools in processes that are killed, and that others go on for.

When a process dies is drawn from a seed: after a number of exchanges, before the service got the
last one, while it was at work, or after it had responded; or while a tool runs.
"""

from __future__ import annotations

import multiprocessing
import random
from importlib import import_module
from multiprocessing.process import BaseProcess
from typing import Any

import httpx
from openai_conversations._transport import retries

from tests.faults.proxy import TIME, Draw, FaultProxy, Message, short_pauses
from tests.faults.tool_runs import DIE, Place, Runner

# Each process begins as a copy of one that has imported everything.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        __name__,
        "aiohttp",
        "openai",
        "openai_conversations._async.new_run",
        "openai_conversations._structured.json_type",
        "openai_conversations._sync.new_run",
        "pydantic.main",
    ]
)


class Killer:
    """A draw that kills the process which is being watched, and otherwise lets faults strike.

    Args:
        seed: of the moments.
        kills: how many processes die at most.
        draw: of the faults.
    """

    def __init__(self, seed: int, kills: int, draw: Draw) -> None:
        self._random = random.Random(f"kill {seed}")
        self._kills = kills
        self._draw = draw
        self._process: BaseProcess | None = None
        self._place: Place | None = None
        self._left = 0

    def start(self, runner: Runner, place: Place, proxy: FaultProxy) -> int:
        """Start a runner, again after each kill; return how often it was killed."""
        kills = 0
        self._place = place
        while True:
            process = _CONTEXT.Process(target=_run, args=(runner.__name__, place))
            self._left = self._random.randint(1, 8)
            process.start()
            self._process = process if kills < self._kills else None
            process.join()
            if not process.exitcode:
                return kills
            assert process.exitcode == -9, process.exitcode
            kills += 1

    def __call__(self, number: int, request: Message) -> str | None:
        self._left -= 1
        process, place = self._process, self._place
        if process is None or place is None or self._left:
            return self._draw(number, request)
        self._process = None
        if self._random.random() < 0.25:
            (place.folder / DIE).touch()
            return None
        process.kill()
        return self._random.choice([None, "no response, not done", "no response, late"])


def _run(runner: str, place: Place) -> None:
    """Be the process."""
    peer: Any = import_module("openai._base_client")
    retries.INITIAL_DELAY = peer.INITIAL_RETRY_DELAY = 0.005
    retries.MAX_DELAY = peer.MAX_RETRY_DELAY = 0.05
    short_pauses(setattr, lambda seconds: _let_time_pass(place, seconds))
    run: Any = getattr(import_module("tests.faults.tool_runs"), runner)
    run(place)


def _let_time_pass(place: Place, seconds: float) -> None:
    httpx.get(f"{place.url}{TIME}{seconds}")
