"""The readers of files, by the names that the argument `format` has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from ..._request.validation import check_one_of, mismatch
from .. import own_format
from ..records import OnUnsupported, SourceConversation
from ..source_file import SourceFile, file_errors

Format: TypeAlias = Literal["auto", "openai-conversations"]
Reader: TypeAlias = Callable[[SourceFile, OnUnsupported], Iterator[SourceConversation]]

READERS: dict[str, Reader] = {own_format.FORMAT: own_format.read}


def reader_of(source: SourceFile, format: str) -> Reader:
    """Return what reads a file.

    Args:
        format: a name in `READERS`, or "auto" to tell it from the file.

    Raises:
        InvalidArgumentError: the file is of no format that is known.
    """
    check_one_of(format, "format", ("auto", *READERS))
    if format != "auto":
        return READERS[format]
    with file_errors("read"), source.text() as text:
        if own_format.recognizes(text.readline()):
            return own_format.read
    expected = f"a file of one of the formats {', '.join(READERS)} (format=… names it)"
    raise mismatch("file", expected, "another one")
