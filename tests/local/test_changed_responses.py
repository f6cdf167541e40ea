"""A document that OpenAI has changed: each response of local mode fits it, whatever it was.

`test_changed_document` runs whole programs; here each operation is served for itself.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from openai_conversations._schema.document import operations, response_problems
from openai_conversations.local import LocalService

from tests.local.calls import Response, ask, new_conversation
from tests.local.changed_document import (
    CARRIED,
    Change,
    Json,
    add_field,
    changed,
    properties,
    remove_field,
    resolved,
    response,
)
from tests.offenders import check_each

pytestmark = pytest.mark.off_contract

#: Forms of a field that a rule does not know and the document requires.
REQUIRED_FIELDS: list[Json] = [
    {"type": "string", "enum": ["a", "b"]},
    {"anyOf": [{"$ref": "#/components/schemas/Metadata"}, {"type": "null"}]},
    {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}, "required": ["n"]},
    {"$ref": "#/components/schemas/ResponseUsage"},
]


@pytest.fixture(autouse=True)
def responses_fit_the_document() -> None:
    """Stand in for the check of all responses, which knows the unchanged document."""


class Exchanges(NamedTuple):
    """What requests operations about what a file holds: each, or only some."""

    file: Path
    ids: list[str]

    def __call__(self, change: Change, *only: str) -> dict[str, Response]:
        """Return the responses with a changed document; each fits it, and has the status 200."""
        with changed(change), tempfile.TemporaryDirectory() as folder:
            service = LocalService(shutil.copy(self.file, folder))
            try:
                requests = _requests(*self.ids).items()
                found = {n: ask(service, *one) for n, one in requests if n in (only or (n,))}
            finally:
                service.close()
            for name, one in found.items():
                _check(name, one)
        return found


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory: pytest.TempPathFactory) -> Exchanges:
    """Store what operations are about with the unchanged document: none needs another to work."""
    path = tmp_path_factory.mktemp("stored") / "file.db"
    service = LocalService(path)
    id = new_conversation(service, "one", "two")
    item = ask(service, "GET", f"/conversations/{id}/items").json["data"][0]["id"]
    bodies: list[Json] = [{"input": "x"}, {"input": "x"}, {"input": "x", "background": True}]
    responses = [ask(service, "POST", "/responses", body).json["id"] for body in bodies]
    service.close()
    return Exchanges(path, [id, item, *responses])


def _requests(id: str, item: str, done: str, old: str, waiting: str) -> dict[str, Any]:
    """Return a request for each operation, by its name, in an order in which all can be served."""
    message: Json = {"type": "message", "role": "user", "content": "Hello"}
    turn = {"model": "m", "input": "Go on", "reasoning": {"effort": "low"}, "metadata": {"a": "b"}}
    return {
        "createConversation": ("POST", "/conversations", {"items": [message]}),
        "getConversation": ("GET", f"/conversations/{id}", None),
        "updateConversation": ("POST", f"/conversations/{id}", {"metadata": {"a": "b"}}),
        "createConversationItems": ("POST", f"/conversations/{id}/items", {"items": [message]}),
        "listConversationItems": ("GET", f"/conversations/{id}/items", None),
        "getConversationItem": ("GET", f"/conversations/{id}/items/{item}", None),
        "deleteConversationItem": ("DELETE", f"/conversations/{id}/items/{item}", None),
        "listConversations": ("GET", "/conversations", None),
        "deleteConversation": ("DELETE", f"/conversations/{id}", None),
        "createResponse": ("POST", "/responses", turn),
        "streamed": ("POST", "/responses", {**turn, "stream": True}),
        "getResponse": ("GET", f"/responses/{done}", None),
        "listInputItems": ("GET", f"/responses/{done}/input_items", None),
        "deleteResponse": ("DELETE", f"/responses/{old}", None),
        "cancelResponse": ("POST", f"/responses/{waiting}/cancel", None),
        "getInputTokenCounts": ("POST", "/responses/input_tokens", {"input": "x"}),
        "compactConversation": ("POST", "/responses/compact", {"model": "m", "input": "x"}),
    }


def _check(name: str, response: Response) -> None:
    described = operations().get("createResponse" if name == "streamed" else name)
    if described is None:
        assert response.status in (404, 405)
        return
    assert response.status == 200, (name, response.json)
    for event in response.events:
        assert response_problems(described.event or {}, event) == [], (name, event)
    if not response.events:
        assert response_problems(described.responses["200"] or {}, response.json) == [], name


#: The operations whose response is an object that the service makes, not an item.
OWN = [
    id
    for id, shape in (
        (o["operationId"], o) for one in CARRIED["paths"].values() for o in one.values()
    )
    if "content" in shape["responses"]["200"] and id != "getConversationItem"
]


def test_an_event_that_is_gone(exchanges: Exchanges) -> None:
    def change(spec: Json) -> None:
        union = response(spec, "createResponse", "text/event-stream")
        keyword = "anyOf" if "anyOf" in union else "oneOf"
        union[keyword] = [
            one
            for one in union[keyword]
            if resolved(spec, one)["properties"]["type"]["enum"] != ["response.in_progress"]
        ]

    events = exchanges(change)["streamed"].events
    assert "response.in_progress" not in [event["type"] for event in events]
    assert [event["sequence_number"] for event in events] == [*range(len(events))]


def test_a_new_field_of_a_response(exchanges: Exchanges) -> None:
    def change(spec: Json, id: str, field: Json) -> None:
        add_field(spec, response(spec, id), "fresh", field, required=True)

    def check(case: tuple[str, Json]) -> None:
        id, field = case
        assert "fresh" in exchanges(partial(change, id=id, field=field), id)[id].json

    check_each([(id, field) for id in OWN for field in REQUIRED_FIELDS], check)


@pytest.mark.parametrize(
    "name", ["ResponseUsage", "ResponseCompletedEvent", "ResponseTextDeltaEvent"]
)
def test_a_new_field_inside_of_a_response(exchanges: Exchanges, name: str) -> None:
    def change(spec: Json) -> None:
        shape = spec["components"]["schemas"][name]
        add_field(spec, shape, "fresh", {"type": "string", "enum": ["a"]}, required=True)

    exchanges(change)


def test_a_field_that_a_response_has_no_longer(exchanges: Exchanges) -> None:
    def change(spec: Json, id: str, name: str) -> None:
        remove_field(spec, response(spec, id), name)

    def check(case: tuple[str, str]) -> None:
        id, name = case
        found = exchanges(partial(change, id=id, name=name), id, "streamed")
        assert name not in found[id].json
        if id == "createResponse":
            events = [one["response"] for one in found["streamed"].events if "response" in one]
            assert all(name not in one for one in events)

    ids = ("createResponse", "getConversation", "deleteConversation", "listConversationItems",
           "getInputTokenCounts", "compactConversation")  # fmt: skip
    cases = [(i, n) for i in ids for f in properties(CARRIED, response(CARRIED, i)) for n in f]
    check_each(cases, check)


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("OutputTextContent", "logprobs"),
        ("OutputTextContent", "annotations"),
        ("ResponseTextDeltaEvent", "logprobs"),
        ("ResponseTextDoneEvent", "item_id"),
        ("ResponseUsage", "input_tokens_details"),
        ("OutputMessage", "status"),
        ("ResponseConversation", "id"),
        ("Reasoning", "summary"),
    ],
)
def test_a_field_that_is_gone_further_in(exchanges: Exchanges, schema: str, name: str) -> None:
    def change(spec: Json) -> None:
        remove_field(spec, spec["components"]["schemas"][schema], name)

    exchanges(change)


@pytest.mark.parametrize("part", ["logprobs", "annotations"])
def test_a_field_of_a_part_that_is_gone(exchanges: Exchanges, part: str) -> None:
    found = exchanges(
        lambda spec: remove_field(spec, spec["components"]["schemas"]["OutputTextContent"], part)
    )
    [item] = found["createResponse"].json["output"]
    assert part not in item["content"][0]
    assert "text" in item["content"][0]


def test_an_operation_that_is_gone(exchanges: Exchanges) -> None:
    def change(spec: Json, id: str) -> None:
        for path, shared in list(spec["paths"].items()):
            kept = {name: one for name, one in shared.items() if one["operationId"] != id}
            spec["paths"] |= {path: kept}

    check_each(operations(), lambda id: exchanges(partial(change, id=id)) and None)
