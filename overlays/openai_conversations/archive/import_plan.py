"""What an import will do, from reading the whole file once, before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

from .._request.validation import (
    MAX_METADATA_KEY_LENGTH,
    MAX_METADATA_KEYS,
    MAX_METADATA_VALUE_LENGTH,
    invalid,
    mismatch,
)
from ..errors import UnsupportedItemError
from ..progress import ImportNote, OnUnsupported
from .formats import reader_of
from .records import SourceConversation
from .results import ImportedConversation, ImportResult
from .source_file import SourceFile
from .tokens import from_token, to_token


@dataclass
class PlannedConversation:
    """A conversation of a file: how many items, and the metadata of the new one."""

    file: SourceFile
    source: SourceConversation
    count: int
    metadata: dict[str, str]

    def items(self) -> Iterator[Mapping[str, Any]]:
        """Read the items again, as they are sent."""
        with self.file.errors():
            for record in self.source.records():
                if record.item is not None:
                    yield record.item


@dataclass
class ImportPlan:
    """Everything that will be imported.

    Attributes:
        conversations: of the file.
        notes: what has no input form.
        print: a hash of all items, by which a token tells that they are the same.
    """

    conversations: list[PlannedConversation]
    notes: list[ImportNote]
    print: str

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(one.count for one in self.conversations)

    def check(self) -> None:
        """Raise `UnsupportedItemError` if what has no input form is an error."""
        errors = [note for note in self.notes if note.action == "error"]
        if errors:
            raise UnsupportedItemError(errors)

    def result(self, ids: list[str] | None) -> ImportResult:
        """Return the result, with the ids of the conversations; None if none were made."""
        found = [None] * len(self.conversations) if ids is None else ids
        return ImportResult(
            [
                ImportedConversation(one.source.id, id, one.count, one.metadata)
                for one, id in zip(self.conversations, found, strict=True)
            ],
            self.notes,
        )


def make_plan(
    source: SourceFile,
    format: str,
    on_unsupported: OnUnsupported,
    select: str | None,
    metadata: Mapping[str, str] | None,
    conversation_id: str | None,
) -> ImportPlan:
    """Read a file to its end.

    Args:
        source: the file.
        format, on_unsupported, select, metadata, conversation_id: of `conversations.import_file`.

    Raises:
        InvalidArgumentError: the file is not what it should be, or the arguments do not fit it.
    """
    notes: list[ImportNote] = []
    planned: list[PlannedConversation] = []
    digest = blake2b(digest_size=8)
    with source.errors():
        for found in reader_of(source, format)(source, on_unsupported):
            if select is not None and found.id != select:
                continue
            count = 0
            for record in found.records():
                notes += record.notes
                if record.item is not None:
                    count += 1
                    digest.update(json.dumps(record.item, sort_keys=True).encode())
            own: dict[str, str] = {}
            if conversation_id is None:
                own = _fit(metadata or {}, found, notes)
            planned.append(PlannedConversation(source, found, count, own))
            digest.update(b"%d" % count)
    if select is not None and not planned:
        raise invalid("select", "the id of a conversation in the file", select)
    if conversation_id is not None and len(planned) != 1:
        expected = "None for a file that does not have one conversation (select=… takes one)"
        raise mismatch("conversation_id", expected, f"an id, and {len(planned)} conversations")
    return ImportPlan(planned, notes, digest.hexdigest())


def _fit(
    own: Mapping[str, str], found: SourceConversation, notes: list[ImportNote]
) -> dict[str, str]:
    """Return the metadata of a new conversation: the caller's, and of the source's what fits."""
    fitting = dict(own)
    for key, value in found.metadata.items():
        if key in fitting:
            continue
        if (
            len(fitting) < MAX_METADATA_KEYS
            and len(key) <= MAX_METADATA_KEY_LENGTH
            and isinstance(cast(object, value), str)
            and len(value) <= MAX_METADATA_VALUE_LENGTH
        ):
            fitting[key] = value
        else:
            place = "the conversation" if found.id is None else f"conversation {found.id!r}"
            notes.append(ImportNote(place, f"the metadata {key!r:.80}, which does not fit", "skip"))
    return fitting


@dataclass
class ImportState:
    """How far an import has come, as its token has it.

    Attributes:
        print: of the plan.
        done: the ids of the conversations that are whole.
        current: the id of the one that was made and is not whole yet.
        append: the token of the append to it, once there is one.
    """

    print: str
    done: list[str]
    current: str | None = None
    append: str | None = None

    @property
    def token(self) -> str:
        """For `import_file(…, resume=token)`."""
        return to_token("import", self)

    @classmethod
    def of(cls, token: object, plan: ImportPlan) -> ImportState:
        """Return the state at the start, or the one that a token stands for.

        Raises:
            InvalidArgumentError: it is not the token of an import of these items.
        """
        if token is None:
            return cls(plan.print, [])
        expected = "the token of an import (of ArchiveProgress)"
        kinds = (str, list, str | None, str | None)
        state = from_token(token, "import", cls, kinds, expected)
        if not all(isinstance(one, str) for one in cast("list[object]", state.done)):
            raise mismatch("resume", expected, "a damaged token")
        if state.print != plan.print or len(state.done) > len(plan.conversations):
            raise mismatch("resume", "a token of an import of this file", "one of other items")
        return state
