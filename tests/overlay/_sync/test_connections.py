# Made from _async/test_connections.py by tools/unasync. Do not edit.
"""The limit of connections: who waits, and who gives a connection back."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from openai_conversations import APITimeoutError, Client

from tests.garbage import collect
from tests.overlay.concurrency_sync import one_connection
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds
from tests.overlay.scripts import stall_in_the_stream

pytestmark = pytest.mark.off_contract
STREAM: dict[str, Any] = {"model": "m", "input": "x", "stream": True}


def test_waiting_for_a_connection_has_its_own_timeout(transport: str) -> None:
    timeout = httpx.Timeout(30, pool=0.1)
    with ScriptedServer(stall_in_the_stream, responds(CONVERSATION)) as server:
        with one_connection(transport) as http:
            with http.stream("GET", server.url):
                with pytest.raises(httpx.PoolTimeout):
                    http.get(server.url, timeout=timeout)
            # The connection is free again.
            assert (http.get(server.url)).status_code == 200


def test_a_stream_that_is_dropped_gives_its_connection_back(transport: str) -> None:
    options: Any = {"timeout": httpx.Timeout(30, pool=5)}
    with ScriptedServer(stall_in_the_stream, responds(CONVERSATION)) as server:
        with one_connection(transport) as http:
            client = Client(api_key="k", base_url=server.url, http_client=http, **options)
            client.responses.create(**STREAM)
            collect()
            assert (client.conversations.retrieve("conv_1")).id == "conv_1"
    collect()


def test_a_response_that_was_read_gives_its_connection_back_once(transport: str) -> None:
    good = responds(CONVERSATION)
    options: Any = {"timeout": httpx.Timeout(30, pool=0.1), "max_retries": 0}
    with ScriptedServer(good, stall_in_the_stream, good) as server:
        with one_connection(transport) as http:
            client = Client(api_key="k", base_url=server.url, http_client=http, **options)
            client.conversations.retrieve("conv_1")
            collect()
            with client.responses.create(**STREAM):
                with pytest.raises(APITimeoutError):
                    client.conversations.retrieve("conv_1")
