"""Where a stream ends, what in it is an error, and what comes in the place of a stream."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from openai_conversations import APIConnectionError, APIError, APIResponseValidationError
from openai_conversations._async import body_reader as async_body_reader
from openai_conversations._response import response_events, server_sent_events
from openai_conversations._sync import body_reader

from tests.document import fields, members, resolve, schemas, tags, variants
from tests.overlay.client_runner import ClientRunner
from tests.overlay.events import delta, final
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

pytestmark = pytest.mark.off_contract
ON_EVERY_TRANSPORT = True
DONE = b"data: [DONE]\n\n"
FACTS = {"type": "too_many_requests", "code": "slow_down", "message": "Slow, please", "param": "m"}


def create(client: Any) -> Any:
    return client.responses.create(model="gpt-4o", input="Hi", stream=True)


def retrieve(client: Any) -> Any:
    return client.conversations.retrieve("conv_1")


def sse(event: dict[str, Any], *, name: str | None = None) -> bytes:
    name = event["type"] if name is None else name
    return (f"event: {name}\n" if name else "").encode() + f"data: {json.dumps(event)}\n\n".encode()


X, END = sse(delta(1, "x")), sse(final("completed"))


def chunked(peer: Peer, *pieces: bytes) -> None:
    peer.events()
    for piece in pieces:
        peer.send(b"%x\r\n%s\r\n" % (len(piece), piece))


#: What comes, and how many events that is.
ENDS = {
    "done": ([X, DONE], 1),
    "done in the chunk of the last event": ([X + DONE], 1),
    "done twice": ([X, DONE + DONE], 1),
    "done with blanks": ([X, b"data:  [DONE] \n\n"], 1),
    "done without a blank": ([X, b"data:[DONE]\n\n"], 1),
    "done, and more after it": ([X + DONE + X], 1),
    "the last event": ([X, END], 2),
    "the last event, and done": ([X, END, DONE], 2),
    "the last event, and more after it": ([X, END + X], 2),
    "failed": ([X, sse(final("failed"))], 2),
    "incomplete": ([X, sse(final("incomplete"))], 2),
    "cancelled": ([X, sse(final("cancelled"))], 2),
    "one that is newer": ([X, sse(final("expired"))], 2),
    "one that is newer, of another name": (
        [X, sse({**final("expired"), "type": "response.ended"})],
        2,
    ),
    "after one that is newer": ([X, sse({**final("queued"), "type": "response.moved"}), END], 3),
    "after one that carries no whole response": ([X, sse({"type": "response.beat"}), END], 3),
    "completed, without a status": ([X, sse({**final("completed"), "response": {}})], 2),
    "completed, in progress": ([X, sse({**final("in_progress"), "type": "response.completed"})], 2),
    "an error event": ([X, sse({**FACTS, "type": "error", "sequence_number": 2})], 2),
}


@pytest.mark.parametrize(("pieces", "count"), ENDS.values(), ids=ENDS.keys())
def test_the_end_of_a_stream_does_not_wait_for_that_of_the_connection(
    runner: ClientRunner, pieces: list[bytes], count: int
) -> None:
    hung_up = threading.Event()

    def script(peer: Peer) -> None:
        chunked(peer, *pieces)
        peer.wait_for_hangup()
        hung_up.set()

    with ScriptedServer(script) as server:
        events = runner.collect(server.url, create, [])
        assert hung_up.wait(10)
    assert len(events) == count


def test_a_connection_whose_stream_has_ended_is_used_again(
    runner: ClientRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_reader, "_MOMENT", 30)
    monkeypatch.setattr(async_body_reader, "_MOMENT", 30)
    # The transport sees to the end of the moment, without a thread that waits for it.
    monkeypatch.setattr(threading, "Timer", None)

    def script(peer: Peer) -> None:
        chunked(peer, X, END)
        peer.send(b"7\r\n: end\n\n\r\n")
        peer.end()

    def read(client: Any) -> Any:
        if runner.name == "sync":
            return client.responses.create(model="m", input="Hi", stream=True).until_done()

        async def all_of_it() -> None:
            await (await create(client)).until_done()

        return all_of_it()

    with ScriptedServer(script, responds(CONVERSATION)) as server:
        assert runner.run(server.url, read, retrieve).id == "conv_1"
    assert server.connections == 1


@pytest.mark.parametrize("nothing", [b"data:\n\n", b"data: \n\n", b"data\n\n", b"event: ping\n\n"])
def test_data_that_is_empty_is_nothing(runner: ClientRunner, nothing: bytes) -> None:
    def script(peer: Peer) -> None:
        chunked(peer, nothing, X + nothing, nothing + END)
        peer.end()

    with ScriptedServer(script) as server:
        assert len(runner.collect(server.url, create, [])) == 2


ERRORS = {
    "in error": sse({"error": FACTS}, name=""),
    "in error, of the type error": sse({"type": "error", "sequence_number": 2, "error": FACTS}),
    "named error": sse({"error": FACTS}, name="error"),
    "named error, without nesting": sse(
        {key: value for key, value in FACTS.items() if key != "type"}, name="error"
    ),
    "nested twice": sse({"type": "error", "error": {"error": FACTS}}),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS.keys())
def test_an_error_keeps_message_code_and_param(runner: ClientRunner, error: bytes) -> None:
    def script(peer: Peer) -> None:
        chunked(peer, X, error)
        peer.wait_for_hangup()

    events: list[Any] = []
    with ScriptedServer(script) as server, pytest.raises(APIError, match="Slow, please") as caught:
        runner.collect(server.url, create, events)
    assert (caught.value.code, caught.value.param) == ("slow_down", "m")
    assert len(events) == 1


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (b"event: error\ndata: upstream is down\n\n", "upstream is down"),
        (b'data: {"error": "no capacity"}\n\n', "no capacity"),
        (b'event: error\ndata: {"detail": "busy"}\n\n', "busy"),
        (b'event: error\ndata: {"status": 500}\n\n', "the service reported an error"),
    ],
)
def test_an_error_of_another_form(runner: ClientRunner, error: bytes, text: str) -> None:
    def script(peer: Peer) -> None:
        chunked(peer, error)
        peer.wait_for_hangup()

    with ScriptedServer(script) as server, pytest.raises(APIError, match=text):
        runner.collect(server.url, create, [])


HTML = b"<html><title>Sign in</title></html>"
RESPONSE = json.dumps(final("completed")["response"]).encode()
NO_STREAMS = {
    "HTML": (HTML, "text/html", r"200 and text/html \(35 bytes\)"),
    "HTML, said to be a stream": (
        HTML,
        "text/event-stream",
        r"200 and text/event-stream \(35 bytes\)",
    ),
    "HTML, said to be nothing": (HTML, "", r"200 and no content type \(35 bytes\)"),
    "JSON": (RESPONSE, "application/json", r"200 and application/json \(\d+ bytes\)"),
    "text": (b"\nOK\n", "text/plain", r"200 and text/plain \(2 bytes\)"),
    "nothing": (b"", "application/json", r"200 and application/json \(0 bytes\)"),
    "a list": (b"[]", "application/json", r"200 and application/json \(2 bytes\)"),
}


@pytest.mark.parametrize(("body", "kind", "text"), NO_STREAMS.values(), ids=NO_STREAMS.keys())
def test_what_is_not_a_stream_is_named(
    runner: ClientRunner, body: bytes, kind: str, text: str
) -> None:
    headers = {"content_type": kind} if kind else {}
    with (
        ScriptedServer(responds(body, **headers)) as server,
        pytest.raises(APIResponseValidationError, match=text) as caught,
    ):
        runner.collect(server.url, create, [])
    assert caught.value.status_code == 200


def test_the_json_of_an_error_in_place_of_a_stream(runner: ClientRunner) -> None:
    with (
        ScriptedServer(responds({"error": FACTS})) as server,
        pytest.raises(APIError, match="Slow, please") as caught,
    ):
        runner.collect(server.url, create, [])
    assert caught.value.code == "slow_down"


def test_a_stream_of_another_content_type_is_read(runner: ClientRunner) -> None:
    with ScriptedServer(responds(X + END, content_type="application/octet-stream")) as server:
        assert len(runner.collect(server.url, create, [])) == 2


@pytest.mark.parametrize("body", [b"", b": still there\n\n"])
def test_a_stream_without_any_event_broke_off(runner: ClientRunner, body: bytes) -> None:
    with (
        ScriptedServer(responds(body, content_type="text/event-stream")) as server,
        pytest.raises(APIConnectionError, match="before the response was complete"),
    ):
        runner.collect(server.url, create, [])


def test_an_event_without_an_end(runner: ClientRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_sent_events, "_LONGEST", 100_000)

    def script(peer: Peer) -> None:
        chunked(peer, X, b"data: ")
        while True:
            peer.send(b"3e8\r\n" + b"a" * 1000 + b"\r\n")

    with (
        ScriptedServer(script) as server,
        pytest.raises(APIResponseValidationError, match="longer than 100,000 bytes"),
    ):
        runner.collect(server.url, create, [])


def test_an_event_that_is_not_utf8(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        chunked(peer, X.replace(b'"x"', b'"\xff"'))
        peer.wait_for_hangup()

    with (
        ScriptedServer(script) as server,
        pytest.raises(APIResponseValidationError, match="an event"),
    ):
        runner.collect(server.url, create, [])


def carriers() -> list[str]:
    """Return the types of the events that carry a whole response."""
    whole = schemas()["Response"]
    return [
        kind
        for event in members(schemas()["ResponseStreamEvent"])
        if resolve(fields(event)[0].get("response", {})) is whole
        for kind in tags(event)
    ]


def test_each_event_with_a_whole_response_either_goes_on_or_is_the_last() -> None:
    statuses = fields(schemas()["Response"])[0]["status"]["enum"]
    assert set(statuses) > response_events.PENDING
    assert set(carriers()) > response_events.GOING_ON
    assert {f"response.{status}" for status in statuses} >= {*carriers()} - response_events.GOING_ON
    assert set(carriers()) - response_events.GOING_ON < response_events.LAST
    assert "error" in variants(schemas()["ResponseStreamEvent"])


@pytest.mark.parametrize("kind", sorted({*carriers()} & {*response_events.GOING_ON}))
@pytest.mark.parametrize("status", ["in_progress", "completed"])
def test_an_event_that_goes_on_is_not_the_last(
    runner: ClientRunner, kind: str, status: str
) -> None:
    first = {**final(status), "type": kind}

    def script(peer: Peer) -> None:
        chunked(peer, sse(first), X + END)
        peer.wait_for_hangup()

    with ScriptedServer(script) as server:
        assert len(runner.collect(server.url, create, [])) == 3


def test_the_final_response_of_an_event_that_is_newer_than_the_package(
    runner: ClientRunner,
) -> None:
    def script(peer: Peer) -> None:
        chunked(peer, X, sse(final("expired")))
        peer.wait_for_hangup()

    def read(client: Any) -> Any:
        if runner.name == "sync":
            return create(client).get_final_response()

        async def final_response() -> Any:
            return await (await create(client)).get_final_response()

        return final_response()

    with ScriptedServer(script) as server:
        assert runner.run(server.url, read).status == "expired"
