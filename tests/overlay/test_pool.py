"""The connection pool: reuse, the limit and its queue, connections that went away, event loops."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import anyio
import httpx
import pytest
from openai_conversations import APITimeoutError, AsyncClient, Client
from openai_conversations._async.connection_pool import AsyncConnectionPool
from openai_conversations._sync.connection_pool import ConnectionPool

from tests.garbage import collect
from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

pytestmark = pytest.mark.off_contract


def taken(pool: Any) -> int:
    """Return how many places of a pool are taken, by requests and by connections that are free."""
    assert not pool._done
    return len(pool._places) + sum(map(len, pool._free.values()))


def sync_pool(**options: Any) -> tuple[httpx.Client, ConnectionPool]:
    pool = ConnectionPool(**options)
    return httpx.Client(transport=pool, timeout=5), pool


def test_connections_are_used_again(runner: ClientRunner) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(server.url, *[lambda c: c.conversations.retrieve("conv_1")] * 5)
    assert server.connections == 1


def test_requests_beyond_the_limit_wait_in_order() -> None:
    """Three requests, one connection: each responded to when the one before is over."""
    gate = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        gate.acquire()
        peer.respond(CONVERSATION)

    http, pool = sync_pool(max_connections=1)
    with ScriptedServer(script) as server, http:
        threads = [threading.Thread(target=http.get, args=(server.url,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in threads:
            server.arrived.acquire()
            gate.release()
        for thread in threads:
            thread.join()
        assert server.connections == 1
        assert (taken(pool), len(pool._waiting)) == (1, 0)


def test_waiting_for_a_connection_has_a_time_out() -> None:
    def held() -> None:
        with suppress(httpx.TransportError):
            http.get(server.url)

    http, pool = sync_pool(max_connections=1)
    with ScriptedServer(lambda peer: peer.wait_for_hangup()) as server, http:
        thread = threading.Thread(target=held)
        thread.start()
        server.arrived.acquire()
        with pytest.raises(httpx.PoolTimeout, match="all 1 connections were busy"):
            http.get(server.url, timeout=httpx.Timeout(5, pool=0.05))
        assert len(pool._waiting) == 0
        pool.close()
        thread.join()


def test_async_waiters_are_served_and_a_cancelled_one_loses_nothing() -> None:
    async def run() -> None:
        gate = threading.Semaphore(0)

        def script(peer: Peer) -> None:
            gate.acquire()
            peer.respond(CONVERSATION)

        pool = AsyncConnectionPool(max_connections=1)
        with ScriptedServer(script) as server:
            async with httpx.AsyncClient(transport=pool, timeout=5) as http:
                done: list[int] = []

                async def get(number: int) -> None:
                    await http.get(server.url)
                    done.append(number)

                async with anyio.create_task_group() as group:
                    group.start_soon(get, 1)
                    await anyio.to_thread.run_sync(server.arrived.acquire)
                    with anyio.move_on_after(0.05) as scope:
                        await get(2)
                    assert scope.cancel_called
                    group.start_soon(get, 3)
                    gate.release()
                    gate.release()
                assert done == [1, 3]
                assert (taken(pool), len(pool._waiting)) == (1, 0)
        assert server.connections == 1

    for backend in ("asyncio", "trio"):
        anyio.run(run, backend=backend)


def test_a_connection_that_rests_too_long_is_replaced() -> None:
    http, pool = sync_pool(keepalive_expiry=0.0)
    with ScriptedServer(responds(CONVERSATION)) as server, http:
        for _ in range(3):
            http.get(server.url)
        assert taken(pool) == 1
    assert server.connections == 3


def test_other_hosts_make_room_for_one_another() -> None:
    http, pool = sync_pool(max_connections=1)
    with (
        ScriptedServer(responds(CONVERSATION)) as one,
        ScriptedServer(responds(CONVERSATION)) as two,
        http,
    ):
        for server in (one, two, one):
            assert http.get(server.url).status_code == 200
        assert taken(pool) == 1
    assert (one.connections, two.connections) == (2, 1)


def test_one_async_client_over_several_event_loops() -> None:
    """Give each loop connections of its own, so that none meets "event loop is closed"."""
    pool = AsyncConnectionPool()
    http_client = httpx.AsyncClient(transport=pool)
    with ScriptedServer(responds(CONVERSATION)) as server:
        client = AsyncClient(api_key="k", base_url=server.url, http_client=http_client)

        async def call() -> None:
            assert (await client.conversations.retrieve("conv_1")).id == "conv_1"

        async def call_and_leave() -> None:
            # What a loop leaves open is closed with it, as for any other user of sockets.
            await call()
            for connections in pool._free.values():
                for pooled in connections:
                    await pooled.aclose()

        anyio.run(call_and_leave)
        anyio.run(call_and_leave)
        anyio.run(call_and_leave, backend="trio")
    assert server.connections == 3


def test_a_stream_that_is_dropped_without_closing_hangs_up_and_gives_its_place_back() -> None:
    hung_up = threading.Event()

    def script(peer: Peer) -> None:
        peer.events()
        peer.wait_for_hangup()
        hung_up.set()

    http, pool = sync_pool()
    with (
        ScriptedServer(script) as server,
        http,
        Client(api_key="k", base_url=server.url, http_client=http) as client,
    ):
        stream = client.responses.create(model="m", input="x", stream=True)
        assert taken(pool) == 1
        del stream
        collect()
        assert taken(pool) == 0
        assert hung_up.wait(5)
    # The first collection took the stream; the connection that the pool held for it goes now, and
    # says so here rather than in a later test.
    collect()


def test_a_hundred_at_once_over_few_threads() -> None:
    async def run() -> None:
        async with AsyncClient(api_key="k", base_url=server.url) as client:

            async def call() -> None:
                assert (await client.conversations.retrieve("conv_1")).id == "conv_1"

            async with anyio.create_task_group() as group:
                for _ in range(100):
                    group.start_soon(call)

    with ScriptedServer(responds(CONVERSATION)) as server:
        anyio.run(run)
    assert len(server.requests) == 100


def test_the_timeout_says_what_was_waited_for() -> None:
    with (
        ScriptedServer(lambda peer: peer.wait()) as server,
        pytest.raises(APITimeoutError) as caught,
    ):
        ClientRunner("sync").run(
            server.url,
            lambda c: c.conversations.create(timeout=httpx.Timeout(5, read=0.05)),
        )
    assert str(caught.value) == "Request timed out while waiting for the response."
    assert not caught.value.never_sent
