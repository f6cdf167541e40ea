"""Read and write `spec/upstream.lock`: which upstream document `spec/openapi.yaml` was made from.

The sha256 is that of the structure that was taken: the trimmed document before any Overlay, without
prose, as canonical JSON. A document that differs in prose alone therefore has the same sha256, and
the file stays as it is: it names the commit at which the structure was last seen to change, unless
a commit is given by hand.
"""

import re
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from tools.errors import ToolError
from tools.fetch import fetch
from tools.files import to_yaml
from tools.plain import parse
from tools.values import is_object

_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_RAW = re.compile(r"https://raw\.githubusercontent\.com/([\w.-]+/[\w.-]+)/([0-9a-f]{7,40})/")
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})\b")

HEADER = "Which upstream document spec/openapi.yaml was made from. Written by `make spec`.\n"


@dataclass(frozen=True, slots=True)
class Lock:
    """Where the structure came from; `commit` and `date` are None when nobody said."""

    repository: str
    commit: str | None
    date: str | None
    sha256: str

    def text(self) -> str:
        """Return the content of the file."""
        known = {key: value for key, value in asdict(self).items() if value is not None}
        return to_yaml(known, HEADER)


def read_lock(path: Path) -> Lock | None:
    """Return the lock in the file, or None when there is none yet."""
    if not path.exists():
        return None
    content = parse(fetch(str(path)), path.name)
    known = {"repository", "commit", "date", "sha256"}
    if not is_object(content) or not {"repository", "sha256"} <= content.keys() <= known:
        raise ToolError(
            f"{path.name}: expected the keys repository, sha256 and perhaps commit and date. "
            "Remove the file, and `make spec` writes it anew."
        )
    text = {key: str(value) for key, value in content.items()}
    return Lock(text["repository"], text.get("commit"), text.get("date"), text["sha256"])


def new_lock(
    source: str,
    sha256: str,
    previous: Lock | None,
    repository: str,
    commit: str | None = None,
    day: str | None = None,
) -> Lock:
    """Return the lock for a document read from `source`.

    What is given by hand (`commit`, `day`) counts most; then, as long as the structure is the
    same, what was recorded before; then what the source's own name tells.
    """
    if commit is not None and not _COMMIT.fullmatch(commit):
        raise ToolError(f"COMMIT: expected 7 to 40 lower-case hexadecimal digits, got {commit!r}.")
    if day is not None and not _is_date(day):
        raise ToolError(f"DATE: expected a date as YYYY-MM-DD, got {day!r}.")
    if previous is not None and previous.sha256 == sha256 and commit in (None, previous.commit):
        return Lock(previous.repository, previous.commit, day or previous.date, sha256)
    raw = _RAW.match(source)
    dated = _DATED.match(PurePosixPath(source).name)
    named = dated[1] if dated and _is_date(dated[1]) else None
    return Lock(
        raw[1] if raw else repository, commit or (raw[2] if raw else None), day or named, sha256
    )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
