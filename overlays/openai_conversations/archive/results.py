"""The results of the methods that read or write whole conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import OpenAIError
from .records import ImportNote


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What `conversations.export` has written.

    Attributes:
        conversation_id: the conversation.
        count: how many items are in the file.
        sha256: of everything before the closing line, as that line has it.
    """

    conversation_id: str
    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ImportedConversation:
    """One conversation of an imported file.

    Attributes:
        source_id: its id in the file; None if it has none.
        conversation_id: where its items are now; None after a `dry_run`.
        count: how many items were imported, or would be.
        metadata: of the new conversation; empty if the items went to an existing one.
    """

    source_id: str | None
    conversation_id: str | None
    count: int
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What `conversations.import_file` has done, or, with `dry_run`, would do.

    Attributes:
        conversations: those of the file, in its order. After a resumed import they are all here.
        notes: what had no input form, item by item, and what was done with it.
    """

    conversations: Sequence[ImportedConversation]
    notes: Sequence[ImportNote]

    @property
    def conversation_id(self) -> str | None:
        """Where the items of the only conversation are; None after a `dry_run`.

        Raises:
            OpenAIError: the file has another number of conversations.
        """
        if len(self.conversations) != 1:
            raise OpenAIError(f"the file has {len(self.conversations)} conversations, not one")
        return self.conversations[0].conversation_id
