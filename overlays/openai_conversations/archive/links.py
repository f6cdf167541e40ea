"""Which items of a conversation belong together, and where a copy may end. Pure.

A call and its output, a program and its output, a request for approval and the decision: by the id
that the output names. Reasoning and what it led to: the next item, if the model put that out.
Source: the service refuses a response after one without the other (recorded for reasoning; public
reports have "No tool output found for ..." and "No tool call found for ...").
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .._append.state import id_of
from .._request.validation import mismatch
from .._run.calls import APPROVAL, OUTPUTS, is_for_the_model

#: The outputs that are items, by their calls. Programs run at the service, which puts out both.
_OUTPUTS = {**OUTPUTS, "program": "program_output"}
_CALLS = {output: call for call, output in _OUTPUTS.items()}
#: Kinds that name the call, or are named, by their own id.
_BY_OWN_ID = frozenset({APPROVAL, "local_shell_call_output"})


class Alone(NamedTuple):
    """What an item shows to be without its counterpart.

    Attributes:
        reasoning: items of reasoning before it that have led to nothing.
        is_output: whether it is itself the output of a call that does not wait for one.
    """

    reasoning: list[Any]
    is_output: bool


class Links:
    """Follows the items of a conversation, oldest first, and holds those that are open.

    Attributes:
        calls: those without an output so far, by the id that the output would name.
        reasoning: the items of reasoning with which the conversation ends so far.
    """

    def __init__(self) -> None:
        self.calls: dict[str, Any] = {}
        self.reasoning: list[Any] = []

    def add(self, item: Any) -> Alone:
        """Take the next item."""
        kind = kind_of(item)
        if kind == "reasoning":
            self.reasoning.append(item)
            return Alone([], False)
        unfollowed = self.reasoning if is_for_the_model(item) else []
        self.reasoning = []
        id = call_id_of(item)
        if id is None:
            return Alone(unfollowed, False)
        if kind in _OUTPUTS:
            self.calls.setdefault(id, item)
            return Alone(unfollowed, False)
        call = self.calls.get(id)
        if call is None or kind_of(call) != _CALLS[kind]:
            return Alone(unfollowed, True)
        del self.calls[id]
        return Alone(unfollowed, False)

    @property
    def open(self) -> set[str | None]:
        """The ids of the items that wait for another one."""
        return {id_of(item) for item in (*self.calls.values(), *self.reasoning)}


class CopyEnd:
    """Finds the end of a copy in a conversation that is read once, oldest item first.

    Args:
        after: the id of the last item to copy; None for all.

    Attributes:
        count: how many items are copied.
        last_id: the id of the last one; None if there is none.
        ended: whether all of them were taken.
    """

    def __init__(self, after: str | None) -> None:
        self.count = 0
        self.last_id: str | None = None
        self._after = after
        self._links = Links()
        self.ended = False
        self._cut = False
        # The ids of items that wait for another one at `after`, and of the items at which nothing
        # does: the last one before, and the first one after it.
        self._waiting: set[str | None] = set()
        self._before: str | None = None
        self._behind: str | None = None

    def add(self, item: Any) -> bool:
        """Take the next item; return whether another one is needed."""
        alone = self._links.add(item)
        still_open = self._links.open
        if not self.ended:
            self.count, self.last_id = self.count + 1, id_of(item)
            self.ended = self._after is not None and self.last_id == self._after
            self._waiting = still_open
            if not (self.ended or still_open):
                self._before = self.last_id
            return not self.ended or bool(still_open)
        self._waiting -= set(map(id_of, alone.reasoning))
        self._cut = self._cut or not self._waiting <= still_open
        self._behind = id_of(item)
        return bool(still_open if self._cut else self._waiting)

    def check(self) -> None:
        """Raise an error if the copy cannot end there.

        Raises:
            InvalidArgumentError: `after` is not the id of an item, or parts items that belong
                together; it names the nearest ids that do not.
        """
        if self._after is not None and not self.ended:
            raise mismatch("after", "the id of an item of the conversation", repr(self._after))
        if self._cut:
            ids = " or ".join(repr(id) for id in (self._before, self._behind) if id is not None)
            received = f"{self._after!r}, which is parted from an item after it"
            raise mismatch("after", f"an item that ends what belongs together ({ids})", received)


def kind_of(item: Any) -> str:
    """Return the type of an item; "" if it is not a string."""
    return item.type if isinstance(item.type, str) else ""


def call_id_of(item: Any) -> str | None:
    """Return the id by which a call and its output know each other; None for other items."""
    kind = kind_of(item)
    if kind not in _OUTPUTS and kind not in _CALLS:
        return None
    for name in ("call_id", "approval_request_id"):
        if isinstance(id := getattr(item, name, None), str):
            return id
    return id_of(item) if kind in _BY_OWN_ID else None
