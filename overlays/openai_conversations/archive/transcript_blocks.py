"""What a transcript is made of, whatever its format: entries of a few kinds of blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Text(NamedTuple):
    """Prose; that of a model is often Markdown."""

    text: str


class Code(NamedTuple):
    """Text whose lines and spaces count."""

    text: str
    language: str = ""


class Link(NamedTuple):
    """Something that lies elsewhere: a source, a file, an image.

    Attributes:
        address: a URL or the id of a file, as it came.
        label: for people.
    """

    address: str
    label: str


class Folded(NamedTuple):
    """Blocks that are shown on demand."""

    title: str
    blocks: Sequence[Block]


Block: TypeAlias = Text | Code | Link | Folded


@dataclass(frozen=True, slots=True)
class Entry:
    """An item for people.

    Attributes:
        title: who speaks, or what happens, in one line.
        role: one of `ROLES`, for the looks.
        facts: its id, time, phase and state, in one line; "" if it has none.
        blocks: the contents.
    """

    title: str
    role: str
    facts: str
    blocks: Sequence[Block]


ROLES = ("user", "assistant", "system", "tool", "other")
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CLICKABLE = re.compile(r"(?:https?://|mailto:)[^\s<>\"\\^`{|}]+", re.IGNORECASE)


def visible(text: str) -> str:
    """Return text whose control characters are seen and do nothing.

    They would move the cursor of a terminal (C0, C1), change the order of what is read (overrides,
    embeddings and isolates of bidirectional text), or not be Unicode (halves of surrogate pairs).
    """
    return _HIDDEN.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else f"\\u{code:04x}"


def lines(text: str) -> list[str]:
    """Return the lines of a text, whatever ends them."""
    return re.split(r"\r\n?|\n", text)


def clickable(address: str) -> bool:
    """Return whether an address is a URL that people can be sent to: of the web, or of mail."""
    return bool(_CLICKABLE.fullmatch(address)) and not _HIDDEN.search(address)


def named(link: Link) -> str:
    """Return the label and address of a link in one line; data are named with their size."""
    address = link.address
    if address[:5].lower() == "data:":
        kind, _, data = address[5:].partition(",")
        size = len(data.rstrip("=")) * 3 // 4 if kind.endswith(";base64") else len(data)
        address = f"{kind.partition(';')[0] or 'data'}, {size:,} bytes"
    return in_one_line([link.label, address] if link.label != address else [address], ": ")


def in_one_line(parts: Iterable[str], between: str = "") -> str:
    """Return texts as one line, those that are empty left out."""
    return between.join(filter(None, (" ".join(part.split()) for part in parts)))
