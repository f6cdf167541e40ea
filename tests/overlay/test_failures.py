"""Servers and networks that fail: each ends in one of our errors, within the time allowed."""

from __future__ import annotations

import pickle
import socket
from collections.abc import Callable

import pytest
from openai_conversations import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
)

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds
from tests.overlay.scripts import cut_before_response

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True

pytestmark = [
    pytest.mark.off_contract,
    # httpx leaves its own generators half-way when it cannot decompress a body; trio says so.
    pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning"),
]


def half_a_head(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\ncontent-le")
    peer.cut()


def half_a_body(peer: Peer) -> None:
    peer.head(200, {"content-length": "1000", "content-type": "application/json"})
    peer.send(b'{"id": "conv_1"')
    peer.cut()


def half_a_chunk(peer: Peer) -> None:
    peer.head(200, {"transfer-encoding": "chunked", "content-type": "application/json"})
    peer.send(b"ff\r\n{")
    peer.cut()


def no_http(peer: Peer) -> None:
    peer.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    peer.cut()


def broken_compression(peer: Peer) -> None:
    peer.respond(b"no gzip at all", headers={"content-encoding": "gzip"})


BROKEN = [
    cut_before_response,
    half_a_head,
    half_a_body,
    half_a_chunk,
    no_http,
    broken_compression,
]


@pytest.mark.parametrize("script", BROKEN)
def test_a_broken_connection(runner: ClientRunner, script: Callable[[Peer], None]) -> None:
    with ScriptedServer(script) as server, pytest.raises(APIConnectionError) as caught:
        runner.run(server.url, lambda c: c.conversations.retrieve("conv_1"), max_retries=0)
    assert type(caught.value) is APIConnectionError
    assert str(caught.value).startswith("Connection error: ")
    assert not caught.value.never_sent
    assert len(server.requests) == 1
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def stall_before_response(peer: Peer) -> None:
    peer.wait()


def stall_in_the_body(peer: Peer) -> None:
    peer.head(200, {"content-length": "1000", "content-type": "application/json"})
    peer.send(b"{")
    peer.wait()


def drip(peer: Peer, first: bytes) -> None:
    """Send a byte now and then: no single read takes long, and the whole would never end."""
    peer.send(first)
    while not peer.stopped.wait(0.02):
        peer.send(b" ")


def drip_the_head(peer: Peer) -> None:
    drip(peer, b"HTTP/1.1 200 OK\r\nx-slow: ")


def drip_the_body(peer: Peer) -> None:
    drip(peer, b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{")


@pytest.mark.parametrize(
    "script", [stall_before_response, stall_in_the_body, drip_the_head, drip_the_body]
)
def test_a_slow_response(runner: ClientRunner, script: Callable[[Peer], None]) -> None:
    with ScriptedServer(script) as server, pytest.raises(APITimeoutError) as caught:
        runner.run(
            server.url, lambda c: c.conversations.retrieve("conv_1"), timeout=0.2, max_retries=0
        )
    assert str(caught.value) == "Request timed out while waiting for the response."


WRONG: list[tuple[bytes, str, str]] = [
    (b"<html><title>Sign in</title></html>", "text/html", "is not JSON (text/html, 35 bytes)"),
    (b"", "application/json", "is not JSON (application/json, 0 bytes)"),
    (b'{"id": ', "application/json", "is not JSON"),
    (b"\xff\xfe\x00", "application/json", "is not JSON"),
    (b"[" * 100_000, "application/json", "is not JSON"),
    (b"[]", "application/json", "does not have the expected form: list of length 0"),
    (b"null", "application/json", "does not have the expected form: None"),
    (b'"conv_1"', "application/json", "does not have the expected form"),
]


@pytest.mark.parametrize(("body", "kind", "said"), WRONG)
def test_a_response_of_another_kind(
    runner: ClientRunner, body: bytes, kind: str, said: str
) -> None:
    with (
        ScriptedServer(responds(body, content_type=kind, x_request_id="req_1")) as server,
        pytest.raises(APIResponseValidationError) as caught,
    ):
        runner.run(server.url, lambda c: c.conversations.retrieve("conv_1"))
    assert said in str(caught.value)
    assert len(str(caught.value)) < 600
    assert caught.value.request_id == "req_1"


def test_a_list_without_data(runner: ClientRunner) -> None:
    with (
        ScriptedServer(responds({"object": "list"})) as server,
        pytest.raises(APIResponseValidationError, match="no `data`"),
    ):
        runner.run(server.url, lambda c: c.conversations.items.list("conv_1"))


def test_json_of_another_content_type_is_taken(runner: ClientRunner) -> None:
    body = b'{"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}'
    with ScriptedServer(responds(body, content_type="text/plain")) as server:
        assert runner.run(server.url, lambda c: c.conversations.retrieve("conv_1")).id == "conv_1"


@pytest.mark.parametrize("status", [200, 500])
def test_a_hundred_megabytes(status: int) -> None:
    megabyte = b"x" * 1_000_000

    def script(peer: Peer) -> None:
        peer.head(status, {"content-length": str(100 * len(megabyte))})
        for _ in range(100):
            peer.send(megabyte)

    runner = ClientRunner("sync")
    with ScriptedServer(script) as server, pytest.raises(APIError) as caught:
        runner.run(
            server.url, lambda c: c.conversations.retrieve("conv_1"), timeout=30, max_retries=0
        )
    assert len(str(caught.value)) < 600


def test_nobody_listens(runner: ClientRunner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    with pytest.raises(APIConnectionError) as caught:
        runner.run(url, lambda c: c.conversations.create(), max_retries=1)
    assert caught.value.never_sent
    assert caught.value.retries_taken == 1


def test_no_such_host(runner: ClientRunner) -> None:
    with pytest.raises(APIConnectionError) as caught, pytest.warns(UserWarning, match="plain http"):
        runner.run(
            f"http://{runner.name}-{runner.transport}.invalid/v1",
            lambda c: c.conversations.retrieve("conv_1"),
            max_retries=0,
        )
    assert caught.value.never_sent


def test_plain_http_where_tls_is_expected(runner: ClientRunner) -> None:
    greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    with (
        ScriptedServer(responds(CONVERSATION), greeting=greeting) as server,
        pytest.raises(APIConnectionError) as caught,
    ):
        runner.run(
            server.url.replace("http:", "https:"),
            lambda c: c.conversations.retrieve("conv_1"),
            max_retries=0,
        )
    assert "SSL" in str(caught.value)
    assert caught.value.never_sent
