"""What is stored for each kind of item, and which parts of it come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations._schema import document as _schema
from openai_conversations.local import LocalService
from openai_conversations.local.item_schemas import field_checks
from openai_conversations.local.stored_items import complete_request_item, field_problems

from tests.document import Schema, schemas, variants
from tests.local.calls import ask, new_conversation
from tests.strategies import for_ref

KINDS: dict[str, list[Schema]] = {
    kind: members
    for kind, members in variants(schemas()["InputItem"]).items()
    if kind not in ("item_reference", "compaction_trigger")
}


def acceptable(item: dict[str, Any]) -> dict[str, Any]:
    """Return the item without what the service refuses and the document allows, such as odd ids."""
    if item.get("id") is not None:
        item = item | {"id": "item_1"}
    if item.get("role") == "assistant" and isinstance(item["content"], list):
        spoken = ("input_text", "output_text", "refusal")
        item = item | {"content": [part for part in item["content"] if part["type"] in spoken]}
    return item


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_every_kind_is_stored_as_the_document_describes_it(kind: str, data: st.DataObject) -> None:
    member = data.draw(st.sampled_from(KINDS[kind]))
    sent = acceptable(data.draw(for_ref(member)))
    service = LocalService()
    id = new_conversation(service)
    response = ask(service, "POST", f"/conversations/{id}/items", {"items": [sent]})
    assert response.status == 200, response.json
    [stored] = response.json["data"]
    for union in ("ConversationItem", "ItemResource"):
        assert _schema.problems(_schema.schema(union), stored) == []
    assert stored["id"] == (sent.get("id") or stored["id"])
    # What came back can be sent again: nothing in it is more than the service takes.
    again = new_conversation(service)
    sent_back = ask(service, "POST", f"/conversations/{again}/items", {"items": [stored]})
    assert sent_back.status == 200, sent_back.json
    assert sent_back.json["data"] == [stored]
    service.close()


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([*KINDS]), st.data())
def test_fields_that_a_variant_has_checked_are_not_checked_again(
    kind: str, data: st.DataObject
) -> None:
    one, other = (data.draw(for_ref(data.draw(st.sampled_from(KINDS[kind])))) for _ in range(2))
    spoilt = data.draw(st.sets(st.sampled_from([*other])))
    item = complete_request_item(other | dict.fromkeys(spoilt, "odd") | one)
    body = _schema.operation("createConversationItems").body or {}
    fits = not _schema.problems(body, {"items": [item]})
    assert not fits or field_problems(item, fits=True) == field_problems(item)


def test_a_field_of_another_variant_is_checked() -> None:
    item = complete_request_item({"role": "user", "content": "x", "status": "odd", "phase": "odd"})
    places = [problem.path for problem in field_problems(item, fits=True)]
    assert sorted(places) == [("phase",), ("status",)]
    assert "content" in dict(field_checks("message", False)).keys() - dict(
        field_checks("message", True)
    )


@pytest.fixture
def service() -> Iterator[LocalService]:
    opened = LocalService()
    yield opened
    opened.close()


INCLUDED: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "message.input_image.image_url": (
        {
            "role": "user",
            "content": [{"type": "input_image", "detail": "low", "image_url": "http://x/y.png"}],
        },
        lambda item: item["content"][0].get("image_url"),
        "http://x/y.png",
    ),
    "reasoning.encrypted_content": (
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "abc"},
        lambda item: item.get("encrypted_content"),
        "abc",
    ),
    "file_search_call.results": (
        {
            "type": "file_search_call",
            "id": "fs_1",
            "status": "completed",
            "queries": [],
            "results": [{"file_id": "f"}],
        },
        lambda item: item["results"],
        [{"file_id": "f"}],
    ),
    "code_interpreter_call.outputs": (
        {
            "type": "code_interpreter_call",
            "id": "ci_1",
            "status": "completed",
            "container_id": "c",
            "code": "1",
            "outputs": [{"type": "logs", "logs": "1"}],
        },
        lambda item: item["outputs"],
        [{"type": "logs", "logs": "1"}],
    ),
    "computer_call_output.output.image_url": (
        {
            "type": "computer_call_output",
            "call_id": "c",
            "output": {"type": "computer_screenshot", "image_url": "http://x"},
        },
        lambda item: item["output"].get("image_url"),
        "http://x",
    ),
    "web_search_call.action.sources": (
        {
            "type": "web_search_call",
            "id": "ws_1",
            "status": "completed",
            "action": {"type": "search", "sources": [{"type": "url", "url": "http://x"}]},
        },
        lambda item: item["action"].get("sources"),
        [{"type": "url", "url": "http://x"}],
    ),
}


@pytest.mark.parametrize("name", INCLUDED)
@pytest.mark.parametrize("spelling", ["include", "include[]"])
def test_optional_parts_come_when_asked_for(
    service: LocalService, name: str, spelling: str
) -> None:
    item, part, value = INCLUDED[name]
    id = new_conversation(service)
    path = f"/conversations/{id}/items"
    query = [(spelling, "message.output_text.logprobs"), (spelling, name)]
    created = ask(service, "POST", path, {"items": [item]}, query=query).json["data"][0]
    assert part(created) == value
    for where in (path, f"{path}/{created['id']}"):
        for asked, expected in ((query, value), ([], None)):
            found = ask(service, "GET", where, query=asked).json
            assert part(found["data"][0] if where == path else found) == expected
