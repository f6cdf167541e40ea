"""`make vendor` and `make vendor-check`: arguments in, one paragraph or one line a file out."""

import argparse
import sys
from pathlib import Path

from tools import PACKAGE, ROOT
from tools.errors import ToolError, exit_status
from tools.vendoring import Source, check, copy_package, find_copy

USAGE = (
    "usage: make vendor DEST=<folder> [NAME=<package>] [FORCE=1], or make vendor-check "
    "DEST=<folder>, for example DEST=../app/src/app/_vendor"
)


def main() -> None:
    """Take the arguments, copy or check, say what happened."""
    parser = argparse.ArgumentParser(prog="tools.vendoring", usage=USAGE.removeprefix("usage: "))
    parser.add_argument("command", choices=("copy", "check"))
    parser.add_argument("dest")
    parser.add_argument("--name", default=PACKAGE)
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to vendor from")
    given = parser.parse_args()
    if not given.dest:
        raise ToolError(f"DEST is missing: say which folder the package is in or goes to. {USAGE}")
    source, dest = Source(given.root), Path(given.dest)
    if given.command == "copy":
        target = copy_package(dest, source, given.name, force=given.force)
        print(f"vendored {PACKAGE} {source.version} as {target} ({len(source.files)} files)")
        return
    findings = check(dest, source)
    if findings:
        print("\n".join(findings))
        raise ToolError(
            f"{find_copy(dest)}: differs in the above. `make vendor` brings a copy up to "
            "date, with FORCE=1 if it has edits."
        )
    print(f"{find_copy(dest)}: unchanged and current, {PACKAGE} {source.version}")


if __name__ == "__main__":
    sys.exit(exit_status(main))
