"""A response is believed only if it is about what was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from openai_conversations import APIResponseValidationError, Client, Send
from openai_conversations._request.operations import Operation

from tests.document import fields, operations, resolve
from tests.offenders import check_each
from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds

pytestmark = pytest.mark.off_contract
Method = Callable[..., Any]


class Crossed:
    """An interceptor that gives the response to a request for something else."""

    def __init__(self) -> None:
        self.on = False

    def __call__(self, request: httpx.Request, send: Send) -> httpx.Response:
        response = send(request)
        if not self.on:
            return response
        body = {**json.loads(response.content or b"{}"), "id": "other_1"}
        return httpx.Response(200, json=body, request=request)


def named(client: Client, view: str) -> list[tuple[str, Method, tuple[str, ...], dict[str, Any]]]:
    """Return each method that names an object, with the id and the rest of its arguments."""
    conversation = client.conversations.create(items=[{"role": "user", "content": "x"}])
    (item,) = client.conversations.items.list(conversation.id).data
    response = client.responses.create(model="m", input="x", background=True)
    conversations = getattr(client.conversations, view, client.conversations)
    responses = getattr(client.responses, view, client.responses)
    items = getattr(client.conversations.items, view, client.conversations.items)
    there = {"conversation_id": conversation.id}
    return [
        (conversation.id, conversations.retrieve, (conversation.id,), {}),
        (conversation.id, conversations.update, (conversation.id,), {"metadata": {}}),
        (item.id, items.retrieve, (item.id,), there),
        (conversation.id, items.delete, (item.id,), there),
        (conversation.id, conversations.delete, (conversation.id,), {}),
        (response.id, responses.retrieve, (response.id,), {}),
        (response.id, responses.cancel, (response.id,), {}),
        (response.id, responses.delete, (response.id,), {}),
    ]


def parse(view: str, method: Method, *arguments: str, **keywords: Any) -> None:
    result = method(*arguments, **keywords)
    if view == "with_raw_response":
        result.parse()
    elif view == "with_streaming_response":
        with result as opened:
            opened.parse()


@pytest.mark.parametrize("view", ["plain", "with_raw_response", "with_streaming_response"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_response_about_another_object_is_refused(view: str, strict: bool) -> None:
    crossed = Crossed()
    with Client.local(interceptors=[crossed], strict=strict) as client:
        methods = named(client, view)
        crossed.on = True
        for expected, method, arguments, keywords in methods:
            with pytest.raises(APIResponseValidationError) as caught:
                parse(view, method, *arguments, **keywords)
            text = f"about another object: expected the id {expected!r}, got 'other_1'"
            assert str(caught.value).endswith(text)


@pytest.mark.parametrize("strict", [False, True])
def test_a_new_conversation_has_the_metadata_that_was_sent(strict: bool) -> None:
    bodies = [{**CONVERSATION, "metadata": kept} for kept in ({"of": "theirs"}, {}, None)]
    send = (httpx.Response(200, json=body) for body in bodies)
    with Client.local(interceptors=[lambda *_: next(send)], strict=strict) as client:
        with pytest.raises(APIResponseValidationError, match="expected the metadata that was sent"):
            client.conversations.create(metadata={"of": "mine"})
        # Servers may keep none.
        for kept in ({}, None):
            assert client.conversations.create(metadata={"of": "mine"}).metadata == kept


def test_every_operation_that_responds_with_an_id_checks_it() -> None:
    def check(case: tuple[str, str, dict[str, Any]]) -> None:
        path, _, operation = case
        schemas = [
            content["application/json"]["schema"]
            for status, response in operation["responses"].items()
            if status.startswith("2")
            and "application/json" in (content := response.get("content", {}))
        ]
        has_id = any("id" in fields(resolve(schema))[0] for schema in schemas)
        if "{" in path and has_id:
            identity = Operation[Any](operation["operationId"]).identity
            assert f"{{{identity}}}" in path

    check_each(operations(), check)


def test_lists_and_new_objects_have_ids_of_their_own() -> None:
    with Client.local(strict=True) as client:
        conversation = client.conversations.create()
        client.conversations.items.create(conversation.id, items=[{"role": "user", "content": "x"}])
        assert len(client.conversations.items.list(conversation.id).data) == 1
        response = client.responses.create(model="m", input="x")
        assert client.responses.input_items.list(response.id).data
        assert client.responses.retrieve(response.id).id == response.id


@pytest.mark.parametrize(
    "request_",
    [
        lambda c: c.conversations.create(),
        lambda c: c.conversations.retrieve("conv_1"),
        lambda c: c.conversations.items.create("conv_1", items=[{"role": "user", "content": "x"}]),
        lambda c: c.conversations.items.list("conv_1"),
        lambda c: c.conversations.items.retrieve("msg_1", conversation_id="conv_1"),
        lambda c: c.responses.create(model="m", input="x"),
        lambda c: c.responses.delete("resp_1"),
    ],
)
def test_an_error_with_a_status_of_success(runner: ClientRunner, request_: Method) -> None:
    body = {"error": {"message": "no room", "code": "full", "type": "x", "param": None}}
    with (
        ScriptedServer(responds(body)) as server,
        pytest.raises(APIResponseValidationError, match=r"is an error.*: no room") as caught,
    ):
        runner.run(server.url, request_)
    assert (caught.value.code, caught.value.type, caught.value.status_code) == ("full", "x", 200)


def test_a_list_in_place_of_an_object(runner: ClientRunner) -> None:
    with (
        ScriptedServer(responds({"object": "list", "data": [CONVERSATION]})) as server,
        pytest.raises(APIResponseValidationError, match="does not have the expected form"),
    ):
        runner.run(server.url, lambda c: c.conversations.create())
