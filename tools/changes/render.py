"""Turn what the comparison found into Markdown for people: few lines, the painful ones first."""

from tools.changes.compare import Change
from tools.changes.rules import BOTH

NOTHING = "No differences that matter.\n"
_SIDES = ("requests", "replies")


def markdown(changes: list[Change], renamed: dict[str, str], operations: set[str]) -> str:
    """The report. `operations` are all operations, so that "every one" can be said in a word."""
    if not changes and not renamed:
        return NOTHING
    breaking = [change for change in changes if change.breaks]
    harmless = [change for change in changes if not change.breaks]
    sections = [
        _section("Breaks callers", _lines(breaking, operations)),
        _section("Does not break callers", _lines(harmless, operations)),
        _section("Renamed", _renames(renamed)),
    ]
    return "\n".join(section for section in sections if section)


def _section(heading: str, lines: list[str]) -> str:
    return "\n".join([f"## {heading}", "", *lines, ""]) if lines else ""


def _lines(changes: list[Change], operations: set[str]) -> list[str]:
    """One line for each kind of change, naming every place where it happened."""
    groups: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        sides = change.breaks or change.sides
        where = "" if sides == BOTH else next((side for side in _SIDES if side in sides), "")
        places = groups.setdefault((change.what, where), [])
        if change.place not in places:
            places.append(change.place)
    return [
        f"- {_places(places, operations)}: {what}{f' (in {where})' if where else ''}"
        for (what, where), places in groups.items()
    ]


def _places(places: list[str], operations: set[str]) -> str:
    if len(places) > 1 and set(places) == operations:
        return f"all {len(places)} operations"
    return ", ".join(f"`{place}`" for place in places)


def _renames(renamed: dict[str, str]) -> list[str]:
    return [
        f"- `{before}` → `{after}`: one line under `class_overrides` in `generator-config.yaml` "
        f"lets the class of `{after}` keep its name; Overlay actions on `{before}` move along"
        for before, after in sorted(renamed.items())
    ]
