"""docs/speed.md and its picture, from the rows of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import chart, report
from benchmarks.measure import Row

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- table of make bench -->\n", "<!-- end of the table -->\n"


def write(rows: Sequence[Row], about: Mapping[str, Any]) -> None:
    """Put the table between its marks on the page, and draw the picture."""
    path = DOCS / "speed.md"
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has lost the marks around its table")
    table = "\n".join(_lines(rows, about))
    path.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{after}", "utf-8")
    chart.write()


def _lines(rows: Sequence[Row], about: Mapping[str, Any]) -> Iterator[str]:
    packages = ", ".join(f"{name} {number}" for name, number in about["packages"].items())
    yield (
        f"Python {about['python']} on {about['system']} {about['machine']}, "
        f"{about['processors']} processors, load {about['load']}; {packages}; "
        f"{about['repetitions']} repetitions. {report.SPREAD}"
    )
    yield ""
    yield _line(report.HEAD)
    yield _line(["---"] * len(report.HEAD))
    for row in rows:
        yield _line(report.cells(row))
    yield ""
    yield from _meanings(rows)


def _meanings(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what the columns did, one line for neighbouring works of the same meaning."""
    works: list[str] = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        works.append(row.work)
        if following is not None and following.means == row.means:
            continue
        if row.means:
            said = "; ".join(f"{name}: `{what}`" for name, what in row.means.items())
            yield f"- {works[0]}{' …' if len(works) > 1 else ''}: {said}"
        works.clear()


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"
