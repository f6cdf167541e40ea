"""A document that OpenAI has changed: local mode serves README's program without an edit.

Each change is made alone. Both ends are strict: the service refuses what the document does not
have, and the client each response that does not fit it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from openai_conversations import BadRequestError, Client, InternalServerError, MessageItem
from openai_conversations.local import LocalService

from tests.local.calls import ask, new_conversation
from tests.local.changed_document import (
    CARRIED,
    FORMS,
    Change,
    Json,
    add_field,
    add_variant,
    body,
    changed,
    enums,
    operation,
    renamed,
    response,
)
from tests.offenders import check_each

pytestmark = pytest.mark.off_contract

TEXT: Json = {"type": "string"}


@pytest.fixture(autouse=True)
def responses_fit_the_document() -> None:
    """Stand in for the check of all responses, which knows the unchanged document."""


def program(client: Client, *, items: list[Any] | None = None, **params: Any) -> list[Any]:
    """Run README's program, plain and streamed; return the items of the conversation."""
    greeting = MessageItem.user_text("Hello!")
    kept = client.conversations.create(items=[greeting, *(items or ())], metadata={"user": "u"})
    assert client.conversations.retrieve(kept.id).metadata == {"user": "u"}
    sent: Any = {"model": "m", "input": "Go on", "conversation": kept.id, **params}
    made = client.responses.create(**sent)
    assert made.output_text.startswith("[local model]")
    with client.responses.stream(**sent) as stream:
        deltas = [one.delta for one in stream if one.type == "response.output_text.delta"]
    assert "".join(deltas) == stream.get_final_response().output_text
    assert client.responses.retrieve(made.id).id == made.id
    assert list(client.responses.retrieve(made.id, stream=True, starting_after=0))
    assert list(client.responses.input_items.list(made.id))
    client.conversations.items.create(kept.id, items=[{"role": "assistant", "content": "Well"}])
    listed = list(client.conversations.items.list(kept.id, order="asc", limit=2))
    assert len(listed) == 6 + len(items or ())
    for item in listed:
        client.conversations.items.retrieve(item.id, conversation_id=kept.id)
    client.conversations.items.delete(listed[0].id, conversation_id=kept.id)
    client.conversations.update(kept.id, metadata={})
    assert client.conversations.delete(kept.id).deleted
    return [made.to_dict(), *(item.to_dict() for item in listed)]


def serves(change: Change, **params: Any) -> list[Any]:
    """Run the program against local mode with a changed document; return what it returns."""
    with changed(change), Client.local(strict=True) as client:
        return program(client, **params)


def named(node: Any) -> set[str]:
    """Return the schemas that a part of the document refers to."""
    return set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(node)))


def used() -> list[str]:
    """Return the schemas that operations name, and the unions that those name."""
    schemas = CARRIED["components"]["schemas"]
    paths = CARRIED["paths"].items()
    first = named([one for path, one in paths if path.startswith(("/conv", "/responses/{"))])
    inner = {name for one in first for name in named(schemas[one])}
    return sorted(first | {name for name in inner if {"anyOf", "oneOf"} & schemas[name].keys()})


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_schema_that_is_called_otherwise(form: Callable[[str, Json], None]) -> None:
    check_each(used(), lambda name: serves(partial(form, name)) and None)


def test_all_schemas_that_are_called_otherwise_at_once() -> None:
    def change(spec: Json) -> None:
        for name in list(spec["components"]["schemas"]):
            renamed(name, spec)

    serves(change)


LABELLED = {"labels": "a", "secret": "b"}


def test_a_new_field_of_a_request() -> None:
    def change(spec: Json, required: bool = True) -> None:
        for name in ("labels", "secret"):
            add_field(spec, body(spec, "createResponse"), name, TEXT, required=required)
        add_field(spec, response(spec, "createResponse"), "labels", TEXT)

    for required in (False, True):
        made = serves(partial(change, required=required), extra_body=LABELLED)[0]
        assert made["labels"] == "a"
        assert "secret" not in made  # a response has it not
    with changed(change), Client.local() as client:
        with pytest.raises(BadRequestError, match="Missing required parameter: 'labels'"):
            client.responses.create(model="m", input="x")
        with pytest.raises(BadRequestError, match="'labels': expected a string"):
            client.responses.create(model="m", input="x", extra_body={**LABELLED, "labels": 1})


