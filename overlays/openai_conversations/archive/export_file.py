"""Where an export is written: a text stream, or a file that is in its place once it is whole."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from errno import EPERM
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, cast

from .._request.validation import check_bool, describe, describe_path, invalid, mismatch
from . import own_format
from .source_file import AnyPath, TextTarget, file_errors, is_regular, to_path

if sys.platform != "win32":
    import fcntl

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class ExportFile:
    """The file of an export, from its header to its closing line.

    A path is written as `.NAME.partial` beside it, which is moved to its place at the end. It stays
    after an error, to be resumed, and has a lock, so that two exports do not mix.

    Args:
        file: a path, or a text stream, which is not closed. What is at the path and is not a
            regular file (a pipe, a terminal) is written as a stream is.
        resume: whether to go on with the partial file of an earlier export, if there is one.

    Raises:
        InvalidArgumentError: naming the argument.

    Attributes:
        count: how many items are written, those of before included.
    """

    def __init__(self, file: AnyPath | TextTarget, *, resume: bool) -> None:
        self.count = 0
        self._resume = check_bool(resume, "resume")
        self._is_new = False
        self._digest = sha256()
        self._stream: TextTarget | None = None
        self._out: IO[Any] | None = None
        self._partial: Path | None = None
        self._errors = partial(file_errors, "written", file)
        with self._errors():
            path = to_path(file, "write")
            if path is None:
                self._stream = cast(TextTarget, file)
            elif is_regular(path):
                # The file itself, where the path is a link to one.
                self._path = Path(os.path.realpath(path))
                self._partial = self._path.with_name(f".{self._path.name}.partial")
        if self._partial is None and resume:
            raise invalid("resume", "False, as only a file can be resumed", resume)
        self._target = path

    def open(self, conversation: Mapping[str, Any], include: Iterable[str]) -> str | None:
        """Write the header, or find it in the partial file.

        Returns:
            The id of the item after which to go on; None for the first one.

        Raises:
            InvalidArgumentError: the file cannot be written, or the partial file is not one of this
                conversation with this `include`.
        """
        line = own_format.header(conversation, include)
        with self._errors():
            if self._partial is not None:
                self._out = _open_partial(self._partial)
                with suppress(FileNotFoundError):
                    shutil.copymode(self._path, self._partial)
                last_id = self._read_partial(line, self._out) if self._resume else None
                if last_id is not None:
                    return last_id
                self._out.seek(0)
                self._out.truncate()
                self._is_new = True
            elif self._stream is None:
                self._out = self._stream = cast(Path, self._target).open("w", encoding="ascii")
            self._write(line)
        return None

    def write(self, items: Iterable[Any]) -> None:
        """Write JSON objects, a line each."""
        lines = own_format.item_lines(items)
        with self._errors():
            self._write(lines)
        self.count += lines.count("\n")

    def finish(self) -> str:
        """Write the closing line and put the file in its place; return the SHA-256."""
        digest = self._digest.hexdigest()
        with self._errors():
            self._write(own_format.closing(self.count, digest))
            if self._out is not None:
                self._out.flush()
            if self._partial is not None and self._out is not None:
                os.fsync(self._out.fileno())
                self._partial.replace(self._path)
                self._partial = None
        return digest

    def close(self) -> None:
        """Close the file. One without items is removed; one that is not whole stays as partial."""
        with suppress(OSError, ValueError):
            if self._out is not None:
                # Before the lock on it ends.
                if self._partial is not None and self._is_new and not self.count:
                    self._partial.unlink(missing_ok=True)
                self._out.close()

    def _write(self, lines: str) -> None:
        content = lines.encode("ascii")
        if self._stream is not None:
            self._stream.write(lines)
        elif self._out is not None:
            self._out.write(content)
        self._digest.update(content)

    def _read_partial(self, header: str, partial: IO[bytes]) -> str | None:
        """Count what is there, up to the last whole line with an id, and cut off the rest."""
        digest, position, end, last_id = sha256(), 0, 0, None
        for number, line in enumerate(partial):
            if not line.endswith(b"\n"):
                break
            position += len(line)
            digest.update(line)
            text = line.decode("ascii", "replace")
            if not number:
                _check_same(own_format.parse_header(text), json.loads(header))
                continue
            item = own_format.parse_line(text, f"line {number + 1} of {self._partial}")
            if own_format.is_closing(item):
                break
            if isinstance(item.get("id"), str):
                last_id, end = item["id"], position
                self.count, self._digest = number, digest.copy()
        if last_id is not None:
            partial.seek(end)
            partial.truncate()
        return last_id


def _check_same(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    of = f"the export of {wanted['conversation']['id']} that was begun"
    if found["conversation"].get("id") != wanted["conversation"]["id"]:
        raise mismatch("resume", of, f"one of {describe(found['conversation'].get('id'))}")
    if found.get("include") != wanted["include"]:
        raise mismatch("resume", of, "one with another `include`")


def _open_partial(path: Path) -> IO[bytes]:
    """Open a partial file, or make it, and lock it until it is closed.

    Raises:
        InvalidArgumentError: another export is writing it.
        OSError: it cannot be opened, or is not a file of this user: what is in it would be another
            one's to read.
    """
    while True:
        file = os.open(path, _FLAGS, 0o666)
        try:
            if not _lock(file):
                expected = "one that no other export is writing"
                raise mismatch("file", expected, describe_path(path))
            found = os.fstat(file)
            # The export that had the lock may have moved or removed it since.
            with suppress(FileNotFoundError):
                if os.path.samestat(found, path.lstat()):
                    owner = os.geteuid() if sys.platform != "win32" else found.st_uid
                    if found.st_nlink > 1 or found.st_uid != owner:
                        raise PermissionError(EPERM, f"{path.name} is not a file of its own")
                    return os.fdopen(file, "r+b")
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _lock(file: int) -> bool:
    """Lock a file until it is closed; return False if it is locked."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass  # a network's file system that has no locks
    return True
