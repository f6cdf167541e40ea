"""Imports and exports through faults, and in processes that are killed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from openai_conversations import AsyncClient, Client, OpenAIError

from tests.document import ROOT
from tests.faults.conversation import messages, texts
from tests.faults.proxy import FaultProxy, seeded
from tests.faults.test_kill import Killer

pytestmark = pytest.mark.off_contract
COUNT = 300


def write(file: Path) -> list[str]:
    """Write the messages of a conversation to a file; return their texts."""
    sent = messages(COUNT)
    file.write_text("".join(json.dumps(item) + "\n" for item in sent))
    return [item["content"] for item in sent]


async def through_faults(client: Any, file: Path, copy: Path) -> str:
    """Import a file, and export the conversation, however often that takes; return its id."""

    async def awaited(value: Any) -> Any:
        return await value if hasattr(value, "__await__") else value

    token, id, resume = None, None, False
    while id is None:
        try:
            made = await awaited(client.conversations.import_file(file, resume=token))
            id = made.conversation_id
        except OpenAIError as error:
            token = error.archive.token if error.archive else token
    while not copy.exists():
        try:
            await awaited(client.conversations.export(id, copy, resume=resume))
        except OpenAIError:
            resume = True
    return str(id)


@pytest.mark.parametrize(("seed", "kind"), [(1, Client), (2, AsyncClient)])
def test_every_item_is_there_once(service: str, tmp_path: Path, seed: int, kind: Any) -> None:
    wanted = write(tmp_path / "a.jsonl")
    with FaultProxy(service, seeded(seed, 0.2)) as proxy, httpx.Client(base_url=service) as direct:

        async def run() -> str:
            client = kind(api_key="k", base_url=proxy.url, timeout=0.3, max_retries=1)
            id = await through_faults(client, tmp_path / "a.jsonl", tmp_path / "b.jsonl")
            closing = client.close()
            if closing is not None:
                await closing
            return id

        id = anyio.run(run)
        proxy.finish()
        assert texts(direct, id) == wanted
        assert proxy.struck.total() > 3
    lines = [json.loads(line) for line in (tmp_path / "b.jsonl").read_text().splitlines()]
    assert [item["content"][0]["text"] for item in lines[1:-1]] == wanted


def test_another_process_goes_on_where_one_was_killed(service: str, tmp_path: Path) -> None:
    wanted = write(tmp_path / "a.jsonl")
    token = tmp_path / "token"
    killer = Killer(random.Random(0))
    with FaultProxy(service, killer) as proxy, httpx.Client(base_url=service) as direct:

        def start() -> subprocess.Popen[bytes]:
            arguments = [proxy.url, str(tmp_path / "a.jsonl"), str(token)]
            return subprocess.Popen(
                [sys.executable, "-m", "tests.faults.importer", *arguments], cwd=ROOT
            )

        for _ in range(3):
            process = start()
            killer.watch(process)
            assert process.wait() != 0
        assert start().wait() == 0
        assert texts(direct, token.read_text()) == wanted
