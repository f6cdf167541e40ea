"""Make a copy, whole or not at all: written beside its place, then swapped in."""

import keyword
import shutil
import tempfile
from pathlib import Path

from tools.errors import ToolError
from tools.vendor.check import edits
from tools.vendor.imports import check_imports
from tools.vendor.record import RECORD, Record
from tools.vendor.source import PACKAGE, Source


def copy_package(dest: Path, source: Source, name: str = PACKAGE, *, force: bool = False) -> Path:
    """Copy the generated package of `source` to `dest`/`name` and return that folder.

    Missing folders on the way are made. A folder of that name is replaced if it is an unedited
    copy made earlier, or if `force`. Raises ToolError, and leaves everything as it was, when the
    name is no Python identifier, the place is taken, or the package could not work as a copy.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ToolError(f"NAME={name}: is no name for a Python package (an identifier).")
    dest = dest.resolve()
    target = dest / name
    generated = source.folder.parent.resolve()
    if dest.is_relative_to(generated) or source.root.resolve().is_relative_to(target):
        raise ToolError(f"DEST={dest}: is this project's own; give a folder outside of it.")
    _check_free(target, force)
    check_imports(source.files)
    record = Record.of(source)
    try:
        dest.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=dest) as beside:
            fresh = Path(beside, "new", name)
            _write(fresh, source, record)
            _swap(fresh, target, Path(beside, "old"))
    except OSError as error:
        raise ToolError(
            f"DEST={dest}: cannot be written ({error.strerror or error}); nothing was replaced."
        ) from error
    return target


def _check_free(target: Path, force: bool) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ToolError(f"{target}: is no folder; move it away first.")
    if force or not target.exists() or not any(target.iterdir()):
        return
    record = Record.read(target)
    if record is None:
        raise ToolError(
            f"{target}: exists and is no vendored copy (it has no {RECORD}). Choose another DEST "
            "or NAME, or say FORCE=1 to replace the folder and all that is in it."
        )
    if found := edits(target, record):
        told = "; ".join(str(finding) for finding in found)
        raise ToolError(
            f"{target}: has local edits, which a new copy would lose: {told}. Take them out, or "
            "say FORCE=1."
        )


def _write(folder: Path, source: Source, record: Record) -> None:
    for name, path in source.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (folder / RECORD).write_text(record.text(), encoding="utf-8", newline="\n")


def _swap(fresh: Path, target: Path, old: Path) -> None:
    """Put `fresh` in the place of `target`; whatever goes wrong, `target` is the old or the new."""
    had_one = target.exists()
    if had_one:
        target.rename(old)
    try:
        fresh.rename(target)
    except BaseException:
        if had_one:
            old.rename(target)
        raise
