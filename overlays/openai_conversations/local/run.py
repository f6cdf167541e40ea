"""One response from its creation to its end, as a stream of events.

Every response is produced this way; a request that does not stream gets the last event's
response. The run holds the conversation until it is finished or dropped, and never longer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from . import events
from .errors import ServiceError
from .ids import new_item_id
from .model import LocalModel, ModelError, Text, Turn
from .normalise import output_item
from .tokens import usage

Json = dict[str, Any]

logger = logging.getLogger(__name__)

#: The event that ends a response, by its status.
LAST_EVENT = {
    "completed": "response.completed",
    "incomplete": "response.incomplete",
    "failed": "response.failed",
    "cancelled": "response.failed",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A response about to be made.

    ``response`` has every field but ``output``; ``context`` is what the model sees, the request's
    own ``input`` at its end; ``input_tokens`` counts it. ``turn`` is the output when it needs no
    model.
    """

    response: Json
    request: Json
    context: list[Json]
    input: list[Json]
    input_tokens: int
    turn: Turn | None = None


#: Makes the end of a response durable, and frees what it holds: given are its plan, its final
#: fields, its output, and all of its events. False when nobody wants it any more.
Commit = Callable[[Plan, Json, list[Json], list[Json]], bool]


class Run(Iterator[Json]):
    """The events of one response. ``close`` drops what is left and frees what is held.

    ``show`` makes of an event what the caller gets to see. ``commit`` is called before the last
    event is handed out and frees what is held; ``release`` frees it when the run ends otherwise.
    """

    def __init__(
        self,
        plan: Plan,
        model: LocalModel,
        now: Callable[[], int],
        *,
        show: Callable[[Json], Json],
        commit: Commit,
        release: Callable[[Json], None],
    ) -> None:
        self._plan = plan
        self._model = model
        self._now = now
        self._show = show
        self._commit = commit
        self._release = release
        self._sent: list[Json] = []
        self._output: list[Json] = []
        self._incomplete: str | None = None
        self._error: ModelError | None = None
        self._events = self._play()
        self._background: bool = plan.response["background"]
        self._open = True
        self._held = True

    def __next__(self) -> Json:
        try:
            return self._show(next(self._events))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the run here; a second call does nothing.

        One in the background is no longer the caller's: it is played to its end.
        """
        if not self._open:
            return
        self._open = False
        try:
            if self._background:
                with suppress(ServiceError):
                    for _ in self._events:
                        pass
            self._events.close()
        finally:
            self._let_go()

    def __del__(self) -> None:
        # A generator that never started runs no ``finally``; the lease must go all the same.
        # Nobody is left to tell if that fails, as it does once the store is closed.
        with suppress(Exception):
            self.close()

    def result(self) -> Json:
        """Play to the end; the finished response. Raises ServiceError for a scripted HTTP error."""
        last: Json = {}
        for event in self:
            last = event
        if last["type"] == "error":
            error = self._error
            assert error is not None
            assert error.status is not None
            raise ServiceError(
                error.status, error.message, type=_error_type(error.status), code=error.code
            )
        response: Json = last["response"]
        return response

    def _play(self) -> Generator[Json]:
        response = self._plan.response
        started: Json = response | {"status": "in_progress", "output": []}
        yield self._counted({"type": "response.created", "response": started})
        yield self._counted({"type": "response.in_progress", "response": started})
        try:
            for event in self._deliver():
                yield self._counted(event)
        except ModelError as error:
            self._error = error
        except Exception as error:
            logger.exception("The model of the local service failed")
            self._error = ModelError(f"The local model failed: {type(error).__name__}: {error}")
        if self._error is not None and self._error.status is not None and not self._background:
            fields = {"code": self._error.code, "message": self._error.message, "param": None}
            self._let_go()
            yield self._counted({"type": "error", **fields})
            return
        yield self._end()

    def _deliver(self) -> Generator[Json]:
        plan = self._plan
        turn = plan.turn if plan.turn is not None else self._model.turn(plan.request, plan.context)
        if isinstance(turn, ModelError):
            self._error = turn
        elif isinstance(turn, Text):
            self._incomplete = turn.incomplete
            status = "incomplete" if turn.incomplete else "completed"
            item = yield from events.message(new_item_id("message"), 0, turn.pieces, status)
            self._output.append(item)
        else:
            for index, item in enumerate([output_item(raw) for raw in turn]):
                yield from events.finished(item, index)
                self._output.append(item)

    def _end(self) -> Json:
        try:
            return self._committed()
        except ServiceError as error:
            if not self._background:
                raise
            # The request is long answered; what came between can only show in the response.
            self._sent.pop()
            self._error = ModelError(error.message)
            return self._committed()

    def _committed(self) -> Json:
        response = self._plan.response | self._outcome()
        response["usage"] = usage(self._plan.input_tokens, self._output)
        name = LAST_EVENT[response["status"]]
        last = self._counted({"type": name, "response": response | {"output": self._output}})
        kept = self._commit(self._plan, response, self._output, self._sent)
        self._held = False
        if not kept:
            message = "The response was cancelled or deleted while it was being made."
            raise ServiceError(400, message, code="response_cancelled")
        return last

    def _outcome(self) -> Json:
        if self._error is not None:
            code = "server_error" if self._error.status is not None else self._error.code
            return {"status": "failed", "error": {"code": code, "message": self._error.message}}
        if self._incomplete is not None:
            return {"status": "incomplete", "incomplete_details": {"reason": self._incomplete}}
        return {"status": "completed", "completed_at": self._now()}

    def _let_go(self) -> None:
        # Before the last event goes out: whoever has read it may start the next response at once.
        if self._held:
            self._held = False
            self._release(self._plan.response)

    def _counted(self, event: Json) -> Json:
        event = {"type": event["type"], "sequence_number": len(self._sent), **event}
        self._sent.append(event)
        return event


def replay(response: Json, output: list[Json]) -> list[Json]:
    """The events that deliver a finished response that was not streamed."""
    started: Json = response | {"status": "in_progress", "output": []}
    for name in ("usage", "completed_at"):
        started.pop(name, None)
    inner = [event for index, item in enumerate(output) for event in events.finished(item, index)]
    last = LAST_EVENT[response["status"]]
    sequence: list[Json] = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
        *inner,
        {"type": last, "response": response | {"output": output}},
    ]
    return [event | {"sequence_number": n} for n, event in enumerate(sequence)]


def _error_type(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"
