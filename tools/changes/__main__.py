"""`make changes OLD=<document> NEW=<document>`: bring both to one stage, print the report.

Either side is a whole document of OpenAI's or one that `make spec` wrote. Whole ones are trimmed.
When one side has been through the fixes Overlay and the other has not, it is applied to the other,
so that our own fixes never show as changes of upstream's.
"""

import argparse
import sys
from pathlib import Path

from tools import ROOT
from tools.changes import report
from tools.errors import ToolError, exit_status
from tools.files import load
from tools.openapi import operations
from tools.openapi_spec import STRUCTURE, read_selection, trim
from tools.openapi_spec.names import FILE, name_schemas, read_names
from tools.openapi_spec.overlay import apply, read_overlay
from tools.openapi_spec.trim import prune
from tools.values import Json, is_object

USAGE = (
    "usage: make changes OLD=<document> NEW=<document>, each a path or an address of an OpenAPI "
    "document, whole or trimmed, for example OLD=spec/openapi.yaml NEW=../openapi.json"
)


def main() -> None:
    """Take the arguments, print the report."""
    parser = argparse.ArgumentParser(prog="tools.changes", usage=USAGE.removeprefix("usage: "))
    parser.add_argument("old", nargs="?", default="")
    parser.add_argument("new", nargs="?", default="")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder that holds spec/")
    given = parser.parse_args()
    if missing := [name for name in ("OLD", "NEW") if not getattr(given, name.lower())]:
        raise ToolError(f"{' and '.join(missing)} missing: say which documents to compare. {USAGE}")
    print(run(given.old, given.new, given.root), end="")


def run(old: str, new: str, root: Path) -> str:
    """Return the report on the documents at `old` and `new` (paths or addresses), in Markdown."""
    sides = [_trimmed(source, root) for source in (old, new)]
    notes: list[str] = []
    if any(is_fixed for _, is_fixed in sides):
        sides = [(side if is_fixed else _fix(side, root, notes), True) for side, is_fixed in sides]
    return "".join(notes) + report(*(document for document, _ in sides))


def _trimmed(source: str, root: Path) -> tuple[Json, bool]:
    """Read one document, trim it where it is whole, and tell whether the fixes are applied."""
    document = load(source)
    selection = read_selection(root / "spec" / "selection.yaml")
    found = list(operations(document))
    info = document.get("info")
    ours = is_object(info) and info.get("title") == selection.title
    if ours or {operation.name for operation in found} <= {*selection.operations}:
        # Trimming takes every word away; only our Overlays put others in.
        return document, any({"summary", "description"} & one.value.keys() for one in found)
    try:
        return trim(document, selection), False
    except ToolError as error:
        raise ToolError(f"{source}: {error}") from None


def _fix(document: Json, root: Path, notes: list[str]) -> Json:
    """Apply the names and fixes that fit a document, and note of each other that it does not."""
    try:
        document, _ = name_schemas(document, read_names(root / FILE))
    except ToolError as error:
        notes.append(f"> {error}\n\n")
    for name in STRUCTURE:
        path, before = root / "spec" / name, document
        for action in read_overlay(path) if path.exists() else ():
            try:
                document, _ = apply(document, (action,), name, before)
            except ToolError:
                notes.append(
                    f"> `{action.name}` of `spec/{name}` does not fit one of the documents and "
                    "was left out there; what it fixes may show as a difference.\n\n"
                )
    return prune(document)


if __name__ == "__main__":
    sys.exit(exit_status(main))
