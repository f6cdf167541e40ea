"""What surrounds the operations: raw responses, calls by path, strict mode, interceptors."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from openai_conversations import (
    APIResponseValidationError,
    Client,
    RawResponse,
    models,
)

from tests.overlay.loopback import CONVERSATION, Loopback, answers, page
from tests.overlay.ways import Way


def test_raw_responses(way: Way) -> None:
    with Loopback(answers(CONVERSATION, x_request_id="req_1")) as server:
        raw: RawResponse[models.Conversation] = way.run(
            server.url, lambda c: c.conversations.with_raw_response.retrieve("conv_1")
        )
    assert (raw.status_code, raw.request_id, raw.retries_taken) == (200, "req_1", 0)
    assert raw.headers["Content-Type"] == "application/json"
    assert raw.json() == CONVERSATION
    assert raw.text == raw.content.decode()
    assert raw.parse() == models.Conversation.from_dict(CONVERSATION)
    assert repr(raw) == "RawResponse(200, request_id='req_1')"


def test_a_raw_list_and_a_raw_stream(way: Way) -> None:
    with Loopback(answers(page(1))) as server:
        raw = way.run(server.url, lambda c: c.conversations.items.with_raw_response.list("c"))
    assert raw.parse().data[0].id == "msg_1"

    def open_and_close(client: Any) -> Any:
        def call(client: Any) -> Any:
            return client.responses.with_raw_response.create(model="m", input="x", stream=True)

        if way.name == "sync":
            raw = call(client)
            raw.parse().close()
            return raw

        async def run() -> Any:
            raw = await call(client)
            await raw.parse().close()
            return raw

        return run()

    with Loopback(lambda peer: (peer.events(), peer.wait_for_hangup())[0]) as server:
        assert way.run(server.url, open_and_close).status_code == 200


def test_calls_by_path(way: Way) -> None:
    import httpx

    with Loopback(answers(CONVERSATION, x_request_id="r")) as server:

        def get(client: Any, **options: Any) -> Any:
            return client.get("/conversations/conv_1", **options)

        assert way.run(server.url, get) == CONVERSATION
        typed = way.run(server.url, lambda c: get(c, cast_to=models.Conversation))
        assert typed == models.Conversation.from_dict(CONVERSATION)
        answer = way.run(server.url, lambda c: get(c, cast_to=httpx.Response))
        assert answer.headers["x-request-id"] == "r"
        way.run(server.url, lambda c: c.post("/conversations/é", body={"metadata": {}}))
        way.run(server.url, lambda c: c.delete("/else where", extra_query={"a": "b"}))
        with pytest.raises(ValueError, match="path: "):
            way.run(server.url, lambda c: c.get("https://elsewhere.example/v1"))
    *_, posted, deleted = server.requests
    assert (posted.target, posted.json()) == ("/v1/conversations/%C3%A9", {"metadata": {}})
    assert (deleted.method, deleted.target) == ("DELETE", "/v1/else%20where?a=b")


@pytest.mark.off_contract
def test_strict_mode_says_what_does_not_fit(way: Way) -> None:
    wrong = {**CONVERSATION, "created_at": "today", "object": "dialogue"}

    def retrieve(client: Any) -> Any:
        return client.conversations.retrieve("conv_1")

    with Loopback(answers(wrong)) as server:
        assert way.run(server.url, retrieve).object == "dialogue"
        with pytest.raises(APIResponseValidationError, match="created_at: expected") as caught:
            way.run(server.url, retrieve, strict=True)
    assert "getConversation" in str(caught.value)
    assert caught.value.body == wrong
    with Loopback(answers(CONVERSATION)) as server:
        assert way.run(server.url, retrieve, strict=True).id == "conv_1"


@pytest.mark.off_contract
def test_strict_mode_looks_at_each_event(way: Way) -> None:
    with (
        Loopback(lambda peer: peer.events({"type": "response.hologram"})) as server,
        pytest.raises(APIResponseValidationError, match="createResponse"),
    ):
        way.collect(
            server.url,
            lambda c: c.responses.create(model="m", input="x", stream=True),
            [],
            strict=True,
        )


def test_interceptors_are_a_chain_around_each_attempt(way: Way) -> None:
    seen: list[str] = []

    def sync(name: str) -> Any:
        def interceptor(request: Any, send: Any) -> Any:
            seen.append(f"{name} before")
            request.headers["X-Tenant"] = name
            response = send(request)
            seen.append(f"{name} after {response.status_code} {len(response.content) > 0}")
            return response

        return interceptor

    def asynchronous(name: str) -> Any:
        async def interceptor(request: Any, send: Any) -> Any:
            seen.append(f"{name} before")
            request.headers["X-Tenant"] = name
            response = await send(request)
            seen.append(f"{name} after {response.status_code} {len(response.content) > 0}")
            return response

        return interceptor

    make = sync if way.name == "sync" else asynchronous
    with Loopback(answers({}, status=429), answers(CONVERSATION)) as server:
        way.run(
            server.url,
            lambda c: c.conversations.retrieve("c"),
            interceptors=[make("outer"), make("inner")],
        )
    attempt = ["outer before", "inner before", "inner after {} True", "outer after {} True"]
    assert seen == [x.format(status) for status in (429, 200) for x in attempt]
    assert server.requests[0].headers["x-tenant"] == "inner"


def test_an_interceptor_may_answer_by_itself(way: Way) -> None:
    import httpx

    def cached(request: httpx.Request, send: Any) -> Any:
        return httpx.Response(200, json=CONVERSATION, request=request)

    async def acached(request: httpx.Request, send: Any) -> Any:
        return cached(request, send)

    interceptor: Any = cached if way.name == "sync" else acached
    got = way.run(
        "http://localhost:9/v1",
        lambda c: c.conversations.retrieve("conv_1"),
        interceptors=[interceptor],
    )
    assert got.id == "conv_1"


def test_an_interceptor_that_returns_nothing_is_told_so() -> None:
    with (
        Client(api_key="k", interceptors=[lambda request, send: None]) as client,  # type: ignore[arg-type,return-value]
        pytest.raises(Exception, match=r"interceptors\[0\] must return an httpx.Response"),
    ):
        client.conversations.retrieve("c")


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
    with Loopback(answers(CONVERSATION)) as server:
        client = namespace["client"].with_options(base_url=server.url)
        client.conversations.retrieve("conv_1")
        assert server.requests[0].headers["x-tenant"] == "t"
        way = Way("trio")
        twice = [lambda c: c.conversations.retrieve("conv_1")] * 2
        way.run(server.url, *twice, interceptors=[namespace["Cache"]()])
        namespace["client"].close()
    assert len(server.requests) == 2
