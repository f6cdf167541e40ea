"""The record a copy carries: which files it had, what was in them, and where they came from."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from tools.errors import ToolError
from tools.vendor.source import PACKAGE, Source

RECORD = "VENDORED.json"
_ABOUT = (
    "A copy of the package named above. Do not edit it; make a new one with `make vendor` in a "
    "checkout of openai-conversations, where `make vendor-check` compares it with this record."
)


@dataclass(frozen=True)
class Record:
    """What `VENDORED.json` says. `files` maps each path to the sha256 of what it held."""

    package: str
    version: str
    about: str
    provenance: dict[str, Any]
    files: dict[str, str]

    @classmethod
    def of(cls, source: Source) -> "Record":
        """The record of a copy made from `source` now."""
        files = {name: digest(path) for name, path in source.files.items()}
        return cls(PACKAGE, source.version, _ABOUT, source.provenance, files)

    @classmethod
    def read(cls, folder: Path) -> "Record | None":
        """The record in `folder`; None when it holds none, which makes it no vendored copy."""
        path = folder / RECORD
        if not path.is_file():
            return None
        try:
            said = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
            record = cls(**said)
            files = {str(name): str(sha256) for name, sha256 in record.files.items()}
        except (ValueError, TypeError, AttributeError):
            raise ToolError(
                f"{path}: is not a record that `make vendor` wrote. Put the original back, or "
                "make the copy again with FORCE=1."
            ) from None
        if record.package != PACKAGE:
            raise ToolError(f"{path}: records a copy of {record.package}, expected {PACKAGE}.")
        return cls(PACKAGE, record.version, record.about, record.provenance, files)

    def text(self) -> str:
        """The record as it is written, the same for the same copy."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def digest(path: Path) -> str:
    """The sha256 of a file, with line ends as git may have turned them counted as equal."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
