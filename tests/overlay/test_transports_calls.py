"""Each transport sends the same, understands the same, and fails with the same our errors."""

from __future__ import annotations

import gc
import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from openai_conversations import (
    APIConnectionError,
    APITimeoutError,
    ClientClosedError,
    MessageItem,
)

from tests.overlay.client_runner import EVERY_TRANSPORT, ClientRunner
from tests.overlay.events import delta
from tests.overlay.scripted_server import (
    CONVERSATION,
    Peer,
    ScriptedServer,
    Seen,
    nobody_accepts,
    nobody_reads,
    page,
    responds,
)
from tests.overlay.scripts import cut_before_response

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True
pytestmark = pytest.mark.off_contract


def retrieve(client: Any) -> Any:
    return client.conversations.retrieve("conv_1")


def append(client: Any) -> Any:
    return client.conversations.items.create("conv_1", items=[MessageItem.user_text("ü" * 200_000)])


def lines(seen: Seen) -> dict[str, str]:
    # Names in the order sent; "host" has another port in each run.
    return {name: value for name, value in seen.headers.items() if name != "host"}


def test_the_request_is_the_same_whatever_sends_it() -> None:
    sent: list[tuple[Any, ...]] = []
    for name, transport in EVERY_TRANSPORT:
        with ScriptedServer(responds(CONVERSATION), responds(page(1))) as server:
            ClientRunner(name, transport).run(server.url, retrieve, append)
            assert [x.headers["host"] for x in server.requests] == [server.url[7:-3]] * 2
        for seen in server.requests:
            headers = lines(seen)
            # Both are what HTTP/1.1 does anyway.
            assert headers.pop("connection", "keep-alive") == "keep-alive"
            sent.append((seen.method, seen.target, headers, seen.body))
    assert sent[0][2]["user-agent"].startswith("openai-conversations/")
    assert all(sent[index] == sent[index % 2] for index in range(len(sent)))


def test_a_response_and_its_headers(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")
        body = gzip.compress(json.dumps(CONVERSATION).encode())
        peer.respond(body, headers={"content-encoding": "gzip", "x-a": "1", "X-A": "2"})

    with ScriptedServer(script) as server:
        raw = runner.run(server.url, lambda c: c.conversations.with_raw_response.retrieve("conv_1"))
    assert raw.parse().id == "conv_1"
    assert raw.headers.get_list("x-a") == ["1", "2"]
    assert (raw.http_response.reason_phrase, raw.http_response.http_version) == (
        "Status",
        "HTTP/1.1",
    )


def test_connections_are_used_again(runner: ClientRunner) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(server.url, retrieve, retrieve, retrieve)
    assert (len(server.requests), server.connections) == (3, 1)


def chunked(peer: Peer) -> None:
    peer.head(200, {"transfer-encoding": "chunked"})
    for part in (b'{"id": ', b'"conv_1"}'):
        peer.send(b"%x;extension\r\n%s\r\n" % (len(part), part))
    peer.send(b"0\r\nx-trailer: 1\r\n\r\n")


def until_the_end(peer: Peer) -> None:
    peer.head(200, {"connection": "close"})
    peer.send(b'{"id": "conv_1"}')
    peer.cut()


@pytest.mark.parametrize(("script", "connections"), [(chunked, 1), (until_the_end, 2)])
def test_other_framings(
    runner: ClientRunner, script: Callable[[Peer], None], connections: int
) -> None:
    with ScriptedServer(script) as server:
        assert runner.run(server.url, retrieve, retrieve).id == "conv_1"
    assert server.connections == connections


def test_what_nobody_asked_for_is_not_the_response_to_the_next_request(
    runner: ClientRunner,
) -> None:
    def too_much(peer: Peer) -> None:
        good = b'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"id": "conv_1"}'
        peer.send(good + b"HTTP/1.1 2")

    with ScriptedServer(too_much, responds({"id": "conv_1"})) as server:
        assert runner.run(server.url, retrieve, retrieve).id == "conv_1"


def test_a_lost_append_is_not_sent_again_and_a_lost_read_is(runner: ClientRunner) -> None:
    with (
        ScriptedServer(responds(CONVERSATION), cut_before_response) as server,
        pytest.raises(APIConnectionError),
    ):
        runner.run(server.url, retrieve, append)
    assert len(server.requests) == 2
    with ScriptedServer(cut_before_response, responds(CONVERSATION)) as server:
        runner.run(server.url, retrieve)
    assert len(server.requests) == 2


def test_nobody_listens(runner: ClientRunner) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        url = server.url
    with pytest.raises(APIConnectionError) as caught:
        runner.run(url, append, max_retries=0)
    assert caught.value.never_sent


def timed_out(runner: ClientRunner, url: str, timeout: httpx.Timeout) -> APITimeoutError:
    with pytest.raises(APITimeoutError) as caught:
        runner.run(url, append, max_retries=0, timeout=timeout)
    return caught.value


def test_the_timeout_of_connecting(runner: ClientRunner) -> None:
    with nobody_accepts() as url:
        error = timed_out(runner, url, httpx.Timeout(30, connect=0.1))
    host = url.removeprefix("http://").removesuffix("/v1")
    assert str(error) == f"Request timed out while connecting to {host}."
    assert error.never_sent


def test_the_timeout_of_reading(runner: ClientRunner) -> None:
    with ScriptedServer(lambda peer: peer.wait()) as server:
        error = timed_out(runner, server.url, httpx.Timeout(30, read=0.1))
    assert str(error) == "Request timed out while waiting for the response."
    assert not error.never_sent


@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")
def test_the_timeout_of_writing(runner: ClientRunner) -> None:
    text = "x" * 20_000_000
    with nobody_reads() as url, pytest.raises(APITimeoutError) as caught:
        runner.run(
            url,
            lambda c: c.post("/anything", body=text),
            max_retries=0,
            timeout=httpx.Timeout(30, write=0.1),
        )
    assert str(caught.value) == "Request timed out while sending."
    assert not caught.value.never_sent
    # Under trio httpx's iterator over the body, left half-way, warns when it is collected: here.
    del caught
    gc.collect()


def test_events_arrive_one_by_one(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(0, "a"))
        peer.event(delta(1, "b"))
        peer.wait_for_hangup()

    seen: list[Any] = []
    with ScriptedServer(script) as server, pytest.raises(APITimeoutError):
        runner.collect(
            server.url,
            lambda c: c.responses.create(model="m", input="x", stream=True),
            seen,
            timeout=httpx.Timeout(30, read=0.5),
        )
    assert [event.delta for event in seen] == ["a", "b"]


def test_a_stream_that_breaks_off(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(0, "a"))
        peer.cut()

    seen: list[Any] = []
    with ScriptedServer(script) as server, pytest.raises(APIConnectionError):
        runner.collect(
            server.url, lambda c: c.responses.create(model="m", input="x", stream=True), seen
        )
    assert len(seen) == 1


def test_after_closing(runner: ClientRunner) -> None:
    kept: list[Any] = []
    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(server.url, retrieve, kept.append)
        with pytest.raises(ClientClosedError):
            runner.run(server.url, lambda _: retrieve(kept[0]))
