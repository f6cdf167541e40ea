"""The run as a picture: a line for each work, a dot for each client, on a logarithmic scale.

An SVG is a text, so it is written by hand: no drawing library needs to be installed for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape

from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Row

COLOURS = {FLOOR: "#9aa0a6", PLAIN: "#1a73e8", OPENAI: "#d93025", OURS: "#188038"}
LEFT, PLOT, RIGHT, TOP, LINE = 290, 520, 40, 86, 22
WIDTH = LEFT + PLOT + RIGHT


def svg(rows: Sequence[Row], title: str) -> str:
    """Draw the rows that plain httpx takes part in, each relative to it."""
    shown = [row for row in rows if PLAIN in row.results]
    relative = [
        {name: row.results[name].median / row.results[PLAIN].median for name in row.results}
        for row in shown
    ]
    lowest = math.floor(math.log10(min(min(one.values()) for one in relative)) * 4) / 4
    highest = math.ceil(math.log10(max(max(one.values()) for one in relative)) * 4) / 4

    def x(ratio: float) -> float:
        return LEFT + PLOT * (math.log10(ratio) - lowest) / (highest - lowest)

    bottom = TOP + LINE * len(shown)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 40}" '
            f'font-family="sans-serif" font-size="12" role="img" aria-label="{escape(title)}">',
            f'<rect width="{WIDTH}" height="{bottom + 40}" fill="#ffffff"/>',
            _text(LEFT, 22, title, size=14),
            *_legend(),
            *_axis(x, lowest, highest, bottom),
            *(
                line
                for number, (row, one) in enumerate(zip(shown, relative, strict=True))
                for line in _row(row, {name: x(ratio) for name, ratio in one.items()}, number)
            ),
            "</svg>\n",
        ]
    )


def _legend() -> Iterator[str]:
    for number, (name, colour) in enumerate(reversed(COLOURS.items())):
        place = LEFT + number * 130
        yield f'<circle cx="{place + 5}" cy="42" r="5" fill="{colour}"/>'
        yield _text(place + 15, 46, name)


def _axis(x: Callable[[float], float], lowest: float, highest: float, bottom: int) -> Iterator[str]:
    for exponent in range(math.floor(lowest), math.ceil(highest) + 1):
        for step in (1, 2, 5):
            ratio = step * 10.0**exponent
            if not lowest <= math.log10(ratio) <= highest:
                continue
            place, colour = x(ratio), "#5f6368" if ratio == 1 else "#e0e0e0"
            yield (
                f'<line x1="{place:.1f}" y1="{TOP - 8}" x2="{place:.1f}" y2="{bottom}" '
                f'stroke="{colour}"/>'
            )
            for y in (TOP - 14, bottom + 16):
                yield _text(place, y, f"{ratio:g}", anchor="middle")


def _row(row: Row, places: dict[str, float], number: int) -> Iterator[str]:
    y = TOP + LINE * number + LINE // 2
    yield _text(LEFT - 12, y + 4, row.work, anchor="end")
    ends = min(places.values()), max(places.values())
    yield f'<line x1="{ends[0]:.1f}" y1="{y}" x2="{ends[1]:.1f}" y2="{y}" stroke="#c0c4c9"/>'
    for name, colour in COLOURS.items():
        if name in places:
            tip = f"{name}: {row.results[name].median:.4g} {row.unit}"
            radius = 6 if name == OURS else 5
            yield (
                f'<circle cx="{places[name]:.1f}" cy="{y}" r="{radius}" fill="{colour}">'
                f"<title>{escape(tip)}</title></circle>"
            )


def _text(x: float, y: int, text: str, *, anchor: str = "start", size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="#202124">{escape(text)}</text>'
    )
