"""Copies of the generated package: make one whole or not at all, find one, compare one.

A copy carries `VENDORED.json`, the record of what it was made from. A folder without it is not
taken for a copy, and never overwritten unasked.
"""

import hashlib
import json
import keyword
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from tools import PACKAGE
from tools.errors import ToolError
from tools.files import swap
from tools.vendoring.source import Source, check_imports, package_files

RECORD = "VENDORED.json"
_ABOUT = (
    "A copy of the package named above. Do not edit it; make a new one with `make vendor` in a "
    "checkout of openai-conversations, where `make vendor-check` compares it with this record."
)


@dataclass(frozen=True)
class Record:
    """The content of `VENDORED.json`. `files` maps each path to the sha256 of its content."""

    package: str
    version: str
    about: str
    provenance: dict[str, Any]
    files: dict[str, str]

    @classmethod
    def of(cls, source: Source) -> "Record":
        """Return the record of a copy made from `source` now."""
        files = {name: _digest(path) for name, path in source.files.items()}
        return cls(PACKAGE, source.version, _ABOUT, source.provenance, files)

    @classmethod
    def read(cls, folder: Path) -> "Record | None":
        """Return the record in `folder`; None when it holds none, and so is not a vendored copy.

        Raises:
            ToolError: when the file is not such a record, or one of another package.
        """
        path = folder / RECORD
        if not path.is_file():
            return None
        try:
            said = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
            files = {str(name): str(sha256) for name, sha256 in said["files"].items()}
            record = cls(**{**said, "files": files})
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            raise ToolError(
                f"{path}: is not a record that `make vendor` wrote. Put the original back, or "
                "make the copy again with FORCE=1."
            ) from None
        if record.package != PACKAGE:
            raise ToolError(f"{path}: records a copy of {record.package}, expected {PACKAGE}.")
        return record

    def text(self) -> str:
        """Return the record as it is written, the same for the same copy."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def copy_package(dest: Path, source: Source, name: str = PACKAGE, *, force: bool = False) -> Path:
    """Copy the generated package of `source` to `dest`/`name` and return that folder.

    Missing folders on the way are made. A folder of that name is replaced if it is an unedited
    copy made earlier, or if `force`.

    Raises:
        ToolError: when the name is not a Python identifier, the place is taken, or the package
            could not work as a copy. Everything is left as it was.
    """
    # Python takes other letters for an ASCII one, and would then look for another folder.
    if not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name) or name[:2] == "__":
        raise ToolError(f"NAME={name}: is not a name for a Python package (an ASCII identifier).")
    try:
        return _copy(dest.resolve() / name, source, force)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a circle of links
        reason = getattr(error, "strerror", None) or error
        raise ToolError(f"DEST={dest}: cannot be written ({reason}).") from error


def _copy(target: Path, source: Source, force: bool) -> Path:
    dest, name = target.parent, target.name
    generated = source.folder.parent.resolve()
    if dest.is_relative_to(generated) or source.root.resolve().is_relative_to(target):
        raise ToolError(f"DEST={dest}: is this project's own; give a folder outside of it.")
    _check_free(target, force)
    check_imports(source.files)
    record = Record.of(source)
    dest.mkdir(parents=True, exist_ok=True)
    # What of the old copy cannot be deleted does not make the new one fail.
    with tempfile.TemporaryDirectory(
        prefix=f".{name}-", dir=dest, ignore_cleanup_errors=True
    ) as beside:
        fresh = Path(beside, "new", name)
        for file, path in source.files.items():
            (fresh / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, fresh / file)
        (fresh / RECORD).write_text(record.text(), encoding="utf-8", newline="\n")
        swap(fresh, target, Path(beside, "old"))
    return target


def find_copy(dest: Path) -> Path:
    """Return the vendored copy that `dest` is or directly holds; ToolError unless there is one."""
    if (dest / RECORD).is_file():
        return dest
    if not dest.is_dir():
        raise ToolError(f"DEST={dest}: no such folder.")
    found = sorted(path.parent for path in dest.glob(f"*/{RECORD}"))
    if not found:
        raise ToolError(
            f"DEST={dest}: is not a vendored copy and holds none (there is no {RECORD} in it or "
            "one folder below). Give the folder that `make vendor` was given, or the copy itself."
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise ToolError(f"DEST={dest}: holds {len(found)} copies ({names}); give one of them.")
    return found[0]


def check(dest: Path, source: Source) -> list[str]:
    """Return a line for each file of the copy at or in `dest` that is edited or not current.

    Raises:
        ToolError: when there is not exactly one copy there.
    """
    copy = find_copy(dest)
    record = Record.read(copy)
    if record is None:
        raise ToolError(f"DEST={dest}: the record {RECORD} went away.")
    findings = list(_edits(copy, record))
    now = Record.of(source).files
    for name in sorted(record.files.keys() | now.keys()):
        if name not in now:
            findings.append(f"{name}: is old: generated/ no longer has it")
        elif name not in record.files:
            findings.append(f"{name}: is new in generated/ and not in the copy")
        elif record.files[name] != now[name]:
            findings.append(f"{name}: is old: generated/ has another version")
    return findings


def _edits(copy: Path, record: Record) -> Iterator[str]:
    """Yield how the files of a copy differ from its record: edited, missing, or not in it."""
    present = package_files(copy)
    present.pop(RECORD, None)
    for path in sorted(copy.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            name = path.relative_to(copy).as_posix()
            present.pop(name, None)
            yield f"{name}: is not a plain file"
    for name in sorted(record.files.keys() | present.keys()):
        if name not in present:
            yield f"{name}: is missing"
        elif name not in record.files:
            yield f"{name}: was added to the copy"
        elif _digest(present[name]) != record.files[name]:
            yield f"{name}: was edited"


def _check_free(target: Path, force: bool) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ToolError(f"{target}: is not a folder; move it away first.")
    if force or not target.exists() or not any(target.iterdir()):
        return
    record = Record.read(target)
    if record is None:
        raise ToolError(
            f"{target}: exists and is not a vendored copy (it has no {RECORD}). Choose another "
            "DEST or NAME, or say FORCE=1 to replace the folder and all that is in it."
        )
    if found := "; ".join(_edits(target, record)):
        raise ToolError(
            f"{target}: has local edits, which a new copy would lose: {found}. Take them out, or "
            "say FORCE=1."
        )


def _digest(path: Path) -> str:
    """Return the sha256 of a file, with line ends as git may have turned them counted as equal."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
