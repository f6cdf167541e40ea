"""Walking a long list in pages of 100: CPU time, and memory at its peak."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.canned import canned_server
from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Row, in_turns, interleaved, measured

ROOT = Path(__file__).resolve().parents[1]
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
    id = f"conv_mixed_{items}"
    with canned_server() as url:
        walks = {name: make(url, id) for name, make in WALKS.items()}
        for name, walk in walks.items():
            if walk() != items:
                raise RuntimeError(f"{name} did not see all items")
        results = interleaved(walks, items, repetitions)
        found = [Row(f"walk {items:,} items", "µs an item", results, {OPENAI: 1 / 6}, MEANS)]
        return [*found, *_memory(url, items, repetitions)]


def _memory(url: str, items: int, repetitions: int) -> list[Row]:
    few = f"{items // 10:,} items"
    meters = {name: partial(_peak, name, url, items) for name in WALKS}
    meters[few] = partial(_peak, OURS, url, items // 10)
    peaks = {name: measured(values) for name, values in in_turns(meters, 3).items()}
    at_few = peaks.pop(few)
    work = f"peak memory, walk {items:,} items"
    means = {FLOOR: f"ours, after {few}"}
    return [
        Row(work, "MB", peaks, {}, MEANS),
        Row(f"{work}: flat", "MB", {OURS: peaks[OURS], FLOOR: at_few}, {FLOOR: 1.02}, means),
    ]


def _peak(name: str, url: str, items: int) -> float:
    code = f"from benchmarks import walk; walk.report_peak({name!r}, {url!r}, {items})"
    command = [sys.executable, "-c", code]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def report_peak(name: str, url: str, items: int) -> None:
    """Walk, and print the largest size that the process had; in a process of its own."""
    WALKS[name](url, f"conv_mixed_{items}")()
    # Not getrusage: what it tells begins with the size of the process that started this one.
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) / 1000)
