"""What comes out goes in again: every kind of item, against the document's own input schemas."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai_conversations._request.input_items import to_input_items, to_response_input
from openai_conversations.errors import InvalidArgumentError
from openai_conversations_api import models

from tests import strategies
from tests.document import (
    Schema,
    members,
    name_of,
    python_name,
    schemas,
    tags,
)
from tests.overlay.input_schemas import input_kinds, is_input_item

OUTPUT_UNIONS = ("ConversationItem", "OutputItem", "ItemResource")
INPUT_ROLES = ["user", "system", "developer", "assistant"]


def output_kinds() -> dict[str, Schema]:
    """Return the schema of every item that comes out, by its name."""
    found = (member for union in OUTPUT_UNIONS for member in members(schemas()[union]))
    return {str(name_of(member)): member for member in found}


def test_every_kind_that_comes_out_can_go_in() -> None:
    assert {tag for output in output_kinds().values() for tag in tags(output)} <= set(input_kinds())


# Values of every kind, checked by an independent validator.


@st.composite
def items_that_come_out(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Draw a value of the schema `name`, without the parts that have no input form at all."""
    item: dict[str, Any] = draw(strategies.for_ref(output_kinds()[name]))
    if name == "Message":
        item["role"] = draw(st.sampled_from(INPUT_ROLES))
        union = "OutputMessageContent" if item["role"] == "assistant" else "InputContent"
        item["content"] = draw(st.lists(strategies.for_schema(union), min_size=1, max_size=2))
    elif name == "AdditionalTools":
        item["role"] = "developer"
    elif name == "ToolSearchCall":
        item["arguments"] = {}
    return item


def assert_part(sent: Any, item: Any) -> None:
    """Check that nothing is in a value but what is in another one, at any depth."""
    if isinstance(sent, dict) and isinstance(item, dict):
        for key, value in sent.items():
            assert_part(value, item[key])
    elif isinstance(sent, list) and isinstance(item, list):
        for value, whole in zip(sent, item, strict=True):
            assert_part(value, whole)
    else:
        assert sent == item


@pytest.mark.parametrize("name", sorted(output_kinds()))
def test_an_item_that_came_out_is_accepted_and_has_gained_nothing(name: str) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(items_that_come_out(name))
    def check(item: dict[str, Any]) -> None:
        before = copy.deepcopy(item)
        (sent,) = to_input_items([item])
        assert item == before
        assert is_input_item(sent)
        assert_part(sent, item)
        assert to_input_items([sent]) == [sent]
        model = getattr(models, python_name(name)).from_dict(item)
        assert to_input_items([model]) == [sent]

    check()


def test_the_closed_schemas_refuse_what_the_service_refuses() -> None:
    assert is_input_item({"role": "user", "content": "Hello"})
    assert is_input_item({"id": "msg_1", "type": "item_reference"})
    assert not is_input_item({"role": "user", "content": "Hello", "id": "msg_1"})
    assert not is_input_item({**CALL, "created_by": "user_1"})
    assert not is_input_item({**REASONING, "status": None})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.disturbed("ConversationItem"))
def test_whatever_a_server_sends_is_sent_on_or_refused_by_name(item: Any) -> None:
    before = copy.deepcopy(item)
    sent: dict[str, Any] = {}
    refused = None
    try:
        (sent,) = to_input_items([item])
    except InvalidArgumentError as error:
        refused = error.argument
    assert item == before
    assert refused is None or refused.startswith("items[0]")
    assert all(
        without_nulls(item[key]) == without_nulls(value)
        for key, value in sent.items()
        if key != "output"
    )


