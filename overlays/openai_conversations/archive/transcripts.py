"""Transcripts: conversations for people to read, as Markdown, text or HTML. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Literal, Protocol, TypeAlias

from .._request.input_items import to_dict
from .._request.validation import check_one_of, invalid
from .transcript_blocks import (
    Block,
    Code,
    Entry,
    Folded,
    Link,
    Text,
    clickable,
    in_one_line,
    lines,
    named,
    visible,
)
from .transcript_entries import Entries

TranscriptFormat: TypeAlias = Literal["markdown", "text", "html"]


class _Writer(Protocol):
    def head(self, title: str | None) -> str: ...
    def entry(self, entry: Entry) -> str: ...
    def tail(self) -> str: ...


class Transcript:
    """A transcript that is written item by item.

    Args:
        format: "markdown", "text" or "html".
        title: stands above it.

    Raises:
        InvalidArgumentError: there is no such format.
    """

    def __init__(self, format: TranscriptFormat, title: str | None) -> None:
        self._writer = _writer(format)
        self._entries = Entries()
        self._pieces = [self._writer.head(title)]

    def add(self, item: Any) -> None:
        """Write the next item, oldest first: a model, a mapping or a helper's result.

        Raises:
            InvalidArgumentError: it is none of them.
        """
        data = to_dict(item)
        if data is None:
            place = f"items[{len(self._pieces) - 1}]"
            raise invalid(place, "an item (a model, a mapping or a helper's result)", item)
        self._pieces.append(self._writer.entry(self._entries.entry(data)))

    def text(self) -> str:
        """Return the whole of it."""
        return visible("".join([*self._pieces, self._writer.tail()]))

    def inside(self) -> str:
        """Return the items alone, to be shown inside of something else."""
        return visible("".join(self._pieces[1:]))


def transcript(
    items: Iterable[Any], *, format: TranscriptFormat = "markdown", title: str | None = None
) -> str:
    """Return a transcript of items, wherever they come from.

    Args:
        items: models, mappings or helpers' results, oldest first.
        format: "markdown", "text" (of which no character can control a terminal) or "html" (one
            file that runs nothing and loads nothing).
        title: stands above it.

    Raises:
        InvalidArgumentError: something is not an item, or there is no such format.
    """
    written = Transcript(format, title)
    for item in items:
        written.add(item)
    return written.text()


def _writer(format: TranscriptFormat) -> _Writer:
    check_one_of(format, "format", ("markdown", "text", "html"))
    if format == "html":
        from .transcript_html import HtmlWriter

        return HtmlWriter()
    return _MarkdownWriter() if format == "markdown" else _TextWriter()


class _TextWriter:
    """Titles at the left margin, and nothing else there: no contents can look like a title."""

    def head(self, title: str | None) -> str:
        return f"{in_one_line([title])}\n\n" if title else ""

    def entry(self, entry: Entry) -> str:
        facts = f" ({entry.facts})" if entry.facts else ""
        return f"{entry.title}{facts}\n{self._blocks(entry.blocks, '    ')}\n"

    def tail(self) -> str:
        return ""

    def _blocks(self, blocks: Sequence[Block], margin: str) -> str:
        written = ""
        for block in blocks:
            match block:
                case Folded(title, inner):
                    written += (
                        f"{margin}{in_one_line([title])}:\n{self._blocks(inner, margin + '    ')}"
                    )
                case Link():
                    written += f"{margin}- {named(block)}\n"
                case Text(text) | Code(text):
                    written += "".join(f"{margin}{line}".rstrip() + "\n" for line in lines(text))
        return written


_SPECIAL = re.compile(r"[\\`*\[\]<>!&~|#$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# What acts beyond its place: HTML, images that a reader would load, and definitions of links.
_FAR_REACHING = re.compile(r"<[A-Za-z/!?]|!\[|\]:")
_FENCE = re.compile(r"`{3,}(?=[^`]*$)|~{3,}")
_FENCE_END = re.compile(r" {0,3}(`+|~+) *")


class _MarkdownWriter:
    """Contents stand in block quotes and fences, which nothing in them can leave."""

    def head(self, title: str | None) -> str:
        return f"# {_escaped(title)}\n\n" if title else ""

    def entry(self, entry: Entry) -> str:
        facts = f"*{_escaped(entry.facts)}*\n\n" if entry.facts else ""
        return f"## {_escaped(entry.title)}\n\n{facts}{self._blocks(entry.blocks)}"

    def tail(self) -> str:
        return ""

    def _blocks(self, blocks: Sequence[Block]) -> str:
        return "".join(f"{self._block(block)}\n\n" for block in blocks)

    def _block(self, block: Block) -> str:
        match block:
            case Folded(title, inner):
                summary = f"<summary>{escape(in_one_line([title]))}</summary>"
                return f"<details>\n{summary}\n\n{self._blocks(inner)}</details>"
            case Link(address, label) if clickable(address):
                return f"- [{_escaped(label)}](<{address}>)"
            case Link():
                return f"- {_escaped(named(block))}"
            case Text(text) if _stays_inside(text):
                return "\n".join(f"> {line}" for line in lines(text))
            case Text(text):
                return _fenced(text, "markdown")
            case Code(text, language):
                return _fenced(text, language)


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return "\n".join([f"{fence}{language}", *lines(text), fence])


def _stays_inside(text: str) -> bool:
    """Return whether Markdown means nothing for what is around the block quote that it stands in.

    HTML in a block of code is harmless. Only fences at the left margin are taken for such: whether
    others begin one depends on what they stand in. So a text with others is not read any further.
    """
    fence = ""
    for line in lines(text):
        # As far as a tab reaches in the block quote.
        line = f"> {line}".expandtabs(4)[2:]
        if fence:
            end = _FENCE_END.fullmatch(line)
            if end and end[1].startswith(fence):
                fence = ""
        elif found := _FENCE.match(line):
            fence = found[0]
        elif "```" in line or "~~~" in line or _FAR_REACHING.search(line):
            return False
    return True


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", in_one_line([text]))
