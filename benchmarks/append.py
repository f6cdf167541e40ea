"""What `append` costs beside a hand-written loop over `items.create`, when nothing goes wrong.

    python -m benchmarks.append [--rounds 15] [--items 10000]

CPU time of this process for all items, with responses that are ready beforehand, so that only the
client is measured. Both ways take turns; the medians are compared. The exit status is 1 if append
takes more than 1.5 times as long, or more than one request more.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import httpx
from openai_conversations import AsyncClient, Client, MessageItem

LIMIT = 1.5
BATCH = 20
KEY = "benchmark"


def page(first: int, count: int) -> bytes:
    """Return the body of a response with so many of the items."""
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
    ids = (data[0]["id"], data[-1]["id"]) if data else ("", "")
    fields = {"data": data, "has_more": False, "first_id": ids[0], "last_id": ids[1]}
    return httpx.Response(200, json={"object": "list", **fields}).content


class ReadyResponses:
    """A transport's handler that gives the responses to all batches in turn, and counts requests.

    Args:
        count: how many items there are.
    """

    def __init__(self, count: int) -> None:
        self.requests = self.batches = 0
        self._empty = page(0, 0)
        self._full = [page(n, min(BATCH, count - n)) for n in range(0, count, BATCH)]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        body = self._empty
        if request.method == "POST":
            body = self._full[self.batches]
            self.batches += 1
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})


def by_hand(client: Client, items: list[Any]) -> int:
    """Add the items with the loop that append replaces."""
    stored: list[Any] = []
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        stored += client.conversations.items.create("conv_1", items=batch).data
    return len(stored)


def by_append(client: Client, items: list[Any]) -> int:
    return client.conversations.items.append("conv_1", items).count


async def by_hand_async(client: AsyncClient, items: list[Any]) -> int:
    stored: list[Any] = []
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        stored += (await client.conversations.items.create("conv_1", items=batch)).data
    return len(stored)


async def by_append_async(client: AsyncClient, items: list[Any]) -> int:
    return (await client.conversations.items.append("conv_1", items)).count


def measure(responses: ReadyResponses, work: Callable[[], int], count: int) -> tuple[float, int]:
    """Return the CPU seconds and the number of requests of one run."""
    responses.requests = responses.batches = 0
    # What the run before has left behind is not this one's cost.
    gc.collect()
    start = time.process_time()
    assert work() == count
    return time.process_time() - start, responses.requests


def compare(
    name: str, rounds: int, count: int, *ways: Callable[[], int], responses: ReadyResponses
) -> bool:
    """Print a line, and return whether append was cheap enough."""
    results: list[list[tuple[float, int]]] = [[] for _ in ways]
    for _ in range(rounds + 1):
        for way, result in zip(ways, results, strict=True):
            result.append(measure(responses, way, count))
    hand, append = (
        statistics.median(seconds for seconds, _ in result[1:]) * 1e6 / count for result in results
    )
    more = results[1][0][1] - results[0][0][1]
    print(
        f"{name}: by hand {hand:.1f} µs an item, append {append:.1f} µs an item, "
        f"{append / hand:.2f} times, {more} request more",
        flush=True,
    )
    return append / hand <= LIMIT and more <= 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--items", type=int, default=10_000)
    options = parser.parse_args()
    dicts: list[Any] = [{"role": "user", "content": f"Message {n}"} for n in range(options.items)]
    models: list[Any] = [MessageItem.user_text(f"Message {n}") for n in range(options.items)]
    responses = ReadyResponses(options.items)
    good = True
    for kind, items in (("dictionaries", dicts), ("models", models)):
        with (
            httpx.Client(transport=httpx.MockTransport(responses)) as http,
            Client(api_key=KEY, http_client=http) as client,
        ):
            ways = partial(by_hand, client, items), partial(by_append, client, items)
            good &= compare(f"sync, {kind}", options.rounds, len(items), *ways, responses=responses)

    async def run_async(way: Callable[[AsyncClient, list[Any]], Coroutine[Any, Any, int]]) -> int:
        async with (
            httpx.AsyncClient(transport=httpx.MockTransport(responses)) as http,
            AsyncClient(api_key=KEY, http_client=http) as client,
        ):
            return await way(client, dicts)

    async_ways = (
        (lambda: asyncio.run(run_async(by_hand_async))),
        (lambda: asyncio.run(run_async(by_append_async))),
    )
    return int(
        not compare(
            "async, dictionaries", options.rounds, len(dicts), *async_ways, responses=responses
        )
        or not good
    )


if __name__ == "__main__":
    sys.exit(main())
