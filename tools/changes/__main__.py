"""`make changes OLD=<document> NEW=<document>`: bring both to one stage, print the report.

Either side is a whole document of OpenAI's or one that `make spec` wrote. Whole ones are trimmed.
Schemas get the names of spec/names.yaml on both sides. When one side has been through the fixes
Overlay and the other has not, it is applied to the other, so that our own fixes never show as
changes of upstream's.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from tools import ROOT
from tools.changes import Report, compare
from tools.changes.verdicts import LEVELS
from tools.errors import ToolError, exit_status
from tools.files import load
from tools.openapi import operations
from tools.openapi_spec import STRUCTURE, Selection, read_selection, trim
from tools.openapi_spec.names import FILE, name_schemas, read_names
from tools.openapi_spec.overlay import apply, read_overlay
from tools.openapi_spec.trim import prune
from tools.values import Json, is_object

USAGE = (
    "usage: make changes OLD=<document> NEW=<document> [JSON=1] [FAIL=patch|minor|major], each a "
    "path or an address of an OpenAPI document, whole or trimmed, for example "
    "OLD=spec/openapi.yaml NEW=../openapi.json"
)
FAILED = 3
"""The exit status where the verdict is that of `FAIL`, or a higher one."""


Side = tuple[Json, bool]
"""A document to compare, and whether names and fixes are applied to it."""


def main() -> None:
    """Take the arguments, print the report, exit with `FAILED` where that was asked for."""
    parser = argparse.ArgumentParser(prog="tools.changes", usage=USAGE.removeprefix("usage: "))
    parser.add_argument("old", nargs="?", default="")
    parser.add_argument("new", nargs="?", default="")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--fail", default="", help="the lowest verdict that is a failure")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder that holds spec/")
    given = parser.parse_args()
    if missing := [name for name in ("OLD", "NEW") if not getattr(given, name.lower())]:
        raise ToolError(f"{' and '.join(missing)} missing: say which documents to compare. {USAGE}")
    if given.fail not in ("", *LEVELS[1:]):
        raise ToolError(f"FAIL: expected {', '.join(LEVELS[1:])}, got {given.fail!r:.60}. {USAGE}")
    report = run(given.old, given.new, given.root)
    print(f"{json.dumps(report.json(), indent=2)}\n" if given.json else report.markdown(), end="")
    if given.fail and LEVELS.index(report.verdict) >= LEVELS.index(given.fail):
        raise SystemExit(FAILED)


def run(old: str, new: str, root: Path) -> Report:
    """Return the report on the documents at `old` and `new`, which are paths or addresses."""
    selection = read_selection(root / "spec" / "selection.yaml")
    given = load(old), load(new)
    theirs = [not _is_ours(document, selection) for document in given]
    both = {
        selection.name_of(operation) for document in given for operation in operations(document)
    }
    sides = [
        (_trimmed(source, document, selection, both), False)
        if whole
        else (document, _is_fixed(document))
        for source, document, whole in zip((old, new), given, theirs, strict=True)
    ]
    notes: dict[str, None] = {}
    sides = _named(sides, root, notes)
    if any(is_fixed for _, is_fixed in sides):
        sides = [(side if is_fixed else _fix(side, root, notes), True) for side, is_fixed in sides]
    report = compare(sides[0][0], sides[1][0])
    beside = _beside(*given, selection) if all(theirs) else ()
    return replace(report, beside=beside, notes=tuple(notes))


def _is_ours(document: Json, selection: Selection) -> bool:
    """Tell whether `make spec` wrote a document, or it holds nothing but selected operations."""
    info = document.get("info")
    ours = is_object(info) and info.get("title") == selection.title
    names = {selection.name_of(operation) for operation in operations(document)}
    return ours or names <= {*selection.operations}


def _is_fixed(document: Json) -> bool:
    """Tell whether the Overlays are applied: trimming takes every word away, they put others in."""
    words = {"summary", "description"}
    return any(words & operation.value.keys() for operation in operations(document))


def _trimmed(source: str, document: Json, selection: Selection, known: set[str]) -> Json:
    """Trim a whole document to the selected operations, without those that only the other has."""
    own = {selection.name_of(operation) for operation in operations(document)}
    chosen = selection.operations.items()
    wanted = {name: route for name, route in chosen if name in own or name not in known}
    if not own & {*wanted}:
        wanted = selection.operations  # a document of something else
    try:
        return trim(document, replace(selection, operations=wanted))
    except ToolError as error:
        raise ToolError(f"{source}: {error}") from None


def _beside(old: Json, new: Json, selection: Selection) -> tuple[str, ...]:
    """Tell of the operations that came or went at or below the paths of the selected ones."""
    sides = [
        {selection.name_of(one): one for one in operations(document)} for document in (old, new)
    ]
    roots = {
        found[name].path.split("{")[0].rstrip("/")
        for found in sides
        for name in selection.operations
        if name in found
    }
    told: list[str] = []
    for name in sorted(sides[0].keys() ^ sides[1].keys()):
        word, side = ("removed", sides[0]) if name in sides[0] else ("added", sides[1])
        path = side[name].path.partition("?")[0]
        near = any(path == root or path.startswith(f"{root}/") for root in roots)
        if near and name not in selection.operations:
            told.append(
                f"`{name}`: operation {word}, {side[name].method.upper()} {side[name].path}; "
                "spec/selection.yaml does not name it"
            )
    return tuple(told)


def _named(sides: list[Side], root: Path, notes: dict[str, None]) -> list[Side]:
    """Give schemas their names where that was not done; nowhere if a name does not fit."""
    names = read_names(root / FILE)
    try:
        return [(d if fixed else name_schemas(d, names)[0], fixed) for d, fixed in sides]
    except ToolError as error:
        notes[str(error)] = None
        return sides


def _fix(document: Json, root: Path, notes: dict[str, None]) -> Json:
    """Apply the fixes that fit a document, and note of each other one that it does not."""
    for name in STRUCTURE:
        path, before = root / "spec" / name, document
        for action in read_overlay(path) if path.exists() else ():
            try:
                document, _ = apply(document, (action,), name, before)
            except ToolError:
                note = (
                    f"`{action.name}` of `spec/{name}` does not fit one of the documents and "
                    "was left out there; what it fixes may show as a difference."
                )
                notes[note] = None
    return prune(document)


if __name__ == "__main__":
    sys.exit(exit_status(main))
