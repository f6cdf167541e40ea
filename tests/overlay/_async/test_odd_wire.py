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
    AsyncClient,
)
from openai_conversations._transport import whole_response

from tests.overlay import odd_wire
from tests.overlay.odd_wire import CASES, FORGED, NEXT, OK, WHOLE, Case
from tests.overlay.scripted_server import Peer, ScriptedServer, responds

pytestmark = pytest.mark.off_contract
Connect = Callable[..., AsyncClient]
#: When decoding or sending fails, httpx leaves its generators half-way, of which trio warns.
LEFT = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
HELLO: dict[str, Any] = {"model": "gpt-4o", "input": "Hi"}


def open_client(connect: Connect, url: str, *, carrier: Any, **options: Any) -> AsyncClient:
    http_client = carrier and carrier.AsyncClient(verify=False)
    return connect(url, http_client=http_client, max_retries=0, **options)


async def close(client: AsyncClient) -> None:
    await client.close()
    await client._sender.http_client.aclose()


def sends(case: Case) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.send(case.data)
        if case.cut:
            peer.cut()

    return script


async def outcome(client: AsyncClient, id: str) -> type[Exception] | str | None:
    try:
        got = await client.conversations.retrieve(id)
    except Exception as error:
        return type(error)
    return None if got.id == id else got.id


@LEFT
async def test_the_table(connect: Connect, transport: str, carrier: Any) -> None:
    wrong: dict[str, Any] = {}
    for case in CASES:
        with ScriptedServer(sends(case), responds(NEXT)) as server:
            client = open_client(connect, server.url, carrier=carrier, timeout=5)
            found = await outcome(client, "conv_1")
            after = await outcome(client, "conv_2")
            await close(client)
        # httpx's own pool does not look at what came after a response.
        behind = carrier and case.name in odd_wire.BEHIND
        if found is not case.expected(transport) or (after is not None and not behind):
            wrong[case.name] = (found, after)
    assert wrong == {}


async def test_what_comes_later_is_not_the_response_to_the_next_request(connect: Connect) -> None:
    sent = threading.Semaphore(0)
    go_on = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        peer.send(WHOLE)
        go_on.acquire()
        with suppress(OSError):
            peer.send(FORGED.replace(b"{}", b'{"id": "forged"}').replace(b": 2", b": 16"))
        sent.release()

    with ScriptedServer(script, responds(NEXT)) as server:
        async with connect(server.url, max_retries=0) as client:
            assert await outcome(client, "conv_1") is None
            go_on.release()
            assert sent.acquire(timeout=10)
            assert await outcome(client, "conv_2") is None


async def test_a_response_before_the_request(connect: Connect) -> None:
    with ScriptedServer(responds(NEXT), greeting=WHOLE) as server:
        async with connect(server.url, max_retries=0) as client:
            await outcome(client, "conv_1")
            # The response to the first one is not that to the second.
            assert await outcome(client, "conv_1") in (
                None,
                APIResponseValidationError,
                APIConnectionError,
            )


async def test_responses_without_an_end_before_the_response(connect: Connect) -> None:
    def script(peer: Peer) -> None:
        while True:
            peer.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)

    with ScriptedServer(script) as server:
        async with connect(server.url, max_retries=0, timeout=0.3) as client:
            with pytest.raises(APIConnectionError):
                await client.conversations.retrieve("conv_1")


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
async def test_an_early_response_to_a_long_request(connect: Connect, status: int) -> None:
    async def seen(client: AsyncClient) -> int | None:
        try:
            await client.conversations.create(items=[{"role": "user", "content": "x" * 8_000_000}])
        except APIStatusError as error:
            return error.status_code
        except APIConnectionError:
            # The kernel tells of the closed connection before the client has read the response.
            return None
        return 200

    with _HastyServer(status) as server:
        async with connect(server.url, max_retries=0) as client:
            found = {await seen(client) for _ in range(5)}
    assert found - {None} == {status}


@LEFT
@pytest.mark.parametrize("status", [200, 500])
async def test_a_body_that_decodes_to_too_much(
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
                await request()
        await close(client)


async def read_stream(client: AsyncClient) -> None:
    await (await client.responses.create(**HELLO, stream=True)).until_done()


async def read_text(client: AsyncClient) -> None:
    async with client.conversations.with_streaming_response.retrieve("conv_1") as response:
        await response.text()


async def test_a_compressed_stream(connect: Connect) -> None:
    with ScriptedServer(
        responds(odd_wire.STREAM, content_encoding="gzip", content_type="text/event-stream")
    ) as server:
        async with connect(server.url) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            assert [event.type async for event in stream] == ["response.completed"]


async def test_no_secret_is_in_what_an_error_leads_to(connect: Connect) -> None:
    options = {"api_key": "sk-SECRET", "default_query": {"api-key": "SECRET"}}
    with ScriptedServer(sends(Case("", OK + b"bad line\r\n\r\n"))) as server:
        async with connect(server.url, max_retries=0, **options) as client:
            with pytest.raises(APIConnectionError) as caught:
                await client.conversations.retrieve("conv_1")
    error: BaseException | None = caught.value
    while error is not None:
        assert "SECRET" not in f"{error} {error!r} {error.args!r}"
        assert not type(error).__module__.startswith("aiohttp")
        error = error.__cause__ or error.__context__
