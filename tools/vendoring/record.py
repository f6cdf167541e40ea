"""The record that a copy carries of what it was made from, and how a copy differs from it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from tools import PACKAGE
from tools.errors import ToolError
from tools.files import contents
from tools.vendoring.source import HTTP, Source

RECORD = "VENDORED.json"
EDITED, ADDED = "was edited", "was added to the copy"
_ABOUT = (
    "A copy of the package named above. Do not edit it. In a checkout of openai-conversations, "
    "`make vendor` brings it up to date and `make vendor-check` compares it with this record."
)


@dataclass(frozen=True)
class Record:
    """The content of `VENDORED.json`. `files` maps each path to the sha256 of its content."""

    package: str
    version: str
    about: str
    provenance: dict[str, Any]
    files: dict[str, str]
    http: str = HTTP[0]

    @classmethod
    def of(cls, source: Source, http: str) -> "Record":
        """Return the record of a copy made from `source` now that sends with `http`."""
        files = {name: digest(content) for name, content in source.written_for(http).items()}
        return cls(PACKAGE, source.version, _ABOUT, source.provenance, files, http)

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
            record = cls(**{**said, "files": files, "provenance": {**said["provenance"]}})
            HTTP.index(record.http)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            raise ToolError(
                f"{path}: is not a record that `make vendor` wrote. Put the original back, or "
                "make the copy again with FORCE=1."
            ) from None
        if record.package != PACKAGE:
            raise ToolError(f"{path}: records a copy of {record.package}, expected {PACKAGE}.")
        return record

    @property
    def origin(self) -> dict[str, str | None]:
        """The version, and date and commit of OpenAI's document, as far as they are known."""
        date, commit = (self.provenance.get(f"upstream_{key}") for key in ("date", "commit"))
        return {"version": self.version, "date": date, "commit": commit}

    def __str__(self) -> str:
        version, date, commit = (value or "unknown" for value in self.origin.values())
        return f"{version}, OpenAI's document of {date} (commit {commit}), for {self.http}"

    def text(self) -> str:
        """Return the record as it is written, the same for the same copy."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def edits_of(copy: Path, record: Record) -> dict[str, str]:
    """Return how the files of a copy differ from its record: edited, missing, or not in it."""
    present = contents(copy)
    present.pop(RECORD, None)
    edits: dict[str, str] = {}
    for path in copy.rglob("*"):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            name = path.relative_to(copy).as_posix()
            present.pop(name, None)
            edits[name] = "is not a plain file"
    for name in record.files.keys() | present.keys():
        if name not in present:
            edits.setdefault(name, "is missing")
        elif name not in record.files:
            edits[name] = ADDED
        elif digest(present[name]) != record.files[name]:
            edits[name] = EDITED
    return dict(sorted(edits.items()))


def digest(content: bytes) -> str:
    """Return the sha256 of a file, with line ends as git may have turned them counted as equal."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
