"""Transcripts in HTML: one file without scripts, which loads nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from .transcript_blocks import Block, Code, Entry, Folded, Link, Text, clickable, lines, named

# Data alone: to load another image would tell its server who reads this, and when.
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}")
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 0 auto; padding: 1rem; }
h1, h2 { line-height: 1.2; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
small { font-weight: normal; opacity: .7; }
article { border-inline-start: 4px solid var(--line); margin: 1.5rem 0;
  padding: .25rem 0 .25rem 1rem; }
.user { border-color: #2a7de1; }
.assistant { border-color: #1a9a6c; }
.system { border-color: #b8860b; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 4px; margin: .5rem 0;
  padding: .5rem; overflow-x: auto; }
img { max-width: 100%; height: auto; }
a { overflow-wrap: anywhere; }
summary { cursor: pointer; }
details { margin: .5rem 0; }
@media print {
  body { max-width: none; padding: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  h2 { break-after: avoid; }
  a[href]::after { content: " (" attr(href) ")"; }
}
"""
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; form-action 'none'"
_HEAD = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}; base-uri 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1 dir="auto">%s</h1>
"""


class HtmlWriter:
    """Everything that comes from a conversation is escaped text, or an address in the few forms."""

    def head(self, title: str | None) -> str:
        """Return what stands before the first entry."""
        shown = escape(title or "Conversation")
        return _HEAD.replace("%s", shown)

    def entry(self, entry: Entry) -> str:
        """Return an entry."""
        facts = f" <small>{escape(entry.facts)}</small>" if entry.facts else ""
        title = f"<h2><bdi>{escape(entry.title)}</bdi>{facts}</h2>"
        return f'<article class="{entry.role}">\n{title}\n{_blocks(entry.blocks)}</article>\n'

    def tail(self) -> str:
        """Return what stands behind the last entry."""
        return "</main>\n</body>\n</html>\n"


def _blocks(blocks: Sequence[Block]) -> str:
    return "".join(f"{_block(block)}\n" for block in blocks)


def _block(block: Block) -> str:
    match block:
        case Folded(title, inner):
            summary = f"<summary><bdi>{escape(title)}</bdi></summary>"
            return f"<details>{summary}\n{_blocks(inner)}</details>"
        case Link(address, label) if _IMAGE.fullmatch(address):
            return f'<p><img src="{address}" alt="{escape(label)}"></p>'
        case Link(address, label) if clickable(address):
            href = f'href="{escape(address)}" rel="noopener noreferrer nofollow"'
            return f'<p><a {href} dir="auto">{escape(label)}</a></p>'
        case Link():
            return f'<p dir="auto">{escape(named(block))}</p>'
        case Text(text):
            return f'<div class="text" dir="auto">{_escaped(text)}</div>'
        case Code(text):
            # A line break right behind the tag would be dropped.
            return f"<pre>\n{_escaped(text)}</pre>"


def _escaped(text: str) -> str:
    return escape("\n".join(lines(text)))
