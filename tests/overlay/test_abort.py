"""Aborting a call from another thread, at each stage, with the connections usable afterwards."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import pytest
from openai_conversations import AbortSignal, AsyncClient, Client, RequestAbortedError

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds
from tests.overlay.scripts import stall

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True


def test_a_signal_is_set_once_and_stays_set() -> None:
    signal, called = AbortSignal(), []
    unsubscribe = signal.subscribe(lambda: called.append("taken off"))
    signal.subscribe(lambda: called.append("first"))
    unsubscribe()
    assert not signal.is_set()
    assert not signal.wait(0)
    signal.set("enough")
    signal.set("again")
    signal.subscribe(lambda: called.append("late"))
    assert called == ["first", "late"]
    assert (signal.is_set(), signal.reason, signal.wait()) == (True, "enough", True)
    assert repr(signal) == "AbortSignal(set)"


def test_before_sending(runner: ClientRunner) -> None:
    signal = AbortSignal()
    signal.set("changed my mind")
    with (
        ScriptedServer(responds(CONVERSATION)) as server,
        pytest.raises(RequestAbortedError) as caught,
    ):
        runner.run(server.url, lambda c: c.conversations.retrieve("conv_1", abort=signal))
    assert (caught.value.stage, caught.value.reason) == ("before sending", "changed my mind")
    assert server.requests == []


def test_from_a_task_of_the_same_loop() -> None:
    async def run() -> None:
        signal = AbortSignal()
        stages: list[str] = []
        with ScriptedServer(stall) as server:
            async with AsyncClient(api_key="k", base_url=server.url) as client:

                async def call() -> None:
                    with pytest.raises(RequestAbortedError) as caught:
                        await client.conversations.retrieve("conv_1", abort=signal)
                    stages.append(caught.value.stage)

                async with anyio.create_task_group() as group:
                    group.start_soon(call)
                    group.start_soon(call)
                    await anyio.to_thread.run_sync(server.arrived.acquire)
                    await anyio.to_thread.run_sync(server.arrived.acquire)
                    signal.set()
        assert stages == ["in flight", "in flight"]

    for backend in ("asyncio", "trio"):
        anyio.run(run, backend=backend)


DELTA = {
    "type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
    "content_index": 0, "delta": "x", "logprobs": [], "sequence_number": 1,
}  # fmt: skip


def test_while_streaming(runner: ClientRunner) -> None:
    signal = AbortSignal()

    def script(peer: Peer) -> None:
        peer.events(DELTA)
        peer.wait_for_hangup()

    class Setting(list[Any]):
        def append(self, event: Any) -> None:
            super().append(event)
            threading.Timer(0, signal.set).start()

    events = Setting()
    with ScriptedServer(script) as server, pytest.raises(RequestAbortedError) as caught:
        runner.collect(
            server.url,
            lambda c: c.responses.create(model="m", input="Hi", stream=True, abort=signal),
            events,
        )
    assert caught.value.stage == "streaming"
    assert [event.delta for event in events] == ["x"]


def test_a_signal_that_is_not_set_changes_nothing(runner: ClientRunner) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        signal = AbortSignal()
        got = runner.run(server.url, lambda c: c.conversations.retrieve("conv_1", abort=signal))
    assert got.id == "conv_1"
    assert not signal._callbacks


def test_an_error_of_the_call_comes_through_the_thread_of_an_abortable_call() -> None:
    with (
        ScriptedServer(responds({}, status=404)) as server,
        Client(api_key="k", base_url=server.url) as client,
        pytest.raises(Exception, match="404"),
    ):
        client.conversations.retrieve("conv_1", abort=AbortSignal())
