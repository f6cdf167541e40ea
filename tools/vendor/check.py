"""Is a copy unchanged since it was made, and the same as what this checkout would hand out now?"""

from dataclasses import dataclass
from pathlib import Path

from tools.errors import ToolError
from tools.vendor.record import RECORD, Record, digest
from tools.vendor.source import Source, package_files


@dataclass(frozen=True)
class Finding:
    """One file that is not as it should be, and how."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def find_copy(dest: Path) -> Path:
    """The vendored copy that `dest` is or directly holds. Raises ToolError unless there is one."""
    if (dest / RECORD).is_file():
        return dest
    if not dest.is_dir():
        raise ToolError(f"DEST={dest}: no such folder.")
    found = sorted(path.parent for path in dest.glob(f"*/{RECORD}"))
    if not found:
        raise ToolError(
            f"DEST={dest}: is no vendored copy and holds none (there is no {RECORD} in it or one "
            "folder below). Give the folder that `make vendor` was given, or the copy itself."
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise ToolError(f"DEST={dest}: holds {len(found)} copies ({names}); give one of them.")
    return found[0]


def edits(copy: Path, record: Record) -> list[Finding]:
    """How the files of a copy differ from its record: edited, missing, or not in it."""
    present = package_files(copy)
    present.pop(RECORD, None)
    findings: list[Finding] = []
    for name in sorted(record.files.keys() | present.keys()):
        if name not in present:
            findings.append(Finding(name, "is missing"))
        elif name not in record.files:
            findings.append(Finding(name, "was added to the copy"))
        elif digest(present[name]) != record.files[name]:
            findings.append(Finding(name, "was edited"))
    return findings


def check(dest: Path, source: Source) -> list[Finding]:
    """Everything about the copy at or in `dest` that is edited or not current; nothing if good.

    Raises ToolError when there is no copy there.
    """
    copy = find_copy(dest)
    record = Record.read(copy)
    if record is None:
        raise ToolError(f"DEST={dest}: the record {RECORD} went away.")
    now = Record.of(source)
    findings = edits(copy, record)
    for name in sorted(record.files.keys() | now.files.keys()):
        if name not in now.files:
            findings.append(Finding(name, "is old: generated/ no longer has it"))
        elif name not in record.files:
            findings.append(Finding(name, "is new in generated/ and not in the copy"))
        elif record.files[name] != now.files[name]:
            findings.append(Finding(name, "is old: generated/ has another version"))
    return findings
