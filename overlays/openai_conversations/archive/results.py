"""The results of the methods that read or write whole conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..errors import OpenAIError
from ..progress import ImportNote

FindingKind: TypeAlias = Literal[
    "call_without_output",
    "output_without_call",
    "reasoning_without_follower",
    "doubled",
    "call_waiting",
    "repeated",
    "unknown_kind",
]
#: What is worth knowing, and not wrong.
_NOTES = frozenset({"call_waiting", "repeated", "unknown_kind"})


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


@dataclass(frozen=True, slots=True)
class PurgeResult:
    """What `conversations.purge` or `items.clear` has deleted.

    Attributes:
        conversation_id: the conversation.
        deleted: how many items. One whose deletion was confirmed only by its absence, because the
            response was lost, counts.
        conversation_deleted: whether the conversation is deleted as well.
    """

    conversation_id: str
    deleted: int
    conversation_deleted: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about some items of a conversation.

    Attributes:
        kind: what it is.
            "call_without_output": a call that the client has to run, or a request for approval,
            that input has followed and no output: the service refuses to go on.
            "output_without_call": an output that no call before it waits for.
            "reasoning_without_follower": reasoning that the model has put out nothing after.
            "doubled": up to 20 items that equal those right before them, one of which is unique by
            nature: a call or its output, or encrypted reasoning. A request that was sent twice.
            "repeated": the same with messages and nothing that is unique: perhaps somebody meant
            it. Not an error.
            "call_waiting": an open call with no input after it: a run may be at work. Not an error.
            "unknown_kind": items of a kind that this package does not know. Not an error.
        item_ids: the items that it is about; of "doubled" and "repeated", the second ones.
        message: the same for people.
    """

    kind: FindingKind
    item_ids: tuple[str, ...]
    message: str

    @property
    def is_error(self) -> bool:
        """Whether something is wrong."""
        return self.kind not in _NOTES


@dataclass(frozen=True, slots=True)
class Repair:
    """What `conversations.check(repair=True)` has done about a finding.

    Attributes:
        finding: what was found.
        action: "deleted" (the items of the finding) or "appended" (an output for its call).
        item_ids: the items that were deleted or appended.
    """

    finding: Finding
    action: Literal["deleted", "appended"]
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What `conversations.check` has found.

    Attributes:
        conversation_id: the conversation.
        count: how many items it has.
        findings: what is there now, after the repairs.
        repairs: what was done; empty without `repair=True`.
    """

    conversation_id: str
    count: int
    findings: Sequence[Finding]
    repairs: Sequence[Repair] = ()

    @property
    def ok(self) -> bool:
        """Whether none of the findings is an error."""
        return not any(finding.is_error for finding in self.findings)
