"""Whole conversations: what files hold, what belongs together, what people read. Pure.

The requests are in `_async`; the verbs are methods of `client.conversations`. `transcript` works
without a service. The names are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..progress import ImportNote, OnUnsupported
    from .formats import Format
    from .index import ConversationIndex
    from .results import (
        CheckResult,
        ExportResult,
        Finding,
        ImportedConversation,
        ImportResult,
        PurgeResult,
        Repair,
    )
    from .source_file import AnyPath, TextSource, TextTarget
    from .transcripts import TranscriptFormat, transcript

_HOMES = {
    ".formats": ("Format",),
    ".index": ("ConversationIndex",),
    "..progress": ("ImportNote", "OnUnsupported"),
    ".results": (
        "CheckResult",
        "ExportResult",
        "Finding",
        "ImportResult",
        "ImportedConversation",
        "PurgeResult",
        "Repair",
    ),
    ".source_file": ("AnyPath", "TextSource", "TextTarget"),
    ".transcripts": ("TranscriptFormat", "transcript"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AnyPath",
    "CheckResult",
    "ConversationIndex",
    "ExportResult",
    "Finding",
    "Format",
    "ImportNote",
    "ImportResult",
    "ImportedConversation",
    "OnUnsupported",
    "PurgeResult",
    "Repair",
    "TextSource",
    "TextTarget",
    "TranscriptFormat",
    "transcript",
]

if not TYPE_CHECKING:  # a checker that sees it takes a misspelt name
    from importlib import import_module

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOME[name], __name__), name)
        return value


def __dir__() -> list[str]:
    return __all__
