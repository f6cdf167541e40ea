"""How far an append, a run or an import has come: what callbacks are told and errors hold.

It imports no other module of this package, so that `errors` and `_append` can both use it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Generic, Literal, TypeAlias, TypeVar, cast

from openai_conversations_api import models as m

_T = TypeVar("_T")
TOKEN_VERSION = 1
OnUnsupported: TypeAlias = Literal["error", "skip", "text"]
"""What becomes of what has no input form: nothing is sent, it goes, or a text stands for it."""


@dataclass(frozen=True, slots=True)
class AppendProgress:
    """The exact state of an append at one moment.

    Of the items, counted from the start, the first `landed` are in the conversation, in order; the
    next `unknown` were sent and may be there or not; the others are not there.

    Attributes:
        conversation_id: the conversation.
        landed: how many items are there. A resumed append counts those of before, too.
        unknown: how many are in doubt, 0 to 20.
        total: how many there are in all, or None if `items` has no length.
        last_id: the id of the last item that is certainly in the conversation; before anything has
            landed, of the one that was there. None if it was empty.
        stored: the items that have landed since the last report, as they are stored.
        doubled_ids: as of `AppendResult`, so far. A resumed append counts them anew.
    """

    conversation_id: str
    landed: int
    unknown: int
    total: int | None
    last_id: str | None
    stored: list[m.ConversationItem] = field(repr=False)
    _last: Mapping[str, Any] | str | None = field(repr=False, compare=False)
    doubled_ids: tuple[str, ...] = ()
    _requests: Mapping[str, Sequence[tuple[int, int]]] = field(
        default_factory=dict[str, Any], repr=False, compare=False
    )

    @property
    def sent(self) -> int:
        """How many items have been sent: `landed` and `unknown` together."""
        return self.landed + self.unknown

    @property
    def not_landed(self) -> int | None:
        """How many are certainly not there; None if `items` has no length."""
        return None if self.total is None else self.total - self.sent

    @property
    def token(self) -> str:
        """For `append(…, resume=token)`, later or in another process.

        It holds the conversation's id, counts, the id of an item, and a hash; nothing secret and no
        text of any item.
        """
        last = self._last
        fields = {
            "version": TOKEN_VERSION,
            "conversation_id": self.conversation_id,
            "landed": self.landed,
            "after": self.last_id,
            # Hashed here and not at each report: most reports are never saved.
            "print": fingerprint(last) if isinstance(last, Mapping) else last,
            **self._requests,
        }
        return json.dumps(fields)


@dataclass(frozen=True, slots=True)
class ArchiveProgress:
    """How far work on a whole conversation has come: an export, import, fork, copy or purge.

    Attributes:
        conversation_id: the conversation that is read, or, in an import, fork or copy, written;
            None before it is made.
        done: how many items are certainly written, or deleted. Resumed work counts those of before.
        total: how many there are in all, or None if that is not known.
        token: for `resume=`, later or in another process; None if the work cannot be resumed, or
            needs no token for it. It holds no text of any item.
    """

    conversation_id: str | None
    done: int
    total: int | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class ImportNote:
    """Something in a file that has no input form, and what was done with it.

    Attributes:
        place: where it stands in the file: "line 12", "conversation 'abc', message 'def'".
        what: what it is: "an annotation of the kind 'file_citation'".
        action: "error" (nothing is imported), "skip" (it is left out) or "text" (a text stands for
            it).
    """

    place: str
    what: str
    action: OnUnsupported


@dataclass(eq=False, repr=False)
class RunResult(Generic[_T]):
    """What a run has done; at its end, or so far.

    Attributes:
        conversation_id: the conversation.
        responses: those that have come, in order. One whose response was lost on the way is not
            here; its items are in `items`.
        items: what the run has added to the conversation, in order: input, outputs of tools, output
            of the model. If there was nothing to do, the items with which the conversation ends.
        final_response: the response with which the run ended; None if it was lost on the way, or
            if there was nothing to do.
        final_items: the items of that response, known in any case.
        output_parsed: the value that the final text stands for, with `text_format`; None if the
            model refused.
        pending: the calls, and requests for approval, that this run has nothing to run with. Send
            their outputs as `input` of the next run.
        unsent: the outputs of tools that have run, by the ids of the calls, which are not certainly
            in the conversation. `run(resume=result)` sends them.
        token: for `run(resume=token)`, with the same `input`, later or in another process. It holds
            no text of any item.
        turns: how many responses were asked for.
        sending: outputs that are being appended, and the token of the append.
    """

    conversation_id: str
    token: str
    responses: list[m.Response] = field(default_factory=list[Any])
    items: list[Any] = field(default_factory=list[Any])
    final_response: m.Response | None = None
    output_parsed: _T | None = None
    pending: list[Any] = field(default_factory=list[Any])
    unsent: dict[str, Any] = field(default_factory=dict[str, Any])
    turns: int = 0
    sending: tuple[list[Any], str | None] | None = None
    final_items: list[Any] = field(default_factory=list[Any])

    @property
    def output_text(self) -> str:
        """The text of the messages of the final response, joined; as of `Response`."""
        messages = (item for item in self.final_items if item.type == "message")
        return "".join(item.text for item in messages)

    @property
    def refusal(self) -> str | None:
        """What the model said in declining; None if it did not decline."""
        messages = (item for item in self.final_items if item.type == "message")
        parts = (part for item in messages for part in item.content if part.type == "refusal")
        return next((part.refusal for part in parts), None)

    @property
    def usage(self) -> m.ResponseUsage | None:
        """The tokens of all `responses` together; None if none of them says how many."""
        total: dict[str, Any] | None = None
        for response in self.responses:
            if response.usage is not None:
                total = _add(total or {}, response.usage.to_dict())
        return None if total is None else m.ResponseUsage.from_dict(total)

    def __repr__(self) -> str:
        seen = f"{self.turns} turns, {len(self.items)} items, {len(self.pending)} pending"
        return f"RunResult({self.conversation_id!r}, {seen})"


def fingerprint(item: Mapping[str, Any]) -> str:
    """Return a short hash of an item as it is sent, the same in every process."""
    text = json.dumps(item, sort_keys=True, default=repr)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _add(total: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    added = dict(total)
    for name, value in more.items():
        if isinstance(value, Mapping):
            added[name] = _add(added.get(name) or {}, cast("Mapping[str, Any]", value))
        elif isinstance(value, int | float):
            added[name] = (added.get(name) or 0) + value
    return added
