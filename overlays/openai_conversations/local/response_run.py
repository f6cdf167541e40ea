"""One response from its creation to its end, as a stream of events.

Every response is produced this way; a request that does not stream gets the last event's response.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .errors import ServiceError, error_type
from .model import LocalModel, ModelError, Stream, Turn
from .output_events import item_events, streamed_events
from .response_fields import known_events
from .response_plan import ResponsePlan
from .stored_items import make_output_item
from .tokens import usage

Json = dict[str, Any]

logger = logging.getLogger(__name__)

#: Stores the end of a response and releases its locks. Is given the plan, the final fields, the
#: output and all events; returns False if the response was cancelled or deleted meanwhile.
Commit = Callable[[ResponsePlan, Json, list[Json], list[Json]], bool]


@dataclass(eq=False)
class ResponseRun(Iterator[Json]):
    """The events of one response. Its locks are released in exactly one of three ways:

    1. `commit` releases them, before the last event is handed out: a client that has read it may
       start the next response at once;
    2. the model failed with an HTTP error, which is raised: `close` does, before that;
    3. the run is closed or dropped early: `close` does.
    """

    plan: ResponsePlan
    model: LocalModel
    now: Callable[[], int]  # gives Unix time in whole seconds
    show: Callable[[Json], Json]  # makes of an event what the client gets of it
    commit: Commit
    release: Callable[[Json], None]  # releases the locks of a response

    def __post_init__(self) -> None:
        self._sent: list[Json] = []
        self._output: list[Json] = []
        self._turn: Turn | None = self.plan.turn
        self._error: ModelError | ServiceError | None = None
        self._aborted = False
        self._events = self._play()
        self._background: bool = self.plan.response["background"]
        self._closed = False
        self._locked = True

    def __next__(self) -> Json:
        try:
            return self.show(next(self._events))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the run here; a second time does nothing.

        One in the background does not depend on its client: it is played to its end.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if self._background:
                with suppress(ServiceError):
                    deque(self._events, maxlen=0)
            self._events.close()
            if isinstance(self._turn, Stream):
                self._turn.close()
        finally:
            if self._locked:
                self.release(self.plan.response)

    def abort(self, *, background: bool = False) -> None:
        """Stop a model that is still at work, from any thread; its response fails.

        Args:
            background: Also if the response is made in the background.
        """
        if background or not self._background:
            self._aborted = True
            if isinstance(self._turn, Stream):
                self._turn.abort()

    def __del__(self) -> None:
        # A generator that never started runs no `finally`, but its locks must be released.
        # If that fails, as it does once the store is closed, there is nobody left to tell.
        with suppress(Exception):
            self.close()

    def result(self) -> Json:
        """Play to the end and return the finished response.

        Raises:
            ServiceError: If the model failed with an HTTP error.
        """
        try:
            [last] = deque(self._events, maxlen=1)
        except BaseException:
            self.close()
            raise
        response: Json = self.show(last)["response"]
        return response

    def _play(self) -> Generator[Json]:
        for event in known_events(_first_events(self.plan.response)):
            yield self._number(event)
        try:
            for event in known_events(self._output_events()):
                yield self._number(event)
        except (ModelError, ServiceError) as error:
            self._error = error
        except Exception as error:
            logger.exception("The model of the local service failed")
            self._error = ModelError(f"The local model failed: {type(error).__name__}: {error}")
        failed = self._error
        if failed is not None and failed.status is not None and not self._background:
            if isinstance(failed, ServiceError):
                raise failed
            kind = error_type(failed.status)
            raise ServiceError(failed.status, failed.message, type=kind, code=failed.code)
        yield self._end()

    def _output_events(self) -> Generator[Json]:
        if self._turn is None:
            self._turn = self.model.next_turn(self.plan.request, self.plan.context)
        turn = self._turn
        # A turn is 1. a failure, 2. pieces that may still be on their way, 3. whole items.
        if isinstance(turn, ModelError):
            self._error = turn
        elif isinstance(turn, Stream):
            if self._aborted:
                turn.abort()
            yield from streamed_events(turn, self._output)
        else:
            # All are made first: a wrong item fails the response before any of it is sent.
            for index, item in enumerate([make_output_item(output) for output in turn]):
                yield from item_events(item, index)
                self._output.append(item)

    def _end(self) -> Json:
        try:
            return self._committed()
        except ServiceError as error:
            if not self._background:
                raise
            # Its request got a response long ago; a conflict can only show in the run's result.
            self._sent.pop()
            self._error = ModelError(error.message)
            return self._committed()

    def _committed(self) -> Json:
        response = self.plan.response | self._outcome()
        counted = self._turn.usage if isinstance(self._turn, Stream) else None
        response["usage"] = usage(self.plan.input_tokens, self._output) | (counted or {})
        last = self._number(_last_event(response, self._output))
        kept = self.commit(self.plan, response, self._output, self._sent)
        self._locked = False
        if not kept:
            message = "The response was cancelled or deleted while it was being made."
            raise ServiceError(400, message, code="response_cancelled")
        return last

    def _outcome(self) -> Json:
        if self._error is not None:
            code = "server_error" if self._error.status is not None else self._error.code
            return {"status": "failed", "error": {"code": code, "message": self._error.message}}
        if isinstance(self._turn, Stream) and self._turn.incomplete is not None:
            details = {"reason": self._turn.incomplete}
            return {"status": "incomplete", "incomplete_details": details}
        return {"status": "completed", "completed_at": self.now()}

    def _number(self, event: Json) -> Json:
        event = {"type": event["type"], "sequence_number": len(self._sent), **event}
        self._sent.append(event)
        return event


def replay_events(response: Json, output: list[Json]) -> list[Json]:
    """Return the events of a finished response that was not streamed."""
    started = {name: response[name] for name in response if name not in ("usage", "completed_at")}
    inner = [event for index, item in enumerate(output) for event in item_events(item, index)]
    events = [*_first_events(started), *inner, _last_event(response, output)]
    known = known_events(events)
    return [event | {"sequence_number": n} for n, event in enumerate(known)]


def _first_events(response: Json) -> list[Json]:
    started: Json = response | {"status": "in_progress", "output": []}
    names = ("response.created", "response.in_progress")
    return [{"type": name, "response": started} for name in names]


def _last_event(response: Json, output: list[Json]) -> Json:
    # The API has no event of its own for a cancelled response.
    status = "failed" if response["status"] == "cancelled" else response["status"]
    return {"type": f"response.{status}", "response": response | {"output": output}}
