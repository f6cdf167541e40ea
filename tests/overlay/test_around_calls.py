"""What surrounds the operations: raw responses, calls by path, strict mode, interceptors."""

from __future__ import annotations

import inspect
import pickle
from datetime import timedelta
from typing import Any

import httpx
import pytest
from openai_conversations import (
    APIResponseValidationError,
    Client,
    InvalidArgumentError,
    RawResponse,
    models,
)

from tests.overlay.client_runner import ClientRunner
from tests.overlay.opened import opened
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, page, responds


def test_raw_responses(runner: ClientRunner) -> None:
    with ScriptedServer(responds(CONVERSATION, x_request_id="req_1")) as server:
        raw: RawResponse[models.Conversation] = runner.run(
            server.url, lambda c: c.conversations.with_raw_response.retrieve("conv_1")
        )
    assert (raw.status_code, raw.request_id, raw.retries_taken) == (200, "req_1", 0)
    assert raw.headers["Content-Type"] == "application/json"
    assert raw.json() == CONVERSATION
    assert raw.text == raw.content.decode()
    assert raw.parse() == models.Conversation.from_dict(CONVERSATION)
    assert repr(raw) == "RawResponse(200, request_id='req_1')"
    again = pickle.loads(pickle.dumps(raw))
    assert (again.json(), again.parse()) == (raw.json(), raw.parse())


KEY = "sk-secret-1"
HEAD = ("is_closed", "http_request", "method", "url", "http_version", "elapsed", "status_code")


@pytest.mark.off_contract
@pytest.mark.parametrize("view", ["with_raw_response", "with_streaming_response"])
def test_the_head_of_a_response_has_openai_pythons_names(runner: ClientRunner, view: str) -> None:
    def retrieve(client: Any) -> Any:
        options = {"extra_query": {"k": KEY}, "extra_headers": {"api-key": KEY}}
        return getattr(client.conversations, view).retrieve("conv_1", **options)

    def seen(response: Any) -> dict[str, Any]:
        return {name: getattr(response, name) for name in HEAD}

    with ScriptedServer(responds(CONVERSATION)) as server:
        url = server.url
        if view == "with_raw_response":
            head = seen(runner.run(server.url, retrieve, api_key=KEY))
        else:
            (head,) = runner.run(server.url, opened(seen, call=retrieve), api_key=KEY)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    request = head.pop("http_request")
    assert request.headers["user-agent"].startswith("openai-conversations/")
    assert head.pop("elapsed") > timedelta(0)
    assert KEY not in str([*request.headers.raw, request.url, request.content])
    assert head == {
        "is_closed": view == "with_raw_response",
        "method": "GET",
        "url": httpx.URL(f"{url}/conversations/conv_1"),
        "http_version": "HTTP/1.1",
        "status_code": 200,
    }


def test_pickles_of_responses_have_no_key(runner: ClientRunner) -> None:
    def pickled(client: Any) -> Any:
        return client.conversations.with_raw_response.retrieve("conv_1", extra_headers={"k": KEY})

    with ScriptedServer(responds(CONVERSATION)) as server:
        raw = runner.run(server.url, pickled, api_key=KEY)
        with pytest.raises(InvalidArgumentError, match="an open response"):
            runner.run(server.url, opened(pickle.dumps))
    assert KEY.encode() not in pickle.dumps(raw)


def test_a_raw_list(runner: ClientRunner) -> None:
    with ScriptedServer(responds(page(1))) as server:
        raw = runner.run(server.url, lambda c: c.conversations.items.with_raw_response.list("c"))
    assert raw.parse().data[0].id == "msg_1"


def test_calls_by_path(runner: ClientRunner) -> None:
    with ScriptedServer(responds(CONVERSATION, x_request_id="r")) as server:

        def get(client: Any, **options: Any) -> Any:
            return client.get("/conversations/conv_1", **options)

        assert runner.run(server.url, get) == CONVERSATION
        typed = runner.run(server.url, lambda c: get(c, cast_to=models.Conversation))
        assert typed == models.Conversation.from_dict(CONVERSATION)
        response = runner.run(server.url, lambda c: get(c, cast_to=httpx.Response))
        assert response.headers["x-request-id"] == "r"
        runner.run(server.url, lambda c: c.post("/conversations/é", body={"metadata": {}}))
        runner.run(server.url, lambda c: c.delete("/else where", extra_query={"a": "b"}))
        with pytest.raises(ValueError, match="path: "):
            runner.run(server.url, lambda c: c.get("https://elsewhere.example/v1"))
    *_, posted, deleted = server.requests
    assert (posted.target, posted.json()) == ("/v1/conversations/%C3%A9", {"metadata": {}})
    assert (deleted.method, deleted.target) == ("DELETE", "/v1/else%20where?a=b")


