"""Streamed responses over loopback HTTP: what one event costs, and 1,000 streams at once."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import orjson

from benchmarks import peers
from benchmarks.canned import EVENTS, HELD_EVENTS, canned_server
from benchmarks.measure import (
    FLOOR,
    OPENAI,
    OURS,
    PLAIN,
    Row,
    Work,
    allow_many_connections,
    columns,
    in_a_process,
    in_turns,
    interleaved,
    peak_memory,
)

REQUEST: dict[str, Any] = {"model": "gpt-5.4", "input": "Hello", "stream": True}
MEANS = {PLAIN: "httpx's iter_lines and json.loads", FLOOR: "http.client, split by hand, orjson"}
AT_ONCE = 1_000
MEANS_AT_ONCE = {OPENAI: "with its aiohttp client", FLOOR: "aiohttp, split by hand, orjson"}
#: Reads a stream of a model, and returns how many events it had; and closes the client.
Reader = tuple[Callable[[str], Awaitable[int]], Callable[[], Awaitable[None]]]


def rows(repetitions: int) -> list[Row]:
    """Measure one stream after the other."""
    with canned_server() as url:
        works = _works(url)
        for name, work in works.items():
            if (seen := work()) != EVENTS + 2:
                raise RuntimeError(f"{name} saw {seen} events")
        results = interleaved(works, EVENTS + 2, repetitions)
    return [Row("streamed event", "µs an event", results, {PLAIN: 0.8}, MEANS)]


def _works(url: str) -> dict[str, Work]:
    our, their, httpx, low = peers.ours(url), peers.theirs(url), peers.plain(url), peers.Floor(url)

    def ours() -> int:
        with our.responses.create(model="gpt-5.4", input="Hello", stream=True) as stream:
            return sum(1 for _ in stream)

    def theirs() -> int:
        with their.responses.create(model="gpt-5.4", input="Hello", stream=True) as stream:
            return sum(1 for _ in stream)

    def plain() -> int:
        seen = 0
        with httpx.stream("POST", "/responses", json=REQUEST) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    json.loads(line[6:])
                    seen += 1
        return seen

    def floor() -> int:
        seen, rest = 0, b""
        with low.open("POST", "/responses", REQUEST) as response:
            while chunk := response.read1(65536):
                *blocks, rest = (rest + chunk).split(b"\n\n")
                for block in blocks:
                    orjson.loads(block.partition(b"\ndata: ")[2])
                    seen += 1
        return seen

    return {OURS: ours, OPENAI: theirs, PLAIN: plain, FLOOR: floor}


def at_once_rows(repetitions: int, count: int = AT_ONCE) -> list[Row]:
    """Measure streams that are open at the same time on one asynchronous client."""
    with canned_server() as url:
        meters = {
            name: partial(in_a_process, f"streams.at_once({name!r}, {url!r}, {count})")
            for name in READERS
        }
        times, sizes = columns(in_turns(meters, repetitions))
    work = f"{count:,} streams at once"
    return [
        Row(work, "µs a stream", times, {OPENAI: 1 / 3}, MEANS_AT_ONCE),
        Row(f"{work}, memory", "kB a stream", sizes, {OPENAI: 1.0}, MEANS_AT_ONCE),
    ]


def at_once(name: str, url: str, count: int) -> tuple[float, float]:
    """Return CPU microseconds and kilobytes of memory at the peak, each for one of the streams."""
    allow_many_connections()
    return asyncio.run(_at_once(READERS[name], url, count))


async def _at_once(reader: Callable[[str], Reader], url: str, count: int) -> tuple[float, float]:
    read, close = reader(url)
    await read("held_1")  # imports and caches are not what is measured
    gc.collect()
    peak_memory(anew=True)
    before, start = peak_memory(), time.process_time()
    seen = await asyncio.gather(*(read(f"held_{count}") for _ in range(count)))
    took = time.process_time() - start
    await close()
    events = count * (HELD_EVENTS + 2)
    if sum(seen) != events:
        raise RuntimeError(f"expected {events} events, got {sum(seen)}")
    return took / count * 1e6, (peak_memory() - before) / count


def _reader(client: Any) -> Reader:
    async def read(model: str) -> int:
        stream = await client.responses.create(model=model, input="Hello", stream=True)
        return len([None async for _ in stream])

    return read, client.close


def _floor_reader(url: str) -> Reader:
    session = peers.async_floor()

    async def read(model: str) -> int:
        seen, rest = 0, b""
        async with session.post(f"{url}/responses", json={**REQUEST, "model": model}) as response:
            async for chunk in response.content.iter_any():
                *blocks, rest = (rest + chunk).split(b"\n\n")
                for block in blocks:
                    orjson.loads(block.partition(b"\ndata: ")[2])
                    seen += 1
        return seen

    return read, session.close


READERS: dict[str, Callable[[str], Reader]] = {
    OURS: lambda url: _reader(peers.async_ours(url)),
    OPENAI: lambda url: _reader(peers.async_theirs(url)),
    FLOOR: _floor_reader,
}
