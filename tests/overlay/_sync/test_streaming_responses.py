# Made from _async/test_streaming_responses.py by tools/unasync. Do not edit.
"""Responses whose body is read while it comes: what a test holds on to, and when it lets go."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from openai_conversations import Client

from tests.overlay.concurrency_sync import blocking
from tests.overlay.events import delta, final
from tests.overlay.opened import BODY, BODY_JSON, create, retrieve, stalling
from tests.overlay.scripted_server import Peer, ScriptedServer, page, responds

Connect = Callable[..., Client]


def at_once(response: Any) -> None:
    pass


def after_a_piece(response: Any) -> None:
    assert len(next(response.iter_bytes(4))) == 4


def after_a_line(response: Any) -> None:
    assert next(response.iter_lines())


def closed_twice(response: Any) -> None:
    assert next(response.iter_text())
    response.close()
    response.close()


@pytest.mark.parametrize("leave", [at_once, after_a_piece, after_a_line, closed_twice])
def test_leaving_early_hangs_up_and_the_client_goes_on(
    connect: Connect, leave: Callable[[Any], None]
) -> None:
    hung_up = threading.Event()

    def script(peer: Peer) -> None:
        stalling(peer)
        hung_up.set()

    with ScriptedServer(script, responds(BODY_JSON)) as server:
        with connect(server.url) as client:
            with retrieve(client) as response:
                leave(response)
            assert blocking(hung_up.wait, 10)
            assert (client.conversations.retrieve("conv_1")).id == "conv_1"
    assert server.connections == 2


def test_leaving_the_block_closes_the_stream_of_events(connect: Connect) -> None:
    hung_up = threading.Event()

    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        peer.wait_for_hangup()
        hung_up.set()

    with ScriptedServer(script, responds(BODY_JSON)) as server:
        with connect(server.url) as client:
            with create(client) as response:
                stream = response.parse()
                assert (next(stream)).delta == "x"
            assert blocking(hung_up.wait, 10)
            assert (client.conversations.retrieve("conv_1")).id == "conv_1"


def test_a_list_goes_on_with_its_next_pages(connect: Connect) -> None:
    with ScriptedServer(responds(page(1, 2, has_more=True)), responds(page(3))) as server:
        with connect(server.url) as client:
            items = client.conversations.items.with_streaming_response
            with items.list("c", order="asc") as response:
                listed = response.parse()
                assert [item.id for item in listed] == ["msg_1", "msg_2", "msg_3"]
            with items.list("c", order="asc") as response:
                assert [item.id for item in (response.parse()).data] == ["msg_3"]
    assert len(server.requests) == 3


def test_a_stream_of_events_is_parsed_as_it_comes(connect: Connect) -> None:
    begun = threading.Event()

    def script(peer: Peer) -> None:
        peer.events(delta(1, "Hel"))
        begun.wait(10)
        peer.event(final("completed"))
        peer.end()

    with ScriptedServer(script) as server:
        with connect(server.url) as client, create(client) as response:
            stream = response.parse()
            assert repr(stream).endswith("Stream(open)")
            assert (next(stream)).delta == "Hel"
            assert repr(stream).endswith("Stream(open, sequence_number=1)")
            begun.set()
            # The same stream, which goes on where it was.
            assert response.parse() is stream
            assert [event.type for event in stream] == ["response.completed"]
    assert server.requests[0].headers["accept"] == "text/event-stream, application/json"
    shown = "closed, status='completed', id='resp_1', sequence_number=9"
    assert repr(stream).endswith(f"Stream({shown})")


def test_with_a_client_of_the_callers(connect: Connect, library: Any) -> None:
    scripts = (responds(BODY, content_type="application/json"), stalling, responds(BODY_JSON))
    with ScriptedServer(*scripts) as server:
        with library.Client() as http_client:
            client = connect(server.url, http_client=http_client)
            with retrieve(client) as response:
                response.read()
                assert response.http_response.content == BODY
            with retrieve(client) as response:
                assert next(response.iter_bytes())
            with retrieve(client) as response:
                response.read()
                assert response.http_response.json() == BODY_JSON


def test_an_interceptor_may_have_read_it(connect: Connect) -> None:
    def reading(request: httpx.Request, send: Any) -> httpx.Response:
        response: httpx.Response = send(request)
        response.read()
        return response

    with ScriptedServer(responds(BODY_JSON)) as server:
        client = connect(server.url, interceptors=[reading])
        with client, retrieve(client) as response:
            pieces = [piece for piece in response.iter_bytes(5)]
            assert json.loads(b"".join(pieces)) == response.json() == BODY_JSON
