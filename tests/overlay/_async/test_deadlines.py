"""The deadline of a request holds against a server that keeps sending, or hardly reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import APIConnectionError, APITimeoutError, AsyncClient

# It imports aiohttp, which would take most of the time of the first request.
import tests.overlay.concurrency_async  # noqa: F401
from tests.overlay.scripted_server import Peer, ScriptedServer

pytestmark = pytest.mark.off_contract
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENDLESS = {
    "100": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"T: a\r\n" * 1000),
    "body": (HEAD + b"\r\n", b" " * 65536),
    "error": (HEAD.replace(b"200 OK", b"500 Error") + b"\r\n", b" " * 65536),
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_an_endless_response(
    connect: Callable[..., AsyncClient], carrier: Any, name: str
) -> None:
    first, more = ENDLESS[name]

    def script(peer: Peer) -> None:
        peer.send(first)
        while True:  # until the client hangs up
            peer.send(more)

    with ScriptedServer(script) as server:
        own = carrier and carrier.AsyncClient()
        async with connect(server.url, http_client=own, timeout=0.3, max_retries=0) as client:
            with pytest.raises(APIConnectionError) as caught:
                await client.conversations.retrieve("c")
        if own is not None:
            await own.aclose()
    # Parsers have a limit of their own for trailers.
    assert isinstance(caught.value, APITimeoutError) or name == "trailers"
    assert not caught.value.never_sent
