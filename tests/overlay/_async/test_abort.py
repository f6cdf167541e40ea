"""Aborting a request in flight, and what the client can do afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import AbortSignal, AsyncClient, RequestAbortedError
from openai_conversations._transport import retries

from tests.overlay.concurrency_async import SENDER
from tests.overlay.scripted_server import CONVERSATION, Script, ScriptedServer, responds
from tests.overlay.scripts import stall, stall_in_the_body

Connect = Callable[..., AsyncClient]


def set_when_it_arrives(server: ScriptedServer, signal: AbortSignal) -> threading.Thread:
    def run() -> None:
        server.arrived.acquire()
        signal.set("user left")

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.off_contract
@pytest.mark.parametrize("script", [stall, stall_in_the_body])
async def test_in_flight(connect: Connect, script: Script) -> None:
    signal = AbortSignal()
    with ScriptedServer(script, responds(CONVERSATION)) as server:
        thread = set_when_it_arrives(server, signal)
        async with connect(server.url) as client:
            with pytest.raises(RequestAbortedError) as caught:
                await client.conversations.retrieve("conv_1", abort=signal)
            assert (await client.conversations.retrieve("conv_1")).id == "conv_1"
        thread.join()
    assert (caught.value.stage, caught.value.reason) == ("in flight", "user left")
    # stall() has seen the hang-up, or the server could not have been stopped.
    assert len(server.requests) == 2


@pytest.mark.off_contract
async def test_in_flight_with_a_client_of_the_callers(connect: Connect, library: Any) -> None:
    signal = AbortSignal()
    with ScriptedServer(lambda peer: peer.wait()) as server:
        thread = set_when_it_arrives(server, signal)
        client = connect(server.url, http_client=library.AsyncClient())
        with pytest.raises(RequestAbortedError):
            await client.conversations.retrieve("conv_1", abort=signal)
        thread.join()


async def test_waiting_for_a_retry(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    signal = AbortSignal()

    def delay(*_: object) -> float:
        threading.Timer(0, signal.set).start()
        return 60.0

    monkeypatch.setattr(f"{SENDER}.delay_before_retry", delay)
    with ScriptedServer(responds({}, status=429)) as server:
        async with connect(server.url) as client:
            with pytest.raises(RequestAbortedError) as caught:
                await client.conversations.retrieve("conv_1", abort=signal)
    assert caught.value.stage == "waiting for a retry"
    assert retries.MAX_DELAY == 8.0
    assert len(server.requests) == 1
