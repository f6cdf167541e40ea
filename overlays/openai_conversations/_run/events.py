"""The events of a run that are not those of a response: of its tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


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
