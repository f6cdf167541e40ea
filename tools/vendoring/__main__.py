"""`make vendor` and `make vendor-check`: arguments in, a report or a line a copy out."""

import argparse
import json
import sys
from pathlib import Path

from tools import PACKAGE, ROOT
from tools.changes import compare
from tools.errors import ToolError, exit_status
from tools.files import load
from tools.generate.build import SCHEMA
from tools.vendoring import Record, Source, check, copy_package, place

USAGE = (
    "usage: make vendor DEST=<folder> [NAME=<package>] [HTTP=httpx2] [FORCE=1], or make "
    "vendor-check DEST=<folder> [JSON=1], for example DEST=../app/src/app/_vendor"
)


def main() -> None:
    """Take the arguments, copy or check, say what happened."""
    parser = argparse.ArgumentParser(prog="tools.vendoring", usage=USAGE.removeprefix("usage: "))
    parser.add_argument("command", choices=("copy", "check"))
    parser.add_argument("dest")
    parser.add_argument("--name", default="")
    parser.add_argument("--http", default="")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to vendor from")
    given = parser.parse_args()
    if not given.dest:
        raise ToolError(f"DEST is missing: say which folder the package is in or goes to. {USAGE}")
    source, dest = Source.of(given.root), Path(given.dest)
    if given.command == "copy":
        vendor(place(dest, given.name), source, given.http, given.force)
    else:
        compare_copies(dest, source, given.json)


def vendor(target: Path, source: Source, http: str, force: bool) -> None:
    """Make a copy or bring one up to date, and say from what to what, with the verdict."""
    if before := None if force else Record.read(target):
        print(f"{target}: had {PACKAGE} {before}\n\n{changes(target, before, source)}")
    copied = copy_package(target, source, http, force=force)
    print(f"{target}: now has {PACKAGE} {copied.record}")
    for name in copied.kept:
        print(f"{target}: {name}: local edits were kept")
    if copied.conflicts:
        raise ToolError(
            f"{target}: local edits and the new version disagree, and both stand, marked with "
            f"<<<<<<< and >>>>>>>, in {', '.join(copied.conflicts)}."
        )


def changes(target: Path, record: Record, source: Source) -> str:
    """Return the verdict and report on how the document of a copy and that of `source` differ."""
    if record.provenance == source.provenance:
        return "Generated from the same document.\n"
    if SCHEMA not in record.files or not (target / SCHEMA).is_file():
        return f"What changed is not known: the copy does not carry its document, {SCHEMA}.\n"
    old = load(str(target / SCHEMA))
    return compare(old, source.document).markdown()


def compare_copies(dest: Path, source: Source, as_json: bool) -> None:
    """Compare the copies at or below `dest`; ToolError where one is edited or not current."""
    compared = check(dest, source)
    if as_json:
        print(json.dumps([one.json() for one in compared], indent=2, ensure_ascii=False))
    else:
        print("\n".join(line for one in compared for line in one.lines()))
    if differing := [str(one.path) for one in compared if one.edits or one.old]:
        raise ToolError(
            f"{len(differing)} of {len(compared)} copies differ. `make vendor "
            f"DEST={differing[0]}` brings this one up to date, and keeps what was edited."
        )


if __name__ == "__main__":
    sys.exit(exit_status(main))
