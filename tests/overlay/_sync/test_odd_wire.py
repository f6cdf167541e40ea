# Made from _async/test_odd_wire.py by tools/unasync. Do not edit.
"""Odd bytes on the wire, over every transport: our error or the right value, and no hang."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from openai_conversations import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    Client,
)
from openai_conversations._transport import whole_response

from tests.overlay import odd_wire
from tests.overlay.odd_wire import CASES, FORGED, NEXT, OK, WHOLE, Case
from tests.overlay.scripted_server import Peer, ScriptedServer, responds

pytestmark = pytest.mark.off_contract
Connect = Callable[..., Client]
#: When decoding or sending fails, httpx leaves its generators half-way, of which trio warns.
LEFT = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
HELLO: dict[str, Any] = {"model": "gpt-4o", "input": "Hi"}


def open_client(connect: Connect, url: str, *, carrier: Any, **options: Any) -> Client:
    http_client = carrier and carrier.Client(verify=False)
    return connect(url, http_client=http_client, max_retries=0, **options)


def close(client: Client) -> None:
    client.close()
    client._sender.http_client.close()


def sends(case: Case) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.send(case.data)
        if case.cut:
            peer.cut()

    return script


def outcome(client: Client, id: str) -> type[Exception] | str | None:
    try:
        got = client.conversations.retrieve(id)
    except Exception as error:
        return type(error)
    return None if got.id == id else got.id


@LEFT
def test_the_table(connect: Connect, transport: str, carrier: Any) -> None:
    wrong: dict[str, Any] = {}
    for case in CASES:
        with ScriptedServer(sends(case), responds(NEXT)) as server:
            client = open_client(connect, server.url, carrier=carrier, timeout=5)
            found = outcome(client, "conv_1")
            after = outcome(client, "conv_2")
            close(client)
        # httpx's own pool does not look at what came after a response.
        behind = carrier and case.name in odd_wire.BEHIND
        if found is not case.expected(transport) or (after is not None and not behind):
            wrong[case.name] = (found, after)
    assert wrong == {}


def test_what_comes_later_is_not_the_response_to_the_next_request(connect: Connect) -> None:
    sent = threading.Semaphore(0)
    go_on = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        peer.send(WHOLE)
        go_on.acquire()
        with suppress(OSError):
            peer.send(FORGED.replace(b"{}", b'{"id": "forged"}').replace(b": 2", b": 16"))
        sent.release()

    with ScriptedServer(script, responds(NEXT)) as server:
        with connect(server.url, max_retries=0) as client:
            assert outcome(client, "conv_1") is None
            go_on.release()
            assert sent.acquire(timeout=10)
            assert outcome(client, "conv_2") is None


def test_a_response_before_the_request(connect: Connect) -> None:
    with ScriptedServer(responds(NEXT), greeting=WHOLE) as server:
        with connect(server.url, max_retries=0) as client:
            outcome(client, "conv_1")
            # The response to the first one is not that to the second.
            assert outcome(client, "conv_1") in (
                None,
                APIResponseValidationError,
                APIConnectionError,
            )


def test_responses_without_an_end_before_the_response(connect: Connect) -> None:
    def script(peer: Peer) -> None:
        while True:
            peer.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)

    with ScriptedServer(script) as server:
        with connect(server.url, max_retries=0, timeout=0.3) as client:
            with pytest.raises(APIConnectionError):
                client.conversations.retrieve("conv_1")


class _HastyServer(ScriptedServer):
    """Responds to the head of a request, and closes the connection with the body unread."""

    def __init__(self, status: int) -> None:
        super().__init__(responds({"error": {"message": "too much"}}, status=status))

    def _serve(self, sock: socket.socket) -> None:
        with sock, suppress(OSError):
            sock.recv(1024)
            self._scripts[0](Peer(sock, self._stopped))


@LEFT
@pytest.mark.parametrize("status", [401, 413, 429])
def test_an_early_response_to_a_long_request(connect: Connect, status: int) -> None:
    def seen(client: Client) -> int | None:
        try:
            client.conversations.create(items=[{"role": "user", "content": "x" * 8_000_000}])
        except APIStatusError as error:
            return error.status_code
        except APIConnectionError:
            # The kernel tells of the closed connection before the client has read the response.
            return None
        return 200

    with _HastyServer(status) as server:
        with connect(server.url, max_retries=0) as client:
            found = {seen(client) for _ in range(5)}
    assert found - {None} == {status}


@LEFT
@pytest.mark.parametrize("status", [200, 500])
def test_a_body_that_decodes_to_too_much(
    connect: Connect, carrier: Any, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_response, "_FREE", 100_000)
    monkeypatch.setattr(whole_response, "_RATIO", 20)
    bomb = odd_wire.ZEROS
    script = responds(bomb, status=status, content_encoding="gzip")
    with ScriptedServer(script) as server:
        client = open_client(connect, server.url, carrier=carrier)
        for request in (
            lambda: client.conversations.retrieve("conv_1"),
            lambda: read_stream(client),
            lambda: read_text(client),
        ):
            with pytest.raises(APIConnectionError, match="are more than"):
                request()
        close(client)


def read_stream(client: Client) -> None:
    (client.responses.create(**HELLO, stream=True)).until_done()


def read_text(client: Client) -> None:
    with client.conversations.with_streaming_response.retrieve("conv_1") as response:
        response.text()


def test_a_compressed_stream(connect: Connect) -> None:
    with ScriptedServer(
        responds(odd_wire.STREAM, content_encoding="gzip", content_type="text/event-stream")
    ) as server:
        with connect(server.url) as client:
            stream = client.responses.create(**HELLO, stream=True)
            assert [event.type for event in stream] == ["response.completed"]


def test_no_secret_is_in_what_an_error_leads_to(connect: Connect) -> None:
    options = {"api_key": "sk-SECRET", "default_query": {"api-key": "SECRET"}}
    with ScriptedServer(sends(Case("", OK + b"bad line\r\n\r\n"))) as server:
        with connect(server.url, max_retries=0, **options) as client:
            with pytest.raises(APIConnectionError) as caught:
                client.conversations.retrieve("conv_1")
    error: BaseException | None = caught.value
    while error is not None:
        assert "SECRET" not in f"{error} {error!r} {error.args!r}"
        assert not type(error).__module__.startswith("aiohttp")
        error = error.__cause__ or error.__context__
