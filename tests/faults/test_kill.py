"""A process that appends is killed, and another one goes on from the token that it saved.

When it dies is drawn from a seed: after a number of exchanges, before the service got the last one,
while it was at work, or after it had responded.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.document import ROOT
from tests.faults.conversation import messages, texts
from tests.faults.proxy import FaultProxy, Message

COUNT = 400
KILLS = 4


class Killer:
    """Draws nothing but the moment at which the process that is being watched dies."""

    def __init__(self, draw: random.Random) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._draw = draw
        self._left = 0

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        self._left = self._draw.randint(1, 5)
        self.process = process

    def __call__(self, number: int, request: Message) -> str | None:
        if self.process is None:
            return None
        self._left -= 1
        if self._left:
            return None
        self.process.kill()
        self.process = None
        return self._draw.choice([None, "no response, not done", "status 500, half done"])


@pytest.mark.parametrize("seed", range(2))
def test_another_process_goes_on_where_one_was_killed(
    service: str, seed: int, tmp_path: Path
) -> None:
    killer = Killer(random.Random(seed))
    with FaultProxy(service, killer) as proxy, httpx.Client(base_url=service) as direct:
        first = {"items": messages(10)}
        conversation = direct.post("conversations", json=first).json()["id"]

        def start() -> subprocess.Popen[bytes]:
            arguments = [proxy.url, conversation, str(tmp_path / "token"), str(COUNT)]
            return subprocess.Popen(
                [sys.executable, "-m", "tests.faults.appender", *arguments], cwd=ROOT
            )

        for _ in range(KILLS):
            process = start()
            killer.watch(process)
            assert process.wait() != 0
        assert start().wait() == 0
        wanted = [item["content"] for item in [*messages(10), *messages(COUNT)]]
        assert texts(direct, conversation) == wanted
