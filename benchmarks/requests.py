"""One request after the other, over loopback HTTP: reading a conversation, and adding messages."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from openai_conversations import MessageItem

from benchmarks import fixtures, peers
from benchmarks.canned import canned_server
from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Row, Work, interleaved

ID = "conv_messages_{count}"
MEANS = {PLAIN: "httpx and json.loads", FLOOR: "http.client and orjson"}


def get_rows(repetitions: int) -> list[Row]:
    """Measure the GET of a conversation."""
    id = ID.format(count=1)
    path = f"/conversations/{id}"
    with canned_server() as url:
        ours, theirs = peers.ours(url), peers.theirs(url)
        plain, floor = peers.plain(url), peers.Floor(url)
        works: dict[str, Work] = {
            OURS: partial(ours.conversations.retrieve, id),
            OPENAI: partial(theirs.conversations.retrieve, id),
            PLAIN: lambda: json.loads(plain.get(path).content),
            FLOOR: partial(floor.send, "GET", path),
        }
        results = interleaved(works, 1, repetitions)
    return [Row("GET", "µs", results, {PLAIN: 0.6}, MEANS)]


def post_rows(repetitions: int) -> list[Row]:
    """Measure the POST of user messages, from texts to the stored items."""
    with canned_server() as url:
        return [_post(url, count, repetitions) for count in (1, 20)]


def _post(url: str, count: int, repetitions: int) -> Row:
    id = ID.format(count=count)
    path = f"/conversations/{id}/items"
    texts = fixtures.user_texts(count)
    ours, theirs = peers.ours(url), peers.theirs(url)
    plain, floor = peers.plain(url), peers.Floor(url)

    def messages() -> list[Any]:
        return fixtures.new_user_messages(texts)

    works: dict[str, Work] = {
        OURS: lambda: ours.conversations.items.create(
            id, items=[MessageItem.user_text(text) for text in texts]
        ),
        OPENAI: lambda: theirs.conversations.items.create(id, items=messages()),
        PLAIN: lambda: json.loads(plain.post(path, json={"items": messages()}).content),
        FLOOR: lambda: floor.send("POST", path, {"items": messages()}),
    }
    results = interleaved(works, 1, repetitions)
    noun = "message" if count == 1 else "messages"
    return Row(f"POST of {count} {noun}", "µs", results, {PLAIN: 1.2}, MEANS)
