"""Walking a long list in pages of 100: CPU time, and memory at its peak."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from benchmarks import peers
from benchmarks.canned import canned_server
from benchmarks.measure import (
    FLOOR,
    OPENAI,
    OURS,
    PLAIN,
    Row,
    columns,
    in_a_process,
    in_turns,
    peak_memory,
)

ITEMS = 100_000
MEANS = {PLAIN: "httpx and json.loads, page by page", FLOOR: "http.client and orjson"}
Walk = Callable[[], int]


def ours(url: str, id: str) -> Walk:
    client = peers.ours(url)
    return lambda: _count(client.conversations.items.list(id, limit=100))


def theirs(url: str, id: str) -> Walk:
    client = peers.theirs(url)
    return lambda: _count(client.conversations.items.list(id, limit=100))


def plain(url: str, id: str) -> Walk:
    client = peers.plain(url)
    return lambda: _walk(lambda path: json.loads(client.get(path).content), id)


def floor(url: str, id: str) -> Walk:
    return partial(_walk, partial(peers.Floor(url).send, "GET"), id)


WALKS = {OURS: ours, OPENAI: theirs, PLAIN: plain, FLOOR: floor}


def _count(items: Iterable[object]) -> int:
    return sum(1 for _ in items)


def _walk(get: Callable[[str], Any], id: str) -> int:
    path = f"/conversations/{id}/items?limit=100"
    page, seen = get(path), 0
    while True:
        seen += _count(page["data"])
        if not page["has_more"]:
            return seen
        page = get(f"{path}&after={page['last_id']}")


def rows(repetitions: int, items: int = ITEMS) -> list[Row]:
    """Measure everything of this module now."""
    few = f"{items // 10:,} items"
    with canned_server() as url:
        meters = {
            name: partial(in_a_process, f"walk.measure({name!r}, {url!r}, {items})")
            for name in WALKS
        }
        meters[few] = partial(in_a_process, f"walk.measure({OURS!r}, {url!r}, {items // 10})")
        times, peaks = columns(in_turns(meters, repetitions))
    del times[few]
    flat = {OURS: peaks[OURS], FLOOR: peaks.pop(few)}
    work = f"walk {items:,} items"
    means = {FLOOR: f"ours, after {few}"}
    return [
        Row(work, "µs an item", times, {OPENAI: 1 / 6}, MEANS),
        Row(f"peak memory, {work}", "MB", peaks, {}, MEANS),
        Row(f"peak memory, {work}: flat", "MB", flat, {FLOOR: 1.02}, means),
    ]


def measure(name: str, url: str, items: int) -> tuple[float, float]:
    """Return CPU microseconds an item, and the megabytes of this process at its largest."""
    make = WALKS[name]
    make(url, "conv_mixed_100")()  # imports and caches are not what is measured
    walk = make(url, f"conv_mixed_{items}")
    start = time.process_time()
    if (seen := walk()) != items:
        raise RuntimeError(f"expected {items} items, got {seen}")
    return (time.process_time() - start) / items * 1e6, peak_memory() / 1000
