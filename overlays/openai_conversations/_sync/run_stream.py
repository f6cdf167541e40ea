# Made from _async/run_stream.py by tools/unasync. Do not edit.
"""The events of a run as one stream: `client.conversations.run_stream`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Generic, Self, TypeVar

from openai_conversations_api import models

from .._run.events import ToolFinishedEvent, ToolStartedEvent
from ..progress import RunResult

_T = TypeVar("_T")


class RunStream(Generic[_T]):
    """Iterate over it for the events of all responses, and of the tools in between.

    A response that breaks off and is asked for again begins anew with `response.created`. Closing
    early, or leaving the `with` block, ends the run as an `AbortSignal` does.
    """

    def __init__(
        self,
        events: Generator[Any],
        result: RunResult[Any],
    ) -> None:
        self._events = events
        self.result = result
        """What has happened so far."""

    def __iter__(
        self,
    ) -> Self:
        return self

    def __next__(
        self,
    ) -> models.ResponseStreamEvent | ToolStartedEvent | ToolFinishedEvent:
        event: models.ResponseStreamEvent | ToolStartedEvent | ToolFinishedEvent
        event = self._events.__next__()
        return event

    def get_final_result(self) -> RunResult[_T]:
        """Read to the end and return the result.

        Raises:
            OpenAIError: as of `conversations.run`.
        """
        for _ in self:
            pass
        return self.result

    def close(self) -> None:
        """End the run. Calls that are open get an output, as of `conversations.run`."""
        self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.result!r})"
