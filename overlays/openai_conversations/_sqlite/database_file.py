"""The file of a database: its name, its mode, and whether it is still the one that was opened."""

from __future__ import annotations

import os
import stat
import threading
import weakref
from contextlib import suppress
from typing import cast

from .._request.validation import describe_path, invalid
from ..errors import OpenAIError


class StoreError(OpenAIError, RuntimeError):
    """The database file cannot be opened or is not there any more, or another program wrote it."""


#: The file itself, and what SQLite adds to its name for those that it keeps beside it.
_BESIDE = ("", "-wal", "-shm")

# Closing a file ends all locks that this process has on it, those of SQLite too. So a new file is
# made and closed again by one thread, before any thread opens it.
_making = threading.Lock()
_open_files: weakref.WeakSet[DatabaseFile] = weakref.WeakSet()


def check_path(path: object) -> str | None:
    """Return the absolute path of a database file, or None for a database in memory.

    Raises:
        InvalidArgumentError: For what is not a path, and for what SQLite does not take as one: an
            empty name, a `file:` URI, a NUL.
    """
    name: object = path
    if isinstance(path, os.PathLike):
        name = os.fspath(cast("os.PathLike[str]", path))
    if name is None or name == ":memory:":
        return None
    if isinstance(name, str) and name.strip() and not name.startswith("file:"):
        with suppress(UnicodeEncodeError):  # half of a surrogate pair
            if b"\0" not in os.fsencode(name):
                return os.path.realpath(name)
    expected = "the path of a file, or None for a database in memory"
    raise invalid("path", expected, name)


class DatabaseFile:
    """A database file, made with mode 0600 if it does not exist; one that does keeps its mode.

    Raises:
        StoreError: If a file of this name cannot be made or opened, or is of another kind.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._process = os.getpid()
        self._identity: dict[str, tuple[int, int] | None] = {}
        if any(one.path == path and one._process != self._process for one in set(_open_files)):
            raise StoreError(_forked(path))
        shown = describe_path(path)
        try:
            with suppress(FileNotFoundError):
                os.stat(f"{path}-journal")  # the longest name that SQLite will need
            with _making:
                _make(path)
            if not stat.S_ISREG(os.stat(path).st_mode):
                raise StoreError(f"cannot open the database {shown}: it is not a file")
        except OSError as error:
            raise StoreError(f"cannot open the database {shown}: {error.strerror}") from None

    def opened(self) -> None:
        """Remember which files SQLite has open, once it has opened all of them."""
        self._identity = {suffix: self._identify(suffix) for suffix in _BESIDE}
        _open_files.add(self)

    def closed(self) -> None:
        """Forget the file: SQLite has closed it."""
        _open_files.discard(self)

    def check(self, *, written: bool) -> None:
        """Raise `StoreError` if the file of this name is not the one that was opened.

        It was deleted, moved or replaced then, or this process is a fork of the one that opened it:
        https://www.sqlite.org/howtocorrupt.html, sections 2.4 to 2.6. After something was written,
        the files beside it are looked at too: the write-ahead log has what the file has not.
        """
        if os.getpid() != self._process:
            raise StoreError(_forked(self.path))
        for suffix in _BESIDE if written else _BESIDE[:1]:
            if self._identify(suffix) != self._identity[suffix]:
                name = os.path.basename(self.path) + suffix
                raise StoreError(f"the file {name!r} was deleted, moved or replaced while open")

    def _identify(self, suffix: str) -> tuple[int, int] | None:
        try:
            status = os.stat(self.path + suffix)
        except OSError:
            return None
        return status.st_dev, status.st_ino


def _make(path: str) -> None:
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _forked(path: str) -> str:
    reason = "was opened before this process was forked; open it after that, in each process"
    return f"the database {os.path.basename(path)!r} {reason}"
