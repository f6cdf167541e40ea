"""Many requests at once on one asynchronous client: how many a second, and how long each takes.

By the clock, not in CPU time: what is looked for is a pool that gets slower the more wait for it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import orjson

from benchmarks import peers
from benchmarks.canned import canned_server
from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Row, columns, in_turns, instead

HTTPX = "ours, httpx's transport"
ID = "conv_mixed_1"
MEANS = {
    OPENAI: "with its aiohttp client",
    PLAIN: "httpx.AsyncClient() as it comes",
    FLOOR: "aiohttp and orjson",
}
AT_ONCE = (1, 10, 100, 500)
AT_LEAST = 300

Call = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class _Client:
    call: Call
    close: Call


def _ours(url: str, transport: str | None = None) -> _Client:
    client = peers.async_ours(url, transport)
    return _Client(partial(client.conversations.retrieve, ID), client.close)


def _theirs(url: str) -> _Client:
    client = peers.async_theirs(url)
    return _Client(partial(client.conversations.retrieve, ID), client.close)


def _plain(url: str) -> _Client:
    # With its own 5 s, those who wait for a connection give up before all have had their turn.
    client = httpx.AsyncClient(headers={"Authorization": f"Bearer {peers.KEY}"}, timeout=60)
    address = f"{url}/conversations/{ID}"

    async def call() -> Any:
        return json.loads((await client.get(address)).content)

    return _Client(call, client.aclose)


def _floor(url: str) -> _Client:
    session = peers.async_floor()
    address = f"{url}/conversations/{ID}"

    async def call() -> Any:
        async with session.get(address) as response:
            return orjson.loads(await response.read())

    return _Client(call, session.close)


CLIENTS: dict[str, Callable[[str], _Client]] = {
    OURS: _ours,
    HTTPX: partial(_ours, transport="httpx"),
    OPENAI: _theirs,
    PLAIN: _plain,
    FLOOR: _floor,
}


def rows(repetitions: int, at_once: Sequence[int] = AT_ONCE, without: str = "") -> list[Row]:
    """Measure everything of this module now, but for a contestant that is left out."""
    with canned_server() as url:
        return [row for count in at_once for row in _rows(url, count, repetitions, without)]


def _rows(url: str, at_once: int, repetitions: int, without: str) -> list[Row]:
    chosen = {name: make for name, make in CLIENTS.items() if name != without}
    meters = {name: partial(_timed, make, url, at_once) for name, make in chosen.items()}
    many = at_once >= 100
    limits = {FLOOR: 1.6, OPENAI: 1 / 3, PLAIN: 1.0} if many else {}
    limits.pop(without, None)
    found: list[Row] = []
    units = (("", "µs a request"), (", p50", "ms"), (", p99", "ms"))
    for (what, unit), results in zip(units, columns(in_turns(meters, repetitions)), strict=True):
        of_httpx = instead(results, HTTPX)
        del results[HTTPX]
        work = f"async GET, {at_once} at once"
        targets = limits if what != ", p50" else {}
        found.append(Row(work + what, unit, results, targets, MEANS))
        if not what and many:
            targets = {PLAIN: 1.0} if PLAIN in limits else {}
            found.append(Row(f"{work}, transport httpx", unit, of_httpx, targets, MEANS))
    return found


def _timed(make: Callable[[str], _Client], url: str, at_once: int) -> tuple[float, float, float]:
    return asyncio.run(_run(make, url, at_once))


async def _run(
    make: Callable[[str], _Client], url: str, at_once: int
) -> tuple[float, float, float]:
    """Return microseconds a request, and the median and 99th percentile in milliseconds."""
    client = make(url)
    count = max(AT_LEAST, 2 * at_once)
    left, took = count, list[float]()

    async def work() -> None:
        nonlocal left
        while left:
            left -= 1
            start = time.perf_counter()
            await client.call()
            took.append(1000 * (time.perf_counter() - start))

    # Connections are there before the clock starts, as in a program that has been running. And
    # the garbage of all the clients is no matter of one.
    await asyncio.gather(*(client.call() for _ in range(at_once)))
    gc.collect()
    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    passed = time.perf_counter() - start
    await client.close()
    took.sort()
    return passed / count * 1e6, took[count // 2], took[int(count * 0.99)]
