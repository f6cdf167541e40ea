"""What `conversations.run` returns and reports, and the events of its tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from openai_conversations_api import models as m

from .._request.input_items import to_dict
from ..items.messages import message_text

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ToolStartedEvent:
    """A call begins to run."""

    call: Any
    """The item of the model."""
    type: Literal["run.tool_started"] = "run.tool_started"


@dataclass(frozen=True, slots=True)
class ToolFinishedEvent:
    """A call has ended, and its output is in the conversation."""

    call: Any
    """The item of the model."""
    output: Any
    """The item that was sent."""
    type: Literal["run.tool_finished"] = "run.tool_finished"


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
    """

    conversation_id: str
    token: str
    responses: list[m.Response] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    final_response: m.Response | None = None
    output_parsed: _T | None = None
    pending: list[Any] = field(default_factory=list)
    unsent: dict[str, Any] = field(default_factory=dict)
    turns: int = 0
    final_items: list[Any] = field(default_factory=list)

    @property
    def output_text(self) -> str:
        """The text of the messages of the final response, joined; as of `Response`."""
        return "".join(message_text(item) for item in self.final_items if item.type == "message")

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


def _add(total: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    added = dict(total)
    for name, value in more.items():
        if (part := to_dict(value)) is not None:
            added[name] = _add(added.get(name) or {}, part)
        elif isinstance(value, int | float):
            added[name] = (added.get(name) or 0) + value
    return added
