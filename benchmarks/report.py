"""What people read of a run, the same as JSON for those who compare runs, and the comparison."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Measured, Row

CONTESTANTS = (OURS, OPENAI, PLAIN, FLOOR)
OTHERS = CONTESTANTS[1:]
PACKAGES = ("openai-conversations", "openai", "httpx", "aiohttp", "attrs", "orjson", "msgspec")
NOTEWORTHY = 0.1
Shares = Mapping[str, Mapping[str, float]]


def cells(row: Row) -> list[str]:
    """Return a row of the table: medians with their spread, our share of each, and the targets."""
    medians = [_value(row.results.get(name)) for name in CONTESTANTS]
    shares = [share(row.ratio(name)) if name in row.results else "" for name in OTHERS]
    turns = str(len(row.results[OURS].readings))
    return [row.work, row.unit, turns, *medians, *shares, verdict(row)]


HEAD = ["work", "unit", "n", *CONTESTANTS, *(f"of {name}" for name in OTHERS), "targets"]


def table(rows: Sequence[Row]) -> str:
    """Return all rows, aligned, and what the names in them mean."""
    return "\n".join([*_aligned([HEAD, *map(cells, rows)]), "", SPREAD])


SPREAD = (
    "Medians of n repetitions; ± is half the distance between the quartiles. “of” is ours as a "
    "share of theirs: the median of the shares of each repetition."
)


def verdict(row: Row) -> str:
    """Say for each target of the row whether it was met."""
    return ", ".join(
        f"{'ok' if row.ratio(name) <= limit else 'MISSED'} (≤ {limit:.3g} of {name})"
        for name, limit in row.targets.items()
    )


def missed(rows: Iterable[Row]) -> list[str]:
    """Return a line for each target that was missed."""
    return [
        f"{row.work}: {share(row.ratio(name))} of {name}, expected {limit:.3g} at most"
        for row in rows
        for name, limit in row.targets.items()
        if row.ratio(name) > limit
    ]


def _value(result: Measured | None) -> str:
    if result is None:
        return ""
    spread = (result.high - result.low) / 2 / result.median
    return f"{_short(result.median)} ±{spread:.0%}"


def share(ratio: float) -> str:
    """Return a share as tables have it."""
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _aligned(lines: list[list[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()


def machine() -> dict[str, Any]:
    """Return the machine and the versions that are measured."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "packages": {name: version(name) for name in PACKAGES},
    }


def summary(rows: Sequence[Row], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a run and compared with others: shares, targets, on what, and when."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        **about,
        "shares": {
            row.work: {name: round(row.ratio(name), 4) for name in OTHERS if name in row.results}
            for row in rows
        },
        "targets": {row.work: row.targets for row in rows if row.targets},
    }


def as_json(run: Mapping[str, Any]) -> str:
    """Return a run as JSON."""
    return json.dumps(run, indent=2) + "\n"


def shares(text: str) -> Shares:
    """Read the shares of an earlier run, from its JSON.

    Raises:
        ValueError: the text does not have them.
    """
    run = json.loads(text)
    if not isinstance(run, dict) or "shares" not in run:
        raise ValueError("expected a result of the benchmarks, with shares")
    found: Shares = run["shares"]
    return found


def comparison(then: Shares, now: Sequence[Row]) -> str:
    """Show how our shares have changed. Shares, since machines and their load differ."""
    lines = [["work", "ours as a share of", "then", "now", "change"]]
    for row in now:
        for name, old in then.get(row.work, {}).items():
            if name not in row.results:
                continue
            new = row.ratio(name)
            change = new / old - 1
            note = "" if abs(change) < NOTEWORTHY else "  faster" if change < 0 else "  SLOWER"
            lines.append([row.work, name, f"{old:.3f}", f"{new:.3f}", f"{change:+.0%}{note}"])
    return "\n".join(_aligned(lines))
