"""The readers of files, by the names that the argument `format` has: a module for each format.

None of them changes the file, and none keeps more of it in memory than one conversation, or, of a
file of messages, than one message. Dumps of threads are there whole, as they have to be sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Literal, TypeAlias

from ..._request.validation import check_one_of, mismatch
from ...progress import OnUnsupported
from .. import own_format
from ..records import SourceConversation
from ..source_file import SourceFile
from . import agents_sqlite, assistants, chat_completions, chatgpt
from .json_objects import JsonObject, json_objects

Format: TypeAlias = Literal[
    "auto", "openai-conversations", "chat-completions", "assistants", "chatgpt", "agents-sqlite"
]
Reader: TypeAlias = Callable[[SourceFile, OnUnsupported], Iterator[SourceConversation]]

READERS: Mapping[str, Reader] = {
    own_format.FORMAT: own_format.read,
    "chat-completions": chat_completions.read,
    "assistants": assistants.read,
    "chatgpt": chatgpt.read,
    "agents-sqlite": agents_sqlite.read,
}
#: Which format a file has, by its first object; in this order, as dumps of threads have messages.
_BY_FIRST: Mapping[str, Callable[[JsonObject], bool]] = {
    "chatgpt": chatgpt.recognizes,
    "assistants": assistants.recognizes,
    "chat-completions": chat_completions.recognizes,
}
_MAX_HEADER = 1 << 17


def reader_of(source: SourceFile, format: str) -> Reader:
    """Return what reads a file.

    Args:
        source: the file.
        format: a name in `READERS`, or "auto" to tell it from the file.

    Raises:
        InvalidArgumentError: the file is of no format that is known, or is not JSON.
    """
    check_one_of(format, "format", ("auto", *READERS))
    return READERS[_detect(source) if format == "auto" else format]


def _detect(source: SourceFile) -> str:
    if agents_sqlite.recognizes(source):
        return "agents-sqlite"
    with source.text() as text:
        if own_format.recognizes(text.readline(_MAX_HEADER)):
            return own_format.FORMAT
    with closing(json_objects(source)) as objects:
        first = next(objects, None)
    for name, recognizes in _BY_FIRST.items():
        if first is not None and recognizes(first):
            return name
    expected = f"a file of one of the formats {', '.join(READERS)} (format=… names it)"
    raise mismatch("file", expected, "an empty one" if first is None else "another one")
