"""Copies of the generated package: find the place of one, and make one whole or not at all."""

import keyword
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools import PACKAGE
from tools.errors import ToolError
from tools.files import swap
from tools.vendoring.comparison import find_copies, usable
from tools.vendoring.merge import merged
from tools.vendoring.record import RECORD, Record
from tools.vendoring.source import HTTP, Source, check_imports


@dataclass(frozen=True)
class Copied:
    """A copy that was made: its record, and the edited files that were merged or have conflicts."""

    record: Record
    kept: list[str]
    conflicts: list[str]


def place(dest: Path, name: str = "") -> Path:
    """Return the folder that the copy at `dest` has or is to have.

    Without a name it is the one copy at or below `dest`, if there is one; else it is `dest`/`name`,
    by default under the name of the package.

    Raises:
        ToolError: when the name is not a Python identifier, the place is within a copy, or without
            a name there are several.
    """
    with usable(dest):
        dest = dest.expanduser().resolve()
        copies = [] if name else find_copies(dest)
        if len(copies) > 1:
            names = ", ".join(path.relative_to(dest).as_posix() for path in copies)
            raise ToolError(f"DEST={dest}: holds {len(copies)} copies ({names}); give one of them.")
        name = name or PACKAGE
        # Python takes other letters for an ASCII one, and would then look for another folder.
        is_name = name.isidentifier() and name.isascii() and not keyword.iskeyword(name)
        if not is_name or name.startswith("__"):
            raise ToolError(f"NAME={name}: is not a name for a Python package, or not ASCII.")
        target = copies[0] if copies else dest / name
        for folder in target.parents:
            if (folder / RECORD).is_file():
                raise ToolError(f"{target}: is within the copy {folder}; give that as DEST.")
        return target


def copy_package(target: Path, source: Source, http: str = "", *, force: bool = False) -> Copied:
    """Copy the generated package of `source` to the folder `target`.

    Missing folders on the way are made. A copy that is there already is brought up to date: it
    keeps the library it sends with unless `http` names one, and its local edits, which are merged
    with what changed. Any other folder is replaced if `force`, and so are edits.

    Raises:
        ToolError: when the place is taken, edits cannot be kept, or the package could not work as
            a copy. Everything is left as it was.
    """
    with usable(target):
        return _copy(target, source, http, force)


def _copy(target: Path, source: Source, http: str, force: bool) -> Copied:
    if http and http not in HTTP:
        raise ToolError(f"HTTP={http}: expected one of {', '.join(HTTP)}.")
    dest, name = target.parent, target.name
    root = source.root.resolve()
    if dest.is_relative_to(root / "generated") or root.is_relative_to(target):
        raise ToolError(f"{target}: is this project's own; give a folder outside of it.")
    before = _replaced(target, force)
    record = Record.of(source, http or (before.http if before else HTTP[0]))
    files = source.written_for(record.http)
    check_imports(files, record.http)
    edits, conflicts = merged(target, before, source, files) if before and not force else ({}, [])
    dest.mkdir(parents=True, exist_ok=True)
    # What of the old copy cannot be deleted does not make the new one fail.
    with tempfile.TemporaryDirectory(
        prefix=f".{name}-", dir=dest, ignore_cleanup_errors=True
    ) as beside:
        fresh = Path(beside, "new", name)
        for file, content in {**files, **edits, RECORD: record.text().encode()}.items():
            (fresh / file).parent.mkdir(parents=True, exist_ok=True)
            (fresh / file).write_bytes(content)
            if file in edits:
                shutil.copymode(target / file, fresh / file)
        swap(fresh, target, Path(beside, "old"))
    return Copied(record, sorted(edits.keys() - {*conflicts}), conflicts)


def _replaced(target: Path, force: bool) -> Record | None:
    """Return the record of the copy that `target` is; None for a free place, or by `force`."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ToolError(f"{target}: is not a folder; move it away first.")
    try:
        record = Record.read(target)
    except ToolError:
        if not force:
            raise
        record = None
    if record is None and not force and target.exists() and any(target.iterdir()):
        raise ToolError(
            f"{target}: exists and is not a vendored copy (it has no {RECORD}). Choose another "
            "DEST or NAME, or say FORCE=1 to replace the folder and all that is in it."
        )
    return record
