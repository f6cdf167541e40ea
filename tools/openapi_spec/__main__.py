"""`make spec`: run the pipeline of this package, write spec/, and say what happened."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tools import ROOT
from tools.changes import NOTHING, compare
from tools.errors import ToolError, exit_status
from tools.files import load, one_run, replace, to_yaml
from tools.generate.build import build as generate
from tools.generate.parse import CONFIG
from tools.openapi import operations
from tools.openapi_spec import build, read_selection
from tools.openapi_spec.lock import new_lock, read_lock
from tools.values import Json

USAGE = (
    "usage: make spec UPSTREAM=<path or URL> [COMMIT=<sha>] [DATE=<YYYY-MM-DD>] [KEEP_PROSE=1], "
    "for example UPSTREAM=../shared/upstream/2026-08-21.openapi.json"
)
HEADER = """\
Made by `make spec` from the document that spec/upstream.lock names. Do not edit: say what to keep
in spec/selection.yaml, what to fix in spec/fixes.overlay.yaml, what to add in
spec/additions.overlay.yaml, what to explain in spec/docs.overlay.yaml, and run `make spec` again.
"""
PRIVATE = "Made with KEEP_PROSE=1: holds OpenAI's own prose. For a private build; do not commit.\n"


def main() -> None:
    """Take the arguments, do the work, print the report of changes and the summary."""
    parser = argparse.ArgumentParser(prog="tools.openapi_spec", usage=USAGE.removeprefix("usage: "))
    parser.add_argument("upstream", nargs="?", default="")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder that holds spec/")
    given = parser.parse_args()
    if not given.upstream:
        raise ToolError(f"UPSTREAM is missing: say which document to trim. {USAGE}")
    with one_run(given.root):
        run(given.upstream, given.root)


def run(source: str, root: Path) -> None:
    """Make `root`/spec/openapi.yaml and upstream.lock from the document at `source`."""
    start = time.perf_counter()
    keep_prose = os.environ.get("KEEP_PROSE", "") not in ("", "0")
    spec = root / "spec"
    target, lock_file = spec / "openapi.yaml", spec / "upstream.lock"
    built = build(load(source), root=root, keep_prose=keep_prose)
    lock = new_lock(
        source,
        built.sha256,
        read_lock(lock_file),
        read_selection(spec / "selection.yaml").repository,
        os.environ.get("COMMIT") or None,
        os.environ.get("DATE") or None,
    )
    text = to_yaml(built.document, HEADER + (PRIVATE if keep_prose else ""))
    files = {target: text, lock_file: lock.text()}
    if not target.exists() or target.read_bytes() != text.encode():
        _check_generates(files, root)
    print(_changes(target, built.document, text), flush=True)
    changed = replace(files)
    seconds = time.perf_counter() - start
    total = len(list(operations(built.document)))
    schemas = len(built.document["components"].get("schemas", ()))
    print(f"{total} operations, {schemas} schemas, {len(text) // 1024} KiB, {seconds:.1f} s")
    for line in built.skipped:
        print(f"skipped (optional): {line}")
    for line in built.done:
        print(f"done: upstream has what {line} adds; take it out there")
    for line in built.notes:
        print(f"note: {line}")
    names = ", ".join(f"spec/{path.name}" for path in changed)
    print(f"written: {names}" if changed else "written: nothing, spec/ is up to date")


def _check_generates(files: dict[Path, str], root: Path) -> None:
    """Raise ToolError if `make generate` would refuse these files, before they are written."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(root / CONFIG, folder)
        for path, text in files.items():
            beside = folder / path.relative_to(root)
            beside.parent.mkdir(exist_ok=True)
            beside.write_bytes(text.encode())
        try:
            generate(folder, folder / "made")
        except ToolError as error:
            raise ToolError(
                f"Nothing is written; `make generate` would refuse it. {error}"
            ) from None


def _changes(target: Path, document: Json, text: str) -> str:
    """Return the report of changes against what is in spec/ now, before it is replaced."""
    if not target.exists():
        return "There was no spec/openapi.yaml before, so there is nothing to compare with.\n"
    if target.read_bytes() == text.encode():
        return NOTHING
    try:
        previous = load(str(target))
    except ToolError as error:
        return f"Nothing was compared: spec/openapi.yaml as it was cannot be used ({error})\n"
    return compare(previous, document).markdown()


if __name__ == "__main__":
    sys.exit(exit_status(main))
