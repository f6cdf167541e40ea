"""Local mode in-process: our client, and plain httpx on the same service."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
from openai_conversations import Client, MessageItem
from openai_conversations.local.service import LocalService
from openai_conversations.local.transport import LocalTransport

from benchmarks import fixtures
from benchmarks.measure import OURS, PLAIN, Row, Work, interleaved

MEANS = {PLAIN: "httpx on the same in-process service"}
TEXTS = fixtures.user_texts(20)


def rows(repetitions: int) -> list[Row]:
    """Measure everything of this module now."""
    transport = LocalTransport(LocalService(), close_service=True)
    with Client.local() as ours, httpx.Client(transport=transport, base_url="http://l/v1") as plain:
        our_id = ours.conversations.create(items=_helpers()).id
        their_id = plain.post("/conversations", json={"items": _plain()}).json()["id"]
        path = f"/conversations/{their_id}"

        def both(mine: Callable[[], Any], other: Callable[[], httpx.Response]) -> dict[str, Work]:
            return {OURS: mine, PLAIN: lambda: json.loads(other().content)}

        works = {
            "GET": both(
                lambda: ours.conversations.retrieve(our_id),
                lambda: plain.get(path),
            ),
            "list 20 items": both(
                lambda: ours.conversations.items.list(our_id),
                lambda: plain.get(f"{path}/items"),
            ),
            "POST of 1 message": both(
                lambda: ours.conversations.items.create(our_id, items=_helpers()[:1]),
                lambda: plain.post(f"{path}/items", json={"items": _plain()[:1]}),
            ),
            "POST of 20 messages": both(
                lambda: ours.conversations.items.create(our_id, items=_helpers()),
                lambda: plain.post(f"{path}/items", json={"items": _plain()}),
            ),
        }
        return [
            Row(f"local mode, {name}", "µs", interleaved(pair, 1, repetitions), means=MEANS)
            for name, pair in works.items()
        ]


def _helpers() -> list[Any]:
    return [MessageItem.user_text(text) for text in TEXTS]


def _plain() -> list[Any]:
    return fixtures.new_user_messages(TEXTS)
