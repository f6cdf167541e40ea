"""Notebooks: what they show of an item, and of what has a list of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from .._request.input_items import to_dict
from .transcript_entries import is_known
from .transcripts import Transcript

Format: TypeAlias = Literal["html", "markdown"]
#: So many items are shown: a notebook keeps what it shows.
MOST = 100


def in_notebook(shown: Any, format: Format) -> str | None:
    """Return an item, a list of them or the output of a response to read; None for others."""
    data = to_dict(shown) or {}
    if is_known(data):
        return list_in_notebook([data], format)
    kind = data.get("object")
    items: Any = data.get("output" if kind == "response" else "data" if kind == "list" else "")
    return list_in_notebook(items, format) if items.__class__ is list else None


def list_in_notebook(items: Sequence[Any], format: Format) -> str | None:
    """Return the first items of a list, in its order; None if there are none, or others than items.

    Its contents are escaped, run nothing and load nothing, as in every transcript.
    """
    written = Transcript(format, None)
    for item in items[:MOST]:
        data = to_dict(item)
        if not data or not (is_known(data) or isinstance(data.get("type"), str)):
            return None
        written.add(data)
    if not items:
        return None
    more = f"… and {len(items) - MOST:,} more" if len(items) > MOST else ""
    return written.inside() + (f"<p>{more}</p>" if format == "html" and more else more)
