"""Local mode in-process: our client, plain httpx on the same service, and what storing takes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
from openai_conversations import Client, MessageItem
from openai_conversations.local.service import LocalService
from openai_conversations.local.store import Store
from openai_conversations.local.transport import LocalTransport

from benchmarks import fixtures
from benchmarks.measure import FLOOR, OURS, PLAIN, Row, Work, interleaved

MEANS = {PLAIN: "httpx on the same in-process service"}
FLOOR_MEANS = {FLOOR: "json, and a bare SQLite transaction that stores the same rows"}
#: Half of what a POST of one message took before checks were compiled for each type of values
#: (commit 1f7ed97): 9.7 of this floor, the median of four runs of 25 turns each.
POST_TARGET = {FLOOR: 4.8}
TEXTS = fixtures.user_texts(20)


def rows(repetitions: int) -> list[Row]:
    """Measure everything of this module now."""
    transport = LocalTransport(LocalService(), close_service=True)
    with Client.local() as ours, httpx.Client(transport=transport, base_url="http://l/v1") as plain:
        our_id = ours.conversations.create(items=_helpers(TEXTS)).id
        their_id = plain.post("/conversations", json={"items": _plain(TEXTS)}).json()["id"]
        path = f"/conversations/{their_id}"

        def both(mine: Callable[[], Any], other: Callable[[], httpx.Response]) -> dict[str, Work]:
            return {OURS: mine, PLAIN: lambda: json.loads(other().content)}

        def post(texts: list[str]) -> dict[str, Work]:
            pair = both(
                lambda: ours.conversations.items.create(our_id, items=_helpers(texts)),
                lambda: plain.post(f"{path}/items", json={"items": _plain(texts)}),
            )
            return {**pair, FLOOR: stored_only(texts)}

        works = {
            "GET": both(
                lambda: ours.conversations.retrieve(our_id),
                lambda: plain.get(path),
            ),
            "list 20 items": both(
                lambda: ours.conversations.items.list(our_id),
                lambda: plain.get(f"{path}/items"),
            ),
            "POST of 1 message": post(TEXTS[:1]),
            "POST of 20 messages": post(TEXTS),
        }
        return [_row(name, pair, repetitions) for name, pair in works.items()]


def _row(name: str, works: dict[str, Work], repetitions: int) -> Row:
    targets = POST_TARGET if name == "POST of 1 message" else {}
    means = MEANS | (FLOOR_MEANS if FLOOR in works else {})
    return Row(f"local mode, {name}", "µs", interleaved(works, 1, 3 * repetitions), targets, means)


def stored_only(texts: list[str]) -> Work:
    """Return what sends, stores and reads messages, in the tables of the local service.

    From the dictionaries of a request to those of its response, with one look at the conversation,
    and nothing checked.
    """
    database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    database.executescript(Store.layout.schema)
    database.execute("INSERT INTO conversations VALUES ('conv_1', 0, '{}', 1, 0)")
    numbers = count(1)
    find = "SELECT items FROM conversations WHERE id = ? AND NOT deleted"
    last = "SELECT coalesce(max(position), 0) FROM items WHERE list = ?"

    def post() -> Any:
        items = json.loads(json.dumps({"items": _plain(texts)}))["items"]
        stored = [
            {**one, "id": f"msg_{next(numbers):048x}", "status": "completed"} for one in items
        ]
        with database:
            database.execute("BEGIN IMMEDIATE")
            [key] = database.execute(find, ("conv_1",)).fetchone()
            [position] = database.execute(last, (key,)).fetchone()
            added = [
                (key, n, one["id"], json.dumps(one)) for n, one in enumerate(stored, position + 1)
            ]
            database.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", added)
        ids = {"first_id": stored[0]["id"], "last_id": stored[-1]["id"]}
        page = {"object": "list", "data": stored, "has_more": False, **ids}
        return json.loads(json.dumps(page))

    return post


def _helpers(texts: list[str]) -> list[Any]:
    return [MessageItem.user_text(text) for text in texts]


def _plain(texts: list[str]) -> list[Any]:
    return fixtures.new_user_messages(texts)
