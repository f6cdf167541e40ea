"""The table that people read, and the same as JSON for those who compare runs."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.measure import OURS, Row


def table(rows: Sequence[Row]) -> str:
    """One line a row and contestant: median, quartiles, and our share of it with its target."""
    lines = [["work", "unit", "contestant", "median", "quartiles", "ours is", "target"]]
    for row in rows:
        for name, result in row.results.items():
            low_high = f"{result.low:.4g}-{result.high:.4g}"
            share, target = ("", "") if name == OURS else _share(row, name)
            head = [row.work, row.unit] if name == next(iter(row.results)) else ["", ""]
            lines.append([*head, name, f"{result.median:.4g}", low_high, share, target])
    return "\n".join(_aligned(lines))


def _share(row: Row, name: str) -> tuple[str, str]:
    share = f"{row.ratio(name):.3f} x"
    if name not in row.targets:
        return share, ""
    met = "met" if row.ratio(name) <= row.targets[name] else "MISSED"
    return share, f"<= {row.targets[name]:.3f} {met}"


def _aligned(lines: list[list[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(cells).rstrip()


def as_json(rows: Sequence[Row]) -> str:
    """Everything that was measured, and on what."""
    machine: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
    return json.dumps({**machine, "rows": [asdict(row) for row in rows]}, indent=2)
