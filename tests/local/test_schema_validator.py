"""The package's own validator gives the verdicts of jsonschema, and says well what is wrong.

`oneOf` is read as "at least one" here: the document's unions overlap, and jsonschema is given the
same reading. What is said, and in which order, is that of `plain_validator`.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openai_conversations._schema import document as _schema
from openai_conversations._schema.validation import KEYWORDS, Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.document import schemas
from tests.local.plain_validator import PlainValidator
from tests.strategies import disturbed, for_schema

NAMES = sorted(_schema.document()["components"]["schemas"])


def at_least_one(node: Any) -> Any:
    """Return the schema with every `oneOf` turned into an `anyOf` beside what it has."""
    if isinstance(node, list):
        return [at_least_one(one) for one in node]
    if not isinstance(node, dict):
        return node
    changed = {key: at_least_one(value) for key, value in node.items() if key != "oneOf"}
    if isinstance(node.get("oneOf"), list):
        changed["allOf"] = [*changed.get("allOf", []), {"anyOf": at_least_one(node["oneOf"])}]
    return changed


@cache
def judge(name: str) -> Draft202012Validator:
    resource = DRAFT202012.create_resource(at_least_one(_schema.document()))
    registry: Any = Registry().with_resource("urn:api", resource)
    return Draft202012Validator({"$ref": f"urn:api#/components/schemas/{name}"}, registry=registry)


def same_verdict(name: str, value: Any) -> bool:
    found = _schema.problems(_schema.schema(name), value)
    assert (not found) == judge(name).is_valid(value), (name, value, found)
    assert found == PlainValidator(_schema.document()).problems(_schema.schema(name), value)
    return not found


def test_the_carried_document_has_the_schemas_of_the_spec() -> None:
    assert set(NAMES) == set(schemas())


@pytest.mark.parametrize("union", ["InputItem", "ConversationItem", "CreateResponse", "Tool"])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_verdict_of_what_people_send_and_get(union: str, data: st.DataObject) -> None:
    assert same_verdict(union, data.draw(for_schema(union)))
    same_verdict(union, data.draw(disturbed(union)))


@settings(max_examples=120, deadline=None)
@given(data=st.data(), name=st.sampled_from(NAMES))
def test_verdict_over_every_schema(data: st.DataObject, name: str) -> None:
    assert same_verdict(name, data.draw(for_schema(name)))
    same_verdict(name, data.draw(disturbed(name)))


def keywords(node: Any) -> set[str]:
    found: set[str] = set()
    if not isinstance(node, dict):
        return found
    for key, value in node.items():
        found.add(key)
        if key == "properties":
            found.update(*map(keywords, value.values()))
        elif key in ("items", "additionalProperties", "propertyNames"):
            found |= keywords(value)
        elif key in ("anyOf", "oneOf", "allOf"):
            found.update(*map(keywords, value))
    return found


def test_every_keyword_of_the_document_is_known() -> None:
    used = {
        keyword
        for keyword in set().union(*map(keywords, schemas().values()))
        if not keyword.startswith("x-")  # an extension, which says nothing about values
    }
    assert used <= KEYWORDS, f"the validator ignores {sorted(used - KEYWORDS)}"


FIELDS = st.text("ab") | st.just("type")
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.0, -2.0]), st.text("ab")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])


def tiny_schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    size = st.integers(0, 3)
    members = st.lists(inner, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "const": VALUES,
            "properties": st.dictionaries(FIELDS, inner, max_size=2),
            "required": st.lists(FIELDS, max_size=2, unique=True),
            "additionalProperties": inner,
            "propertyNames": inner,
            "items": inner,
            "anyOf": members,
            "allOf": members,
            "minLength": size,
            "maxLength": size,
            "minItems": size,
            "maxItems": size,
            "minProperties": size,
            "maxProperties": size,
            "minimum": st.integers(-2, 2),
            "maximum": st.integers(-2, 2),
            "pattern": st.sampled_from(["^a", "b$", "ab"]),
        },
    )


@settings(max_examples=200, deadline=None)
@given(schema=st.recursive(st.booleans(), tiny_schemas, max_leaves=6), value=VALUES)
def test_verdict_over_schemas_of_every_shape(schema: Any, value: Any) -> None:
    found = Validator({}).problems(schema, value)
    assert (not found) == Draft202012Validator(schema).is_valid(value), found
    assert found == PlainValidator({}).problems(schema, value)


OF_A_TYPE = st.builds(dict, type=TYPES)
TAGGED = st.fixed_dictionaries(
    {"properties": st.fixed_dictionaries({"type": st.builds(dict, const=st.sampled_from("ab"))})},
    optional={"required": st.sampled_from([["type"], ["type", "a"]]), "type": TYPES},
)


@settings(max_examples=150, deadline=None)
@given(
    variants=st.lists(TAGGED | OF_A_TYPE | tiny_schemas(st.booleans()), min_size=1, max_size=4),
    values=st.lists(
        st.dictionaries(FIELDS, st.sampled_from(["a", "b", "c", 3, None]), max_size=3) | SCALARS,
        min_size=1,
        max_size=5,
    ),
)
@example(variants=[{"type": "integer", "maximum": 0}, {"type": "string"}], values=[1.0, 0.5])
def test_problems_of_unions_with_and_without_tags(variants: list[Any], values: list[Any]) -> None:
    schema, validator = {"anyOf": variants}, Validator({})
    for value in values:
        assert validator.problems(schema, value) == PlainValidator({}).problems(schema, value)


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [(1, 2), OrderedDict(type="message", role="user"), Text("user"), 2.0, 2.5, 1e300, b"", object],
    ids=repr,
)
def test_problems_of_values_that_no_json_decoder_makes(value: Any) -> None:
    """Take what a function of a model may return."""
    plain = PlainValidator(_schema.document())
    for name in NAMES:
        schema = _schema.schema(name)
        assert _schema.problems(schema, value) == plain.problems(schema, value), name


@pytest.mark.parametrize(
    ("items", "param", "message", "code"),
    [
        (
            [{"role": "user", "content": [{"type": "input_text", "text": 3}]}],
            "items[0].content[0].text",
            "expected a string, got an integer",
            "invalid_type",
        ),
        (
            [{"role": "user", "content": "hi"}, {"role": "nobody", "content": "hi"}],
            "items[1].role",
            "expected one of 'user', 'assistant', 'system', 'developer', got 'nobody'",
            "invalid_value",
        ),
        (
            [{"type": "function_call", "call_id": "c", "name": "f"}],
            "items[0].arguments",
            "is required",
            "missing_required_parameter",
        ),
        ([7], "items[0]", "expected an object, got an integer", "invalid_type"),
        ("none", "items", "expected an array, got a string", "invalid_type"),
        (
            [{"role": "user", "content": "hi"}] * 21,
            "items",
            "must have 20 entries or fewer, got 21",
            "invalid_value",
        ),
    ],
)
def test_a_problem_says_where_and_what(items: Any, param: str, message: str, code: str) -> None:
    body = _schema.operation("createConversationItems").body
    assert body is not None
    [problem] = _schema.problems(body, {"items": items})
    assert (problem.param, problem.message, problem.code) == (param, message, code)


def test_an_unknown_kind_is_one_problem_that_lists_the_known_ones() -> None:
    [problem] = _schema.problems(_schema.schema("InputItem"), {"type": "hologram"})
    assert problem.param == "type"
    assert problem.message.startswith("expected one of additional_tools, apply_patch_call")
    assert problem.message.endswith("got 'hologram'")


def test_operations_are_found_by_method_and_path() -> None:
    hit = _schema.match("get", "/conversations/conv%201/items/msg_2")
    assert hit is not None
    operation, values = hit
    assert operation is _schema.operation("getConversationItem")
    assert values == {"conversation_id": "conv 1", "item_id": "msg_2"}


def test_a_literal_path_comes_before_a_parameter() -> None:
    hit = _schema.match("POST", "/responses/compact")
    assert hit is not None
    assert hit[0].id == "compactConversation"
    assert _schema.methods("/responses/compact") == ["POST"]
    assert _schema.methods("/responses/resp_1") == ["DELETE", "GET"]
    assert _schema.match("GET", "/nothing/here") is None


def test_an_unknown_operation_is_named_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"listThreads.*createConversation"):
        _schema.operation("listThreads")
