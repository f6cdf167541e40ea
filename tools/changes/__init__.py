"""Tell people who use the service what changed between two versions of its document.

A plain diff of two trimmed documents shows every moved line and hides what it means. `report` names
each difference that a caller can notice, once, and says whether it breaks them: a value that may no
longer be sent does, a new kind of item in a response does not, because unknown ones are kept as
they are. Prose, examples, order and spelling never show.
"""

from tools.changes.compare import Change, Comparison
from tools.changes.document import BOTH, Document
from tools.errors import not_too_deep
from tools.openapi_spec.names import line
from tools.values import Json, printable

NOTHING = "No differences that matter.\n"


@not_too_deep()
def report(old: Json, new: Json) -> str:
    """Say in Markdown what changed from `old` to `new`, both OpenAPI 3.1 documents as plain dicts.

    Only what the operations of each reach is compared. Both have to be at the same stage: both
    before or both after the Overlays. Neither is changed. Returns `NOTHING` when no caller can
    notice a difference.
    """
    comparison, after = _compared(old, new)
    return _markdown(comparison.changes, comparison.renamed, after.operations)


def renames(old: Json, new: Json) -> dict[str, str]:
    """Return the schemas of `old` that `new` has under another name, with that name."""
    return _compared(old, new)[0].renamed


def _compared(old: Json, new: Json) -> tuple[Comparison, Document]:
    before, after = Document(old), Document(new)
    renamed: dict[str, str] = {}
    while True:  # until no more names are learned, so that the last walk knows all of them
        comparison = Comparison(before, after, renamed)
        comparison.run()
        if comparison.renamed == renamed:
            return comparison, after
        renamed = comparison.renamed


def _markdown(changes: list[Change], renamed: dict[str, str], operations: set[str]) -> str:
    """Return the report, the painful lines first; what all `operations` share is said once."""
    sections = {
        "Breaks callers": _lines([c for c in changes if c[2]], operations),
        "Does not break callers": _lines([c for c in changes if not c[2]], operations),
        "Renamed": [
            f"- `{before}` → `{after}`: {line(before, after)} gives the schema its old name back"
            for before, after in sorted(renamed.items())
        ],
    }
    told = [
        "\n".join([f"## {h}", "", *map(printable, lines), ""])
        for h, lines in sections.items()
        if lines
    ]
    return "\n".join(told) or NOTHING


def _lines(changes: list[Change], operations: set[str]) -> list[str]:
    """Return one line for each kind of change, naming every place where it happened."""
    groups: dict[str, dict[str, None]] = {}
    for spot, what, breaks in changes:
        sides = breaks or spot.sides
        where = "" if sides == BOTH else "".join(f" (in {side})" for side in sides)
        groups.setdefault(what + where, {})[spot.place] = None
    return [
        f"- all {len(places)} operations: {what}"
        if len(places) > 1 and places.keys() == operations
        else f"- {', '.join(f'`{place}`' for place in places)}: {what}"
        for what, places in groups.items()
    ]
