"""The rules of `conversations.run`: which calls are open, who runs them, what comes next. Pure."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

NOT_IN_A_RUN = ("background", "conversation", "previous_response_id", "stream")
"""Parameters of a response that a run sets itself, or that it cannot have."""

OnToolError: TypeAlias = (
    Literal["model", "raise"] | Callable[[Any, Exception], str | Awaitable[str]]
)
"""What becomes of the exception of a tool: its text goes to the model, it ends the run, or a
function makes the text of the call and the exception."""
OnCall: TypeAlias = Mapping[str, Callable[[Any], Any]]
"""What runs calls, by the name of a function or custom tool, or by the type of the item."""
OnApproval: TypeAlias = Callable[[Any], Any]
"""Gets a request for approval; what it returns, true or false, is the decision."""


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
