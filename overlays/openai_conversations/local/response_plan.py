"""From the body of a request to what the model is given and what the response repeats of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from typing import Any

from .._schema.values import is_object
from .conversations import find_conversation
from .errors import ServiceError, duplicate_item, invalid_request
from .ids import new_id, new_item_id
from .item_schemas import default_fields
from .json_body import encode_json
from .model import Turn
from .response_fields import fitted_settings, repeated_fields
from .store import Store
from .stored_items import is_reference, make_stored_items
from .tokens import request_tokens

Json = dict[str, Any]

#: What a response says of settings that its request did not have.
DEFAULTS: Json = {
    "background": False, "frequency_penalty": 0.0, "instructions": None, "max_output_tokens": None,
    "max_tool_calls": None, "model": "local-model", "parallel_tool_calls": True,
    "presence_penalty": 0.0, "previous_response_id": None, "prompt_cache_key": None,
    "prompt_cache_retention": None, "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None, "service_tier": "default", "store": True, "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"}, "tool_choice": "auto",
    "tools": [], "top_logprobs": 0, "top_p": 1.0, "truncation": "disabled", "user": None,
}  # fmt: skip


#: Calls that the client runs.
CLIENT_CALLS = frozenset(
    {"apply_patch_call", "computer_call", "custom_tool_call", "function_call", "shell_call"}
)


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """A response that is about to be made."""

    response: Json  # every field but `output`
    request: Json  # the body of the request
    context: list[Json]  # the items that the model sees, `input` at the end
    input: list[Json]  # the request's own items, as they are stored
    input_tokens: int  # the tokens of the context
    turn: Turn | None = None  # the output, if it needs no model


def new_response(body: Json, created_at: int) -> Json:
    """Return the response to a request, every field but `output`, before anything has happened.

    Settings that exclude each other are a 400.
    """
    if body.get("background") and body.get("store") is False:
        message = "A response in the background must be stored: store=true."
        raise invalid_request("background", message)
    conversation_id = _conversation_id(body)
    defaults = _defaults()
    given = {name: body[name] for name in DEFAULTS if body.get(name) is not None}
    response = defaults | given | repeated_fields(body, body.keys() - DEFAULTS.keys())
    for name in ("reasoning", "text"):
        response[name] = defaults[name] | response[name]
    response["tools"] = [_whole_tool(tool) for tool in response["tools"]]
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


@cache
def _defaults() -> Json:
    return fitted_settings(DEFAULTS)


def new_plan(
    store: Store, body: Json, response: Json, stored_input: list[Json] | None = None
) -> ResponsePlan:
    """Plan how a response, as `new_response` made it, is made from the body of its request.

    `stored_input` is the items of the request, if they are stored already. A context that does not
    exist and input that cannot be stored are a `ServiceError`.
    """
    earlier = _earlier_items(store, body)
    sent = _sent_items(body)
    # A trigger at the end asks for a compaction in place of output; it is not an item to store.
    compacts = bool(sent) and sent[-1].get("type") == "compaction_trigger"
    if stored_input is None:
        if response["store"]:
            _check_reasoning(sent)
        stored_input = _new_items(store, sent[:-1] if compacts else sent, earlier)
    context = earlier + stored_input
    _check_calls(earlier, context)
    turn = [make_compaction(context)] if compacts else None
    tokens = request_tokens(body, context)
    return ResponsePlan(response, body, context, stored_input, tokens, turn)


def read_context(store: Store, body: Json) -> list[Json]:
    """Return the items that the model sees: earlier ones, then those of the request."""
    earlier = _earlier_items(store, body)
    return earlier + _new_items(store, _sent_items(body), earlier)


def make_compaction(items: list[Json]) -> Json:
    """Make one opaque item of many. It is only encoded: nothing here is secret or encrypted."""
    content = base64.b64encode(encode_json(items)).decode("ascii")
    own = {"type": "compaction", "id": new_item_id("compaction"), "encrypted_content": content}
    return default_fields("compaction") | own


def _whole_tool(tool: Json) -> Json:
    if tool["type"] != "function":
        return tool
    # A function whose request says nothing of it is strict.
    strict = True if tool.get("strict") is None else tool["strict"]
    return {"description": None} | tool | {"strict": strict}


def _check_reasoning(sent: list[Json]) -> None:
    """Refuse a reasoning item without the item that it led to, as the service does.

    Recorded: a 400 for one before a message without an id, though not if `store` is false.
    """
    for item, following in zip(sent, [*sent, {}][1:], strict=True):
        led_to = following.get("type") == "compaction_trigger" or (
            following.get("id") is not None and following.get("role", "assistant") == "assistant"
        )
        if item.get("type") == "reasoning" and item.get("id") is not None and not led_to:
            reason = "of type 'reasoning' was provided without its required following item."
            raise ServiceError(400, f"Item '{item['id']:.200}' {reason}", param="input")


def _check_calls(earlier: list[Json], context: list[Json]) -> None:
    """Refuse to go on from a stored call that waits for an output of the client.

    Calls that the request itself brings are taken, and those that go on by themselves (`async`).

    Source: the message is the service's own, from public reports; it names the kind of the call.
    """
    # The outputs of what runs in a container of the service are not the client's.
    waiting = [
        item
        for item in earlier
        if item.get("type") in CLIENT_CALLS
        and not item.get("async")
        and not (is_object(place := item.get("environment")) and "container_id" in place)
    ]
    if waiting:
        outputs = (item for item in context if item.get("type", "").endswith("_output"))
        done = {item.get("call_id") for item in outputs}
        for item in (item for item in waiting if item["call_id"] not in done):
            kind = item["type"].replace("_", " ")
            message = f"No tool output found for {kind} {item['call_id']:.200}."
            raise ServiceError(400, message, param="input")


def _conversation_id(body: Json) -> str | None:
    conversation = body.get("conversation")
    return conversation["id"] if is_object(conversation) else conversation


def _sent_items(body: Json) -> list[Json]:
    sent: str | list[Json] = body.get("input") or []
    message = {"type": "message", "role": "user", "content": sent}
    return [message] if isinstance(sent, str) else sent


def _earlier_items(store: Store, body: Json) -> list[Json]:
    """Return the items before the input: those of the conversation or of earlier responses."""
    conversation_id = _conversation_id(body)
    previous = body.get("previous_response_id")
    if conversation_id is not None and previous is not None:
        message = "Give 'conversation' or 'previous_response_id', not both."
        code = "mutually_exclusive_parameters"
        raise invalid_request("previous_response_id", message, code)
    if conversation_id is not None:
        return store.items(find_conversation(store, conversation_id).items)
    # A chain of responses is read from its newest back to its first.
    turns: list[list[Json]] = []
    while previous is not None:
        row = store.response(previous)
        if row is None:
            message = f"Previous response with id '{previous:.200}' not found."
            code = "previous_response_not_found"
            raise invalid_request("previous_response_id", message, code)
        turns.append(store.items(row.input) + store.items(row.output))
        previous = row.body["previous_response_id"]
    return [item for turn in reversed(turns) for item in turn]


def _new_items(store: Store, sent: list[Json], earlier: list[Json]) -> list[Json]:
    """Return the items to store, without references to items that the model sees anyway."""
    known = {item["id"] for item in earlier}
    new: list[Json] = []
    for one, item in zip(sent, make_stored_items(sent, "input", store.item_anywhere), strict=True):
        if item["id"] not in known:  # 1. a new item, or a reference to one from elsewhere
            new.append(item)
        elif not is_reference(one):  # 2. an id that is taken (3. a reference: left out)
            raise duplicate_item(item["id"], "input")
    return new
