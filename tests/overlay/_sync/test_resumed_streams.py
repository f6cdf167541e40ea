# Made from _async/test_resumed_streams.py by tools/unasync. Do not edit.
"""Streams of responses in the background that go on after their connection broke."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from openai_conversations import (
    APIConnectionError,
    AbortSignal,
    Client,
    InvalidArgumentError,
    NotFoundError,
    RequestAbortedError,
    Stream,
)
from openai_conversations._sync import background
from openai_conversations._transport import retries as retry

from tests.overlay.concurrency_sync import blocking
from tests.overlay.events import delta, final, response
from tests.overlay.scripted_server import Peer, Script, ScriptedServer, responds

Connect = Callable[..., Client]
CREATED = {
    "type": "response.created",
    "sequence_number": 0,
    "response": response("in_progress") | {"output": []},
}
ADDED = {
    "type": "response.output_item.added",
    "sequence_number": 1,
    "output_index": 0,
    "item": response("completed")["output"][0] | {"status": "in_progress", "content": []},
}
WHOLE = [CREATED, ADDED, delta(2, "Hel"), delta(3, "lo"), final("completed", 4)]
#: The same with little in it, to be cut everywhere.
SHORT: list[dict[str, Any]] = [
    {"type": "response.created", "sequence_number": 0, "response": {"id": "r"}},
    {"type": "response.output_text.delta", "sequence_number": 1, "delta": "ä"},
    {"type": "response.completed", "sequence_number": 2, "response": {"id": "r"}},
]


def starting_after(peer: Peer) -> int:
    assert peer.seen is not None
    query = parse_qs(urlsplit(peer.seen.target).query)
    return int(query.get("starting_after", ["-1"])[0])


def rest(events: list[dict[str, Any]]) -> Script:
    """Return a script that sends the events which are asked for."""

    def script(peer: Peer) -> None:
        peer.events(*events[starting_after(peer) + 1 :])
        peer.end()

    return script


def broken(events: list[dict[str, Any]], count: int) -> Script:
    """Return a script that sends the first of the events which are asked for, and breaks off."""

    def script(peer: Peer) -> None:
        peer.events(*events[starting_after(peer) + 1 :][:count])
        peer.cut()

    return script


class Cutting:
    """A script that sends the events which are asked for, cut after so many bytes.

    The first time the connection is closed there, the second time the body ends as if it were
    whole, and then all is sent.
    """

    position = 0
    requests = 0

    def __call__(self, peer: Peer) -> None:
        events = SHORT[starting_after(peer) + 1 :]
        self.requests += 1
        peer.events()
        data = b"".join(map(sse, events))
        sent = data if self.requests > 2 else data[: self.position]
        if sent:
            peer.send(b"%x\r\n%s\r\n" % (len(sent), sent))
        if self.requests == 1:
            peer.cut()
        else:
            peer.end()


def sse(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


@pytest.mark.off_contract
def test_a_stream_goes_on_wherever_it_breaks(connect: Connect) -> None:
    script = Cutting()
    size = sum(len(sse(event)) for event in SHORT)
    with ScriptedServer(script) as server:
        with connect(server.url) as client:
            for script.position in range(size + 1):
                script.requests = 0
                stream = client.responses.retrieve("r", stream=True, resume=True)
                seen = [event.to_dict() for event in stream]
                assert seen == SHORT, script.position
                assert script.requests > (script.position < size), script.position


def test_a_new_response_goes_on_from_its_last_event(connect: Connect) -> None:
    wanted = {"model": "gpt-4o", "input": "Hi", "background": True, "stream": True}
    include = ["file_search_call.results"]
    options = {"stream_options": {"include_obfuscation": False}, "extra_headers": {"x-team": "7"}}
    with ScriptedServer(broken(WHOLE, 3), broken(WHOLE, 1), rest(WHOLE)) as server:
        with connect(server.url) as client:
            stream = client.responses.create(
                **wanted, resume=True, include=iter(include), **options, extra_body={"n": 1}
            )
            seen = [event.to_dict() for event in stream]
            got = stream.get_final_response()
    assert seen == WHOLE
    assert (got.output_text, stream.snapshot) == ("Hello", got)
    first, *others = server.requests
    assert first.json() == {
        **wanted,
        "include": include,
        "stream_options": options["stream_options"],
        "n": 1,
    }
    query = "include%5B%5D=file_search_call.results&stream=true&include_obfuscation=false"
    for number, other in enumerate(others, 2):
        path, _, given = other.target.partition("?")
        assert (other.method, path, other.body) == ("GET", "/v1/responses/resp_1", b"")
        assert parse_qs(given) == parse_qs(f"{query}&starting_after={number}")
        assert other.headers["x-team"] == "7"


def test_a_stream_that_stalls_goes_on_too(connect: Connect) -> None:
    def stalls(peer: Peer) -> None:
        peer.events(*WHOLE[:3])
        peer.wait_for_hangup()

    with ScriptedServer(stalls, rest(WHOLE)) as server:
        with connect(server.url, timeout=1) as client:
            stream = client.responses.retrieve("resp_1", stream=True, resume=True)
            assert [event.to_dict() for event in stream] == WHOLE


def test_a_stream_without_resume_is_not_resumed(connect: Connect) -> None:
    with ScriptedServer(broken(WHOLE, 3), rest(WHOLE)) as server:
        with connect(server.url) as client:
            stream = client.responses.retrieve("resp_1", stream=True)
            with pytest.raises(APIConnectionError):
                stream.until_done()
    assert len(server.requests) == 1


def test_a_server_that_begins_at_the_start_again_repeats_nothing(connect: Connect) -> None:
    def all_of_it(peer: Peer) -> None:
        peer.events(*WHOLE)
        peer.end()

    with ScriptedServer(broken(WHOLE, 4), all_of_it) as server:
        client = connect(server.url)
        with client, client.responses.stream(response_id="resp_1", resume=True) as stream:
            texts = [text for text in stream.text_deltas()]
            snapshot = stream.snapshot
    assert texts == ["Hel", "lo"]
    assert snapshot.output_text == "Hello"


@pytest.mark.off_contract
@pytest.mark.parametrize(
    "first",
    [
        {"type": "response.created", "response": {"id": "resp_1"}},
        {"type": "response.created", "sequence_number": 0},
    ],
)
def test_a_stream_that_does_not_tell_where_it_is_cannot_go_on(
    connect: Connect, first: dict[str, Any]
) -> None:
    """Without the number of the event, or the id of the response."""
    with ScriptedServer(broken([first, *WHOLE], 1), rest(WHOLE)) as server:
        with connect(server.url) as client:
            stream = client.responses.create(
                model="m", input="Hi", background=True, stream=True, resume=True
            )
            assert (next(stream)).type == "response.created"
            with pytest.raises(APIConnectionError):
                next(stream)
            assert [event for event in stream] == []
    assert len(server.requests) == 1


def test_a_new_response_is_not_sent_again_before_its_first_event(connect: Connect) -> None:
    with ScriptedServer(broken(WHOLE, 0), rest(WHOLE)) as server:
        with connect(server.url) as client:
            stream = client.responses.create(
                model="m", input="Hi", background=True, stream=True, resume=True
            )
            with pytest.raises(APIConnectionError):
                next(stream)
    assert len(server.requests) == 1


def test_a_stream_is_given_up_after_as_many_breaks_as_retries(connect: Connect) -> None:
    one, none = broken(WHOLE, 1), broken(WHOLE, 0)
    # An event in between, and they are counted anew.
    with ScriptedServer(one, none, none, one, none) as server:
        with connect(server.url, max_retries=3) as client:
            stream = client.responses.retrieve("resp_1", stream=True, resume=True)
            assert [(next(stream)).sequence_number for _ in range(2)] == [0, 1]
            with pytest.raises(APIConnectionError) as caught:
                next(stream)
            assert [event for event in stream] == []
    assert caught.value.retries_taken == 3
    assert len(server.requests) == 7


def test_opening_again_has_the_retries_of_a_request(connect: Connect) -> None:
    busy = responds({"error": {"message": "busy"}}, status=503)
    gone = responds({"error": {"message": "gone"}}, status=404)
    with ScriptedServer(broken(WHOLE, 2), busy, busy, broken(WHOLE, 1), gone) as server:
        with connect(server.url) as client:
            stream = client.responses.retrieve("resp_1", stream=True, resume=True)
            assert [(next(stream)).sequence_number for _ in range(3)] == [0, 1, 2]
            with pytest.raises(NotFoundError, match="gone"):
                next(stream)
            assert [event for event in stream] == []
    assert len(server.requests) == 5


def test_an_abort_ends_the_pause_before_a_stream_goes_on(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    abort, pause = AbortSignal(), background.sleep

    def aborted(seconds: float, *arguments: Any) -> None:
        assert 750 <= seconds <= 1000
        abort.set()
        pause(seconds, *arguments)

    monkeypatch.setattr(retry, "INITIAL_DELAY", 1000.0)
    monkeypatch.setattr(retry, "MAX_DELAY", 1000.0)
    monkeypatch.setattr(background, "sleep", aborted)
    with ScriptedServer(broken(WHOLE, 1)) as server:
        with connect(server.url) as client:
            stream = client.responses.retrieve(
                "resp_1", stream=True, resume=True, abort=abort
            )
            with pytest.raises(RequestAbortedError) as caught:
                stream.until_done()
    assert caught.value.stage == "waiting for a retry"
    assert isinstance(caught.value.__cause__, APIConnectionError)


def test_a_stream_that_is_closed_does_not_go_on(connect: Connect) -> None:
    with ScriptedServer(broken(WHOLE, 3), rest(WHOLE)) as server:
        with connect(server.url) as client:
            stream = client.responses.retrieve("resp_1", stream=True, resume=True)
            next(stream)
            stream.close()
            assert [event for event in stream] == []
    assert len(server.requests) == 1


def test_a_stream_that_is_closed_while_it_waits_to_go_on_ends(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung_up = threading.Event()

    def second(peer: Peer) -> None:
        peer.events()
        peer.wait_for_hangup()
        hung_up.set()

    def closes(*arguments: object) -> None:
        stream.close()

    monkeypatch.setattr(background, "sleep", closes)
    with ScriptedServer(broken(WHOLE, 3), second) as server:
        with connect(server.url) as client:
            stream = client.responses.retrieve("resp_1", stream=True, resume=True)
            assert all([event.sequence_number < 3 for event in stream])
            assert blocking(hung_up.wait, 10)


def test_a_raw_stream_goes_on_too(connect: Connect) -> None:
    with ScriptedServer(broken(WHOLE, 3), rest(WHOLE)) as server:
        client = connect(server.url)
        streaming = client.responses.with_streaming_response
        with client, streaming.retrieve("resp_1", stream=True, resume=True) as opened:
            stream: Stream[Any] = opened.parse()
            assert [event.to_dict() for event in stream] == WHOLE


def test_a_stream_can_be_read_from_its_start_and_given_from_later_on(
    connect: Connect,
) -> None:
    with ScriptedServer(broken(WHOLE, 3), rest(WHOLE)) as server:
        client = connect(server.url)
        with (
            client,
            client.responses.stream(response_id="resp_1", starting_after=2, resume=True) as stream,
        ):
            assert (next(stream)).to_dict() == WHOLE[3]
            assert stream.snapshot.output_text == "Hello"
            assert [event.to_dict() for event in stream] == WHOLE[4:]
    assert [seen.target.partition("?")[2] for seen in server.requests] == [
        "stream=true",
        "stream=true&starting_after=2",
    ]


def test_only_a_stream_in_the_background_can_be_resumed(connect: Connect) -> None:
    responses = connect("http://localhost/v1").responses
    for others in ({}, {"background": False}):
        with pytest.raises(InvalidArgumentError, match="background=True beside resume=True"):
            responses.create(model="m", input="x", stream=True, resume=True, **others)
        with pytest.raises(InvalidArgumentError, match="background=True beside resume=True"):
            with responses.stream(model="m", input="x", resume=True, **others):
                pass
    with pytest.raises(InvalidArgumentError, match="stream=True beside resume=True"):
        responses.create(model="m", input="x", background=True, resume=True)
    with pytest.raises(InvalidArgumentError, match="stream=True beside resume=True"):
        responses.retrieve("resp_1", resume=True)
    with pytest.raises(InvalidArgumentError, match="'starting_after'"):
        responses.stream(model="m", input="x", starting_after=3)
    with pytest.raises(InvalidArgumentError, match="'input'"):
        responses.stream(response_id="resp_1", input="x")
