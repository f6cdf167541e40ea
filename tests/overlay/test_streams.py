"""Streams of events: whole, closed early, broken off, and the response at their end."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from openai_conversations import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncClient,
    RateLimitError,
)

from tests.overlay.client_runner import ClientRunner
from tests.overlay.events import delta, final
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True


def whole(peer: Peer) -> None:
    peer.events(delta(1, "Hel"), delta(2, "lö"), final("completed"))
    peer.end()


def create(client: Any) -> Any:
    return client.responses.create(model="gpt-4o", input="Hi", stream=True)


def test_all_events_in_order(runner: ClientRunner) -> None:
    with ScriptedServer(whole) as server:
        events = runner.collect(server.url, create, [])
    assert [event.type for event in events] == [
        "response.output_text.delta",
        "response.output_text.delta",
        "response.completed",
    ]
    assert [event.delta for event in events[:2]] == ["Hel", "lö"]
    assert events[2].response.output_text == "Hello"
    seen = server.requests[0]
    assert seen.json() == {"model": "gpt-4o", "input": "Hi", "stream": True}
    assert seen.headers["accept"] == "text/event-stream, application/json"


def broken_off(peer: Peer) -> None:
    peer.events(delta(1, "x"))
    peer.cut()


def ended_too_soon(peer: Peer) -> None:
    peer.events(delta(1, "x"))
    peer.end()


def half_an_event(peer: Peer) -> None:
    peer.events(delta(1, "x"))
    peer.send(b"9\r\ndata: {\r\n\r\n")
    peer.cut()


@pytest.mark.parametrize("script", [broken_off, ended_too_soon, half_an_event])
def test_a_stream_that_breaks_off(runner: ClientRunner, script: Any) -> None:
    events: list[Any] = []
    with ScriptedServer(script) as server, pytest.raises(APIConnectionError):
        runner.collect(server.url, create, events)
    assert [event.delta for event in events] == ["x"]


def test_a_stream_that_stalls(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        peer.wait()

    events: list[Any] = []
    with ScriptedServer(script) as server, pytest.raises(APITimeoutError):
        runner.collect(server.url, create, events, timeout=0.5)
    assert len(events) == 1


def test_a_stream_may_take_longer_than_the_timeout_of_a_read(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        for number in range(2, 14):
            peer.stopped.wait(0.1)
            peer.event(delta(number, "x"))
        peer.event(final("completed"))
        peer.end()

    with ScriptedServer(script) as server:
        assert len(runner.collect(server.url, create, [], timeout=1)) == 14


def bad_json(peer: Peer) -> None:
    peer.events()
    peer.send(b"c\r\ndata: {no}\n\n\r\n")
    peer.wait_for_hangup()


def no_object(peer: Peer) -> None:
    peer.events()
    peer.send(b"a\r\ndata: []\n\n\r\n")
    peer.wait_for_hangup()


@pytest.mark.off_contract
@pytest.mark.parametrize("script", [bad_json, no_object])
def test_an_event_that_cannot_be_read(runner: ClientRunner, script: Any) -> None:
    with (
        ScriptedServer(script) as server,
        pytest.raises(APIResponseValidationError, match="an event"),
    ):
        runner.collect(server.url, create, [])


@pytest.mark.off_contract
def test_an_event_of_an_unknown_kind_is_kept(runner: ClientRunner) -> None:
    odd = {"type": "response.hologram.delta", "depth": 3}

    def script(peer: Peer) -> None:
        peer.events(odd, final("completed"))
        peer.end()

    with ScriptedServer(script) as server:
        events = runner.collect(server.url, create, [])
    assert (events[0].type, events[0].depth, events[0].to_dict()) == (odd["type"], 3, odd)


@pytest.mark.off_contract
def test_an_error_in_place_of_an_event(runner: ClientRunner) -> None:
    body = {"message": "Overloaded", "type": "server_error", "code": "overloaded", "param": None}

    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        data = b'data: {"error": ' + str(body).replace("'", '"').replace("None", "null").encode()
        data += b"}\n\n"
        peer.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        peer.wait_for_hangup()

    with ScriptedServer(script) as server, pytest.raises(APIError, match="Overloaded") as caught:
        runner.collect(server.url, create, [])
    assert (caught.value.code, caught.value.body) == ("overloaded", body)


def test_an_error_status_comes_as_for_any_call(runner: ClientRunner) -> None:
    with (
        ScriptedServer(responds({"error": {"message": "Slow down"}}, status=429)) as server,
        pytest.raises(RateLimitError, match="Slow down") as caught,
    ):
        runner.collect(server.url, create, [], max_retries=1)
    assert caught.value.retries_taken == 1


def test_a_task_that_is_cancelled_frees_the_connection() -> None:
    async def run() -> None:
        with ScriptedServer(script, responds(CONVERSATION)) as server:
            async with AsyncClient(api_key="k", base_url=server.url) as client:
                async with anyio.create_task_group() as group:

                    async def read() -> None:
                        async with client.responses.stream(model="m", input="Hi") as stream:
                            async for _ in stream:
                                group.cancel_scope.cancel()

                    group.start_soon(read)
                assert (await client.conversations.retrieve("conv_1")).id == "conv_1"

    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        peer.wait_for_hangup()

    for backend in ("asyncio", "trio"):
        anyio.run(run, backend=backend)


def test_going_on_with_a_stored_stream(runner: ClientRunner) -> None:
    def retrieve(client: Any) -> Any:
        return client.responses.retrieve("resp_1", stream=True, starting_after=8)

    def nothing_left(peer: Peer) -> None:
        peer.events()
        peer.end()

    def the_rest(peer: Peer) -> None:
        peer.events(final("completed"))
        peer.end()

    with ScriptedServer(the_rest, nothing_left) as server:
        assert [e.type for e in runner.collect(server.url, retrieve, [])] == ["response.completed"]
        assert runner.collect(server.url, retrieve, []) == []
    assert server.requests[0].target == "/v1/responses/resp_1?stream=true&starting_after=8"


def test_done_may_stand_for_the_end(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"))
        peer.send(b"e\r\ndata: [DONE]\n\n\r\n")
        peer.end()

    with ScriptedServer(script) as server:
        assert len(runner.collect(server.url, create, [])) == 1
