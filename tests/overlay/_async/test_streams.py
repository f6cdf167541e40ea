"""Streams of events that are read by hand: to the response at their end, or left early."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    AsyncClient,
    OpenAIError,
)

from tests.overlay.concurrency_async import blocking
from tests.overlay.events import delta, final, response
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

Connect = Callable[..., AsyncClient]
HELLO: dict[str, Any] = {"model": "gpt-4o", "input": "Hi"}


def whole(peer: Peer) -> None:
    peer.events(delta(1, "Hel"), delta(2, "lö"), final("completed"))
    peer.end()


@pytest.mark.parametrize("kind", ["completed", "failed", "incomplete"])
async def test_the_final_response(connect: Connect, kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), final(kind))
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            assert (await anext(stream)).type == "response.output_text.delta"
            got = await stream.get_final_response()
    assert (got.status, got.output_text) == (kind, "Hello")


@pytest.mark.off_contract
@pytest.mark.parametrize("held", [{"output": None}, {}])
async def test_a_final_response_without_output_has_what_the_events_brought(
    connect: Connect, held: dict[str, Any]
) -> None:
    whole = response("completed", "Hello")
    (item,) = whole.pop("output")
    begun = {"type": "response.output_item.added", "output_index": 0, "item": item}
    done = {"type": "response.output_item.done", "output_index": 0, "item": item}
    last = {"type": "response.completed", "response": whole | held}

    def script(peer: Peer) -> None:
        peer.events(begun | {"item": item | {"content": []}}, delta(1, "Hel"), done, last)
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            got = await stream.get_final_response()
    assert (got.output_text, got.output[0].id) == ("Hello", "msg_1")
    assert got.to_dict() == whole | {"output": [item]}


@pytest.mark.off_contract
@pytest.mark.parametrize("held", [{}, {"response": None}, {"response": "resp_1"}])
@pytest.mark.parametrize("kind", ["completed", "cancelled"])
async def test_a_last_event_without_a_response_is_an_error(
    connect: Connect, kind: str, held: dict[str, Any]
) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), {"type": f"response.{kind}", "sequence_number": 2, **held})
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            with pytest.raises(APIResponseValidationError, match=f"{kind} has no response"):
                await stream.get_final_response()


@pytest.mark.off_contract
async def test_a_last_event_of_a_new_kind_has_a_response_too(connect: Connect) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), final("cancelled"))
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            got = await stream.get_final_response()
    assert (got.status, got.output_text) == ("cancelled", "Hello")


async def test_an_error_event_ends_the_stream_and_is_not_a_final_response(
    connect: Connect,
) -> None:
    error = {
        "type": "error",
        "code": "server_error",
        "message": "No luck",
        "param": None,
        "sequence_number": 2,
    }

    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), error)
        peer.end()

    with ScriptedServer(script) as server:
        async with connect(server.url) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            events = [event async for event in stream]
            assert events[-1].message == "No luck"
            stream = await client.responses.create(**HELLO, stream=True)
            with pytest.raises(APIError, match="No luck") as caught:
                await stream.get_final_response()
    assert caught.value.code == "server_error"


async def test_closing_early_frees_the_connection(connect: Connect) -> None:
    hung_up = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        peer.wait_for_hangup()
        hung_up.release()

    with ScriptedServer(script, script, responds(CONVERSATION)) as server:
        async with connect(server.url) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            assert (await anext(stream)).delta == "x"
            await stream.close()
            assert [event async for event in stream] == []
            async with client.responses.stream(**HELLO) as stream:
                async for _ in stream:
                    break
            for _ in range(2):
                assert await blocking(hung_up.acquire, True, 10)
            assert (await client.conversations.retrieve("conv_1")).id == "conv_1"


async def test_leaving_the_block_of_a_stream_hangs_up(connect: Connect) -> None:
    hung_up = threading.Event()

    def script(peer: Peer) -> None:
        peer.events(delta(0, "x"))
        peer.wait_for_hangup()
        hung_up.set()

    with ScriptedServer(script, responds(CONVERSATION)) as server:
        async with connect(server.url) as client:
            async with await client.responses.create(**HELLO, stream=True) as stream:
                assert (await anext(stream)).delta == "x"
            assert await blocking(hung_up.wait, 10)
            assert (await client.conversations.retrieve("conv_1")).id == "conv_1"
    assert server.connections == 2


async def test_a_stream_that_was_read_gives_its_connection_back(connect: Connect) -> None:
    with ScriptedServer(whole, responds(CONVERSATION)) as server:
        async with connect(server.url) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            await stream.until_done()
            await client.conversations.retrieve("conv_1")
    assert server.connections == 1


def working(text: str) -> list[dict[str, Any]]:
    """Return the events of a response with a message, and its text in single characters."""
    begun = response("in_progress") | {"output": []}
    item = response("completed", text)["output"][0]
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = item["content"][0]
    events = [
        {"type": "response.created", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": item | {"status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **place, "part": part | {"text": ""}},
        *(delta(0, character) for character in text),
        {"type": "response.output_text.done", **place, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": response("completed", text)},
    ]
    return [event | {"sequence_number": number} for number, event in enumerate(events)]


def sends(events: list[dict[str, Any]]) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.events(*events)
        peer.end()

    return script


async def test_a_snapshot_has_what_has_come(connect: Connect) -> None:
    events = working("Hellö")
    with ScriptedServer(sends(events)) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            with pytest.raises(OpenAIError, match="no event"):
                _ = stream.snapshot
            text = ""
            async for event in stream:
                text += event.delta if event.type == "response.output_text.delta" else ""
                snapshot = stream.snapshot
                assert snapshot.output_text == text
                if event.sequence_number:
                    (message,) = snapshot.messages
                    done = event.type in ("response.output_item.done", "response.completed")
                    assert message.status == ("completed" if done else "in_progress")
                assert snapshot.is_completed == (event.type == "response.completed")
            assert stream.snapshot == await stream.get_final_response()
    assert text == "Hellö"


async def test_a_snapshot_keeps_what_came_before_an_error(connect: Connect) -> None:
    error = {"type": "error", "code": "x", "message": "No luck", "param": None}
    events = [*working("Hellö")[:5], error | {"sequence_number": 5}]
    with ScriptedServer(sends(events)) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            await stream.until_done()
            assert (stream.snapshot.status, stream.snapshot.output_text) == ("in_progress", "He")


@pytest.mark.off_contract
@pytest.mark.parametrize("held", [{"id": 7, "output": [None]}, {"output": 7}])
async def test_a_snapshot_of_something_else(connect: Connect, held: dict[str, Any]) -> None:
    odd = {"type": "response.created", "response": held}
    with ScriptedServer(sends([odd, odd, final("completed")])) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            await anext(stream)
            assert stream.snapshot.output_text == ""


async def test_the_texts_of_a_stream(connect: Connect) -> None:
    with ScriptedServer(sends(working("Hellö"))) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            deltas = stream.text_deltas()
            assert await anext(deltas) == "H"
            assert [text async for text in deltas] == ["e", "l", "l", "ö"]
            assert (await stream.get_final_response()).output_text == "Hellö"


async def test_the_texts_of_a_stream_that_breaks_off(connect: Connect) -> None:
    with ScriptedServer(sends(working("Hellö")[:4])) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            deltas = stream.text_deltas()
            assert await anext(deltas) == "H"
            with pytest.raises(APIConnectionError):
                await anext(deltas)
            assert [text async for text in deltas] == []


@pytest.mark.parametrize("status", ["completed", "incomplete"])
async def test_collecting_the_text(connect: Connect, status: str) -> None:
    with ScriptedServer(sends([delta(1, "Hel"), final(status)])) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            assert await stream.collect_text() == "Hello"
            assert stream.snapshot.status == status


async def test_collecting_the_text_of_a_response_that_failed(connect: Connect) -> None:
    failed = final("failed")
    failed["response"]["error"] = {"code": "server_error", "message": "No luck"}
    with ScriptedServer(sends([delta(1, "Hel"), failed])) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            with pytest.raises(APIError, match="No luck") as caught:
                await stream.collect_text()
    assert caught.value.code == "server_error"


@pytest.mark.off_contract
async def test_an_event_without_the_empty_line_after_it_is_given_before_the_error(
    connect: Connect,
) -> None:
    def script(peer: Peer) -> None:
        peer.events()
        data = b"data: " + json.dumps(delta(1, "x")).encode()
        peer.send(b"%x\r\n%s\r\n" % (len(data), data))
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            assert (await anext(stream)).delta == "x"
            with pytest.raises(APIConnectionError, match="before the response was complete"):
                await anext(stream)


@pytest.mark.off_contract
@pytest.mark.parametrize("length", [7, 20, -1])
async def test_a_body_that_ends_within_an_event_has_broken_off(
    connect: Connect, length: int
) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        data = b"data: " + json.dumps(delta(2, "y")).encode()
        peer.send(b"%x\r\n%s\r\n" % (len(data[:length]), data[:length]))
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        async with client, client.responses.stream(**HELLO) as stream:
            await anext(stream)
            with pytest.raises(APIConnectionError, match="before the response was complete"):
                await anext(stream)
