"""The files that `conversations.export` writes: JSON Lines, described in docs/archive.md.

A header, an item a line exactly as it came, and a closing line with their number and the SHA-256 of
all that stands before it. All of it is ASCII: it is the same bytes through every text stream, and
holds half a surrogate pair, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, cast

from .._request.validation import is_mapping, mismatch
from ..progress import OnUnsupported
from .input_forms import to_record
from .records import Record, SourceConversation
from .source_file import SourceFile, bad_file

FORMAT = "openai-conversations"
VERSION = 1
_CLOSING = {"count", "sha256"}
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def header(conversation: Mapping[str, Any], include: Iterable[str]) -> str:
    """Return the first line.

    Args:
        conversation: the JSON object of the conversation.
        include: as it was sent.
    """
    about = {"format": FORMAT, "version": VERSION}
    return _encode({**about, "conversation": conversation, "include": [*include]}) + "\n"


def item_lines(items: Iterable[Any]) -> str:
    """Return a line for each of these JSON objects."""
    return "".join([_encode(item) + "\n" for item in items])


def closing(count: int, digest: str) -> str:
    """Return the last line."""
    return _encode({"count": count, "sha256": digest}) + "\n"


def parse_line(line: str, place: str) -> dict[str, Any]:
    """Return the JSON object of a line.

    Raises:
        InvalidArgumentError: naming `file` and the place.
    """
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        value = line
    if not is_mapping(value):
        raise bad_file(place, "a JSON object", value)
    return cast("dict[str, Any]", value)


def is_closing(value: Mapping[str, Any]) -> bool:
    """Tell whether the object of a line is the closing one: items have a type."""
    return set(value) == _CLOSING


def parse_header(line: str) -> dict[str, Any]:
    """Return the object of the first line.

    Raises:
        InvalidArgumentError: it is not the one of an export that this version can read.
    """
    value = parse_line(line, "line 1")
    if value.get("format") != FORMAT:
        raise bad_file("line 1", f"the header of an export, with the format {FORMAT!r}", value)
    if value.get("version") != VERSION:
        raise bad_file("line 1", f"version {VERSION} of the format", value.get("version"))
    conversation = value.get("conversation")
    if not is_mapping(conversation) or not is_mapping(conversation.get("metadata") or {}):
        raise bad_file("line 1", "a conversation", conversation)
    return value


def recognizes(first_line: str) -> bool:
    """Tell whether a file with this first line was written by an export, of any version."""
    try:
        value: object = json.loads(first_line)
    except (ValueError, RecursionError):
        return False
    return is_mapping(value) and value.get("format") == FORMAT


def read(source: SourceFile, on_unsupported: OnUnsupported) -> Iterator[SourceConversation]:
    """Read the one conversation of an export.

    Raises:
        InvalidArgumentError: the file is cut, was changed, or is of another version.
    """
    with source.text() as text:
        conversation = parse_header(text.readline())["conversation"]
    id, created = conversation.get("id"), conversation.get("created_at")
    found: dict[str, Any] = {"source_id": id, "source_created_at": created}
    about = {name: str(value) for name, value in found.items() if value is not None}
    kept: dict[str, Any] = conversation.get("metadata") or {}
    yield SourceConversation(
        id if isinstance(id, str) else None,
        lambda: _records(source, on_unsupported),
        # What it has by these names is of an import before, so of the first source.
        {**kept, **about, **kept},
    )


def _records(source: SourceFile, on_unsupported: OnUnsupported) -> Iterator[Record]:
    digest, count, follows = sha256(), 0, False
    with source.text() as text:
        lines = enumerate(text, 1)
        for number, line in lines:
            place = f"line {number}"
            value = parse_line(line, place)
            if number > 1 and is_closing(value):
                break
            digest.update(line.encode(errors="surrogatepass"))
            if number > 1:
                count += 1
                # The service refuses reasoning before an item without the id that it had.
                record = to_record(value, place, on_unsupported, keep_id=follows)
                follows = record.item is not None and record.item.get("type") == "reasoning"
                yield record
        else:
            received = f"a file that ends after {count} items: it was cut"
            raise mismatch("file", "an export with its closing line", received)
        if value["count"] != count:
            raise bad_file(place, f"the count {count}", value["count"])
        if value["sha256"] != digest.hexdigest():
            message = "the SHA-256 of the lines before: the file was changed"
            raise bad_file(place, message, value["sha256"])
        for number, line in lines:
            if line.strip():
                raise bad_file(f"line {number}", "nothing after the closing line", line)
