"""Whole conversations: export, import, transcript and append of 10,000 items.

Beside the loops that people write with openai-python, and append beside a loop over our own
`items.create`. What is sent is responded to in this process, so that only the client is measured.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import httpx2
import openai
from openai.types.conversations import Message
from openai_conversations import Client

from benchmarks import peers
from benchmarks.canned import canned_server
from benchmarks.measure import FLOOR, OPENAI, OURS, Row, Work, interleaved

ITEMS = 10_000
BATCH = 20
JSON = {"content-type": "application/json"}
MADE = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}


def export_by_hand(client: openai.OpenAI, id: str, file: Path) -> None:
    """Write each item as JSON, as the documentation of openai-python has pages."""
    with file.open("w", encoding="utf-8") as out:
        for item in client.conversations.items.list(id, limit=100, order="asc"):
            out.write(json.dumps(item.to_dict()) + "\n")


def transcript_by_hand(client: openai.OpenAI, id: str) -> str:
    """Return the texts of messages, and the types of other items."""
    lines: list[str] = []
    for item in client.conversations.items.list(id, limit=100, order="asc"):
        if isinstance(item, Message) and item.type == "message":
            text = "".join(getattr(part, "text", "") for part in item.content)
            lines.append(f"## {item.role.title()}\n\n{text}\n")
        else:
            lines.append(f"*({item.type})*\n")
    return "\n".join(lines)


def import_by_hand(client: openai.OpenAI, file: Path) -> None:
    """Send the messages of a file in chunks of 20."""
    items: list[Any] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    append_by_hand(client, client.conversations.create().id, items)


def append_by_hand(client: openai.OpenAI | Client, id: str, items: list[Any]) -> None:
    """Send the items in chunks of 20."""
    for start in range(0, len(items), BATCH):
        client.conversations.items.create(id, items=items[start : start + BATCH])


def page(first: int, count: int) -> bytes:
    """Return the body of a response with so many of the messages."""
    data = [
        {
            "id": f"msg_{number:032x}",
            "type": "message",
            "status": "completed",
            "content": [{"type": "input_text", "text": f"Message {number}"}],
            "role": "user",
        }
        for number in range(first, first + count)
    ]
    ids = [item["id"] for item in data] or [""]
    fields = {"data": data, "has_more": False, "first_id": ids[0], "last_id": ids[-1]}
    return json.dumps({"object": "list", **fields}).encode()


def handler(library: Any, count: int) -> Callable[[Any], Any]:
    """Return what responds to the requests that add so many messages, again and again."""
    empty = page(0, 0)
    full = [page(start, BATCH) for start in range(0, count, BATCH)]
    sent = 0

    def respond(request: Any) -> Any:
        nonlocal sent
        if request.url.path.endswith("/conversations"):
            return library.Response(200, json=MADE)
        body = empty
        if request.method == "POST":
            body = full[sent % len(full)]
            sent += 1
        return library.Response(200, content=body, headers=JSON)

    return respond


def rows(repetitions: int, items: int = ITEMS) -> list[Row]:
    """Measure everything of this module now."""
    mixed = f"conv_mixed_{items}"
    messages = [{"role": "user", "content": f"Message {n}"} for n in range(items)]
    with tempfile.TemporaryDirectory() as folder, canned_server() as url:
        ours, theirs = peers.ours(url), peers.theirs(url)
        file, source = Path(folder, "items.jsonl"), Path(folder, "messages.jsonl")
        source.write_text("\n".join(map(json.dumps, messages)), "utf-8")
        mock = httpx.MockTransport(handler(httpx, items))
        our_sink = Client(api_key=peers.KEY, http_client=httpx.Client(transport=mock))
        mock2 = httpx2.MockTransport(handler(httpx2, items))
        their_sink = openai.OpenAI(api_key=peers.KEY, http_client=httpx2.Client(transport=mock2))

        def row(
            work: str, mine: Work, other: Work, means: str, name: str = OPENAI, limit: float = 1
        ) -> Row:
            results = interleaved({OURS: mine, name: other}, items, repetitions)
            return Row(work, "µs an item", results, {name: limit}, {name: means})

        return [
            row(
                f"export {items:,} items",
                partial(ours.conversations.export, mixed, file, include=[]),
                partial(export_by_hand, theirs, mixed, file),
                "its pages and json.dumps",
            ),
            row(
                f"import {items:,} messages",
                partial(our_sink.conversations.import_file, source),
                partial(import_by_hand, their_sink, source),
                "items.create in chunks of 20",
            ),
            row(
                f"transcript of {items:,} items",
                partial(ours.conversations.transcript, mixed),
                partial(transcript_by_hand, theirs, mixed),
                "its pages, only the texts of messages",
            ),
            row(
                f"append {items:,} messages",
                partial(our_sink.conversations.items.append, "conv_1", messages),
                partial(append_by_hand, our_sink, "conv_1", messages),
                "our items.create in chunks of 20",
                FLOOR,
                1.5,
            ),
        ]
