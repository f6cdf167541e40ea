"""What is wrong with a conversation, found in one walk over its items. Pure.

Memory grows with what is found and with what is open, not with the conversation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openai_conversations_api.types import RawObject

from .._append.state import id_of
from .._request.validation import MAX_ITEMS
from .._run.calls import APPROVAL, Call, make_error_output, make_output, runs_at_the_service
from ..progress import fingerprint
from .input_forms import ASSIGNED
from .links import Links, kind_of
from .results import Finding, FindingKind

#: The output of a call that nothing else will give one.
TEXT = "aborted"


class Examination:
    """Takes the items of a conversation, oldest first, with all that `include` can show.

    Attributes:
        count: how many there were so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._links = Links()
        self._found: list[Finding] = []
        self._unknown: dict[str, list[str]] = {}
        # The ids of calls that input has followed.
        self._passed: set[str] = set()
        # As many of the last items as two requests hold.
        self._last: deque[_Seen] = deque(maxlen=2 * MAX_ITEMS)

    def add(self, item: Any) -> None:
        """Take the next item."""
        self.count += 1
        if isinstance(item, RawObject):
            self._unknown.setdefault(kind_of(item), []).append(_id(item))
        if self._is_doubled(item):
            return
        alone = self._links.add(item)
        for one in alone.reasoning:
            self._find_reasoning(one)
        if alone.is_output:
            text = f"no call waits for the output {_id(item)}"
            self._find("output_without_call", [_id(item)], text)
        if kind_of(item) == "message" and item.role != "assistant":
            self._passed = {_id(call) for call in self._links.calls.values()}

    def finish(self) -> tuple[Finding, ...]:
        """Return what was found."""
        for one in self._links.reasoning:
            self._find_reasoning(one)
        for call in self._open_calls():
            text = f"the {call.type} {_id(call.item)} has no output"
            passed = _id(call.item) in self._passed
            self._find("call_without_output" if passed else "call_waiting", [_id(call.item)], text)
        for name, ids in self._unknown.items():
            self._find(
                "unknown_kind", ids, f"{len(ids)} items are of the unknown kind {name!r:.80}"
            )
        return tuple(self._found)

    def output_for(self, item_id: str) -> Any:
        """Return the output that closes an open call, or None if there is none for its kind."""
        call = next(call for call in self._open_calls() if _id(call.item) == item_id)
        return make_output(call, False) if call.type == APPROVAL else make_error_output(call, TEXT)

    def _open_calls(self) -> Iterator[Call]:
        for id, item in self._links.calls.items():
            goes_on = item.to_dict().get("async") or kind_of(item) == "program"
            if not (goes_on or runs_at_the_service(item)):
                yield Call(item, kind_of(item), id)

    def _is_doubled(self, item: Any) -> bool:
        """Look whether the last items equal those before them; return whether it is this one."""
        self._last.append(seen := _Seen.of(item))
        last = [*self._last]
        prints = [one.print for one in last]
        for size in range(1, len(last) // 2 + 1):
            if prints[-1 - size] == seen.print and prints[-size:] == prints[-2 * size : -size]:
                break
        else:
            return False
        first, copy = last[-2 * size : -size], last[-size:]
        # A server that lists an item twice would delete both.
        twice = {one.id for one in first} & {one.id for one in copy}
        certain = any(one.is_unique for one in copy) and not twice
        if not certain and not any(one.is_message for one in copy):
            return False
        # A third copy is one of the second.
        self._last = deque(copy, self._last.maxlen)
        ids = [one.id for one in copy]
        text = f"{ids[0]} and {size - 1} more equal" if size > 1 else f"{ids[0]} equals"
        if certain:
            self._found = [one for one in self._found if not {*one.item_ids} & {*ids}]
        self._find("doubled" if certain else "repeated", ids, f"{text} what is right before")
        return certain and size == 1

    def _find_reasoning(self, item: Any) -> None:
        text = f"nothing of the model follows the reasoning {_id(item)}"
        self._find("reasoning_without_follower", [_id(item)], text)

    def _find(self, kind: FindingKind, item_ids: list[str], message: str) -> None:
        self._found.append(Finding(kind, tuple(item_ids), message))


@dataclass(frozen=True, slots=True)
class _Seen:
    id: str
    print: str
    is_unique: bool
    is_message: bool

    @classmethod
    def of(cls, item: Any) -> _Seen:
        data = {name: each for name, each in item.to_dict().items() if name not in ASSIGNED}
        encrypted = kind_of(item) == "reasoning" and bool(data.get("encrypted_content"))
        unique = encrypted or any(data.get(name) for name in ("call_id", "approval_request_id"))
        return cls(_id(item), fingerprint(data), unique, kind_of(item) == "message")


def _id(item: Any) -> str:
    return id_of(item) or ""
