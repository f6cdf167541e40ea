"""What libraries that mock HTTP see of each client: the table of docs/testing.md."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import respx
import vcr
from openai_conversations import AsyncClient, Client

from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds

Retrieve = Callable[..., str]


def sync(url: str, **options: Any) -> str:
    with Client(api_key="k", base_url=url, **options) as client:
        return client.conversations.retrieve("conv_1").id


def asynchronous(url: str, **options: Any) -> str:
    async def run() -> str:
        async with AsyncClient(api_key="k", base_url=url, **options) as client:
            return (await client.conversations.retrieve("conv_1")).id

    return asyncio.run(run())


def sync_given(url: str, library: Any = httpx) -> str:
    with library.Client() as http_client:
        return sync(url, http_client=http_client)


def asynchronous_given(url: str, library: Any = httpx) -> str:
    return asynchronous(url, http_client=library.AsyncClient())


#: The client, and whether respx (pytest-httpx replaces the same method) and vcrpy see it.
TABLE = {
    "sync": (sync, False, False),
    "async": (lambda url: asynchronous(url, transport="httpx"), False, False),
    "aiohttp": (lambda url: asynchronous(url, transport="aiohttp"), False, True),
    "sync, given": (sync_given, True, True),
    "async, given": (asynchronous_given, True, True),
    "sync, httpx2": (lambda url: sync_given(url, httpx2), False, True),
    "async, httpx2": (lambda url: asynchronous_given(url, httpx2), False, True),
}


@pytest.mark.parametrize(("retrieve", "seen", "_"), TABLE.values(), ids=TABLE)
def test_what_respx_sees(retrieve: Retrieve, seen: bool, _: bool) -> None:
    with (
        ScriptedServer(responds(CONVERSATION)) as server,
        respx.mock(assert_all_called=False) as mock,
    ):
        route = mock.get(f"{server.url}/conversations/conv_1").respond(json=CONVERSATION)
        assert retrieve(server.url) == "conv_1"
    assert (route.called, bool(server.requests)) == (seen, not seen)


@pytest.mark.parametrize(("retrieve", "_", "seen"), TABLE.values(), ids=TABLE)
def test_what_vcrpy_sees(retrieve: Retrieve, _: bool, seen: bool, tmp_path: Path) -> None:
    cassette = str(tmp_path / "cassette.yaml")
    with ScriptedServer(responds(CONVERSATION)) as server:
        for _ in range(2):
            with vcr.use_cassette(cassette):
                assert retrieve(server.url) == "conv_1"
    assert len(server.requests) == (1 if seen else 2)
