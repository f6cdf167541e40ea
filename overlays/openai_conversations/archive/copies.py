"""The rules of a copy: how its items are sent, and from where it goes on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._request.input_items import to_input_item
from .._request.validation import mismatch
from .._run.calls import is_for_the_model
from ..progress import ArchiveProgress, OnUnsupported
from .input_forms import to_record
from .records import Record
from .tokens import from_token, to_token

#: Kinds that the account in which they were made knows by their ids, without their data.
_KNOWN_BY_ID = frozenset({"reasoning", "image_generation_call"})


class ItemCopier:
    """Turns the items of a conversation, oldest first, into those of its copy.

    Reasoning and the item after it keep their ids, as the service has been seen to ask for both
    (recorded: a 400 for reasoning before a message without an id).

    Args:
        on_unsupported: what becomes of what has no input form.
        same_account: whether the copy is made where the items are known by their ids.
    """

    def __init__(self, on_unsupported: OnUnsupported, *, same_account: bool) -> None:
        self._on_unsupported: OnUnsupported = on_unsupported
        self._same_account = same_account
        self._follows = False

    def copy(self, item: Any) -> Record:
        """Return the next item as it is sent."""
        data: Mapping[str, Any] = item.to_dict()
        kind, id = data.get("type"), data.get("id")
        place = f"item {id!r:.150}"
        if self._same_account and kind in _KNOWN_BY_ID and isinstance(id, str):
            record = Record(place, to_input_item(data, "item", 0))
        else:
            follows = self._follows and not is_for_the_model(item)
            record = to_record(data, place, self._on_unsupported, keep_id=follows)
        self._follows = kind == "reasoning"
        return record


@dataclass
class CopyState:
    """How far a copy has come.

    Attributes:
        source_id: the conversation that is copied.
        target_id: the new one; None before it is made.
        last_id: the id of the last item to copy; None for an empty conversation.
        append: the token of the append; None before it has begun.
    """

    source_id: str
    target_id: str | None = None
    last_id: str | None = None
    append: str | None = None

    @classmethod
    def of(cls, source_id: str, resume: object) -> CopyState:
        """Return the state that a token stands for, or, for None, that of a new copy.

        Raises:
            InvalidArgumentError: it is not the token of a copy of this conversation.
        """
        if resume is None:
            return cls(source_id)
        expected = "the token of a fork or copy (of ArchiveProgress)"
        state = from_token(resume, "copy", cls, (str, str, str | None, str | None), expected)
        if state.source_id != source_id:
            raise mismatch("resume", f"a token of a copy of {source_id!r}", "one of another copy")
        return state

    def progress(self, done: int, total: int | None) -> ArchiveProgress:
        """Return the state as callers see it."""
        token = to_token("copy", self) if self.target_id else None
        return ArchiveProgress(self.target_id, done, total, token)
