"""What a model behind Chat Completions is asked: parameters and items, or a 400 that names one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_conversations.local.chat_request import chat_request
from openai_conversations.local.errors import ServiceError
from openai_conversations.local.service import LocalService
from openai_conversations.local.stored_items import (
    complete_request_item,
    make_stored_items,
    remove_filled_in_ids,
)

from tests.local.calls import ask
from tests.local.strict_chat_server import StrictChatServer, request_problems, text
from tests.strategies import for_schema

Json = dict[str, Any]

FUNCTION: Json = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}
CUSTOM: Json = {"type": "custom", "name": "c", "description": "C"}
CALL = {"type": "function_call", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "output": "done"}


def asked(body: Json) -> Json:
    """Return the request that a response makes of a strict server, which takes it."""
    server = StrictChatServer(text("Hi"))
    made = ask(LocalService(model=server.model()), "POST", "/responses", {"input": "Hello"} | body)
    assert made.status == 200, made.json
    [sent] = server.bodies
    assert (sent.pop("model"), sent.pop("stream")) == ("m", True)
    assert sent.pop("stream_options") == {"include_usage": True}
    return sent


def refused(body: Json) -> Json:
    server = StrictChatServer(text("Hi"))
    for streamed in (False, True):
        asking = {"input": "Hello", "stream": streamed} | body
        response = ask(LocalService(model=server.model()), "POST", "/responses", asking)
        assert response.status == 400, response
    assert not server.requests
    error: Json = response.error
    return error


def test_settings() -> None:
    schema = {"type": "object"}
    form = {"type": "json_schema", "name": "n", "schema": schema, "strict": True}
    sent = asked(
        {
            "temperature": 0.5, "top_p": 0.25, "max_output_tokens": 20, "instructions": "Be brief.",
            "reasoning": {"effort": "low"}, "text": {"verbosity": "low", "format": form},
            "truncation": "disabled", "top_logprobs": 0, "metadata": {"a": "b"}, "store": False,
        }
    )  # fmt: skip
    assert sent == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ],
        "temperature": 0.5,
        "top_p": 0.25,
        "max_tokens": 20,
        "reasoning_effort": "low",
        "verbosity": "low",
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "n", "schema": schema, "strict": True},
        },
    }
    assert asked({"text": {"format": {"type": "json_object"}}})["response_format"] == {
        "type": "json_object"
    }


def test_tools() -> None:
    grammar = {"type": "grammar", "syntax": "regex", "definition": "a"}
    tools = [FUNCTION, CUSTOM | {"format": grammar}]
    sent = asked({"tools": tools, "parallel_tool_calls": False, "tool_choice": "required"})
    function = {"name": "f", "parameters": {"type": "object"}, "strict": True}
    inner = {"syntax": "regex", "definition": "a"}
    custom = {"name": "c", "description": "C", "format": {"type": "grammar", "grammar": inner}}
    assert sent["tools"] == [
        {"type": "function", "function": function},
        {"type": "custom", "custom": custom},
    ]
    assert (sent["tool_choice"], sent["parallel_tool_calls"]) == ("required", False)
    for kind, name in (("function", "f"), ("custom", "c")):
        choice = {"type": kind, "name": name}
        sent = asked({"tools": tools, "tool_choice": choice})
        assert sent["tool_choice"] == {"type": kind, kind: {"name": name}}
        allowed = {"type": "allowed_tools", "mode": "required", "tools": [choice]}
        sent = asked({"tools": tools, "tool_choice": allowed})
        assert sent["tool_choice"] == "required"
        assert [one["type"] for one in sent["tools"]] == [kind]


def test_messages_calls_and_outputs() -> None:
    image = {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "low"}
    parts = [{"type": "input_text", "text": "Look"}, image]
    thought = [{"type": "reasoning_text", "text": "Hm."}]
    refusal = [{"type": "refusal", "refusal": "No."}]
    sent = asked(
        {
            "store": False,
            "input": [
                {"role": "developer", "content": "Be kind."},
                {"role": "user", "content": parts},
                {"type": "reasoning", "id": "rs_1", "summary": [], "content": thought},
                {"role": "assistant", "content": "I look."},
                CALL | {"call_id": "a"},
                {"type": "custom_tool_call", "call_id": "b", "name": "c", "input": "x"},
                {"type": "custom_tool_call_output", "call_id": "b", "output": "two"},
                {"role": "user", "content": "Well?"},
                OUTPUT | {"call_id": "a", "output": [{"type": "input_text", "text": "one"}]},
                {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
                 "content": refusal},
            ],
        }
    )  # fmt: skip
    picture = {"url": "data:image/png;base64,AA", "detail": "low"}
    assert sent["messages"] == [
        {"role": "system", "content": "Be kind."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": picture},
            ],
        },
        {
            "role": "assistant",
            "reasoning_content": "Hm.",
            "content": "I look.",
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"id": "b", "type": "custom", "custom": {"name": "c", "input": "x"}},
            ],
        },
        {"role": "tool", "tool_call_id": "b", "content": "two"},
        {"role": "tool", "tool_call_id": "a", "content": "one"},
        {"role": "user", "content": "Well?"},
        {"role": "assistant", "content": "No."},
    ]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"tools": [FUNCTION, {"type": "web_search"}]}, "tools[1].type"),
        ({"tools": [FUNCTION | {"defer_loading": True}]}, "tools[0].defer_loading"),
        ({"tools": [FUNCTION], "tool_choice": {"type": "file_search"}}, "tool_choice.type"),
        ({"tool_choice": {"type": "function", "name": "f"}}, "tool_choice"),
        ({"truncation": "auto"}, "truncation"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"include": ["message.output_text.logprobs"]}, "include"),
        ({"max_tool_calls": 3}, "max_tool_calls"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"reasoning": {"summary": "auto"}}, "reasoning.summary"),
        ({"a_newer_one": 1}, "a_newer_one"),
        ({"input": ""} | {"input": []}, "input"),
    ],
)
def test_a_parameter_without_a_counterpart(body: Json, param: str) -> None:
    error = refused(body)
    assert error["param"] == param
    assert param in error["message"] or "message" in error["message"] or "tool" in error["message"]


FILE = {"type": "input_file", "file_id": "file_1"}
ORIGINAL = {"type": "input_image", "image_url": "https://x.test/a.png", "detail": "original"}


@pytest.mark.parametrize(
    "item",
    [
        {"role": "user", "content": [FILE]},
        {"role": "user", "content": [{"type": "input_image", "file_id": "file_1"}]},
        {"role": "user", "content": [ORIGINAL]},
        {"role": "developer", "content": [ORIGINAL | {"detail": "low"}]},
        {"type": "web_search_call", "status": "completed", "action": {"type": "search"}},
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"},
        {"type": "a_newer_one"},
        CALL | {"call_id": "a", "namespace": "n"},
        CALL | {"call_id": "a"},  # without an output
        OUTPUT | {"call_id": "b"},  # without a call
        OUTPUT,  # without an id of one
    ],
    ids=lambda item: item.get("type", "message"),
)
def test_an_item_without_a_counterpart(item: Json) -> None:
    error = refused(
        {"store": False, "input": [item | {"id": "it_1"}, {"role": "user", "content": "?"}]}
    )
    assert error["param"] == "input"
    assert "'it_1'" in error["message"]


@given(st.lists(for_schema("InputItem"), min_size=1, max_size=4))
def test_any_items_of_the_document(sent: list[Json]) -> None:
    try:
        completed = [complete_request_item(one) for one in sent]
        remove_filled_in_ids(sent, completed)
        context = make_stored_items(completed, "input", lambda _: None)
    except ServiceError:
        return  # no conversation can have them
    mapped_or_refused({}, context)


@st.composite
def conversations(draw: st.DrawFn) -> list[Json]:
    """Draw what talks look like, with calls and outputs in any order and of few ids."""
    kinds = st.sampled_from(
        ["user", "assistant", "call", "custom", "output", "custom_output", "rs"]
    )
    items: list[Json] = []
    for n, kind in enumerate(draw(st.lists(kinds, min_size=1, max_size=10))):
        id, call_id = f"it_{n}", draw(st.sampled_from("ab"))
        thought = [{"type": "reasoning_text", "text": "t"}]
        items.append(
            {
                "user": {"type": "message", "role": "user", "content": "u"},
                "assistant": {"type": "message", "role": "assistant", "content": []},
                "call": CALL | {"call_id": call_id},
                "custom": {
                    "type": "custom_tool_call", "call_id": call_id, "name": "c", "input": "",
                },
                "output": OUTPUT | {"call_id": call_id},
                "custom_output": OUTPUT | {"type": "custom_tool_call_output", "call_id": call_id},
                "rs": {"type": "reasoning", "summary": [], "content": thought},
            }[kind]
            | {"id": id}
        )  # fmt: skip
    outputs = {one["call_id"] for one in items if one["type"].endswith("_output")}
    for one in list(items):
        if draw(st.booleans()) and one.get("call_id") not in (None, *outputs):
            type = f"{one['type']}_output"
            items.append(OUTPUT | {"type": type, "call_id": one["call_id"], "id": f"{one['id']}_o"})
    return items


@given(conversations())
def test_any_order_of_calls_and_outputs(context: list[Json]) -> None:
    mapped_or_refused({}, context)


@given(for_schema("CreateResponse"))
def test_any_parameters_of_the_document(body: Json) -> None:
    context = [{"type": "message", "id": "msg_1", "role": "user", "content": "Hello"}]
    sent, error = attempt(body, context)
    if error is not None:
        assert error.param is not None
        assert error.param.replace("[", ".").partition(".")[0] in body
    else:
        assert request_problems(sent | {"model": "m"}) == []


def mapped_or_refused(request: Json, context: list[Json]) -> None:
    sent, error = attempt(request, context)
    if error is not None:
        assert error.param == "input"
        assert any(f"'{item['id']:.200}'" in error.message for item in context)
        return
    assert request_problems(sent | {"model": "m"}) == []
    mapped = [item for item in context if item["type"].startswith(("function", "custom"))]
    said = [m for m in sent["messages"] if m["role"] == "tool"]
    said += [one for m in sent["messages"] for one in m.get("tool_calls", ())]
    assert len(said) == len(mapped)


def attempt(request: Json, context: list[Json]) -> tuple[Json, ServiceError | None]:
    try:
        return chat_request(request, context), None
    except ServiceError as error:
        refusal = error
    assert refusal.status == 400
    return {}, refusal