def without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: without_nulls(each) for key, each in value.items() if each is not None}


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects in a JSON value, itself included, that have keys; no free maps."""
    if isinstance(value, dict) and value:
        yield value
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list) and key not in ("env", "attributes", "headers"):
            yield from objects_in(each)


@pytest.mark.parametrize("tag", sorted(input_kinds()))
def test_a_null_anywhere_is_left_out_if_it_is_refused_and_its_absence_is_not(tag: str) -> None:
    kinds = st.one_of(*map(strategies.for_ref, input_kinds()[tag]))

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(kinds, st.data())
    def check(item: dict[str, Any], data: st.DataObject) -> None:
        item["type"] = tag
        place = data.draw(st.sampled_from(list(objects_in(item))))
        key = data.draw(st.sampled_from(sorted(place)))
        if key in ("type", "role", "content"):
            return  # by which the schema is found
        place[key] = None
        nulled = copy.deepcopy(item)
        accepted = is_input_item(nulled)
        del place[key]
        if not (accepted or is_input_item(item)):
            return  # it is required
        (sent,) = to_input_items([nulled])
        assert is_input_item(sent)
        if accepted:
            assert to_input_items([nulled])[0] == nulled

    check()


# One rule at a time.

REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "weather",
    "arguments": "{}",
    "status": "completed",
}


def only(item: object) -> dict[str, Any]:
    (sent,) = to_input_items([item])
    return sent


def message(role: str, content: object, **fields: object) -> dict[str, Any]:
    return {"type": "message", "id": "msg_1", "role": role, "content": content, **fields}


def test_a_dict_that_needs_no_change_is_sent_itself() -> None:
    items = [
        {"role": "user", "content": "Hello"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]},
        {"id": "msg_1"},
        {"type": "item_reference", "id": "msg_1"},
        {"type": "file_search_call", "id": "fs", "status": "completed", "queries": ["a"]},
        CALL,
    ]
    for item, sent in zip(items, to_input_items(items), strict=True):
        assert sent is item


def test_reasoning_stays_in_front_of_its_partner_and_whole() -> None:
    sent = to_input_items(iter([REASONING, CALL, REASONING, {"role": "user", "content": "Hi"}]))
    assert [item.get("type") for item in sent] == ["reasoning", "function_call", "reasoning", None]
    assert sent[0] == REASONING
    assert sent[1] == CALL


def test_null_is_left_out_where_the_input_side_refuses_it_and_kept_where_not() -> None:
    sent = only({**REASONING, "status": None, "content": None, "encrypted_content": None})
    assert sent == {**REASONING, "encrypted_content": None}
    assert "status" not in only({**CALL, "status": None})
    mcp = {"type": "mcp_call", "id": "m", "server_label": "s", "name": "n", "arguments": "{}"}
    assert only({**mcp, "status": None, "error": None}) == {**mcp, "error": None}


def test_created_by_is_left_out_and_inside_of_a_shells_output_too() -> None:
    chunk = {"stdout": "a", "stderr": "", "outcome": {"type": "timeout"}}
    item = {"type": "shell_call_output", "call_id": "c", "output": [{**chunk, "created_by": "u"}]}
    assert only({**item, "created_by": "u"}) == {**item, "output": [chunk]}
    assert item["output"] == [{**chunk, "created_by": "u"}]


def test_the_status_failed_of_a_computer_has_no_input_form() -> None:
    item = {"type": "computer_call_output", "call_id": "c", "output": {}}
    assert only({**item, "status": "failed"}) == item
    assert only({**item, "status": "completed"})["status"] == "completed"


@pytest.mark.parametrize(
    ("came", "lost"),
    [
        (message("user", [{"type": "input_text", "text": "a"}], status="completed"), {"id"}),
        (message("user", [], status="completed", phase=None), {"id", "phase"}),
        (message("user", [], status=None), {"id", "status"}),
        (message("developer", "text", status="completed"), {"id", "status"}),
        (message("assistant", "text", status="completed"), {"id", "status"}),
        (message("assistant", [{"type": "output_text", "text": "a"}], status="completed"), set()),
        (message("assistant", [{"type": "refusal", "refusal": "no"}], status=None), {"status"}),
        (message("assistant", [{"type": "input_text", "text": "a"}]), {"id"}),
        ({"role": "user", "content": "a", "id": "m", "status": "completed"}, {"id", "status"}),
        ({"role": "user", "content": [], "id": "m", "status": "completed"}, {"id"}),
        (message("critic", [{"type": "text", "text": "a"}], status="completed"), set()),
    ],
)
def test_a_message_becomes_the_input_form_that_fits_it(
    came: dict[str, Any], lost: set[str]
) -> None:
    assert only(came) == {key: value for key, value in came.items() if key not in lost}


def test_what_the_document_does_not_know_passes_unchanged() -> None:
    untyped = {"id": "r_1", "status": "completed", "summary": []}
    assert only(untyped) is untyped
    unknown = {"type": "hologram", "status": None, "created_by": "u", "parts": [{"a": None}]}
    assert only(unknown) is unknown
    newer = {**CALL, "of_a_newer_service": None}
    assert only(newer) is newer


def test_a_response_takes_a_text_or_items() -> None:
    assert to_response_input("Hello") == "Hello"
    assert to_response_input([CALL]) == [CALL]
    with pytest.raises(InvalidArgumentError, match=r"^input: expected a list of items"):
        to_response_input(7)


@pytest.mark.parametrize("wrong", ["Hello", {"role": "user", "content": "Hello"}, b"", None, 7])
def test_items_that_are_not_a_list(wrong: object) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^items: expected a list of items"):
        to_input_items(wrong)


@pytest.mark.parametrize(
    ("wrong", "argument"),
    [
        ("Hello", "items[1]"),
        (None, "items[1]"),
        ([CALL], "items[1]"),
        (dict, "items[1]"),
        ({}, "items[1].type"),
        ({"type": 7}, "items[1].type"),
        ({"type": "message", "role": "user"}, "items[1].content"),
        ({"role": "user", "content": None}, "items[1].content"),
        ({"role": "user", "content": {"type": "input_text"}}, "items[1].content"),
    ],
)
def test_an_item_that_is_none_is_named(wrong: object, argument: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        to_input_items([CALL, wrong])
    assert caught.value.argument == argument


def test_a_bare_string_among_the_items_is_told_how_to_become_a_message() -> None:
    with pytest.raises(InvalidArgumentError, match=r"MessageItem\.user_text"):
        to_input_items(["Hello"])
