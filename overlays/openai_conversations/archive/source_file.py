"""A file to read, as often as needed, and errors about files."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Protocol, TextIO, TypeAlias, cast

from .._request.validation import describe, describe_path, invalid, mismatch
from ..errors import InvalidArgumentError


class TextSource(Protocol):
    """What is needed of a text stream to read it."""

    def read(self, size: int, /) -> str: ...


class TextTarget(Protocol):
    """What is needed of a text stream to write it."""

    def write(self, text: str, /) -> object: ...


#: Much more than a person has said; what a small file could swell to has no limit.
MAX_UNZIPPED = 4 << 30
_IN_ZIP = "conversations.json"
AnyPath: TypeAlias = str | os.PathLike[str]


class SourceFile:
    """A file to read from; for a `with` statement.

    A stream, or a path that is not a regular file (a pipe), can be read only once. So it is copied
    to a temporary file, which is there until the end of the block; as is the `conversations.json`
    of a ZIP archive, in which ChatGPT exports it.

    Args:
        file: a path, or a text stream, which is read from where it stands and not closed.

    Raises:
        InvalidArgumentError: it is neither, or cannot be read.

    Attributes:
        path: the file, or the copy of the stream.
        errors: makes the context of `file_errors` for what reads the file.
    """

    def __init__(self, file: AnyPath | TextSource) -> None:
        self._copy: IO[str] | None = None
        self.errors = partial(file_errors, "read", file)
        with self.errors():
            path = to_path(file, "read")
            given: AbstractContextManager[TextIO]
            if path is None:
                given = nullcontext(cast(TextIO, file))
            elif not is_regular(path):
                given = _open(path)
            elif _is_zip(path):
                given = _unzipped(path)
            else:
                self.path = path
                return
            self._copy = tempfile.NamedTemporaryFile(  # noqa: SIM115
                "w", prefix="openai-conversations-", encoding="utf-8", errors="surrogatepass"
            )
            self.path = Path(self._copy.name)
            try:
                with given as stream:
                    copyfileobj(stream, self._copy)
                self._copy.flush()
            except BaseException:
                self.close()
                raise

    def text(self) -> TextIO:
        """Open the file as text, from its start: UTF-8, with any line ends, without a BOM."""
        return _open(self.path)

    def close(self) -> None:
        """Remove the copy, if there is one."""
        if self._copy is not None:
            self._copy.close()

    def __enter__(self) -> SourceFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open(path: Path) -> TextIO:
    # A text stream may hold half a surrogate pair, which UTF-8 does not.
    return path.open(encoding="utf-8-sig", errors="surrogatepass")


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\3\4"


@contextmanager
def _unzipped(path: Path) -> Generator[TextIO]:
    """Open the `conversations.json` of a ZIP archive.

    Raises:
        InvalidArgumentError: there is none, or it is damaged, encrypted or larger than
            `MAX_UNZIPPED`, of which no more is read than the archive says that there is.
    """
    from zipfile import BadZipFile, ZipFile
    from zlib import error as zlib_error

    received = f"{describe_path(path)} with none, several or a larger one"
    try:
        with ZipFile(path) as archive:
            found = [one for one in archive.infolist() if Path(one.filename).name == _IN_ZIP]
            if len(found) == 1 and found[0].file_size <= MAX_UNZIPPED:
                with archive.open(found[0]) as member:
                    yield TextIOWrapper(member, "utf-8-sig", "surrogatepass")
                    return
    except (BadZipFile, EOFError, RuntimeError, zlib_error) as error:
        received = f"{describe_path(path)} ({error})"
    expected = f"a ZIP archive with one {_IN_ZIP} of at most {MAX_UNZIPPED:,} bytes"
    raise mismatch("file", expected, received)


def to_path(file: object, method: str) -> Path | None:
    """Return the path of the argument `file`, or None for a text stream.

    Args:
        method: "read" or "write", which a stream must have.

    Raises:
        InvalidArgumentError: it is neither.
    """
    is_path = isinstance(file, str | os.PathLike)
    path: object = os.fspath(cast(AnyPath, file)) if is_path else None
    # `Path` would take "folder/" for a file with the name "folder".
    if isinstance(path, str) and os.path.basename(path) and "\0" not in path:
        return Path(path)
    if path is None and callable(getattr(file, method, None)):
        return None
    raise invalid("file", "the path of a file or a text stream", file)


@contextmanager
def file_errors(verb: str, file: object) -> Generator[None]:
    """Raise what goes wrong with the argument `file` in this block as an error of this package.

    Args:
        verb: "read" or "written".
        file: the argument; a path is in the message.

    Raises:
        InvalidArgumentError: in place of an `OSError`, of text that is not UTF-8, and of what
            streams raise that are closed or not of text.
    """
    is_path = isinstance(file, str | os.PathLike)
    shown = describe_path(cast(AnyPath, file)) if is_path else "a stream"
    try:
        yield
    except InvalidArgumentError:
        raise
    except OSError as error:
        received = f"{shown} ({error.strerror or error})"
        raise mismatch("file", f"one that can be {verb}", received) from None
    except UnicodeError as error:
        received = f"{shown} with other bytes ({getattr(error, 'reason', type(error).__name__)})"
        raise mismatch("file", "text in UTF-8", received) from None
    except (TypeError, ValueError) as error:
        received = f"{shown} ({error})"
        raise mismatch("file", f"a text stream that can be {verb}", received) from error


def bad_file(place: str, expected: str, received: object) -> InvalidArgumentError:
    """Return the error for what is wrong at a place of the argument `file`.

    Args:
        place: "line 12".
        expected: what should be there.
        received: what is there, which is described.
    """
    said = describe(received)
    message = f"file, {place}: expected {expected}, got {said}"
    return InvalidArgumentError("file", expected=expected, received=said, message=message)


def is_regular(path: Path) -> bool:
    """Tell whether a path names a regular file, or nothing yet."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True
