# Made from _async/test_interceptors.py by tools/unasync. Do not edit.
"""Interceptors: functions around each attempt, async where the client is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from openai_conversations import Client

from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

Connect = Callable[..., Client]


def test_interceptors_are_a_chain_around_each_attempt(connect: Connect) -> None:
    seen: list[str] = []

    def named(name: str) -> Any:
        def interceptor(request: httpx.Request, send: Any) -> httpx.Response:
            seen.append(f"{name} before")
            request.headers["X-Tenant"] = name
            response: httpx.Response = send(request)
            seen.append(f"{name} after {response.status_code} {len(response.content) > 0}")
            return response

        return interceptor

    with ScriptedServer(responds({}, status=429), responds(CONVERSATION)) as server:
        with connect(server.url, interceptors=[named("outer"), named("inner")]) as client:
            client.conversations.retrieve("c")
    attempt = ["outer before", "inner before", "inner after {} True", "outer after {} True"]
    assert seen == [x.format(status) for status in (429, 200) for x in attempt]
    assert server.requests[0].headers["x-tenant"] == "inner"


def test_an_interceptor_may_respond_by_itself(connect: Connect) -> None:
    def cached(request: httpx.Request, send: Any) -> httpx.Response:
        return httpx.Response(200, json=CONVERSATION, request=request)

    with connect("http://localhost:9/v1", interceptors=[cached]) as client:
        assert (client.conversations.retrieve("conv_1")).id == "conv_1"


def test_a_raw_stream(connect: Connect) -> None:
    def script(peer: Peer) -> None:
        peer.events()
        peer.wait_for_hangup()

    with ScriptedServer(script) as server:
        with connect(server.url) as client:
            responses = client.responses.with_raw_response
            raw = responses.create(model="m", input="x", stream=True)
            raw.parse().close()
    assert raw.status_code == 200


def test_a_length_is_that_of_the_content(connect: Connect) -> None:
    """Send what an interceptor made of a request, with the length that this has."""
    changed = b'{"metadata":{"changed":"yes"}}'

    def foreign_length(request: httpx.Request, send: Any) -> httpx.Response:
        request.headers["Content-Length"] = "3"
        response: httpx.Response = send(request)
        return response

    def other_content(request: httpx.Request, send: Any) -> httpx.Response:
        if request.method == "GET":
            return send(request)  # type: ignore[no-any-return]
        headers = [(k, v) for k, v in request.headers.multi_items() if k != "transfer-encoding"]
        request = httpx.Request(
            request.method,
            request.url,
            headers=headers,  # with the old length
            content=changed,
            extensions=request.extensions,
        )
        response: httpx.Response = send(request)
        return response

    with ScriptedServer(responds(CONVERSATION)) as server:
        for interceptors in ([foreign_length], [other_content], [foreign_length, other_content]):
            with connect(server.url, interceptors=interceptors) as client:
                client.conversations.update("conv_1", metadata={"a": "GET / HTTP/1.1"})
                client.conversations.retrieve("conv_2")
    updates = [seen.body for seen in server.requests if seen.method == "POST"]
    assert updates == [b'{"metadata":{"a":"GET / HTTP/1.1"}}', changed, changed]
    assert len(server.requests) == 6
