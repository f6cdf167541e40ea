"""Find copies, and compare each with its record and with what would be copied now."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import PACKAGE
from tools.errors import ToolError
from tools.vendoring.record import RECORD, Record, edits_of
from tools.vendoring.source import Source


@dataclass(frozen=True)
class Comparison:
    """How a copy differs from its record, and its record from what would be copied now.

    Attributes:
        path: where the copy is.
        record: what it was made from.
        current: the record of a copy made now.
        edits: how files differ from the record, by name.
        old: the files that a copy made now would have otherwise.
    """

    path: Path
    record: Record
    current: Record
    edits: dict[str, str]
    old: list[str]

    def json(self) -> dict[str, Any]:
        """Return what `make vendor-check JSON=1` prints of a copy."""
        return {
            "path": str(self.path),
            "http": self.record.http,
            "copy": self.record.origin,
            "checkout": self.current.origin,
            "edits": self.edits,
            "old": self.old,
        }

    def lines(self) -> Iterator[str]:
        """Yield what people read of a copy."""
        for name, what in self.edits.items():
            yield f"{self.path}: {name}: {what}"
        if self.old:
            shown = ", ".join(self.old[:5]) + (" …" if len(self.old) > 5 else "")
            yield (
                f"{self.path}: is old: it has {self.record}; here is {self.current}; "
                f"{len(self.old)} files differ: {shown}"
            )
        elif not self.edits:
            yield f"{self.path}: unchanged and current, {PACKAGE} {self.record}"


@contextmanager
def usable(dest: Path) -> Iterator[None]:
    """Raise ToolError with the reason where the folder `dest` cannot be found, read or written."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a circle of links
        reason = getattr(error, "strerror", None) or error
        raise ToolError(f"DEST={dest}: cannot be used ({reason}).") from error


def find_copies(dest: Path) -> list[Path]:
    """Return the vendored copies that are at or anywhere below `dest`.

    Folders whose name begins with a dot, and links to folders, are not looked into.
    """
    found: list[Path] = []
    for folder, folders, files in os.walk(dest):
        folders[:] = sorted(name for name in folders if name[0] != "." and name != "node_modules")
        if RECORD in files:
            found.append(Path(folder))
            folders.clear()
    return found


def check(dest: Path, source: Source) -> list[Comparison]:
    """Compare each copy at or below `dest` with its record and with `source`.

    Raises:
        ToolError: when there is none.
    """
    with usable(dest):
        dest = dest.expanduser()
    if not dest.is_dir():
        raise ToolError(f"DEST={dest}: no such folder.")
    compared: list[Comparison] = []
    for copy in find_copies(dest):
        if (record := Record.read(copy)) is None:
            raise ToolError(f"DEST={dest}: the record {RECORD} went away.")
        now = Record.of(source, record.http)
        old = sorted({name for name, _ in record.files.items() ^ now.files.items()})
        compared.append(Comparison(copy, record, now, edits_of(copy, record), old))
    if not compared:
        raise ToolError(
            f"DEST={dest}: is not a vendored copy and holds none (there is no {RECORD} in it or "
            "below). Give the folder that `make vendor` was given, or the copy itself."
        )
    return compared
