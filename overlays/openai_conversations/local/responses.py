"""The seven operations on responses, as rules over the store and the model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from .call import Call
from .conversations import find, read_list
from .errors import ServiceError, invalid, locked, not_found
from .ids import new_id, well_formed
from .include import shown
from .leases import Leases
from .model import LocalModel
from .normalise import duplicate
from .plans import compaction, earlier_items, fresh_items, new_plan, new_response, raw_input
from .query import read_page
from .run import Plan, Run, replay
from .store import ResponseRow, Store
from .tokens import request_tokens, usage

Json = dict[str, Any]

WAITING = ("queued", "in_progress")


class Responses:
    """The rules; a method answers the JSON body of a 200, or the events of a stream."""

    def __init__(
        self, store: Store, leases: Leases, model: LocalModel, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._leases = leases
        self._model = model
        self._clock = clock

    def create(self, call: Call) -> Json | Iterator[Json]:
        """createResponse: at once, as a stream, or (``background``) when it is looked at."""
        response = new_response(call.body, self._now())
        background, streamed = response["background"], bool(call.body.get("stream"))
        self._take(response)
        try:
            plan = new_plan(self._store, call.body, response)
            if background:
                self._add(plan, "in_progress" if streamed else "queued")
        except BaseException:
            self._free(response)
            raise
        if background and not streamed:
            return response | {"status": "queued", "output": []}
        run = self._run(plan, call.include)
        return run if streamed else run.result()

    def retrieve(self, call: Call) -> Json | Iterator[Json]:
        """getResponse; one in the background moves on a step each time it is looked at."""
        row = self._find(call)
        if call.query.get("stream"):
            return self._replay(row, call)
        if row.body["status"] == "in_progress":
            self._work(row)
        elif row.body["status"] == "queued":
            with self._store.transaction():
                row = self._find(call)
                if row.body["status"] == "queued":
                    self._store.set_response(row.body | {"status": "in_progress"})
        return self._whole(self._find(call), call.include)

    def delete(self, call: Call) -> Json:
        """deleteResponse: with its input and output; what a conversation got of it stays there."""
        with self._store.transaction():
            row = self._find(call)
            self._store.delete_response(row)
        self._free(row.body)
        return {"id": row.id, "object": "response", "deleted": True}

    def cancel(self, call: Call) -> Json:
        """cancelResponse: ends one in the background; one that has ended stays as it is."""
        with self._store.transaction():
            row = self._find(call)
            if not row.body["background"]:
                raise invalid(
                    "response_id",
                    "Cannot cancel this response: only a response created with background=true "
                    "can be cancelled.",
                )
            if row.body["status"] in WAITING:
                self._store.set_response(row.body | {"status": "cancelled"})
        self._free(row.body)
        return self._whole(self._find(call), [])

    def list_input_items(self, call: Call) -> Json:
        """listInputItems: the response's own input, not what it read from elsewhere."""
        page = read_page(call.query)
        return read_list(self._store, self._find(call).input, page, call.include)

    def count_tokens(self, call: Call) -> Json:
        """getInputTokenCounts: see ``tokens`` for how the estimate is made."""
        count = request_tokens(call.body, self._context(call.body))
        return {"object": "response.input_tokens", "input_tokens": count}

    def compact(self, call: Call) -> Json:
        """compactConversation: the user's messages, and the rest folded into one opaque item."""
        context = self._context(call.body)
        kept = [item for item in context if item.get("role") == "user"]
        folded = compaction([item for item in context if item.get("role") != "user"])
        return {
            "id": new_id("resp"),
            "object": "response.compaction",
            "created_at": self._now(),
            "output": [*kept, folded],
            "usage": usage(request_tokens(call.body, context), [folded]),
        }

    def _now(self) -> int:
        return int(self._clock())

    def _context(self, body: Json) -> list[Json]:
        earlier = earlier_items(self._store, body)
        return earlier + fresh_items(self._store, raw_input(body), earlier)

    def _find(self, call: Call) -> ResponseRow:
        id = call.path["response_id"]
        row = self._store.response(id) if well_formed(id) else None
        if row is None:
            raise not_found("Response", id)
        return row

    def _whole(self, row: ResponseRow, include: Collection[str]) -> Json:
        return _shown(row.body | {"output": self._store.items(row.output)}, include)

    def _replay(self, row: ResponseRow, call: Call) -> Iterator[Json]:
        if row.body["status"] in WAITING:
            self._work(row)
            row = self._find(call)
        if row.body["status"] in WAITING:
            raise invalid("stream", "Another request is streaming this response; try again later.")
        events = row.events or replay(row.body, self._store.items(row.output))
        after: int = call.query.get("starting_after", -1)
        return (_shown_event(e, call.include) for e in events if e["sequence_number"] > after)

    def _add(self, plan: Plan, status: str) -> None:
        """Store a response in the background; one that is in progress is being worked on."""
        response = plan.response | {"status": status}
        with self._store.transaction():
            self._store.add_response(response, plan.request, plan.input)
            if status == "in_progress":
                self._leases.take(response["id"], response["id"])

    def _work(self, row: ResponseRow) -> None:
        """Make a response that waits in the background, unless somebody is at it."""
        with self._store.transaction():
            if not self._leases.take(row.id, row.id):
                return
        try:
            plan = new_plan(self._store, row.request, row.body, self._store.items(row.input))
        except BaseException:
            self._free(row.body)
            raise
        # What becomes of it is in the store, that it was cancelled meanwhile too.
        with suppress(ServiceError):
            for _ in self._run(plan, []):
                pass

    def _run(self, plan: Plan, include: Collection[str]) -> Run:
        return Run(
            plan,
            self._model,
            self._now,
            show=partial(_shown_event, include=include),
            commit=self._commit,
            release=self._free,
        )

    def _take(self, response: Json) -> None:
        conversation = response["conversation"]
        if conversation is None:
            return
        with self._store.transaction():
            find(self._store, conversation["id"])
            # Nobody is at work on a response in the background until it is looked at.
            outlives = response["background"]
            if not self._leases.take(conversation["id"], response["id"], outlives_process=outlives):
                raise locked(conversation["id"])

    def _free(self, response: Json) -> None:
        """Give back what a response holds: its conversation, and the work on it."""
        if self._store.closed:
            return  # A stream outlived its service; its leases end with the process.
        if response["conversation"] is not None or response["background"]:
            with self._store.transaction():
                self._give_back(response)

    def _give_back(self, response: Json) -> None:
        if response["conversation"] is not None:
            self._leases.give_back(response["conversation"]["id"], response["id"])
        self._leases.give_back(response["id"], response["id"])

    def _commit(self, plan: Plan, response: Json, output: list[Json], events: list[Json]) -> bool:
        with self._store.transaction():
            self._give_back(response)
            row = self._store.response(response["id"])
            if response["background"] and (row is None or row.body["status"] not in WAITING):
                return False
            if response["conversation"] is not None and response["status"] != "failed":
                self._append(response["conversation"]["id"], plan.input + output)
            if not response["store"]:
                return True
            if row is None:
                self._store.add_response(response, plan.request, plan.input)
                row = self._store.response(response["id"])
                assert row is not None
            self._store.set_response(response, events if plan.request.get("stream") else None)
            self._store.append(row.output, output)
        return True

    def _append(self, conversation_id: str, items: list[Json]) -> None:
        row = find(self._store, conversation_id)
        for item in items:
            if self._store.position(row.items, item["id"]) is not None:
                raise duplicate(item["id"], "input")
        self._store.append(row.items, items)


def _shown(response: Json, include: Collection[str]) -> Json:
    return response | {"output": [shown(item, include) for item in response["output"]]}


def _shown_event(event: Json, include: Collection[str]) -> Json:
    if "response" in event:
        return event | {"response": _shown(event["response"], include)}
    if "item" in event:
        return event | {"item": shown(event["item"], include)}
    return event
