"""Kinds, fields and values that the document does not have: kept and reported, or refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations import BadRequestError, Client
from openai_conversations.local import LocalService
from openai_conversations.local.item_schemas import item_tag
from openai_conversations.local.newer import _body_place
from openai_conversations.local.places import Place

from tests.document import Schema, schemas, variants
from tests.local.calls import ask, new_conversation
from tests.local.test_service_items import acceptable
from tests.strategies import disturbed, for_ref

pytestmark = pytest.mark.off_contract

TEXT = "the text of a user, which is a secret"
USER = {"role": "user", "content": TEXT}
PART = {"type": "input_text", "text": TEXT}
SAID: dict[str, Any] = {
    "role": "assistant", "content": [{"type": "output_text", "text": TEXT}],
}  # fmt: skip
TOOL = {"type": "function", "name": "f", "parameters": {"type": "object"}}


@pytest.fixture(autouse=True)
def responses_fit_the_document() -> None:
    """Stand in for the check of all responses: these have in them what the document has not."""


@pytest.fixture
def service() -> Iterator[LocalService]:
    opened = LocalService()
    yield opened
    opened.close()


#: A request, where in it something is newer, and how that is reported.
NEWER: dict[str, tuple[dict[str, Any], str, str]] = {
    "a kind of item": (
        {"input": [USER, {"type": "thought", "mood": {"is": None}}]},
        "input[1].type", "input[].type of createResponse: thought",
    ),
    "a kind of part": (
        {"input": [{"role": "user", "content": [PART, {"type": "input_video", "text": TEXT}]}]},
        "input[0].content[1].type", "input[].content[].type of createResponse: input_video",
    ),
    "a kind of tool": (
        {"input": "x", "tools": [TOOL, {"type": "web_search_2031"}]},
        "tools[1].type", "tools[].type of createResponse: web_search_2031",
    ),
    "a kind whose name may be a text": (
        {"input": [USER, {"type": TEXT}]}, "input[1].type", "input[].type of createResponse",
    ),
    "a field of the request": (
        {"input": "x", "thrift": TEXT}, "thrift", "thrift of createResponse",
    ),
    "a field of an item": ({"input": [USER | {"mood": TEXT}]}, "input[0].mood",
                           "input[].mood of createResponse"),
    "a field of a part": (
        {"input": [{"role": "user", "content": [PART | {"mood": TEXT}]}]},
        "input[0].content[0].mood", "input[].content[].mood of createResponse",
    ),
    "a field of a tool": (
        {"input": "x", "tools": [TOOL | {"mood": TEXT}]},
        "tools[0].mood", "tools[].mood of createResponse",
    ),
    "a field of a setting": (
        {"input": "x", "reasoning": {"effort": "low", "mood": TEXT}},
        "reasoning.mood", "reasoning.mood of createResponse",
    ),
    "a field whose name is odd": (
        {"input": "x", "a\n\u2028b": 1}, "a\n\u2028b", r"'a\n\u2028b' of createResponse",
    ),
    "a value": (
        {"input": "x", "service_tier": "golden " + TEXT}, "service_tier",
        "service_tier of createResponse",
    ),
    "a value of an item": (
        {"input": [{"type": "web_search_call", "id": "ws_1", "status": "dreaming",
                    "action": {"type": "search", "query": TEXT}}]},
        "input[0].status", "input[].status of createResponse",
    ),
    "a value of a message in parts": (
        {"input": [SAID | {"status": "dreaming"}]}, "input[0].status",
        "input[].status of createResponse",
    ),
    "a kind of annotation": (
        {"input": [SAID | {"content": [
            {"type": "output_text", "text": TEXT, "annotations": [{"type": "rumour"}]}]}]},
        "input[0].content[0].annotations[0].type",
        "input[].content[].annotations[].type of createResponse: rumour",
    ),
    "a value of include": (
        {"input": "x", "include": ["thought.mood"]}, "include[0]", "include[] of createResponse",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NEWER)
def test_it_is_kept_and_reported_once(
    service: LocalService, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    body, _, report = NEWER[what]
    for _ in range(2):
        response = ask(service, "POST", "/responses", body)
        assert response.status == 200, response.json
    assert caplog.messages == [f"Kept what the OpenAPI document does not have, {report}"]
    assert TEXT not in caplog.text
    assert caplog.records[0].levelno == logging.WARNING
    if not isinstance(body["input"], str):
        path = f"/responses/{response.json['id']}/input_items"
        stored = ask(service, "GET", path, query=[("order", "asc")]).json["data"]
        # Of what was sent, all is there; a text alone comes back as a part.
        for sent, kept in zip(body["input"], stored, strict=True):
            fields = {name: one for name, one in sent.items() if name != "content"}
            assert fields.items() <= kept.items()
    # What a response repeats of its request, it repeats whole.
    repeated = body.keys() & {"tools", "reasoning", "service_tier"}
    for name in repeated:
        sent, kept = body[name], response.json[name]
        pairs = zip(sent, kept, strict=True) if isinstance(sent, list) else [(sent, kept)]
        assert all(a == b or a.items() <= b.items() for a, b in pairs)


@pytest.mark.parametrize("what", NEWER)
def test_it_is_refused_where_that_is_strict(what: str, caplog: pytest.LogCaptureFixture) -> None:
    body, param, _ = NEWER[what]
    response = ask(LocalService(strict=True), "POST", "/responses", body)
    assert (response.status, response.error["param"]) == (400, param)
    unknown = what.startswith("a field")
    assert response.error["code"] == ("unknown_parameter" if unknown else "invalid_value")
    assert not caplog.messages


@pytest.mark.parametrize(
    "item",
    [
        {"type": "message", "role": "user", "content": [{"type": "output_text", "text": "x"}]},
        {"role": "assistant", "content": [{"type": "input_image", "detail": "auto"}]},
        {"type": "function", "name": "f"},
        {"type": "summary_text", "text": "x"},
        {"type": "compaction_trigger"},
        {"type": "thought", "id": 5},
        {"type": "thought", "id": "a b"},
        {"type": ["thought"]},
        {"type": "function_call", "call_id": "c", "name": "f"},
        {"type": "function_call", "call_id": 1, "name": "f", "arguments": "", "mood": 1},
        {"role": "user"},
        {},
        [],
    ],
)
def test_what_the_document_has_elsewhere_or_otherwise_is_refused(
    service: LocalService, item: Any
) -> None:
    response = ask(service, "POST", "/conversations", {"items": [item]})
    assert response.status == 400


def test_names_without_end_are_reported_a_thousand_times(
    service: LocalService, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"input": "x", **{f"field_{n}": n for n in range(1100)}}
    assert ask(service, "POST", "/responses", body).status == 200
    assert len(caplog.messages) == 1000
    long = "x" * 10_000
    ask(LocalService(), "POST", "/responses", {"input": "x", long: 1})
    assert len(caplog.messages[-1]) < 150


def test_an_item_of_an_unknown_kind_comes_back_as_it_was(service: LocalService) -> None:
    item = {"type": "thought", "id": "th_1", "mood": None, "content": [{"a": [None]}], "role": 5}
    id = ask(service, "POST", "/conversations", {"items": [item]}).json["id"]
    path = f"/conversations/{id}/items"
    assert ask(service, "GET", path).json["data"] == [item]
    assert ask(service, "GET", f"{path}/th_1").json == item
    body = {"conversation": id, "input": [{"type": "thought"}], "stream": True}
    assert ask(service, "POST", "/responses", body).events[-1]["type"] == "response.completed"
    for odd in ({"type": ""}, {"type": "thought", "content": [None, 1, {"text": "a"}]}):
        made = ask(service, "POST", "/responses", {"input": [odd]})
        assert (made.status, made.json["status"]) == (200, "completed")
    count = ask(service, "POST", "/responses/input_tokens", {"input": [item]})
    assert count.status == 200
    assert ask(service, "POST", "/responses/compact", {"model": "m", "input": [item]}).status == 200


KINDS: dict[str, list[Schema]] = {
    kind: members
    for kind, members in variants(schemas()["InputItem"]).items()
    if kind not in ("item_reference", "compaction_trigger")
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_what_the_document_has_is_not_newer(kind: str, data: st.DataObject) -> None:
    member = data.draw(st.sampled_from(KINDS[kind]))
    sent = acceptable(data.draw(for_ref(member)))
    service = LocalService(strict=True)
    id = new_conversation(service)
    path = f"/conversations/{id}/items"
    assert ask(service, "POST", path, {"items": [sent]}).status == 200
    # A field more is one, at any place that is not of free form.
    wrong = ask(service, "POST", path, {"items": [sent | {"id": "item_2", "mood": 1}]})
    assert (wrong.status, wrong.error["param"]) == (400, "items[0].mood")
    service.close()
    service = LocalService()
    id = new_conversation(service)
    path = f"/conversations/{id}/items"
    assert ask(service, "POST", path, {"items": [sent | {"mood": [TEXT]}]}).json["data"][0][
        "mood"
    ] == [TEXT]
    service.close()


def test_the_client_of_a_strict_service() -> None:
    with Client.local() as client:
        item: Any = {"type": "thought", "mood": "good"}
        id = client.conversations.create(items=[item]).id
        [kept] = client.conversations.items.list(id)
        assert kept.to_dict()["mood"] == "good"
    with Client.local(strict=True) as client, pytest.raises(BadRequestError):
        client.conversations.create(items=[item])


@pytest.mark.parametrize("strict", [False, True])
@settings(max_examples=60, deadline=None)
@given(item=disturbed("InputItem"))
def test_no_item_makes_the_service_fail(strict: bool, item: Any) -> None:
    service = LocalService(strict=strict)
    response = ask(service, "POST", "/responses", {"input": [item], "stream": True})
    assert response.status < 500
    assert all(event["type"] not in ("error", "response.failed") for event in response.events)
    created = ask(service, "POST", "/conversations", {"items": [item]})
    if created.status == 200:
        path = f"/conversations/{created.json['id']}/items"
        listed = ask(service, "GET", path)
        assert listed.status == 200
    service.close()


def undeclared(place: Place, value: Any) -> list[tuple[str | int, ...]]:
    """Return where fields are that no schema declares, by looking at all that is in a value."""
    inner: list[tuple[str | int, Any, Place | None]] = []
    found: list[tuple[str | int, ...]] = []
    if isinstance(value, list):
        inner = [(n, one, place._items) for n, one in enumerate(value)]
    elif isinstance(value, dict) and (declared := place.fields(item_tag(value))):
        inner = [(name, one, declared.get(name)) for name, one in value.items()]
    for step, one, at in inner:
        found += [(step, *path) for path in undeclared(at, one)] if at else [(step,)]
    return found


@settings(max_examples=150, deadline=None)
@given(disturbed("CreateResponse"))
def test_unknown_fields_are_found_wherever_they_are(body: Any) -> None:
    place = _body_place("createResponse")
    assert [one.path for one in place.unknown_fields(body)] == undeclared(place, body)
