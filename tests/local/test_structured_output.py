"""JSON and calls that a request requires: the built-in model gives the emptiest that fits."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations.local import LocalService
from openai_conversations.local.structured_output import emptiest

from tests.local.calls import ask

NODE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
        "more": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
        "size": {"allOf": [{"$ref": "#/$defs/Size"}, {"type": "number", "maximum": 9}]},
    },
    "required": ["name", "next", "more", "size"],
    "additionalProperties": False,
}
DEFINED = {"Node": NODE, "Size": {"type": "integer", "minimum": 3}}
LEAVES = st.one_of(
    st.builds(lambda n: {"type": "string", "minLength": n}, st.integers(0, 3)),
    st.sampled_from(["date", "date-time", "email", "uuid", "uri", "ipv6"]).map(
        lambda name: {"type": "string", "format": name}
    ),
    st.builds(
        lambda name, low, width: {"type": "integer", name: low, "maximum": low + width + 1},
        st.sampled_from(["minimum", "exclusiveMinimum"]),
        st.integers(-5, 5),
        st.integers(0, 9),
    ),
    st.builds(
        lambda low, width: {"exclusiveMinimum": low, "exclusiveMaximum": low + width},
        st.integers(-5, 5),
        st.sampled_from([0.25, 1, 3]),
    ),
    st.builds(
        lambda step, low: {"type": "integer", "multipleOf": step, "minimum": low},
        st.integers(1, 7),
        st.integers(-20, 20),
    ),
    st.builds(
        lambda high: {"type": "integer", "exclusiveMaximum": high},
        st.integers(-9, 9),
    ),
    st.lists(st.sampled_from(["a", "b", 1, None, True, []]), min_size=1).map(
        lambda allowed: {"enum": allowed}
    ),
    st.sampled_from(["a", 1, None, {}]).map(lambda value: {"const": value}),
    st.sampled_from([{"type": "boolean"}, {"type": ["integer", "string"]}, {"type": "null"}, {}]),
    st.sampled_from([*DEFINED]).map(lambda name: {"$ref": f"#/$defs/{name}"}),
    st.just({"type": "object", "minProperties": 2}),
    st.just(True),
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda fields, n: {"type": "object", "properties": fields, "required": [*fields][:n]},
            st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
            st.integers(0, 3),
        ),
        st.builds(
            lambda one, n: {"type": "array", "items": one, "minItems": n}, inner, st.integers(0, 2)
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda variants: {"anyOf": variants}),
        st.tuples(inner, inner).map(
            lambda two: {
                "type": "object",
                "properties": {"a": two[0]},
                "required": ["a"],
                "allOf": [{"properties": {"b": two[1]}, "required": ["b"]}],
            }
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(SCHEMAS)
def test_the_emptiest_value_fits_its_schema(inner: Any) -> None:
    schema = {
        "$defs": DEFINED,
        "type": "object",
        "properties": {"value": inner},
        "required": ["value"],
    }
    jsonschema.Draft202012Validator(schema).validate(emptiest(schema))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (NODE | {"$defs": DEFINED}, {"name": "", "next": None, "more": [], "size": 3}),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {}),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"enum": ["x", "y"]}}}, "x"),
        ({"type": "object", "properties": {"a": {"$ref": "#"}}}, {}),
        # Nothing fits, or it is not a schema: null, and no error.
        ({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}, None),
        ({"allOf": [{"type": "string"}, False]}, None),
        ({"$ref": "#/$defs/none"}, None),
        ({"type": 5, "enum": 7}, None),
        ({"type": "object", "required": 3}, None),
        ({"allOf": [{"$ref": "#"}]}, None),
    ],
)
def test_values_that_are_known(schema: Any, value: Any) -> None:
    assert emptiest(schema) == value


SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def request(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "input": "Where?", **fields}


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ({"type": "json_schema", "name": "city", "schema": SCHEMA, "strict": True}, {"city": ""}),
        ({"type": "json_object"}, {}),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_the_text_is_json_that_fits(form: Any, value: Any, stream: bool) -> None:
    made = ask(LocalService(), "POST", "/responses", request(text={"format": form}, stream=stream))
    response = made.events[-1]["response"] if stream else made.json
    [message] = response["output"]
    assert json.loads(message["content"][0]["text"]) == value


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "name": name, "parameters": SCHEMA, "strict": True}


CUSTOM = {"type": "custom", "name": "run"}
ONLY_TWO = {
    "type": "allowed_tools",
    "mode": "required",
    "tools": [{"type": "function", "name": "two"}],
}
CALLED = {"type": "function_call", "call_id": "c", "name": "one", "arguments": "{}"}


@pytest.mark.parametrize(
    ("choice", "sent", "called"),
    [
        ("required", [], "one"),
        ("required", [CALLED], "two"),
        ("required", [CALLED, CALLED | {"name": "two"}, CALLED | {"name": "run"}], "run"),
        ({"type": "function", "name": "two"}, [], "two"),
        ({"type": "function", "name": "two"}, [CALLED | {"name": "two"}], "two"),
        ({"type": "custom", "name": "run"}, [], "run"),
        (ONLY_TWO, [], "two"),
        (ONLY_TWO | {"mode": "auto"}, [], None),
        ("auto", [], None),
        ("none", [], None),
        ({"type": "web_search_preview"}, [], None),
    ],
)
def test_a_tool_that_has_to_be_called_is(choice: Any, sent: Any, called: str | None) -> None:
    items = [{"role": "user", "content": "x"}, *sent]
    items += [{"type": "function_call_output", "call_id": "c", "output": ""}] if sent else []
    body = request(tools=[tool("one"), tool("two"), CUSTOM], tool_choice=choice, input=items)
    response = ask(LocalService(), "POST", "/responses", body).json
    [output] = response["output"]
    assert output.get("name") == called
    if called in ("one", "two"):
        assert json.loads(output["arguments"]) == {"city": ""}
    else:
        assert output["type"] == ("message" if called is None else "custom_tool_call")


def test_what_is_queued_comes_first_as_it_is() -> None:
    service = LocalService()
    service.model.enqueue_text("not JSON")
    body = request(text={"format": {"type": "json_object"}})
    made = ask(service, "POST", "/responses", body).json
    assert made["output"][0]["content"][0]["text"] == "not JSON"
