"""The seven operations on responses, as rules over the store and the model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from .conversations import append_new, find_conversation, read_list
from .errors import ServiceError, conversation_locked, found, invalid_request
from .ids import new_id
from .item_schemas import apply_include
from .locks import Locks
from .model import LocalModel
from .response_fields import fitted_event
from .response_plan import ResponsePlan, make_compaction, new_plan, new_response, read_context
from .response_run import ResponseRun, replay_events
from .routing import RoutedRequest
from .store import ResponseRow, Store
from .tokens import request_tokens, usage

Json = dict[str, Any]

UNFINISHED = ("queued", "in_progress")


@dataclass(frozen=True, slots=True)
class Responses:
    """The rules; a method returns the JSON body of a 200, or the events of a stream."""

    store: Store
    locks: Locks
    model: LocalModel
    clock: Callable[[], float]
    _runs: WeakValueDictionary[str, ResponseRun] = field(
        default_factory=WeakValueDictionary[str, ResponseRun]
    )

    def create(self, request: RoutedRequest) -> Json | Iterator[Json]:
        """Serve createResponse: now, as a stream, or (`background`) when it is retrieved."""
        response = new_response(request.body, self._now())
        background, streamed = response["background"], bool(request.body.get("stream"))
        # Locked before the context is read: no other response may add to it in between. Unlocked
        # also if this is interrupted (Ctrl+C) as soon as it is locked.
        try:
            self._lock(response)
            plan = new_plan(self.store, request.body, response)
            if background:
                self._add(plan, "in_progress" if streamed else "queued")
            if background and not streamed:
                # A run that nobody reads would play it, whenever it is collected.
                return response | {"status": "queued", "output": []}
            if plan.turn is None and not background:
                plan = replace(plan, turn=self.model.begin(plan.request, plan.context))
            run = self._run(plan, request.include)
        except BaseException:
            self._unlock(response)
            raise
        return run if streamed else run.result()

    def retrieve(self, request: RoutedRequest) -> Json | Iterator[Json]:
        """Serve getResponse; one in the background moves on a step each time it is retrieved."""
        row = self._find(request)
        if request.query.get("stream"):  # 1. as a stream, from its events
            return self._replay(row, request)
        if row.body["status"] == "in_progress":  # 2. made now, to its end
            self._finish(row)
        elif row.body["status"] == "queued":  # 3. one step on; made the next time
            with self.store.transaction():
                row = self._find(request)
                if row.body["status"] == "queued":
                    self.store.set_response(row.body | {"status": "in_progress"})
        return self._whole(self._find(request), request.include)

    def delete(self, request: RoutedRequest) -> Json:
        """Serve deleteResponse: input and output go too; what a conversation got of it stays."""
        with self.store.transaction():
            row = self._find(request)
            self.store.delete_response(row)
            self.locks.release(row.id)
        return {"id": row.id, "object": "response", "deleted": True}

    def cancel(self, request: RoutedRequest) -> Json:
        """Serve cancelResponse: one in the background ends; one that has ended stays as it is."""
        with self.store.transaction():
            row = self._find(request)
            if not row.body["background"]:
                message = "only a response created with background=true can be cancelled."
                raise invalid_request("response_id", f"Cannot cancel this response: {message}")
            if row.body["status"] in UNFINISHED:
                self.store.set_response(row.body | {"status": "cancelled"})
            self.locks.release(row.id)
        if (run := self._runs.get(row.id)) is not None:
            run.abort(background=True)
        return self._whole(self._find(request), [])

    def list_input_items(self, request: RoutedRequest) -> Json:
        """Serve listInputItems: the response's own input, not what it read from elsewhere."""
        return read_list(self.store, self._find(request).input, request)

    def count_tokens(self, request: RoutedRequest) -> Json:
        """Serve getInputTokenCounts: `tokens` tells how the estimate is made."""
        count = request_tokens(request.body, read_context(self.store, request.body))
        return {"object": "response.input_tokens", "input_tokens": count}

    def compact(self, request: RoutedRequest) -> Json:
        """Serve compactConversation: the user's messages, and the rest as one opaque item."""
        context = read_context(self.store, request.body)
        kept = [item for item in context if item.get("role") == "user"]
        compaction = make_compaction([item for item in context if item.get("role") != "user"])
        return {
            "id": new_id("resp"),
            "object": "response.compaction",
            "created_at": self._now(),
            "output": [*kept, compaction],
            "usage": usage(request_tokens(request.body, context), [compaction]),
        }

    def _now(self) -> int:
        return int(self.clock())

    def _find(self, request: RoutedRequest) -> ResponseRow:
        id = request.path["response_id"]
        return found(self.store.response(id), "Response", id)

    def _whole(self, row: ResponseRow, include: Collection[str]) -> Json:
        return _include_in_response(row.body | {"output": self.store.items(row.output)}, include)

    def _replay(self, row: ResponseRow, request: RoutedRequest) -> Iterator[Json]:
        if row.body["status"] in UNFINISHED:
            self._finish(row)
            row = self._find(request)
        if row.body["status"] in UNFINISHED:  # `_finish` found it locked
            message = "Another request is streaming this response; try again later."
            raise invalid_request("stream", message)
        events = row.events or replay_events(row.body, self.store.items(row.output))
        after: int = request.query.get("starting_after", -1)
        include = request.include
        return (_shown(e, include) for e in events if e["sequence_number"] > after)

    def _add(self, plan: ResponsePlan, status: str) -> None:
        """Store a response in the background; one that is in progress is being worked on."""
        response = plan.response | {"status": status}
        with self.store.transaction():
            self.store.add_response(response, plan.request, plan.input)
            if status == "in_progress":
                self.locks.acquire(response["id"], response["id"])

    def _finish(self, row: ResponseRow) -> None:
        """Make a response that waits in the background, unless another request is making it."""
        with self.store.transaction():
            if not self.locks.acquire(row.id, row.id):
                return
        try:
            plan = new_plan(self.store, row.request, row.body, self.store.items(row.input))
        except BaseException:
            self._unlock(row.body)
            raise
        # Its outcome is in the store, also that it was cancelled meanwhile.
        with suppress(ServiceError):
            self._run(plan, []).result()

    def _run(self, plan: ResponsePlan, include: Collection[str]) -> ResponseRun:
        show = partial(_shown, include=include)
        run = ResponseRun(plan, self.model, self._now, show, self._commit, self._unlock)
        self._runs[plan.response["id"]] = run
        return run

    def _lock(self, response: Json) -> None:
        """Lock the conversation of a response, if it has one."""
        conversation = response["conversation"]
        if conversation is None:
            return
        with self.store.transaction():
            find_conversation(self.store, conversation["id"])
            # No process works on a response in the background until it is retrieved.
            names, outlives = (conversation["id"], response["id"]), response["background"]
            if not self.locks.acquire(*names, outlives_process=outlives):
                raise conversation_locked(conversation["id"])

    def _unlock(self, response: Json) -> None:
        """Release the locks of a response."""
        if self.store.closed:
            return  # A stream outlived its service; its locks end with the process.
        if response["conversation"] is not None or response["background"]:
            with self.store.transaction(join=True):
                self.locks.release(response["id"])

    def _commit(
        self, plan: ResponsePlan, response: Json, output: list[Json], events: list[Json]
    ) -> bool:
        def end() -> bool:
            self.locks.release(response["id"])
            row = self.store.response(response["id"])
            # 1. Cancelled or deleted meanwhile: nothing of it is kept.
            if response["background"] and (row is None or row.body["status"] not in UNFINISHED):
                return False
            # 2. With a conversation: input and output go there, unless it failed.
            if response["conversation"] is not None and response["status"] != "failed":
                conversation = find_conversation(self.store, response["conversation"]["id"])
                append_new(self.store, conversation, plan.input + output, "input")
            # 3. Stored: with its events too if it was streamed, to be replayed.
            if response["store"]:
                row = row or self.store.add_response(response, plan.request, plan.input)
                self.store.set_response(response, events if plan.request.get("stream") else None)
                self.store.append(row.output, output)
            return True

        return self.store.transact(end)


def _include_in_response(response: Json, include: Collection[str]) -> Json:
    return response | {"output": [apply_include(item, include) for item in response["output"]]}


def _shown(event: Json, include: Collection[str]) -> Json:
    """Return what a client gets of an event."""
    if "response" in event:
        event = event | {"response": _include_in_response(event["response"], include)}
    elif "item" in event:
        event = event | {"item": apply_include(event["item"], include)}
    return fitted_event(event)