def test_a_class_that_a_response_cannot_become(runner: ClientRunner) -> None:
    def get(cast_to: Any) -> Any:
        return lambda c: c.get("/x", cast_to=cast_to)

    with ScriptedServer(responds(CONVERSATION)) as server:
        for wrong, shown in (
            (set, "the class set"),
            (CONVERSATION, "dict of length 4"),
            (None, "None"),
            ("dict", "'dict'"),
            (Client, "the class Client"),
        ):
            expected = f"^cast_to: expected a model class.*, got {shown}$"
            with pytest.raises(InvalidArgumentError, match=expected):
                runner.run(server.url, get(wrong))
        assert not server.requests
        for right in (dict, dict[str, Any], object, Any):
            assert runner.run(server.url, get(right)) == CONVERSATION
        with pytest.raises(APIResponseValidationError, match="expected form: dict of length 4"):
            runner.run(server.url, get(list))
    with ScriptedServer(responds(b"")) as server, pytest.raises(APIResponseValidationError):
        runner.run(server.url, lambda c: c.delete("/x", cast_to=models.Conversation))


@pytest.mark.off_contract
def test_strict_mode_says_what_does_not_fit(runner: ClientRunner) -> None:
    wrong = {**CONVERSATION, "created_at": "today", "object": "dialogue"}

    def retrieve(client: Any) -> Any:
        return client.conversations.retrieve("conv_1")

    with ScriptedServer(responds(wrong)) as server:
        assert runner.run(server.url, retrieve).object == "dialogue"
        with pytest.raises(APIResponseValidationError, match="created_at: expected") as caught:
            runner.run(server.url, retrieve, strict=True)
    assert "getConversation" in str(caught.value)
    assert caught.value.body == wrong
    with ScriptedServer(responds(CONVERSATION)) as server:
        assert runner.run(server.url, retrieve, strict=True).id == "conv_1"


@pytest.mark.off_contract
def test_strict_mode_looks_at_each_event(runner: ClientRunner) -> None:
    with (
        ScriptedServer(lambda peer: peer.events({"type": "response.hologram"})) as server,
        pytest.raises(APIResponseValidationError, match="createResponse"),
    ):
        runner.collect(
            server.url,
            lambda c: c.responses.create(model="m", input="x", stream=True),
            [],
            strict=True,
        )


def test_an_interceptor_that_returns_nothing_is_told_so() -> None:
    with (
        Client(api_key="k", interceptors=[lambda request, send: None]) as client,  # type: ignore[arg-type,return-value]
        pytest.raises(Exception, match=r"interceptors\[0\] must return an httpx.Response"),
    ):
        client.conversations.retrieve("conv_1")


@pytest.mark.docstrings
def test_the_examples_in_the_documentation_of_interceptors_run() -> None:
    import re

    from openai_conversations import interceptors

    blocks = re.findall(r"^    def .*?(?=^\S)", interceptors.__doc__ or "", re.M | re.S)
    (caching,) = re.findall(r"^    class .*?(?=^\S)", interceptors.__doc__ or "", re.M | re.S)
    assert blocks
    namespace: dict[str, Any] = {"current_tenant": lambda: "t", "time": __import__("time")}
    exec(
        "import httpx\nfrom openai_conversations import Client, AsyncSend, Send\n"
        + inspect.cleandoc("\n" + blocks[0]).replace("Client(", "Client(api_key='k', ")
        + "\n"
        + inspect.cleandoc("\n" + caching),
        namespace,
    )
    with ScriptedServer(responds(CONVERSATION)) as server:
        client = namespace["client"].with_options(base_url=server.url)
        client.conversations.retrieve("conv_1")
        assert server.requests[0].headers["x-tenant"] == "t"
        runner = ClientRunner("trio")
        twice = [lambda c: c.conversations.retrieve("conv_1")] * 2
        runner.run(server.url, *twice, interceptors=[namespace["Cache"]()])
        namespace["client"].close()
    assert len(server.requests) == 2