#: The schema of a query parameter, a value that fits it and one that does not.
QUERIES: list[tuple[Json, Any, Any]] = [
    ({"type": "boolean"}, True, "maybe"),
    ({"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]}, 9, 10),
    ({"type": "number", "minimum": 0}, 0.5, -0.5),
    ({"$ref": "#/components/schemas/OrderEnum"}, "asc", "up"),
    ({"type": "array", "items": {"allOf": [{"type": "string", "enum": ["a", "b"]}]}}, ["a"], ["c"]),
]


@pytest.mark.parametrize(("schema", "good", "bad"), QUERIES)
@pytest.mark.parametrize("shared", [False, True])
def test_a_new_query_parameter(schema: Json, good: Any, bad: Any, shared: bool) -> None:
    def change(spec: Json, **more: Any) -> None:
        name = "new[]" if isinstance(good, list) else "new"
        spec["components"]["schemas"]["OrderEnum"] = {"type": "string", "enum": ["asc", "desc"]}
        place = spec["paths"]["/responses"] if shared else operation(spec, "createResponse")
        place["parameters"] = [{"name": name, "in": "query", "schema": schema, **more}]

    serves(change)
    serves(partial(change, required=True), extra_query={"new": good})
    with changed(partial(change, required=True)), Client.local() as client:
        with pytest.raises(BadRequestError, match="Invalid value for 'new"):
            client.responses.create(model="m", input="x", extra_query={"new": bad})
        with pytest.raises(BadRequestError, match="Missing required parameter: 'new'"):
            client.responses.create(model="m", input="x")


def test_another_default_and_limit_of_a_query_parameter() -> None:
    def change(spec: Json) -> None:
        for one in operation(spec, "listConversationItems")["parameters"]:
            if one["name"] == "limit":
                one["schema"] = {"anyOf": [{"type": "integer", "default": 1, "maximum": 2}]}

    with changed(change):
        service = LocalService()
        path = f"/conversations/{new_conversation(service, 'a', 'b', 'c')}/items"
        assert len(ask(service, "GET", path).json["data"]) == 1
        assert len(ask(service, "GET", path, query=[("limit", "2")]).json["data"]) == 2
        assert ask(service, "GET", path, query=[("limit", "3")]).status == 400


def test_a_new_header() -> None:
    def change(spec: Json) -> None:
        header = {"name": "Idempotency-Key", "in": "header", "schema": {"default": "x", **TEXT}}
        operation(spec, "createResponse")["parameters"] = [header]

    serves(change)
    serves(change, extra_headers={"Idempotency-Key": "k"})


def test_a_new_kind_of_item() -> None:
    fields: Json = {"type": {"const": "hologram"}, "id": TEXT, "beams": {"type": "integer"}}
    kind = {"type": "object", "properties": fields, "required": ["type", "beams"]}

    def change(spec: Json) -> None:
        spec["components"]["schemas"]["Hologram"] = kind
        add_variant(spec, "reasoning", {"$ref": "#/components/schemas/Hologram"})

    items = serves(change, items=[{"type": "hologram", "beams": 2}])
    assert [one["beams"] for one in items if one.get("type") == "hologram"] == [2]
    with changed(change), Client.local(strict=True) as client:
        client.local_service.model.enqueue({"type": "hologram", "beams": 3})
        assert client.responses.create(model="m", input="x").output[0].to_dict()["beams"] == 3
        with pytest.raises(BadRequestError, match=r"items\[0\].beams"):
            client.conversations.create(items=[{"type": "hologram", "beams": "x"}])


def test_a_new_part_of_a_message() -> None:
    fields: Json = {"type": {"const": "input_smell"}, "smell": TEXT}
    part = {"type": "object", "properties": fields, "required": ["type", "smell"]}
    sent = {"role": "user", "content": [{"type": "input_smell", "smell": "rose"}]}
    items = serves(lambda spec: add_variant(spec, "input_file", part), items=[sent])
    assert items[2]["content"] == sent["content"]


def test_a_new_tool() -> None:
    fields: Json = {"type": {"const": "drill"}, "rpm": {"type": "integer"}}
    tool = {"type": "object", "properties": fields, "required": ["type", "rpm"]}
    sent = [{"type": "drill", "rpm": 900}]
    made = serves(lambda spec: add_variant(spec, "web_search_preview", tool), tools=sent)[0]
    assert made["tools"] == sent


@pytest.mark.parametrize("beside", ["response.output_text.delta", "response.completed"])
def test_a_new_event_of_a_stream(beside: str) -> None:
    fields: Json = {"type": {"const": "response.new"}, "response": TEXT}
    event = {"type": "object", "properties": fields, "required": ["type", "response"]}
    serves(lambda spec: add_variant(spec, beside, event))


def test_new_values() -> None:
    include: Any = ["message.input_text.mood", "message.content.mood"]

    def change(spec: Json) -> None:
        for values in enums(spec, "flex", "server_error", "reasoning.encrypted_content"):
            values += ["golden", "model_tired", *include]

    assert serves(change, service_tier="golden", include=include)[0]["service_tier"] == "golden"
    with changed(change), Client.local(strict=True) as client:
        client.local_service.model.enqueue_error("So tired.", code="model_tired")
        failed = client.responses.create(model="m", input="x").to_dict()
        assert failed["error"]["code"] == "model_tired"


def test_a_new_field_of_an_item() -> None:
    def change(spec: Json) -> None:
        for name in ("FunctionToolCallResource", "InputMessageResource", "Message"):
            shape = spec["components"]["schemas"][name]
            add_field(spec, shape, "fresh", {"type": "integer", "minimum": 2}, required=True)

    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "output": ""}
    assert [one["fresh"] for one in serves(change, items=[call, output])[1:3]] == [2, 2]


def test_an_operation_that_is_new() -> None:
    def change(spec: Json) -> None:
        spec["paths"]["/conversations/{conversation_id}/pin"] = {
            "get": {"operationId": "getPin", "responses": {"200": {}}},
            "post": {
                "operationId": "pinConversation",
                "requestBody": {"required": True, "content": {"multipart/form-data": {}}},
                "responses": {"200": {}},
            },
        }

    serves(change)
    with changed(change):
        service = LocalService()
        for method, path, name in (
            ("GET", "/conversations/conv_1/pin", "getPin"),
            ("POST", "/conversations/conv_1/pin", "pinConversation"),
        ):
            response = ask(service, method, path)
            assert (response.status, response.error["code"]) == (501, "not_implemented")
            assert name in response.error["message"]
            assert response.headers["x-should-retry"] == "false"
        assert ask(service, "DELETE", "/conversations").status == 405
        assert ask(service, "GET", "/pins").status == 404
    with changed(change), Client.local() as client, pytest.raises(InternalServerError) as error:
        client.get("/conversations/conv_1/pin")
    assert error.value.status_code == 501
