"""What people read of a run, the same as JSON for those who compare runs, and the comparison."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Measured, Row

CONTESTANTS = (OURS, OPENAI, PLAIN, FLOOR)
OTHERS = CONTESTANTS[1:]
PACKAGES = ("openai-conversations", "openai", "httpx", "aiohttp", "attrs", "orjson", "msgspec")
NOTEWORTHY = 0.1


def cells(row: Row) -> list[str]:
    """Return a row of the table: medians with their spread, our share of each, and the targets."""
    medians = [_value(row.results.get(name)) for name in CONTESTANTS]
    shares = [_share(row.ratio(name)) if name in row.results else "" for name in OTHERS]
    return [row.work, row.unit, *medians, *shares, verdict(row)]


HEAD = ["work", "unit", *CONTESTANTS, *(f"of {name}" for name in OTHERS), "targets"]


def table(rows: Sequence[Row]) -> str:
    """Return all rows, aligned, and what the names in them mean."""
    return "\n".join([*_aligned([HEAD, *map(cells, rows)]), "", SPREAD])


SPREAD = (
    "Medians; ± is half the distance between the quartiles. “of” is ours as a share of theirs: the "
    "median of the shares of each repetition."
)


def verdict(row: Row) -> str:
    """Say for each target of the row whether it was met."""
    return ", ".join(
        f"{'ok' if row.ratio(name) <= limit else 'MISSED'} (≤ {limit:.3g} of {name})"
        for name, limit in row.targets.items()
    )


def missed(rows: Iterable[Row]) -> int:
    """Count the targets that were missed."""
    return sum(row.ratio(name) > limit for row in rows for name, limit in row.targets.items())


def _value(result: Measured | None) -> str:
    if result is None:
        return ""
    spread = (result.high - result.low) / 2 / result.median
    return f"{_short(result.median)} ±{spread:.0%}"


def _share(ratio: float) -> str:
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


def as_json(rows: Sequence[Row], about: Mapping[str, Any]) -> str:
    """Return all that was measured, and on what, as JSON."""
    return json.dumps({**about, "rows": [asdict(row) for row in rows]}, indent=2) + "\n"


def from_json(text: str) -> tuple[list[Row], dict[str, Any]]:
    """Read the rows of an earlier run, and what they were measured on.

    Raises:
        ValueError: this is not what `as_json` gave.
    """
    about: dict[str, Any] = json.loads(text)
    try:
        rows = [
            Row(**{**row, "results": {k: Measured(**v) for k, v in row["results"].items()}})
            for row in about.pop("rows")
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not a result of the benchmarks: {error!r}") from error
    return rows, about


def comparison(then: Sequence[Row], now: Sequence[Row]) -> str:
    """Show how our shares have changed. Shares, since machines and their load differ."""
    earlier = {row.work: row for row in then}
    lines = [["work", "ours as a share of", "then", "now", "change"]]
    for row in now:
        old = earlier.get(row.work)
        for name in OTHERS:
            if old is None or name not in row.results or name not in old.results:
                continue
            change = row.ratio(name) / old.ratio(name) - 1
            note = "" if abs(change) < NOTEWORTHY else "  faster" if change < 0 else "  SLOWER"
            ratios = [f"{old.ratio(name):.3f}", f"{row.ratio(name):.3f}"]
            lines.append([row.work, name, *ratios, f"{change:+.0%}{note}"])
    return "\n".join(_aligned(lines))
