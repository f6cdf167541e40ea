"""What a run knows of its conversation, and the request that it sends next. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openai_conversations_api import models as m

from .._append.state import id_of
from .._request.input_items import to_dict
from .._request.types import given, omit
from ..progress import RunResult
from .calls import APPROVAL, Call, Handlers, is_for_the_model, open_calls


@dataclass(eq=False, repr=False)
class RunState:
    """The conversation as far as a run has seen it, and what of it is the run's.

    Attributes:
        handlers: what runs calls.
        result: what the run returns at its end.
        items: the end of the conversation, oldest first.
        known: the ids of all items that were seen.
        final: the response with which the conversation ends, if it does and it has come.
        passed: the ids of requests for approval that the run goes on without.
    """

    handlers: Handlers
    result: RunResult[Any]
    items: list[Any] = field(default_factory=list[Any])
    known: set[str] = field(default_factory=set[str])
    final: m.Response | None = None
    passed: set[str] = field(default_factory=set[str])

    def begin(self, items: list[Any]) -> None:
        """Note what is in the conversation already, or all that is in it."""
        self.items = items
        self.known.update(filter(None, map(id_of, items)))

    def add(self, items: Iterable[Any]) -> None:
        """Note what has been added to the conversation."""
        new = [item for item in items if id_of(item) not in self.known]
        self.items += new
        self.final = None
        self.result.items += new
        self.known.update(filter(None, map(id_of, new)))

    def runnable(self) -> list[Call]:
        """Return the calls without an output that this run can give one."""
        return [call for call in open_calls(self.items) if self.handlers.handles(call)]

    def missing_outputs(self) -> list[Any]:
        """Return the outputs that have been made for calls that are open still, in their order."""
        unsent = self.result.unsent
        return [unsent[call.id] for call in open_calls(self.items) if call.id in unsent]

    def forget_sent(self) -> None:
        """Forget the outputs that are in the conversation."""
        open_ids = {call.id for call in open_calls(self.items)}
        for id in self.result.unsent.keys() - open_ids:
            del self.result.unsent[id]

    def pass_approvals(self) -> None:
        """Let the model go on without the approvals that were asked for before the input.

        The service lets it, as it does not for calls.
        """
        self.passed = {call.id for call in self._left() if call.type == APPROVAL}

    def find_pending(self) -> bool:
        """Note what is left to the caller; return whether the run has to end because of it."""
        left = [call for call in self._left() if call.id not in self.passed]
        self.result.pending = [call.item for call in left]
        return bool(left)

    def _left(self) -> list[Call]:
        return [call for call in open_calls(self.items) if not self.handlers.handles(call)]

    def is_over(self) -> bool:
        """Tell whether nothing is left to be asked of the model, now that no call is open."""
        if self.final is not None:
            return True
        return bool(self.items) and not is_for_the_model(self.items[-1])

    def end(self) -> None:
        """Note with what the conversation ends."""
        ends = (n for n in range(len(self.items), 0, -1) if is_for_the_model(self.items[n - 1]))
        start = next(ends, 0)
        result = self.result
        result.final_response = self.final
        result.final_items = self.items[start:] if self.final is None else [*self.final.output]
        result.items = result.items or result.final_items


def turn_params(params: Mapping[str, Any], turn: int) -> dict[str, Any]:
    """Return the parameters of a response.

    Args:
        params: those of the run.
        turn: counted from 0. A `tool_choice` that makes the model call a tool is for the first
            response only: with it, no response would be the last one.
    """
    choice = params.get("tool_choice", omit)
    data = to_dict(choice) if given(choice) else None
    forced = choice == "required" or (data is not None and data.get("type") != "allowed_tools")
    forced = forced or (data is not None and data.get("mode") == "required")
    left_out = ("tool_choice",) if turn and forced else ()
    return {name: value for name, value in params.items() if name not in left_out}
