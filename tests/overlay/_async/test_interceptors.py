"""Interceptors: functions around each attempt, async where the client is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest
from openai_conversations import (
    APIResponseValidationError,
    APIStatusError,
    AsyncClient,
    NotFoundError,
    OpenAIError,
)

from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

Connect = Callable[..., AsyncClient]


async def test_interceptors_are_a_chain_around_each_attempt(connect: Connect) -> None:
    seen: list[str] = []

    def named(name: str) -> Any:
        async def interceptor(request: httpx.Request, send: Any) -> httpx.Response:
            seen.append(f"{name} before")
            request.headers["X-Tenant"] = name
            response: httpx.Response = await send(request)
            seen.append(f"{name} after {response.status_code} {len(response.content) > 0}")
            return response

        return interceptor

    with ScriptedServer(responds({}, status=429), responds(CONVERSATION)) as server:
        async with connect(server.url, interceptors=[named("outer"), named("inner")]) as client:
            await client.conversations.retrieve("conv_1")
    attempt = ["outer before", "inner before", "inner after {} True", "outer after {} True"]
    assert seen == [x.format(status) for status in (429, 200) for x in attempt]
    assert server.requests[0].headers["x-tenant"] == "inner"


async def test_what_an_interceptor_changes_is_not_in_the_next_request(connect: Connect) -> None:
    async def interceptor(request: httpx.Request, send: Any) -> httpx.Response:
        if "once" in str(request.url):
            request.headers["X-Once"] = "1"
            del request.headers["Accept"]
            request.extensions["timeout"]["read"] = 1.0
        assert "once" in str(request.url) or request.extensions["timeout"]["read"] == 600
        return await send(request)

    with ScriptedServer(responds(CONVERSATION)) as server:
        async with connect(server.url, interceptors=[interceptor]) as client:
            for id in ("conv_once", "conv_1"):
                await client.get(f"/conversations/{id}")
    once, then = server.requests
    assert (once.headers["x-once"], "accept" in once.headers) == ("1", False)
    assert ("x-once" in then.headers, then.headers["accept"]) == (False, "application/json")


async def test_an_interceptor_may_respond_by_itself(connect: Connect) -> None:
    async def cached(request: httpx.Request, send: Any) -> httpx.Response:
        return httpx.Response(200, json=CONVERSATION, request=request)

    async with connect("http://localhost:9/v1", interceptors=[cached]) as client:
        assert (await client.conversations.retrieve("conv_1")).id == "conv_1"


async def test_interceptors_of_a_client_of_either_library(connect: Connect, library: Any) -> None:
    async def made_anew(request: Any, send: Any) -> Any:
        assert type(request) is library.Request
        content = request.content.replace(b"1", b"12")
        response = await send(library.Request("POST", request.url, content=content))
        assert type(response) is library.Response
        return library.Response(200, json=response.json())

    with ScriptedServer(responds(CONVERSATION)) as server:
        async with library.AsyncClient() as own:
            client = connect(server.url, http_client=own, interceptors=[made_anew])
            await client.conversations.create(metadata={"a": "1"})
    (seen,) = server.requests
    assert seen.headers["content-length"] == str(len(seen.body))
    assert json.loads(seen.body) == {"metadata": {"a": "12"}}


async def test_a_response_may_be_of_the_other_library(connect: Connect, carrier: Any) -> None:
    other = httpx if carrier is httpx2 else httpx2
    broken = other.Response(302, headers={"location": "http://host:port/"})
    made = [broken, other.Response(404, json={}), other.Response(200, json=CONVERSATION)]

    async def cached(request: Any, send: Any) -> Any:
        return made.pop(0)

    own = carrier and carrier.AsyncClient()
    async with connect("http://localhost:9/v1", http_client=own, interceptors=[cached]) as client:
        with pytest.raises(APIStatusError, match="not valid"):
            await client.conversations.retrieve("conv_1")
        with pytest.raises(NotFoundError):
            await client.conversations.retrieve("conv_1")
        async with client.conversations.with_streaming_response.retrieve("conv_1") as response:
            assert (await response.parse()).id == "conv_1"
    if own is not None:
        await own.aclose()


async def test_a_request_may_not(connect: Connect, carrier: Any) -> None:
    async def foreign(request: Any, send: Any) -> Any:
        return await send((httpx if carrier is httpx2 else httpx2).Request("GET", str(request.url)))

    own = carrier and carrier.AsyncClient()
    said = "must send an httpx2.Request, not httpx.Req" if carrier is httpx2 else "an httpx.Request"
    async with connect("http://localhost:9/v1", http_client=own, interceptors=[foreign]) as client:
        with pytest.raises(OpenAIError, match=said):
            await client.conversations.retrieve("conv_1")
    if own is not None:
        await own.aclose()


async def test_a_raw_stream(connect: Connect) -> None:
    def script(peer: Peer) -> None:
        peer.events()
        peer.wait_for_hangup()

    with ScriptedServer(script) as server:
        async with connect(server.url) as client:
            responses = client.responses.with_raw_response
            raw = await responses.create(model="m", input="x", stream=True)
            await raw.parse().close()
    assert raw.status_code == 200


async def test_a_response_that_is_made_without_its_request(connect: Connect) -> None:
    made = [
        (httpx.Response(404, json={}), NotFoundError),
        (httpx.Response(302, headers={"location": "/x"}), APIStatusError),
        (httpx.Response(200, content=b"<html>"), APIResponseValidationError),
    ]

    async def cached(request: httpx.Request, send: Any) -> httpx.Response:
        return made[0][0]

    async with connect("http://localhost:9/v1", interceptors=[cached]) as client:
        while made:
            with pytest.raises(made[0][1]):
                await client.conversations.retrieve("conv_1")
            made.pop(0)


def stall_in_the_stream(peer: Peer) -> None:
    peer.events()
    peer.wait_for_hangup()


async def fails(request: httpx.Request, send: Any) -> httpx.Response:
    await send(request)
    raise KeyError("after sending")


async def sends_twice(request: httpx.Request, send: Any) -> httpx.Response:
    await send(request)
    response: httpx.Response = await send(request)
    return response


async def test_a_response_that_is_dropped_is_closed(connect: Connect) -> None:
    stream: dict[str, Any] = {"model": "m", "input": "x", "stream": True}
    kept: list[httpx.Response] = []  # or the garbage collector would close them

    async def keeps(request: httpx.Request, send: Any) -> httpx.Response:
        response: httpx.Response = await send(request)
        kept.append(response)
        return response

    with ScriptedServer(stall_in_the_stream) as server:
        async with connect(server.url, interceptors=[fails, keeps]) as client:
            with pytest.raises(KeyError):
                await client.responses.create(**stream)
            assert [response.is_closed for response in kept] == [True]
        kept.clear()
        async with (
            connect(server.url, interceptors=[sends_twice, keeps]) as client,
            await client.responses.create(**stream),
        ):
            assert [response.is_closed for response in kept] == [True, False]


async def test_a_length_is_that_of_the_content(connect: Connect) -> None:
    """Send what an interceptor made of a request, with the length that this has."""
    changed = b'{"metadata":{"changed":"yes"}}'

    async def foreign_length(request: httpx.Request, send: Any) -> httpx.Response:
        request.headers["Content-Length"] = "3"
        response: httpx.Response = await send(request)
        return response

    async def other_content(request: httpx.Request, send: Any) -> httpx.Response:
        if request.method == "GET":
            return await send(request)  # type: ignore[no-any-return]
        headers = [(k, v) for k, v in request.headers.multi_items() if k != "transfer-encoding"]
        request = httpx.Request(
            request.method,
            request.url,
            headers=headers,  # with the old length
            content=changed,
            extensions=request.extensions,
        )
        response: httpx.Response = await send(request)
        return response

    with ScriptedServer(responds(CONVERSATION)) as server:
        for interceptors in ([foreign_length], [other_content], [foreign_length, other_content]):
            async with connect(server.url, interceptors=interceptors) as client:
                await client.conversations.update("conv_1", metadata={"a": "GET / HTTP/1.1"})
                await client.conversations.retrieve("conv_1")
    updates = [seen.body for seen in server.requests if seen.method == "POST"]
    assert updates == [b'{"metadata":{"a":"GET / HTTP/1.1"}}', changed, changed]
    assert len(server.requests) == 6
