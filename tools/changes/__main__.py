"""`make changes OLD=<document> NEW=<document>`: bring both to one stage, print the report.

Either side is a whole document of OpenAI's or one that `make spec` wrote. Whole ones are trimmed.
When one side has been through the fixes Overlay and the other has not, it is applied to the other,
so that our own cures never show as changes of upstream's.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.changes import report
from tools.changes.document import METHODS
from tools.changes.normal import Node, table
from tools.errors import ToolError, exit_status
from tools.files import load
from tools.openapi_spec import read_selection, trim
from tools.openapi_spec.overlay import apply, read_overlay
from tools.openapi_spec.trim import prune

ROOT = Path(__file__).resolve().parents[2]
FIXES = "fixes.overlay.yaml"
USAGE = (
    "usage: make changes OLD=<document> NEW=<document>, each a path or an address of an OpenAPI "
    "document, whole or trimmed, for example OLD=spec/openapi.yaml "
    "NEW=../shared/upstream/2026-08-21.openapi.json"
)


@dataclass(frozen=True)
class Side:
    """One trimmed document, and whether the Overlays have been applied to it."""

    document: Node
    cured: bool


def main() -> None:
    """Take the arguments, print the report."""
    parser = argparse.ArgumentParser(prog="tools.changes", usage=USAGE.removeprefix("usage: "))
    parser.add_argument("old", nargs="?", default="")
    parser.add_argument("new", nargs="?", default="")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder that holds spec/")
    given = parser.parse_args()
    missing = [name for name in ("OLD", "NEW") if not getattr(given, name.lower())]
    if missing:
        raise ToolError(f"{' and '.join(missing)} missing: say which documents to compare. {USAGE}")
    print(run(given.old, given.new, given.root), end="")


def run(old: str, new: str, root: Path) -> str:
    """The report on the documents at `old` and `new` (paths or addresses), in Markdown."""
    sides = [_side(source, root) for source in (old, new)]
    if not any(side.cured for side in sides):
        return report(sides[0].document, sides[1].document)
    documents: list[Node] = []
    notes: list[str] = []
    for side in sides:
        document, unfit = (side.document, []) if side.cured else _cure(side.document, root)
        documents.append(document)
        notes += unfit
    return "".join(notes) + report(documents[0], documents[1])


def _side(source: str, root: Path) -> Side:
    """Read one document and trim it, unless it holds nothing but selected operations already."""
    document = load(source)
    selection = read_selection(root / "spec" / "selection.yaml")
    operations = [
        operation
        for item in table(document.get("paths")).values()
        for method in METHODS
        if (operation := table(table(item).get(method)))
    ]
    ours = table(document.get("info")).get("title") == selection.title
    names = {operation.get("operationId") for operation in operations}
    if ours or names <= set(selection.operations):
        # Trimming takes every word away; only the Overlays put words of ours in.
        return Side(document, any({"summary", "description"} & o.keys() for o in operations))
    try:
        return Side(trim(document, selection), cured=False)
    except ToolError as error:
        raise ToolError(f"{source}: {error}") from None


def _cure(document: Node, root: Path) -> tuple[Node, list[str]]:
    """The document with the fixes that fit it, and a line for each that does not."""
    notes: list[str] = []
    for action in read_overlay(root / "spec" / FIXES):
        try:
            document, _ = apply(document, (action,), FIXES)
        except ToolError:
            notes.append(
                f"> `{action.name}` of `spec/{FIXES}` does not fit one of the documents and was "
                "left out there; what it cures may show as a difference.\n\n"
            )
    return prune(document), notes


if __name__ == "__main__":
    sys.exit(exit_status(main))
