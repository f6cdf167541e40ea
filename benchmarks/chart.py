"""The pictures of the documentation, drawn from its tables: `python -m benchmarks.chart`.

docs/speed.svg is the table of docs/speed.md, docs/speed-history.svg the runs that are kept in
benchmarks/history, docs/append.svg the table of docs/append.md, and docs/retries.svg the rules that
docs/transport.md tells. An SVG is a text, so it is written by
hand: no drawing library needs to be installed for it. The colours are those of Okabe and Ito,
which can be told apart with any kind of colour blindness. In a dark theme the ground is dark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import OPENAI, OURS, PLAIN, ROOT

BLUE, ORANGE, SKY, GREEN = "#0072b2", "#e69f00", "#56b4e9", "#009e73"
STYLE = (
    ".ground{fill:#fff}text,.ink{fill:#202124}.line{stroke:#5f6368;fill:none}"
    "@media(prefers-color-scheme:dark)"
    "{.ground{fill:#1b1f24}text,.ink{fill:#e8eaed}.line{stroke:#9aa0a6}}"
)
SHOWN = (
    "cold import and client",
    "cold first page, mixed",
    "decode a page, mixed items",
    "encode a page, mixed items",
    "make and encode 20 user messages",
    "keep a page, mixed items",
    "GET",
    "POST of 1 message",
    "POST of 20 messages",
    "walk 100,000 items",
    "streamed event",
    "async GET, 1 at once",
    "async GET, 100 at once",
    "async GET, 500 at once, p99",
)
"""The rows of docs/speed.md that are drawn; the table has them all."""
LEFT, PLOT, RIGHT, TOP, BAR = 300, 440, 110, 78, 12
ACROSS, PANEL, HIGH = 3, 290, 44


class Bar(NamedTuple):
    """A bar: of which series, how long (1 is the whole width), and what is written beside it."""

    series: str
    length: float
    said: str


def table(page: str, mark: str) -> list[dict[str, str]]:
    """Return the rows of the first table behind the mark, by the names of its columns."""
    first, *_ = re.findall(r"(?:^\|.*\n)+", page.partition(mark)[2], re.M)
    lines = ([cell.strip() for cell in line[1:-1].split("|")] for line in first.splitlines())
    names, _, *rows = lines
    return [dict(zip(names, row, strict=True)) for row in rows]


def number(cell: str) -> float:
    """Return the number with which a cell begins: `1,330 ±1%` is 1330."""
    return float(cell.split(" ")[0].rstrip(",").replace(",", ""))


def speed(page: str) -> str:
    """Draw the table of docs/speed.md, each work as a share of what openai-python needs."""
    groups: dict[str, list[Bar]] = {}
    for row in table(page, "<!-- table of make bench -->"):
        if row["work"] in SHOWN:
            whole = number(row[OPENAI])
            groups[f"{row['work']} ({row['unit']})"] = [
                Bar(name, number(row[name]) / whole / 1.5, row[name].split(" ")[0])
                for name in (OURS, PLAIN, OPENAI)
                if row[name]
            ]
    title = "What each client needs, as a share of what openai-python needs (less is better)"
    return bars(title, groups, {OURS: BLUE, PLAIN: SKY, OPENAI: ORANGE})


def history(runs: Sequence[Mapping[str, Any]]) -> str:
    """Draw our shares over all runs, a panel for each work with a target, which is dashed.

    Args:
        runs: as `report.summary` gives them, oldest first. The targets are those of the last.
    """
    lines: list[str] = []
    x = y = 0.0
    for place, (work, targets) in enumerate(runs[-1]["targets"].items()):
        other, limit = next(iter(targets.items()))
        x, y = 20 + place % ACROSS * PANEL, 62 + place // ACROSS * (HIGH + 44)
        shares = {
            at: run["shares"][work][other]
            for at, run in enumerate(runs)
            if other in run["shares"].get(work, ())
        }
        top = 1.1 * max(limit, *shares.values())
        step = (PANEL - 90) / max(len(runs) - 1, 1)
        spots = {at: (x + at * step, y + HIGH * (1 - shares[at] / top)) for at in shares}
        aim = y + HIGH * (1 - limit / top)
        lines += [
            _text(x, y - 6, work),
            _text(x, y + HIGH + 13, f"of {other}, target {limit:.3g}", size=10),
            f'<path class="line" d="M{x} {y + HIGH}h{PANEL - 90}"/>',
            f'<path class="line" stroke-dasharray="4 3" d="M{x} {aim:.1f}h{PANEL - 90}"/>',
            f'<path fill="none" stroke="{BLUE}" stroke-width="2" '
            f'd="M{"L".join(f"{a:.1f} {b:.1f}" for a, b in spots.values())}"/>',
        ]
        for at, (a, b) in spots.items():
            colour = ORANGE if shares[at] > limit else BLUE
            lines.append(
                f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}">'
                f"<title>{runs[at]['date']}: {shares[at]:.3g}</title></circle>"
            )
        lines.append(_text(a + 8, b + 4, f"{shares[at]:.3g}", size=11))
    title = f"Shares from {runs[0]['date']} to {runs[-1]['date']} (less is better; orange: missed)"
    return _svg(20 + ACROSS * PANEL, y + HIGH + 30, title, lines)


def append(page: str) -> str:
    """Draw what became of the items in the table of docs/append.md."""
    rows = [
        row for row in table(page, "<!-- table of make faults -->") if "async" not in row["client"]
    ]
    columns = {"items lost": BLUE, "items doubled": ORANGE}
    most = max(number(row[name]) for row in rows for name in columns)
    groups = {
        row["client"].replace("`", "").replace(", sync", ""): [
            Bar(name, number(row[name]) / most, row[name]) for name in columns
        ]
        for row in rows
    }
    return bars("Items that go wrong of 200,000 over a faulty network", groups, columns, left=430)


def bars(
    title: str,
    groups: Mapping[str, Sequence[Bar]],
    colours: Mapping[str, str],
    *,
    left: int = LEFT,
) -> str:
    """Draw groups of bars, each named at its left. One that is too long ends in an arrow."""
    lines: list[str] = []
    for place, (name, colour) in enumerate(colours.items()):
        x = left + place * 130
        lines += [f'<rect x="{x}" y="40" width="12" height="12" fill="{colour}"/>']
        lines += [_text(x + 18, 50, name)]
    y = TOP
    for label, group in groups.items():
        lines.append(_text(left - 10, y + BAR * len(group) / 2 + 4, label, anchor="end"))
        for bar in group:
            width = max(PLOT * min(bar.length, 1), 1)
            lines.append(
                f'<rect x="{left}" y="{y}" width="{width:.1f}" height="{BAR - 1}" '
                f'fill="{colours[bar.series]}"><title>{escape(bar.series)}</title></rect>'
            )
            said = bar.said + (" →" if bar.length > 1 else "")
            lines.append(_text(left + width + 6, y + BAR - 2, said, size=11))
            y += BAR
        y += 10
    return _svg(left + PLOT + RIGHT, y + 6, title, lines)


def retries() -> str:
    """Draw what follows when a request has failed."""
    steps = (
        ("A request fails", "no response, a part of one, or a status that is not 2xx"),
        ("May it pass?", "broken connection, timeout, 408, 409, 429, 5xx, conversation_locked"),
        ("Is a retry left?", "max_retries, 2 by default"),
        ("Can it have taken effect?", "a POST after a broken connection, a timeout, 408 or 5xx"),
        ("Wait", "retry-after-ms, retry-after, or 0.5 s doubled up to 8 s"),
        ("Send it again", "the same request, with a timeout of its own"),
    )
    exits = {
        1: ("yes", "no: the error is raised"),
        2: ("yes", "no: the error is raised"),
        3: ("no", "yes: the error is raised; append reads first"),
    }
    lines: list[str] = []
    for row, (name, about) in enumerate(steps):
        y = 50 + row * 74
        colour = GREEN if row == len(steps) - 1 else SKY if row in exits else BLUE
        lines += [
            f'<rect x="20" y="{y}" width="400" height="48" rx="6" class="line" '
            f'style="stroke:{colour};stroke-width:2"/>',
            _text(220, y + 20, name, anchor="middle", size=14),
            _text(220, y + 38, about, anchor="middle"),
        ]
        onward, aside = exits.get(row, ("", ""))
        if row + 1 < len(steps):
            lines += [_arrow(220, y + 48, 220, y + 74), _text(228, y + 65, onward)]
        if aside:
            lines += [_arrow(420, y + 24, 456, y + 24), _text(462, y + 28, aside)]
    return _svg(740, 50 + len(steps) * 74, "What follows when a request has failed", lines)


def _arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    head = "l-4 -7h8z" if x1 == x2 else "l-7 -4v8z"
    return f'<path class="line" d="M{x1} {y1}L{x2} {y2}"/><path class="ink" d="M{x2} {y2}{head}"/>'


def _svg(width: float, height: float, title: str, lines: Sequence[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'font-family="sans-serif" font-size="12" role="img" aria-label="{escape(title)}">',
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{width:g}" height="{height:g}"/>',
            _text(20, 24, title, size=15),
            *lines,
            "</svg>\n",
        ]
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(text)}</text>"
    )


def pictures(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Yield each picture of the documentation, as the file and its text."""
    docs = root / "docs"
    runs = sorted((root / "benchmarks/history").glob("*.json"))
    yield docs / "speed.svg", speed((docs / "speed.md").read_text("utf-8"))
    yield docs / "speed-history.svg", history([json.loads(run.read_text()) for run in runs])
    yield docs / "append.svg", append((docs / "append.md").read_text("utf-8"))
    yield docs / "retries.svg", retries()


def write(root: Path = ROOT) -> None:
    """Draw all pictures anew."""
    for file, text in pictures(root):
        file.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
