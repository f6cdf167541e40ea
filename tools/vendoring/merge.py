"""Local edits and a new version, merged by git; and the version that the edits were made on."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools import PACKAGE
from tools.errors import ToolError
from tools.files import contents
from tools.vendoring.record import ADDED, EDITED, Record, digest, edits_of
from tools.vendoring.source import Source, rewritten


def merged(
    target: Path, record: Record, source: Source, files: dict[str, bytes]
) -> tuple[dict[str, bytes], list[str]]:
    """Return what the locally edited files of a copy become, and which of them have conflicts."""
    kept: dict[str, bytes] = {}
    conflicts: list[str] = []
    lost: list[str] = []
    there = contents(target)
    for name, what in edits_of(target, record).items():
        new = files.get(name)
        if what == ADDED and new is None:
            kept[name] = there[name]
        elif what != EDITED or new is None:
            lost.append(f"{name}: {what}")
        elif digest(new) == record.files[name]:
            kept[name] = there[name]
        elif (base := _base(target, name, record, source)) is not None:
            kept[name], is_clean = _merge(there[name], base, new)
            conflicts += [] if is_clean else [name]
        else:
            lost.append(f"{name}: {what}, and git does not have it as it was")
    if lost:
        raise ToolError(
            f"{target}: has local edits, which a new copy would lose: {'; '.join(lost)}. Only "
            "files that the new copy has too can be merged, where the history of the copy or of "
            "this checkout has the unedited one. Take these edits out, or say FORCE=1."
        )
    return kept, conflicts


def _base(target: Path, name: str, record: Record, source: Source) -> bytes | None:
    """Return the content that a file was copied with, from the history of either repository."""
    for folder in (target, source.root / "generated" / PACKAGE):
        for content in _history(folder, name):
            base = rewritten(name, content, record.http)
            if digest(base) == record.files[name]:
                return base
    return None


def _history(folder: Path, name: str) -> Iterator[bytes]:
    """Yield each content that the file `name` of `folder` has had in git, the newest first.

    Yields nothing where there is no git, or it does not keep that file.
    """
    listed = _git(folder, "log", "--follow", "--format=", "--raw", "--no-abbrev", "--", name)
    blobs = re.findall(rb"^:\d+ \d+ (\w+) (\w+)", listed.stdout, re.MULTILINE)
    for blob in dict.fromkeys(blob for pair in blobs for blob in reversed(pair)):
        yield _git(folder, "cat-file", "blob", blob.decode()).stdout.replace(b"\r\n", b"\n")


def _merge(edited: bytes, base: bytes, new: bytes) -> tuple[bytes, bool]:
    """Return `new` with what was edited since `base`, and whether that went without a conflict.

    Conflicts are marked in the text, between `<<<<<<< local edits` and `>>>>>>> new version`.
    """
    with tempfile.TemporaryDirectory() as folder:
        names = ("local edits", "vendored before", "new version")
        for name, content in zip(names, (edited, base, new), strict=True):
            Path(folder, name).write_bytes(content)
        labels = [word for name in names for word in ("-L", name)]
        done = _git(Path(folder), "merge-file", "-p", *labels, *names)
    # It returns how many conflicts there are, up to 127.
    if done.returncode > 127:
        raise ToolError(f"git merge-file: {done.stderr.decode(errors='replace')}")
    return done.stdout, done.returncode == 0


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", *arguments]
    # Set where git runs a program, as a hook, and would lead to the repository of the hook.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=False
        )
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 255, b"", b"git is not installed")
