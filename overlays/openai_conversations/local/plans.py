"""From the body of a request to what the model is given and what the response repeats of it."""

from __future__ import annotations

import base64
from typing import Any

from .._schema.values import is_object
from .conversations import find
from .errors import invalid
from .ids import new_id, new_item_id, well_formed
from .normalise import duplicate, is_reference, normalise
from .run import Plan
from .store import Store
from .tokens import request_tokens
from .wire import dump

Json = dict[str, Any]

#: What a response says of settings that its request left out.
DEFAULTS: Json = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "model": "local-model",
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
}
#: Settings that a response repeats when, and only when, its request had them.
REPEATED = ("prompt", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "user")


def new_response(body: Json, created_at: int) -> Json:
    """A response to a request, every field but ``output``, before anything has happened.

    Raises ServiceError 400 for settings that do not go together.
    """
    if body.get("background") and body.get("store") is False:
        raise invalid("background", "A response in the background must be stored: store=true.")
    conversation_id = conversation_of(body)
    given = {name: body[name] for name in (*DEFAULTS, *REPEATED) if body.get(name) is not None}
    response = DEFAULTS | given
    response["text"] = DEFAULTS["text"] | response["text"]
    if response["service_tier"] == "auto":
        response["service_tier"] = "default"
    return response | {
        "id": new_id("resp"),
        "object": "response",
        "created_at": created_at,
        "completed_at": None,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "metadata": body.get("metadata") or {},
        "conversation": {"id": conversation_id} if conversation_id is not None else None,
    }


def new_plan(store: Store, body: Json, response: Json, input: list[Json] | None = None) -> Plan:
    """How a response will be made. ``input`` is its completed input, when that is stored already.

    Raises ServiceError for a context that is not there and for input that cannot be kept.
    """
    earlier = earlier_items(store, body)
    raw = raw_input(body)
    compacts = bool(raw) and raw[-1].get("type") == "compaction_trigger"
    if input is None:
        input = fresh_items(store, raw[:-1] if compacts else raw, earlier)
    context = earlier + input
    turn = [compaction(context)] if compacts else None
    return Plan(response, body, context, input, request_tokens(body, context), turn)


def conversation_of(body: Json) -> str | None:
    """The id of the conversation that a request names, as a string or in an object."""
    conversation = body.get("conversation")
    return conversation["id"] if is_object(conversation) else conversation


def raw_input(body: Json) -> list[Json]:
    """The items that a request sends; a plain string is a user's message."""
    raw: str | list[Json] = body.get("input") or ""
    if isinstance(raw, str):
        return [{"role": "user", "content": raw}] if raw else []
    return raw


def earlier_items(store: Store, body: Json) -> list[Json]:
    """What the model sees before the input: the conversation, or the earlier responses."""
    conversation_id = conversation_of(body)
    previous = body.get("previous_response_id")
    if conversation_id is not None and previous is not None:
        raise invalid(
            "previous_response_id",
            "Give 'conversation' or 'previous_response_id', not both.",
            "mutually_exclusive_parameters",
        )
    if conversation_id is not None:
        return store.items(find(store, conversation_id).items)
    turns: list[list[Json]] = []
    while previous is not None:
        row = store.response(previous) if well_formed(previous) else None
        if row is None:
            raise invalid(
                "previous_response_id",
                f"Previous response with id '{previous:.200}' not found.",
                "previous_response_not_found",
            )
        turns.append(store.items(row.input) + store.items(row.output))
        previous = row.body["previous_response_id"]
    return [item for turn in reversed(turns) for item in turn]


def fresh_items(store: Store, raw: list[Json], earlier: list[Json]) -> list[Json]:
    """The completed input, without references to what the model sees anyway."""
    known = {item["id"] for item in earlier}
    fresh: list[Json] = []
    for sent, item in zip(raw, normalise(raw, "input", store.item_anywhere), strict=True):
        if item["id"] not in known:
            fresh.append(item)
        elif not is_reference(sent):
            raise duplicate(item["id"], "input")
    return fresh


def compaction(items: list[Json]) -> Json:
    """One opaque item in place of many. Encoded only: nothing here is secret or encrypted."""
    content = base64.b64encode(dump(items)).decode("ascii")
    return {"type": "compaction", "id": new_item_id("compaction"), "encrypted_content": content}
