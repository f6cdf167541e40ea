# Made from _async/test_streams.py by tools/unasync. Do not edit.
"""Streams of events that are read by hand: to the response at their end, or left early."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import APIError, APIResponseValidationError, Client

from tests.overlay.concurrency_sync import blocking
from tests.overlay.events import delta, final, response
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

Connect = Callable[..., Client]
HELLO: dict[str, Any] = {"model": "gpt-4o", "input": "Hi"}


def whole(peer: Peer) -> None:
    peer.events(delta(1, "Hel"), delta(2, "lö"), final("completed"))
    peer.end()


@pytest.mark.parametrize("kind", ["completed", "failed", "incomplete"])
def test_the_final_response(connect: Connect, kind: str) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), final(kind))
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        with client, client.responses.stream(**HELLO) as stream:
            assert (next(stream)).type == "response.output_text.delta"
            got = stream.get_final_response()
    assert (got.status, got.output_text) == (kind, "Hello")


@pytest.mark.off_contract
@pytest.mark.parametrize("held", [{"output": None}, {}])
def test_a_final_response_without_output_has_what_the_events_brought(
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
        with client, client.responses.stream(**HELLO) as stream:
            got = stream.get_final_response()
    assert (got.output_text, got.output[0].id) == ("Hello", "msg_1")
    assert got.to_dict() == whole | {"output": [item]}


@pytest.mark.off_contract
@pytest.mark.parametrize("held", [{}, {"response": None}, {"response": "resp_1"}])
@pytest.mark.parametrize("kind", ["completed", "cancelled"])
def test_a_last_event_without_a_response_is_an_error(
    connect: Connect, kind: str, held: dict[str, Any]
) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), {"type": f"response.{kind}", "sequence_number": 2, **held})
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        with client, client.responses.stream(**HELLO) as stream:
            with pytest.raises(APIResponseValidationError, match=f"{kind} has no response"):
                stream.get_final_response()


@pytest.mark.off_contract
def test_a_last_event_of_a_new_kind_has_a_response_too(connect: Connect) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), final("cancelled"))
        peer.end()

    with ScriptedServer(script) as server:
        client = connect(server.url)
        with client, client.responses.stream(**HELLO) as stream:
            got = stream.get_final_response()
    assert (got.status, got.output_text) == ("cancelled", "Hello")


def test_an_error_event_ends_the_stream_and_is_not_a_final_response(
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
        with connect(server.url) as client:
            stream = client.responses.create(**HELLO, stream=True)
            events = [event for event in stream]
            assert events[-1].message == "No luck"
            stream = client.responses.create(**HELLO, stream=True)
            with pytest.raises(APIError, match="No luck") as caught:
                stream.get_final_response()
    assert caught.value.code == "server_error"


def test_closing_early_frees_the_connection(connect: Connect) -> None:
    hung_up = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        peer.wait_for_hangup()
        hung_up.release()

    with ScriptedServer(script, script, responds(CONVERSATION)) as server:
        with connect(server.url) as client:
            stream = client.responses.create(**HELLO, stream=True)
            assert (next(stream)).delta == "x"
            stream.close()
            assert [event for event in stream] == []
            with client.responses.stream(**HELLO) as stream:
                for _ in stream:
                    break
            for _ in range(2):
                assert blocking(hung_up.acquire, True, 10)
            assert (client.conversations.retrieve("conv_1")).id == "conv_1"


def test_leaving_the_block_of_a_stream_hangs_up(connect: Connect) -> None:
    hung_up = threading.Event()

    def script(peer: Peer) -> None:
        peer.events(delta(0, "x"))
        peer.wait_for_hangup()
        hung_up.set()

    with ScriptedServer(script, responds(CONVERSATION)) as server:
        with connect(server.url) as client:
            with client.responses.create(**HELLO, stream=True) as stream:
                assert (next(stream)).delta == "x"
            assert blocking(hung_up.wait, 10)
            assert (client.conversations.retrieve("conv_1")).id == "conv_1"
    assert server.connections == 2


def test_a_stream_that_was_read_gives_its_connection_back(connect: Connect) -> None:
    with ScriptedServer(whole, responds(CONVERSATION)) as server:
        with connect(server.url) as client:
            stream = client.responses.create(**HELLO, stream=True)
            stream.until_done()
            client.conversations.retrieve("conv_1")
    assert server.connections == 1
