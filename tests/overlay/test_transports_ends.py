"""Calls that are ended from outside (aborted, cancelled, closed early), and the limits."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
from openai_conversations import (
    AbortSignal,
    APIConnectionError,
    APITimeoutError,
    AsyncClient,
    Client,
    RequestAbortedError,
)
from openai_conversations._async.connection_pool import AsyncConnectionPool
from openai_conversations._sync.connection_pool import ConnectionPool
from openai_conversations._transport.aiohttp_transport import AiohttpTransport

from tests.overlay.carriers import CARRIERS, Carrier
from tests.overlay.events import delta
from tests.overlay.loopback import CONVERSATION, Loopback, Peer, answers

pytestmark = pytest.mark.off_contract

ASYNC = [pair for pair in CARRIERS if pair[0] != "sync"]


@pytest.fixture(params=CARRIERS, ids="-".join)
def carrier(request: pytest.FixtureRequest) -> Carrier:
    return Carrier(*request.param)


@pytest.fixture(params=ASYNC, ids="-".join)
def async_carrier(request: pytest.FixtureRequest) -> Carrier:
    return Carrier(*request.param)


def stall(peer: Peer) -> None:
    peer.wait_for_hangup()


def stall_in_the_body(peer: Peer) -> None:
    peer.head(200, {"content-length": "100"})
    peer.send(b"{")
    peer.wait_for_hangup()


def stall_in_the_stream(peer: Peer) -> None:
    peer.events(delta(0, "x"))
    peer.wait_for_hangup()


def when_it_arrives(server: Loopback, act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        server.arrived.acquire()
        act()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("script", [stall, stall_in_the_body])
def test_aborting_in_flight(carrier: Carrier, script: Callable[[Peer], None]) -> None:
    signal = AbortSignal()
    with Loopback(script) as server:
        thread = when_it_arrives(server, lambda: signal.set("user left"))
        with pytest.raises(RequestAbortedError) as caught:
            carrier.run(server.url, lambda c: c.conversations.retrieve("conv_1", abort=signal))
        thread.join()
    assert (caught.value.stage, caught.value.reason) == ("in flight", "user left")
    assert len(server.requests) == 1


def test_aborting_a_stream(carrier: Carrier) -> None:
    signal, seen = AbortSignal(), []

    def abort_then(event: Any) -> None:
        seen.append(event)
        threading.Thread(target=signal.set).start()

    class Into(list[Any]):
        def append(self, event: Any) -> None:
            abort_then(event)

    with (
        Loopback(stall_in_the_stream) as server,
        pytest.raises(RequestAbortedError) as caught,
    ):
        carrier.collect(
            server.url,
            lambda c: c.responses.create(model="m", input="x", stream=True, abort=signal),
            Into(),
        )
    assert caught.value.stage == "streaming"
    assert [event.delta for event in seen] == ["x"]


@pytest.mark.parametrize("script", [stall, stall_in_the_body])
def test_cancelling_ends_the_request_and_leaves_the_client_usable(
    async_carrier: Carrier, script: Callable[[Peer], None]
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

    with Loopback(first, answers(CONVERSATION)) as server:
        assert async_carrier.run(server.url, run).id == "conv_1"
    assert server.connections == 2


def test_closing_a_stream_early_hangs_up(carrier: Carrier) -> None:
    hung_up = threading.Event()

    def script(peer: Peer) -> None:
        stall_in_the_stream(peer)
        hung_up.set()

    def close_early(client: Any) -> Any:
        if isinstance(client, Client):
            with client.responses.create(model="m", input="x", stream=True) as stream:
                return next(iter(stream))

        async def run() -> Any:
            async with await client.responses.create(model="m", input="x", stream=True) as stream:
                return await anext(stream)

        return run()

    def wait(client: Any) -> Any:
        if isinstance(client, Client):
            return hung_up.wait()
        # In another thread: an event loop that stands still closes nothing.
        return anyio.to_thread.run_sync(hung_up.wait)

    with Loopback(script, answers(CONVERSATION)) as server:
        carrier.run(
            server.url,
            close_early,
            wait,
            lambda c: c.conversations.retrieve("conv_1"),
        )
    assert server.connections == 2


def test_many_at_once(async_carrier: Carrier) -> None:
    async def run(client: AsyncClient) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(client.conversations.retrieve, "conv_1")

    with Loopback(answers(CONVERSATION)) as server:
        async_carrier.run(server.url, run)
    assert len(server.requests) == 100
    assert server.connections <= 100


def test_closing_the_client_ends_a_call_that_waits(carrier: Carrier) -> None:
    options: dict[str, Any] = {"api_key": "k", "transport": carrier.transport, "max_retries": 0}
    patience = 20

    def sync(url: str) -> None:
        client = Client(base_url=url, **options)
        errors: list[Exception] = []

        def call() -> None:
            try:
                client.conversations.retrieve("conv_1")
            except APIConnectionError as error:
                errors.append(error)

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        server.arrived.acquire()
        client.close()
        thread.join(patience)
        assert errors

    async def asynchronous(url: str) -> None:
        client = AsyncClient(base_url=url, **options)

        async def call() -> None:
            with pytest.raises(APIConnectionError):
                await client.conversations.retrieve("conv_1")

        with anyio.fail_after(patience):
            async with anyio.create_task_group() as group:
                group.start_soon(call)
                await anyio.to_thread.run_sync(server.arrived.acquire)
                await client.close()

    with Loopback(stall) as server:
        if carrier.name == "sync":
            sync(server.url)
        else:
            anyio.run(asynchronous, server.url, backend=carrier.name)


def test_one_client_in_several_event_loops() -> None:
    with Loopback(answers(CONVERSATION)) as server:
        client = AsyncClient(api_key="k", base_url=server.url, transport="aiohttp")

        async def call() -> None:
            assert (await client.conversations.retrieve("c")).id == "conv_1"

        async def call_and_close() -> None:
            await call()
            await client.close()

        anyio.run(call)
        anyio.run(call, backend="trio")
        anyio.run(call_and_close)
    assert server.connections == 3
    gc.collect()


def test_a_client_used_under_asyncio_is_closed_under_trio() -> None:
    with Loopback(lambda peer: peer.events(delta(0, "x")), answers(CONVERSATION)) as server:
        client = AsyncClient(api_key="k", base_url=server.url, transport="aiohttp")

        async def call() -> None:
            await client.responses.create(model="m", input="x", stream=True)

        anyio.run(call)
        anyio.run(client.close, backend="trio")
    assert client.is_closed()
    gc.collect()


def test_a_client_that_nobody_closed_goes_quietly(caplog: pytest.LogCaptureFixture) -> None:
    with Loopback(answers(CONVERSATION)) as server:

        async def call() -> None:
            client = AsyncClient(api_key="k", base_url=server.url, transport="aiohttp")
            await client.conversations.retrieve("c")

        anyio.run(call)
        gc.collect()
        # The first collection took the client, whose end let go of its connections: they go now,
        # and asyncio tells of them here rather than in a later test.
        gc.collect()
    # aiohttp would say "Unclosed client session", as a warning and in its log.
    assert not [record for record in caplog.records if record.name in ("aiohttp", "asyncio")]


def limited(name: str, transport: str) -> httpx.Client | httpx.AsyncClient:
    """An httpx client with one place."""
    if transport == "aiohttp":
        return httpx.AsyncClient(transport=AiohttpTransport(max_connections=1))
    if name != "sync":
        return httpx.AsyncClient(transport=AsyncConnectionPool(max_connections=1))
    return httpx.Client(transport=ConnectionPool(max_connections=1))


POOLS = [pair for pair in CARRIERS if pair != ("trio", "aiohttp")]


@pytest.mark.parametrize(("name", "transport"), POOLS)
def test_waiting_for_a_place_has_its_own_time_out(name: str, transport: str) -> None:
    timeout = httpx.Timeout(30, pool=0.1)
    client = limited(name, transport)

    def sync(client: httpx.Client, url: str) -> None:
        with client, client.stream("GET", url), pytest.raises(httpx.PoolTimeout):
            client.get(url, timeout=timeout)

    async def asynchronous(client: httpx.AsyncClient, url: str) -> None:
        async with client:
            async with client.stream("GET", url):
                with pytest.raises(httpx.PoolTimeout):
                    await client.get(url, timeout=timeout)
            # The place is free again.
            assert (await client.get(url)).status_code == 200

    def first(peer: Peer) -> None:
        peer.events(delta(0, "x"))
        peer.wait_for_hangup()

    with Loopback(first, answers(CONVERSATION)) as server:
        if isinstance(client, httpx.Client):
            sync(client, server.url)
        else:
            anyio.run(asynchronous, client, server.url, backend=name)


@pytest.mark.parametrize(("name", "transport"), POOLS)
def test_a_stream_that_is_dropped_gives_its_place_back(name: str, transport: str) -> None:
    http = limited(name, transport)
    options: dict[str, Any] = {"api_key": "k", "timeout": httpx.Timeout(30, pool=5)}

    def sync(http: httpx.Client, url: str) -> None:
        with http:
            client = Client(http_client=http, base_url=url, **options)
            client.responses.create(model="m", input="x", stream=True)
            gc.collect()
            assert client.conversations.retrieve("c").id == "conv_1"

    async def asynchronous(http: httpx.AsyncClient, url: str) -> None:
        async with http:
            client = AsyncClient(http_client=http, base_url=url, **options)
            await client.responses.create(model="m", input="x", stream=True)
            gc.collect()
            assert (await client.conversations.retrieve("c")).id == "conv_1"

    with Loopback(stall_in_the_stream, answers(CONVERSATION)) as server:
        if isinstance(http, httpx.Client):
            sync(http, server.url)
        else:
            anyio.run(asynchronous, http, server.url, backend=name)
    gc.collect()


@pytest.mark.parametrize(("name", "transport"), POOLS)
def test_an_answer_that_was_read_gives_its_place_back_once(name: str, transport: str) -> None:
    http = limited(name, transport)
    options: dict[str, Any] = {"api_key": "k", "timeout": httpx.Timeout(30, pool=0.1)}

    def sync(http: httpx.Client, url: str) -> None:
        with http:
            client = Client(http_client=http, base_url=url, max_retries=0, **options)
            client.conversations.retrieve("c")
            gc.collect()
            stream = client.responses.create(model="m", input="x", stream=True)
            with stream, pytest.raises(APITimeoutError):
                client.conversations.retrieve("c")

    async def asynchronous(http: httpx.AsyncClient, url: str) -> None:
        async with http:
            client = AsyncClient(http_client=http, base_url=url, max_retries=0, **options)
            await client.conversations.retrieve("c")
            gc.collect()
            async with await client.responses.create(model="m", input="x", stream=True):
                with pytest.raises(APITimeoutError):
                    await client.conversations.retrieve("c")

    good = answers(CONVERSATION)
    with Loopback(good, stall_in_the_stream, good) as server:
        if isinstance(http, httpx.Client):
            sync(http, server.url)
        else:
            anyio.run(asynchronous, http, server.url, backend=name)
