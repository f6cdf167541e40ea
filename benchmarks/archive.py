"""Export and import of 10,000 items, beside the loops that people write with openai-python."""

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
from openai_conversations import Client

from benchmarks import peers
from benchmarks.append import BATCH, KEY, ReadyResponses
from benchmarks.canned import canned_server
from benchmarks.measure import OPENAI, OURS, Row, Work, interleaved

ITEMS = 10_000
MADE = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}


def export_by_hand(client: openai.OpenAI, id: str, file: Path) -> int:
    """Write each item as JSON, as the documentation of openai-python has pages."""
    with file.open("w", encoding="utf-8") as out:
        for item in client.conversations.items.list(id, limit=100, order="asc"):
            out.write(json.dumps(item.to_dict()) + "\n")
    return ITEMS


def import_by_hand(client: openai.OpenAI, file: Path) -> int:
    """Send the messages of a file in chunks of 20."""
    items: list[Any] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    made = client.conversations.create()
    for start in range(0, len(items), BATCH):
        client.conversations.items.create(made.id, items=items[start : start + BATCH])
    return len(items)


def handler(library: Any) -> Callable[[Any], Any]:
    """Return what responds to an import, again and again."""
    responses = ReadyResponses(ITEMS)
    headers = {"content-type": "application/json"}

    def respond(request: Any) -> Any:
        if request.url.path.endswith("/conversations"):
            responses.batches = 0
            return library.Response(200, json=MADE)
        return library.Response(200, content=responses(request).content, headers=headers)

    return respond


def rows(repetitions: int) -> list[Row]:
    """Measure everything of this module now."""
    with tempfile.TemporaryDirectory() as folder, canned_server() as url:
        file, id = Path(folder) / "items.jsonl", f"conv_mixed_{ITEMS}"
        export = peers.ours(url).conversations.export
        exports: dict[str, Work] = {
            OURS: lambda: export(id, file, include=[]).count,
            OPENAI: partial(export_by_hand, peers.theirs(url), id, file),
        }
        means = {OPENAI: "its pages and json.dumps"}
        work = f"export {ITEMS:,} items"
        found = [
            Row(work, "µs an item", interleaved(exports, ITEMS, repetitions), {OPENAI: 1}, means)
        ]
        messages = Path(folder) / "messages.jsonl"
        lines = (json.dumps({"role": "user", "content": f"Message {n}"}) for n in range(ITEMS))
        messages.write_text("\n".join(lines), "utf-8")
        ours = Client(
            api_key=KEY, http_client=httpx.Client(transport=httpx.MockTransport(handler(httpx)))
        )
        transport = httpx2.MockTransport(handler(httpx2))
        theirs = openai.OpenAI(api_key=KEY, http_client=httpx2.Client(transport=transport))
        imports: dict[str, Work] = {
            OURS: lambda: ours.conversations.import_file(messages).conversations[0].count,
            OPENAI: partial(import_by_hand, theirs, messages),
        }
        means = {OPENAI: "items.create in chunks of 20"}
        work = f"import {ITEMS:,} messages"
        results = interleaved(imports, ITEMS, repetitions)
        return [*found, Row(work, "µs an item", results, {OPENAI: 1}, means)]
