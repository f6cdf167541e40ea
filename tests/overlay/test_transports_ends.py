"""Calls that are ended from outside (aborted, cancelled, closed early), and the limits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from openai_conversations import (
    AbortSignal,
    AsyncClient,
    RequestAbortedError,
)

from tests.garbage import collect
from tests.overlay.client_runner import ClientRunner
from tests.overlay.events import delta
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds
from tests.overlay.scripts import stall, stall_in_the_body, stall_in_the_stream

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True
pytestmark = pytest.mark.off_contract


def when_it_arrives(server: ScriptedServer, act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        server.arrived.acquire()
        act()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("script", [stall, stall_in_the_body])
def test_aborting_in_flight(runner: ClientRunner, script: Callable[[Peer], None]) -> None:
    signal = AbortSignal()
    with ScriptedServer(script) as server:
        thread = when_it_arrives(server, lambda: signal.set("user left"))
        with pytest.raises(RequestAbortedError) as caught:
            runner.run(server.url, lambda c: c.conversations.retrieve("conv_1", abort=signal))
        thread.join()
    assert (caught.value.stage, caught.value.reason) == ("in flight", "user left")
    assert len(server.requests) == 1


def test_aborting_a_stream(runner: ClientRunner) -> None:
    signal, seen = AbortSignal(), []

    def abort_then(event: Any) -> None:
        seen.append(event)
        threading.Thread(target=signal.set).start()

    class Into(list[Any]):
        def append(self, event: Any) -> None:
            abort_then(event)

    with (
        ScriptedServer(stall_in_the_stream) as server,
        pytest.raises(RequestAbortedError) as caught,
    ):
        runner.collect(
            server.url,
            lambda c: c.responses.create(model="m", input="x", stream=True, abort=signal),
            Into(),
        )
    assert caught.value.stage == "streaming"
    assert [event.delta for event in seen] == ["x"]


@pytest.mark.parametrize("script", [stall, stall_in_the_body])
def test_cancelling_ends_the_request_and_leaves_the_client_usable(
    async_runner: ClientRunner, script: Callable[[Peer], None]
) -> None:
    hung_up = threading.Event()

    def first(peer: Peer) -> None:
        try:
            script(peer)
        finally:
            hung_up.set()

    async def run(client: AsyncClient) -> Any:
        async with anyio.create_task_group() as group:
            group.start_soon(client.conversations.retrieve, "conv_1")
            await anyio.to_thread.run_sync(server.arrived.acquire)
            group.cancel_scope.cancel()
        # The service learns of it: nothing goes on behind the caller's back.
        await anyio.to_thread.run_sync(hung_up.wait)
        return await client.conversations.retrieve("conv_1")

    with ScriptedServer(first, responds(CONVERSATION)) as server:
        assert async_runner.run(server.url, run).id == "conv_1"
    assert server.connections == 2


def test_many_at_once(async_runner: ClientRunner) -> None:
    async def run(client: AsyncClient) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(client.conversations.retrieve, "conv_1")

    with ScriptedServer(responds(CONVERSATION)) as server:
        async_runner.run(server.url, run)
    assert len(server.requests) == 100
    assert server.connections <= 100


def test_one_client_in_several_event_loops() -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        client = AsyncClient(api_key="k", base_url=server.url, transport="aiohttp")

        async def call() -> None:
            assert (await client.conversations.retrieve("conv_1")).id == "conv_1"

        async def call_and_close() -> None:
            await call()
            await client.close()

        anyio.run(call)
        anyio.run(call, backend="trio")
        anyio.run(call_and_close)
    assert server.connections == 3
    collect()


def test_a_client_used_under_asyncio_is_closed_under_trio() -> None:
    with ScriptedServer(lambda peer: peer.events(delta(0, "x")), responds(CONVERSATION)) as server:
        client = AsyncClient(api_key="k", base_url=server.url, transport="aiohttp")

        async def call() -> None:
            await client.responses.create(model="m", input="x", stream=True)

        anyio.run(call)
        anyio.run(client.close, backend="trio")
    assert client.is_closed()
    collect()


def test_a_client_that_nobody_closed_goes_quietly(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:

        async def call() -> None:
            client = AsyncClient(api_key="k", base_url=server.url, transport="aiohttp")
            await client.conversations.retrieve("conv_1")

        anyio.run(call)
        collect()
        # The first collection took the client, whose end let go of its connections: they go now,
        # and asyncio tells of them here rather than in a later test.
        collect()
    # aiohttp would say "Unclosed client session", as a warning and in its log.
    assert not [record for record in caplog.records if record.name in ("aiohttp", "asyncio")]
