# Made from _async/test_client.py by tools/unasync. Do not edit.
"""The client itself: its key, its httpx client, and closing it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
import trustme
from openai_conversations import (
    APIConnectionError,
    APITimeoutError,
    Client,
    ClientClosedError,
    NotFoundError,
    OpenAIError,
)

from tests.overlay.concurrency_sync import blocking, task_group
from tests.overlay.scripted_server import (
    CONVERSATION,
    Peer,
    Script,
    ScriptedServer,
    SecureScriptedServer,
    responds,
)

Connect = Callable[..., Client]


def test_a_key_is_asked_for_before_each_request(connect: Connect) -> None:
    keys = iter(["sk-1", "sk-2", "sk-3"])

    def next_key() -> str:
        return next(keys)

    with ScriptedServer(responds({}, status=429), responds(CONVERSATION)) as server:
        with connect(server.url, api_key=next_key) as client:
            for _ in range(2):
                client.conversations.retrieve("conv_1")
    sent = [seen.headers["authorization"] for seen in server.requests]
    assert sent == ["Bearer sk-1", "Bearer sk-2", "Bearer sk-3"]


def test_a_request_after_closing(connect: Connect) -> None:
    client = connect("http://localhost/v1")
    client.close()
    with pytest.raises(ClientClosedError):
        client.conversations.retrieve("conv_1")


@pytest.mark.off_contract
def test_closing_the_client_ends_a_request_that_waits(connect: Connect) -> None:
    with ScriptedServer(lambda peer: peer.wait_for_hangup()) as server:
        client = connect(server.url, max_retries=0)

        def waiting() -> None:
            with pytest.raises(APIConnectionError):
                client.conversations.retrieve("conv_1")

        with task_group() as group:
            group.start_soon(waiting)
            blocking(server.arrived.acquire)
            client.close()


# -- with the caller's own client of httpx or httpx2


@pytest.mark.off_contract
def test_it_stays_open_and_keeps_what_it_adds(connect: Connect, library: Any) -> None:
    options: Any = {"headers": {"X-Mine": "1"}, "params": {"p": "1"}, "timeout": 9}
    own = library.Client(**options)
    with connect("http://localhost/v1", http_client=own):
        pass
    assert not own.is_closed
    with ScriptedServer(responds(CONVERSATION)) as server:
        client = connect(server.url, http_client=own)
        assert client.timeout.read == 9
        client.conversations.retrieve("conv_1")
        own.close()
        with pytest.raises(ClientClosedError):
            client.conversations.retrieve("conv_1")
    assert server.requests[0].headers["x-mine"] == "1"
    assert server.requests[0].target.endswith("?p=1")
    assert server.requests[0].headers["authorization"] == "Bearer sk-test"


def test_it_is_what_sends(connect: Connect, library: Any) -> None:
    def respond(request: Any) -> Any:
        return library.Response(200, json={**CONVERSATION, "metadata": {"sent": "here"}})

    with library.Client(transport=library.MockTransport(respond)) as own:
        client = connect("http://127.0.0.1/v1", http_client=own)
        raw = client.conversations.with_raw_response.retrieve("conv_1")
        assert raw.parse().metadata == {"sent": "here"}
        again = pickle.loads(pickle.dumps(raw))
        assert again.parse().metadata == {"sent": "here"}
        assert type(again.http_response) is library.Response
        assert "sk-test" not in repr(again.http_response.request.headers.raw)
        for whole in (raw.http_response, client.get("/any", cast_to=library.Response)):
            assert type(whole) is library.Response
            assert type(whole.request) is type(raw.http_request) is library.Request


def test_an_error_has_what_its_library_made(connect: Connect, library: Any) -> None:
    with ScriptedServer(responds({}, status=404)) as server:
        with library.Client() as own:
            client = connect(server.url, http_client=own, max_retries=0)
            with pytest.raises(NotFoundError) as refused:
                client.conversations.retrieve("conv_1")
            client = connect("http://127.0.0.1:9/v1", http_client=own, max_retries=0)
            with pytest.raises(APIConnectionError) as failed:
                client.conversations.retrieve("conv_1")
    assert type(refused.value.response) is library.Response
    for error in (refused.value, failed.value):
        assert type(error.request) is library.Request
        again = pickle.loads(pickle.dumps(error))
        assert type(again.request) is library.Request
        assert again.request.headers["authorization"] == "[secret]"
    assert type(failed.value.__cause__) is library.ConnectError
    assert failed.value.never_sent


def stall_in_the_body(peer: Peer) -> None:
    peer.head(200, {"content-length": "1000", "content-type": "application/json"})
    peer.send(b"{")
    peer.wait()


def drip_the_body(peer: Peer) -> None:
    """Send a byte now and then: no single read takes long, and the whole would never end."""
    peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{")
    while not peer.stopped.wait(0.02):
        peer.send(b" ")


def drip_the_head(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while not peer.stopped.wait(0.02):
        peer.send(b" ")


def drip_an_error(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 500 X\r\ncontent-length: 1000000\r\n\r\n{")
    while not peer.stopped.wait(0.02):
        peer.send(b" ")


def drip_a_redirect(peer: Peer) -> None:
    peer.head(307, {"location": "/v2/x", "content-length": "1000000"})
    while not peer.stopped.wait(0.02):
        peer.send(b" ")


def redirect(peer: Peer) -> None:
    peer.respond(b"", status=307, headers={"location": "/v2/x"})


SLOW = [
    (stall_in_the_body,),
    (drip_the_body,),
    (drip_the_head,),
    (drip_an_error,),
    (drip_a_redirect,),
    (redirect, drip_the_head),
    (redirect, drip_the_body),
]


@pytest.mark.off_contract
@pytest.mark.parametrize("scripts", SLOW)
def test_a_slow_response(connect: Connect, library: Any, scripts: tuple[Script, ...]) -> None:
    with ScriptedServer(*scripts) as server:
        with library.Client() as own:
            client = connect(server.url, http_client=own, timeout=0.2, max_retries=0)
            with pytest.raises(APITimeoutError) as caught:
                client.conversations.retrieve("conv_1")
    assert str(caught.value) == "Request timed out while waiting for the response."
    assert not caught.value.never_sent
    assert type(caught.value.__cause__) is library.ReadTimeout


@pytest.mark.off_contract
@pytest.mark.parametrize("script", [drip_the_head, drip_an_error, drip_a_redirect])
def test_a_slow_response_to_a_request_that_streams(
    connect: Connect, carrier: Any, script: Script
) -> None:
    with ScriptedServer(script) as server:
        own = carrier and carrier.Client()
        with connect(server.url, http_client=own, timeout=0.2, max_retries=0) as client:
            with pytest.raises(APITimeoutError):
                client.responses.create(model="m", input="x", stream=True)
        if own is not None:
            own.close()


@pytest.mark.off_contract
@pytest.mark.parametrize("scheme", ["http", "https"])  # the response, and that to a CONNECT
def test_a_slow_head_through_a_proxy(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with ScriptedServer(drip_the_head) as proxy:
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", proxy.url.removesuffix("/v1"))
        with connect(f"{scheme}://localhost:9/v1", timeout=0.2, max_retries=0) as client:
            with pytest.raises(APITimeoutError):
                client.conversations.retrieve("conv_1")


def test_it_may_do_without_verification(connect: Connect, library: Any) -> None:
    with SecureScriptedServer(responds(CONVERSATION), authority=trustme.CA()) as server:
        with library.Client(verify=False) as own:
            client = connect(server.url, http_client=own)
            assert (client.conversations.retrieve("conv_1")).id == "conv_1"


def test_whatever_a_transport_raises(connect: Connect, library: Any) -> None:
    class Odd(library.BaseTransport):  # type: ignore[misc,name-defined]
        def handle_request(self, request: Any) -> Any:
            raise KeyError("odd")

    with library.Client(transport=Odd()) as own:
        client = connect("http://localhost/v1", http_client=own, max_retries=0)
        with pytest.raises(OpenAIError, match="KeyError"):
            client.conversations.retrieve("conv_1")


@pytest.mark.off_contract
def test_the_connections_are_good_for_the_next_request(connect: Connect) -> None:
    with ScriptedServer(stall_in_the_body, responds(CONVERSATION)) as server:
        with connect(server.url) as client:
            hasty = client.with_options(timeout=0.1, max_retries=0)
            with pytest.raises(APITimeoutError):
                hasty.conversations.retrieve("conv_1")
            assert (client.conversations.retrieve("conv_1")).id == "conv_1"
