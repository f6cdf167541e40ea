"""What a whole run writes: docs/speed.md, the figures of README.md, the history, the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import chart, report
from benchmarks.measure import OPENAI, PLAIN, Row

BEGIN, END = "<!-- table of make bench -->\n", "<!-- end of the table -->\n"


def write(rows: Sequence[Row], run: Mapping[str, Any], root: Path) -> None:
    """Put the run into everything that shows it.

    Args:
        rows: all that was measured.
        run: the `report.summary` of it; kept as benchmarks/history/<date>.json.
        root: of the repository.

    Raises:
        ValueError: the page has lost the marks around its table.
    """
    path = root / "docs/speed.md"
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has lost the marks around its table")
    table = "\n".join(_lines(rows, run))
    path.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{after}", "utf-8")
    readme = root / "README.md"
    readme.write_text(_readme(readme.read_text("utf-8"), rows), "utf-8")
    kept = root / "benchmarks/history" / f"{run['date']}.json"
    kept.write_text(report.as_json(run), "utf-8")
    chart.write(root)


def _readme(text: str, rows: Sequence[Row]) -> str:
    """Return the text with the shares of this run in each line `| work | share | share |`."""
    for row in rows:
        if OPENAI in row.results and PLAIN in row.results:
            shares = f"{report.share(row.ratio(OPENAI))} | {report.share(row.ratio(PLAIN))}"
            line = rf"^(\| {re.escape(row.work)} \| )[\d.]+ \| [\d.]+(?= \|$)"
            text = re.sub(line, rf"\g<1>{shares}", text, flags=re.M)
    return text


def _lines(rows: Sequence[Row], about: Mapping[str, Any]) -> Iterator[str]:
    packages = ", ".join(f"{name} {number}" for name, number in about["packages"].items())
    yield (
        f"Python {about['python']} on {about['system']} {about['machine']}, "
        f"{about['processors']} processors, load {about['load']}; {packages}. {report.SPREAD}"
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
