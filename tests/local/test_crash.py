"""Kill -9 at any moment loses nothing that was acknowledged and leaves no half of a batch.

The server is a process of its own on a file; writers append batches over HTTP. When a random (but
seeded) number of appends has been acknowledged, the process is killed while others are under way.
"""

from __future__ import annotations

import random
import threading
from pathlib import Path

import httpx
import pytest

from tests.local.processes import serving

WRITERS = 4
KILLS = 4


class Writer(threading.Thread):
    """Appends batches to one conversation until the server is gone."""

    def __init__(self, url: str, conversation: str, name: str, acknowledged: threading.Semaphore):
        super().__init__(name=name)
        self.url, self.conversation = url, conversation
        self.acknowledged = acknowledged
        self.sent: list[list[str]] = []
        self.stored: list[list[str]] = []

    def run(self) -> None:
        draw = random.Random(self.name)
        with httpx.Client(base_url=self.url) as client:
            while True:
                number = len(self.sent)
                batch = [f"{self.name}/{number}/{i}" for i in range(draw.randint(1, 20))]
                self.sent.append(batch)
                items = [{"type": "message", "role": "user", "content": text} for text in batch]
                path = f"conversations/{self.conversation}/items"
                try:
                    response = client.post(path, json={"items": items})
                except httpx.TransportError:
                    return
                self.stored.append(
                    [item["id"] for item in response.raise_for_status().json()["data"]]
                )
                self.acknowledged.release()


def everything(client: httpx.Client, conversation: str) -> list[tuple[str, str]]:
    """Id and text of each item of a conversation, oldest first."""
    found: list[tuple[str, str]] = []
    query = {"order": "asc", "limit": "100"}
    while True:
        page = client.get(f"conversations/{conversation}/items", params=query).json()
        found += [(item["id"], item["content"][0]["text"]) for item in page["data"]]
        if not page["has_more"]:
            return found
        query["after"] = page["last_id"]


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_server_keeps_every_acknowledged_batch_and_no_half_one(
    seed: int, tmp_path: Path
) -> None:
    draw = random.Random(seed)
    database = str(tmp_path / "conversations.sqlite")
    acknowledged = threading.Semaphore(0)
    with serving("--db", database) as (process, url):
        with httpx.Client(base_url=url) as client:
            # Two conversations for four writers: some appends compete for one, some do not.
            names = [client.post("conversations", json={}).json()["id"] for _ in range(2)]
        writers = [Writer(url, names[n % 2], f"{seed}.{n}", acknowledged) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        for _ in range(draw.randint(1, 60)):
            acknowledged.acquire()
        process.kill()
        for writer in writers:
            writer.join()
    with serving("--db", database) as (process, url), httpx.Client(base_url=url) as client:
        found = {name: everything(client, name) for name in names}
    for writer in writers:
        mine = [(id, text) for id, text in found[writer.conversation] if _by(writer, text)]
        whole = [text for batch in writer.sent[: len(writer.stored)] for text in batch]
        # What was acknowledged is there once, in order; the last batch, whose response never came,
        # is there whole or not at all.
        assert [text for _, text in mine] in (whole, whole + writer.sent[-1])
        ids = [id for batch in writer.stored for id in batch]
        assert [id for id, _ in mine][: len(ids)] == ids
    for items in found.values():
        assert len({id for id, _ in items}) == len(items)
        batches = [text.rpartition("/")[0] for _, text in items]
        runs = [a for a, b in zip(batches, [None, *batches], strict=False) if a != b]
        assert len(runs) == len(set(runs)), "the items of one batch are not side by side"


def _by(writer: Writer, text: str) -> bool:
    return text.startswith(f"{writer.name}/")


def test_a_conversation_is_not_locked_for_ever_by_a_response_that_was_killed(
    tmp_path: Path,
) -> None:
    database = str(tmp_path / "conversations.sqlite")
    body = {"model": "gpt-4o", "input": "Hello"}
    with serving("--db", database) as (process, url), httpx.Client(base_url=url) as client:
        body["conversation"] = client.post("conversations", json={}).json()["id"]
        streamed = {**body, "stream": True}
        with client.stream("POST", "responses", json=streamed) as response:
            lines = response.iter_lines()  # kept: httpx closes the stream of one that is dropped
            next(lines)
            process.kill()
            process.wait()
    with serving("--db", database) as (process, url), httpx.Client(base_url=url) as client:
        response = client.post("responses", json=body)
        assert response.status_code == 200, response.text
        assert len(everything(client, body["conversation"])) in (2, 4)
