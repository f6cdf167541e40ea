"""Aborting a call from another thread, at each stage, with the connections usable afterwards."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import httpx
import pytest
from openai_conversations import AbortSignal, AsyncClient, Client, RequestAbortedError
from openai_conversations._transport import retries as retry

from tests.overlay.loopback import CONVERSATION, Loopback, Peer, answers
from tests.overlay.ways import Way

ON_EVERY_TRANSPORT = True


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


def test_before_sending(way: Way) -> None:
    signal = AbortSignal()
    signal.set("changed my mind")
    with Loopback(answers(CONVERSATION)) as server, pytest.raises(RequestAbortedError) as caught:
        way.run(server.url, lambda c: c.conversations.retrieve("conv_1", abort=signal))
    assert (caught.value.stage, caught.value.reason) == ("before sending", "changed my mind")
    assert server.requests == []


def stall(peer: Peer) -> None:
    peer.wait_for_hangup()


def stall_in_the_body(peer: Peer) -> None:
    peer.head(200, {"content-length": "100"})
    peer.send(b"{")
    peer.wait_for_hangup()


def set_when_it_arrives(server: Loopback, signal: AbortSignal) -> threading.Thread:
    def run() -> None:
        server.arrived.acquire()
        signal.set("user left")

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.off_contract
@pytest.mark.parametrize("script", [stall, stall_in_the_body])
def test_in_flight(way: Way, script: Any) -> None:
    signal = AbortSignal()
    caught: list[RequestAbortedError] = []

    def aborted(client: Any) -> Any:
        if way.name == "sync":
            with pytest.raises(RequestAbortedError) as info:
                client.conversations.retrieve("conv_1", abort=signal)
            caught.append(info.value)
            return None

        async def run() -> None:
            with pytest.raises(RequestAbortedError) as info:
                await client.conversations.retrieve("conv_1", abort=signal)
            caught.append(info.value)

        return run()

    with Loopback(script, answers(CONVERSATION)) as server:
        thread = set_when_it_arrives(server, signal)
        again = way.run(server.url, aborted, lambda c: c.conversations.retrieve("conv_1"))
        thread.join()
    assert again.id == "conv_1"
    assert (caught[0].stage, caught[0].reason) == ("in flight", "user left")
    # stall() has seen the hang-up, or the server could not have been stopped.
    assert len(server.requests) == 2


@pytest.mark.off_contract
def test_in_flight_with_a_client_of_the_callers(way: Way) -> None:
    signal = AbortSignal()
    http_client: Any = httpx.Client() if way.name == "sync" else httpx.AsyncClient()
    with Loopback(lambda peer: peer.wait()) as server:
        thread = set_when_it_arrives(server, signal)
        with pytest.raises(RequestAbortedError):
            way.run(
                server.url,
                lambda c: c.conversations.retrieve("conv_1", abort=signal),
                http_client=http_client,
            )
        thread.join()


def test_from_a_task_of_the_same_loop() -> None:
    async def run() -> None:
        signal = AbortSignal()
        stages: list[str] = []
        with Loopback(stall) as server:
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


def test_waiting_for_a_retry(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    signal = AbortSignal()

    def delay(*_: object) -> float:
        threading.Timer(0, signal.set).start()
        return 60.0

    module = (
        "openai_conversations._sync.sender"
        if way.name == "sync"
        else ("openai_conversations._async.sender")
    )
    monkeypatch.setattr(f"{module}.delay_before_retry", delay)
    with (
        Loopback(answers({}, status=429)) as server,
        pytest.raises(RequestAbortedError) as caught,
    ):
        way.run(server.url, lambda c: c.conversations.retrieve("conv_1", abort=signal))
    assert caught.value.stage == "waiting for a retry"
    assert retry.MAX_DELAY == 8.0
    assert len(server.requests) == 1


DELTA = {
    "type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
    "content_index": 0, "delta": "x", "logprobs": [], "sequence_number": 1,
}  # fmt: skip


def test_while_streaming(way: Way) -> None:
    signal = AbortSignal()

    def script(peer: Peer) -> None:
        peer.events(DELTA)
        peer.wait_for_hangup()

    class Setting(list[Any]):
        def append(self, event: Any) -> None:
            super().append(event)
            threading.Timer(0, signal.set).start()

    events = Setting()
    with Loopback(script) as server, pytest.raises(RequestAbortedError) as caught:
        way.collect(
            server.url,
            lambda c: c.responses.create(model="m", input="Hi", stream=True, abort=signal),
            events,
        )
    assert caught.value.stage == "streaming"
    assert [event.delta for event in events] == ["x"]


def test_a_signal_that_is_not_set_changes_nothing(way: Way) -> None:
    with Loopback(answers(CONVERSATION)) as server:
        signal = AbortSignal()
        got = way.run(server.url, lambda c: c.conversations.retrieve("conv_1", abort=signal))
    assert got.id == "conv_1"
    assert not signal._callbacks


def test_an_error_of_the_call_comes_through_the_thread_of_an_abortable_call() -> None:
    with (
        Loopback(answers({}, status=404)) as server,
        Client(api_key="k", base_url=server.url) as client,
        pytest.raises(Exception, match="404"),
    ):
        client.conversations.retrieve("conv_1", abort=AbortSignal())
