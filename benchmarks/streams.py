"""A streamed response over loopback HTTP: what one event costs."""

from __future__ import annotations

import json
from typing import Any

import orjson

from benchmarks import peers
from benchmarks.canned import EVENTS, canned_server
from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Row, Work, interleaved

REQUEST: dict[str, Any] = {"model": "gpt-5.4", "input": "Hello", "stream": True}
MEANS = {PLAIN: "httpx's iter_lines and json.loads", FLOOR: "http.client, split by hand, orjson"}


def rows(repetitions: int) -> list[Row]:
    """Measure everything of this module now."""
    with canned_server() as url:
        works = _works(url)
        for name, work in works.items():
            if (seen := work()) != EVENTS + 2:
                raise RuntimeError(f"{name} saw {seen} events")
        results = interleaved(works, EVENTS + 2, repetitions)
    return [Row("streamed event", "µs an event", results, {PLAIN: 1.25}, MEANS)]


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
