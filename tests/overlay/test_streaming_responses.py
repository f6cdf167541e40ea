"""Answers whose body is read while it comes: `with_streaming_response`, on each transport."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai_conversations import (
    APIResponseValidationError,
    InvalidArgumentError,
    NotFoundError,
    OpenAIError,
    models,
)

from tests.overlay.events import delta, final
from tests.overlay.loopback import Loopback, Peer, answers, page
from tests.overlay.opened import (
    ANSWER,
    BODY,
    READS,
    Step,
    create,
    every_read,
    first,
    opened,
    plain,
    stalling,
)
from tests.overlay.ways import Way

ON_EVERY_TRANSPORT = True
TEXT = BODY.decode()


def test_the_body_can_be_read_before_its_end(way: Way) -> None:
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
        assert isinstance(response.http_response, httpx.Response)
        assert not response.http_response.is_stream_consumed
        entered.set()
        held.append(response.iter_bytes())
        return first(held[0])

    def go_on(_: object) -> Any:
        begun.set()
        return held[0]

    with Loopback(script) as server:
        start, rest = way.run(server.url, opened(begin, go_on))
    assert start == BODY[:20]
    assert b"".join(rest) == BODY[20:]


def test_what_was_read_can_be_had_again_in_every_form(way: Way) -> None:
    twice = [*READS.values(), *READS.values()]
    with Loopback(answers(BODY, content_type="application/json")) as server:
        got = way.run(server.url, opened(*twice))
    assert got[:4] == [BODY, TEXT, ANSWER, models.Conversation.from_dict(ANSWER)]
    assert (b"".join(got[4]), "".join(got[5]), got[6]) == (BODY, TEXT, TEXT.splitlines())
    assert got[7:11] == got[:4]


@pytest.mark.off_contract
@every_read
def test_each_way_to_read_comes_to_the_end(way: Way, read: Step) -> None:
    def in_pieces(peer: Peer) -> None:
        data = gzip.compress(BODY)
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        peer.head(200, {**headers, "content-length": str(len(data))})
        for start in range(0, len(data), 11):
            peer.send(data[start : start + 11])

    with Loopback(in_pieces, answers(ANSWER)) as server:
        (got,) = way.run(server.url, opened(read))
        # Its connection serves the next call.
        way.run(server.url, opened(read), plain)
    assert server.connections == 2
    if isinstance(got, list):
        joined = "\n".join(got) if read is READS["iter_lines"] else type(got[0])().join(got)
        assert joined in (BODY, TEXT)
    else:
        assert got in (BODY, TEXT, ANSWER, models.Conversation.from_dict(ANSWER))


def test_pieces_of_a_size(way: Way) -> None:
    with Loopback(answers(ANSWER)) as server:
        sent = json.dumps(ANSWER)
        (chunks,) = way.run(server.url, opened(lambda r: r.iter_bytes(7)))
        (texts,) = way.run(server.url, opened(lambda r: r.iter_text(chunk_size=7)))
        for size in (0, -1, 1.5, True, "7"):
            with pytest.raises(InvalidArgumentError, match="chunk_size: "):
                way.run(server.url, opened(lambda r, size=size: r.iter_bytes(size)))
    assert {len(x) for x in chunks[:-1]} == {len(x) for x in texts[:-1]} == {7}
    assert b"".join(chunks).decode() == "".join(texts) == sent


def test_into_a_file(way: Way, tmp_path: Path) -> None:
    target = tmp_path / "answer.json"
    bad: list[Any] = [tmp_path, tmp_path / "none" / "x", "a\0b", 7]
    with Loopback(answers(BODY, content_type="application/json")) as server:
        way.run(server.url, opened(lambda r: r.stream_to_file(target)))
        assert target.read_bytes() == BODY
        way.run(server.url, opened(lambda r: r.stream_to_file(str(target), chunk_size=5)))
        assert target.read_bytes() == BODY
        for file in bad:
            with pytest.raises(InvalidArgumentError, match="file: expected the path of a file"):
                way.run(server.url, opened(lambda r, file=file: r.stream_to_file(file)))


def test_an_error_status_comes_before_the_block(way: Way) -> None:
    entered: list[Any] = []
    error = answers({"error": {"message": "No such conversation"}}, status=404)
    with (
        Loopback(error) as server,
        pytest.raises(NotFoundError, match="No such conversation") as caught,
    ):
        way.run(server.url, opened(entered.append))
    assert not entered
    assert caught.value.response.status_code == 404
    with Loopback(error) as server, pytest.raises(InvalidArgumentError, match="conversation_id"):
        way.run(
            server.url,
            opened(call=lambda c: c.conversations.with_streaming_response.retrieve("")),
        )
    assert server.requests == []


def test_it_is_sent_again_until_there_is_an_answer(way: Way) -> None:
    with Loopback(answers({}, status=429), answers(ANSWER)) as server:
        taken = way.run(server.url, opened(lambda r: r.retries_taken, lambda r: r.json()))
    assert taken == [1, ANSWER]


@pytest.mark.off_contract
def test_an_answer_that_is_no_json(way: Way) -> None:
    with Loopback(answers(b"<html>")) as server:
        for read in (READS["json"], READS["parse"]):
            with pytest.raises(APIResponseValidationError, match="not JSON"):
                way.run(server.url, opened(read))
        assert way.run(server.url, opened(READS["text"])) == ["<html>"]
    with Loopback(answers({**ANSWER, "created_at": "today"})) as server:
        way.run(server.url, opened(READS["parse"]))
        with pytest.raises(APIResponseValidationError, match="created_at: expected"):
            way.run(server.url, opened(READS["parse"]), strict=True)


def test_a_list_goes_on_with_its_next_pages(way: Way) -> None:
    def call(client: Any) -> Any:
        return client.conversations.items.with_streaming_response.list("c", order="asc")

    with Loopback(answers(page(1, 2, has_more=True)), answers(page(3))) as server:
        items = way.run(
            server.url,
            opened(lambda r: r.parse(), call=call),
            opened(lambda r: r.parse(), call=call),
        )
        assert [item.id for item in items[0].data] == ["msg_3"]

        def through(response: Any) -> Any:
            page = response.parse()
            if isinstance(page, Awaitable):

                async def run() -> Any:
                    return [item.id async for item in await page]

                return run()
            return [item.id for item in page]

    with Loopback(answers(page(1, 2, has_more=True)), answers(page(3))) as server:
        assert way.run(server.url, opened(through, call=call)) == [["msg_1", "msg_2", "msg_3"]]
    assert len(server.requests) == 2


def test_a_stream_of_events_is_parsed_as_it_comes(way: Way) -> None:
    begun = threading.Event()

    def script(peer: Peer) -> None:
        peer.events(delta(1, "Hel"))
        begun.wait(10)
        peer.event(final("completed"))
        peer.end()

    held: list[Any] = []

    def begin(response: Any) -> Any:
        stream = response.parse()
        if not isinstance(stream, Awaitable):
            held.append(stream)
            return next(stream)

        async def run() -> Any:
            held.append(await stream)
            return await anext(held[0])

        return run()

    def go_on(response: Any) -> Any:
        begun.set()
        # The same stream, which goes on where it was.
        return response.parse()

    with Loopback(script, answers(ANSWER)) as server:
        one, rest = way.run(server.url, opened(begin, go_on, call=create))
    assert one.delta == "Hel"
    assert [event.type for event in rest] == ["response.completed"]
    assert server.requests[0].headers["accept"] == "text/event-stream"
    assert repr(held[0]).endswith("Stream(closed)")


def test_a_stream_of_events_can_be_read_as_bytes(way: Way) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "x"), final("completed"))
        peer.end()

    with Loopback(script) as server:
        (lines,) = way.run(server.url, opened(lambda r: r.iter_lines(), call=create))
        _, events = way.run(
            server.url, opened(lambda r: r.read(), lambda r: r.parse(), call=create)
        )
        with pytest.raises(OpenAIError, match="read in pieces"):
            way.run(server.url, opened(lambda r: r.iter_bytes(), lambda r: r.parse(), call=create))
    assert lines[0] == "event: response.output_text.delta"
    assert [event.type for event in events][1:] == ["response.completed"]


def test_with_a_client_of_the_callers(way: Way) -> None:
    http_client: Any = httpx.Client() if way.name == "sync" else httpx.AsyncClient()
    got: list[Any] = []
    with Loopback(
        answers(BODY, content_type="application/json"), stalling, answers(ANSWER)
    ) as server:
        way.run(
            server.url,
            opened(lambda r: r.read(), lambda r: got.append(r.http_response.content)),
            opened(lambda r: first(r.iter_bytes())),
            opened(lambda r: r.read(), lambda r: got.append(r.http_response.json())),
            lambda _: http_client.close() if way.name == "sync" else http_client.aclose(),
            http_client=http_client,
        )
    assert got == [BODY, ANSWER]


def test_an_interceptor_may_have_read_it(way: Way) -> None:
    def reading(request: httpx.Request, send: Any) -> Any:
        response = send(request)
        response.read()
        return response

    async def areading(request: httpx.Request, send: Any) -> Any:
        response = await send(request)
        await response.aread()
        return response

    interceptor: Any = reading if way.name == "sync" else areading
    with Loopback(answers(ANSWER)) as server:
        got = way.run(
            server.url,
            opened(lambda r: r.iter_bytes(5), lambda r: r.json()),
            interceptors=[interceptor],
        )
    assert (json.loads(b"".join(got[0])), got[1]) == (ANSWER, ANSWER)
