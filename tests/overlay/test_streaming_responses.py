"""Responses whose body is read while it comes: `with_streaming_response`, on each transport."""

from __future__ import annotations

import gzip
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from openai_conversations import (
    APIResponseValidationError,
    InvalidArgumentError,
    NotFoundError,
    OpenAIError,
    models,
)

from tests.overlay.client_runner import ClientRunner
from tests.overlay.events import delta, final
from tests.overlay.opened import (
    BODY,
    BODY_JSON,
    READS,
    Step,
    create,
    every_read,
    first,
    opened,
    plain,
)
from tests.overlay.scripted_server import Peer, ScriptedServer, responds

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True
TEXT = BODY.decode()


def test_the_body_can_be_read_before_its_end(runner: ClientRunner) -> None:
    entered, begun = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        headers = {"content-type": "application/json", "x-request-id": "req_1"}
        peer.head(200, {**headers, "content-length": str(len(BODY))})
        entered.wait(10)
        peer.send(BODY[:20])
        begun.wait(10)
        peer.send(BODY[20:])

    held: list[Any] = []

    def begin(response: Any) -> Any:
        head = (response.status_code, response.request_id, response.retries_taken)
        assert head == (200, "req_1", 0)
        assert response.headers["Content-Length"] == str(len(BODY))
        assert repr(response).endswith("APIResponse(200, request_id='req_1')")
        assert isinstance(response.http_response, runner.library.Response)
        assert not response.http_response.is_stream_consumed
        entered.set()
        held.append(response.iter_bytes())
        return first(held[0])

    def go_on(_: object) -> Any:
        begun.set()
        return held[0]

    with ScriptedServer(script) as server:
        start, rest = runner.run(server.url, opened(begin, go_on))
    assert start == BODY[:20]
    assert b"".join(rest) == BODY[20:]


def test_what_was_read_can_be_had_again_in_every_form(runner: ClientRunner) -> None:
    twice = [*READS.values(), *READS.values()]
    with ScriptedServer(responds(BODY, content_type="application/json")) as server:
        got = runner.run(server.url, opened(*twice))
    assert got[:4] == [BODY, TEXT, BODY_JSON, models.Conversation.from_dict(BODY_JSON)]
    assert (b"".join(got[4]), "".join(got[5]), got[6]) == (BODY, TEXT, TEXT.splitlines())
    assert got[7:11] == got[:4]


@pytest.mark.off_contract
@every_read
def test_each_way_to_read_comes_to_the_end(runner: ClientRunner, read: Step) -> None:
    def in_pieces(peer: Peer) -> None:
        data = gzip.compress(BODY)
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        peer.head(200, {**headers, "content-length": str(len(data))})
        for start in range(0, len(data), 11):
            peer.send(data[start : start + 11])

    with ScriptedServer(in_pieces, responds(BODY_JSON)) as server:
        (got,) = runner.run(server.url, opened(read))
        # Its connection serves the next call.
        runner.run(server.url, opened(read), plain)
    assert server.connections == 2
    if isinstance(got, list):
        joined = "\n".join(got) if read is READS["iter_lines"] else type(got[0])().join(got)
        assert joined in (BODY, TEXT)
    else:
        assert got in (BODY, TEXT, BODY_JSON, models.Conversation.from_dict(BODY_JSON))


def test_pieces_of_a_size(runner: ClientRunner) -> None:
    with ScriptedServer(responds(BODY_JSON)) as server:
        sent = json.dumps(BODY_JSON)
        (chunks,) = runner.run(server.url, opened(lambda r: r.iter_bytes(7)))
        (texts,) = runner.run(server.url, opened(lambda r: r.iter_text(chunk_size=7)))
        for size in (0, -1, 1.5, True, "7"):
            with pytest.raises(InvalidArgumentError, match="chunk_size: "):
                runner.run(server.url, opened(lambda r, size=size: r.iter_bytes(size)))
    assert {len(x) for x in chunks[:-1]} == {len(x) for x in texts[:-1]} == {7}
    assert b"".join(chunks).decode() == "".join(texts) == sent


def test_into_a_file(runner: ClientRunner, tmp_path: Path) -> None:
    target = tmp_path / "response.json"
    bad: list[Any] = [tmp_path, tmp_path / "none" / "x", "a\0b", 7]
    with ScriptedServer(responds(BODY, content_type="application/json")) as server:
        runner.run(server.url, opened(lambda r: r.stream_to_file(target)))
        assert target.read_bytes() == BODY
        runner.run(server.url, opened(lambda r: r.stream_to_file(str(target), chunk_size=5)))
        assert target.read_bytes() == BODY
        for file in bad:
            with pytest.raises(InvalidArgumentError, match="file: expected the path of a file"):
                runner.run(server.url, opened(lambda r, file=file: r.stream_to_file(file)))


def test_an_error_status_comes_before_the_block(runner: ClientRunner) -> None:
    entered: list[Any] = []
    error = responds({"error": {"message": "No such conversation"}}, status=404)
    with (
        ScriptedServer(error) as server,
        pytest.raises(NotFoundError, match="No such conversation") as caught,
    ):
        runner.run(server.url, opened(entered.append))
    assert not entered
    assert caught.value.response.status_code == 404
    with (
        ScriptedServer(error) as server,
        pytest.raises(InvalidArgumentError, match="conversation_id"),
    ):
        runner.run(
            server.url,
            opened(call=lambda c: c.conversations.with_streaming_response.retrieve("")),
        )
    assert server.requests == []


def test_it_is_sent_again_until_there_is_a_response(runner: ClientRunner) -> None:
    with ScriptedServer(responds({}, status=429), responds(BODY_JSON)) as server:
        taken = runner.run(server.url, opened(lambda r: r.retries_taken, lambda r: r.json()))
    assert taken == [1, BODY_JSON]


@pytest.mark.off_contract
def test_a_response_that_is_not_json(runner: ClientRunner) -> None:
    with ScriptedServer(responds(b"<html>")) as server:
        for read in (READS["json"], READS["parse"]):
            with pytest.raises(APIResponseValidationError, match="not JSON"):
                runner.run(server.url, opened(read))
        assert runner.run(server.url, opened(READS["text"])) == ["<html>"]
    with ScriptedServer(responds({**BODY_JSON, "created_at": "today"})) as server:
        runner.run(server.url, opened(READS["parse"]))
        with pytest.raises(APIResponseValidationError, match="created_at: expected"):
            runner.run(server.url, opened(READS["parse"]), strict=True)


def test_a_stream_of_events_can_be_read_as_bytes(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), final("completed"))
        peer.end()

    with ScriptedServer(script) as server:
        (lines,) = runner.run(server.url, opened(lambda r: r.iter_lines(), call=create))
        _, events = runner.run(
            server.url, opened(lambda r: r.read(), lambda r: r.parse(), call=create)
        )
        with pytest.raises(OpenAIError, match="read in pieces"):
            runner.run(
                server.url, opened(lambda r: r.iter_bytes(), lambda r: r.parse(), call=create)
            )
    assert lines[0] == "event: response.output_text.delta"
    assert [event.type for event in events][1:] == ["response.completed"]
