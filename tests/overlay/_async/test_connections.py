"""The limit of connections: who waits, and who gives a connection back."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from openai_conversations import APITimeoutError, AsyncClient

from tests.garbage import collect
from tests.overlay.concurrency_async import one_connection
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds
from tests.overlay.scripts import stall_in_the_stream

pytestmark = pytest.mark.off_contract
STREAM: dict[str, Any] = {"model": "m", "input": "x", "stream": True}


async def test_waiting_for_a_connection_has_its_own_timeout(transport: str) -> None:
    timeout = httpx.Timeout(30, pool=0.1)
    with ScriptedServer(stall_in_the_stream, responds(CONVERSATION)) as server:
        async with one_connection(transport) as http:
            async with http.stream("GET", server.url):
                with pytest.raises(httpx.PoolTimeout):
                    await http.get(server.url, timeout=timeout)
            # The connection is free again.
            assert (await http.get(server.url)).status_code == 200


async def test_a_stream_that_is_dropped_gives_its_connection_back(transport: str) -> None:
    options: Any = {"timeout": httpx.Timeout(30, pool=5)}
    with ScriptedServer(stall_in_the_stream, responds(CONVERSATION)) as server:
        async with one_connection(transport) as http:
            client = AsyncClient(api_key="k", base_url=server.url, http_client=http, **options)
            await client.responses.create(**STREAM)
            collect()
            assert (await client.conversations.retrieve("conv_1")).id == "conv_1"
    collect()


async def test_a_response_that_was_read_gives_its_connection_back_once(transport: str) -> None:
    good = responds(CONVERSATION)
    options: Any = {"timeout": httpx.Timeout(30, pool=0.1), "max_retries": 0}
    with ScriptedServer(good, stall_in_the_stream, good) as server:
        async with one_connection(transport) as http:
            client = AsyncClient(api_key="k", base_url=server.url, http_client=http, **options)
            await client.conversations.retrieve("conv_1")
            collect()
            async with await client.responses.create(**STREAM):
                with pytest.raises(APITimeoutError):
                    await client.conversations.retrieve("conv_1")
