"""What the reader of a file gives: conversations, their items, and what has no input form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..progress import ImportNote, OnUnsupported


@dataclass(frozen=True, slots=True)
class Record:
    """One item of a file.

    Attributes:
        place: where it stands in the file, as of `ImportNote`.
        item: as it is sent; None if nothing of it is left.
        notes: what of it has no input form.
    """

    place: str
    item: Mapping[str, Any] | None
    notes: tuple[ImportNote, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceConversation:
    """A conversation in a file.

    Attributes:
        id: as the file has it; None if it has none.
        metadata: what the file says of the conversation and fits the metadata of a new one: its
            old id and times, its title.
        records: gives its items, oldest first, from the beginning each time it is called.
    """

    id: str | None
    records: Callable[[], Iterator[Record]]
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


class Unsupported:
    """Takes down what has no input form in one record.

    Args:
        place: of the record.
        action: what becomes of each such part.
    """

    def __init__(self, place: str, action: OnUnsupported) -> None:
        self._place = place
        self._action: OnUnsupported = action
        self._notes: list[ImportNote] = []

    @property
    def notes(self) -> tuple[ImportNote, ...]:
        """What was taken down so far."""
        return tuple(self._notes)

    def note(self, what: str, text: str) -> str | None:
        """Take down a part; return the text that stands for it, or None if it is left out.

        Args:
            what: what it is, for people.
            text: what would stand for it.
        """
        self._notes.append(ImportNote(self._place, what, self._action))
        return text if self._action == "text" else None

    def leave_out(self, what: str) -> None:
        """Take down a part for which no text can stand: it is an error, or left out."""
        action: OnUnsupported = "error" if self._action == "error" else "skip"
        self._notes.append(ImportNote(self._place, what, action))
