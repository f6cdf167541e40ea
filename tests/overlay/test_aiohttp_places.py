"""Over aiohttp, whatever ends a request gives its place back and leaves nothing behind.

Requests are cancelled, aborted, closed early or left alone, after so many rounds of the event loop
as hypothesis draws: no clock is involved.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations import AbortSignal, AsyncClient, OpenAIError
from openai_conversations._transport.aiohttp_transport import AiohttpTransport

from tests.garbage import collect
from tests.overlay.events import delta, final
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer

pytestmark = pytest.mark.off_contract
PLACES = 3
LONG = [{"role": "user", "content": "x" * 300_000}]
HELLO: dict[str, Any] = {"model": "m", "input": "Hi"}


async def retrieve(client: AsyncClient, abort: AbortSignal) -> None:
    await client.conversations.retrieve("conv_1", abort=abort)


async def create(client: AsyncClient, abort: AbortSignal) -> None:
    await client.conversations.create(items=LONG, abort=abort)


async def stream(client: AsyncClient, abort: AbortSignal) -> None:
    async with client.responses.stream(**HELLO, abort=abort) as events:
        async for _ in events:
            pass


async def leave_stream(client: AsyncClient, abort: AbortSignal) -> None:
    async with client.responses.stream(**HELLO, abort=abort) as events:
        async for _ in events:
            break


async def drop_stream(client: AsyncClient, abort: AbortSignal) -> None:
    await anext(await client.responses.create(**HELLO, stream=True, abort=abort))


async def read(client: AsyncClient, abort: AbortSignal) -> None:
    method = client.conversations.with_streaming_response.retrieve
    async with method("conv_1", abort=abort) as response:
        await response.text()


def respond(peer: Peer) -> None:
    """Respond to each request with what fits it, and to some with an error or a cut."""
    assert peer.seen is not None
    number = len(peer.seen.headers["x-number"])
    if number == 1:
        peer.respond({"error": {"message": "no"}}, status=400)
    elif number == 2:
        peer.head(200, {"content-length": "1000"})
        peer.cut()
    elif peer.seen.target.endswith("/responses"):
        peer.events(delta(1, "x"), delta(2, "y"))
        peer.event(final("completed"))
        peer.end()
    else:
        peer.respond(CONVERSATION)


WORK = [retrieve, create, stream, leave_stream, drop_stream, read]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(WORK),
        st.sampled_from(["cancel", "abort", "wait"]),
        st.integers(0, 60),
        st.integers(1, 6),
    ),
    min_size=1,
    max_size=12,
)


async def run(url: str, steps: list[Any]) -> None:
    transport = AiohttpTransport(max_connections=PLACES)
    client = AsyncClient(api_key="k", base_url=url, transport="aiohttp", max_retries=0)
    vars(client._sender.transport)["_fast"] = transport
    async with client:
        tasks: list[asyncio.Task[None]] = []
        for work, how, rounds, number in steps:
            abort = AbortSignal()
            copy = client.with_options(default_headers={"x-number": "n" * number})
            task = asyncio.create_task(work(copy, abort))
            tasks.append(task)
            for _ in range(rounds):
                await asyncio.sleep(0)
            if how == "cancel":
                task.cancel()
            elif how == "abort":
                abort.set()
        for task in tasks:
            with suppress(OpenAIError, asyncio.CancelledError):
                await task
        del task, tasks
        collect()
        # What is dropped is given back in the loop, a generator a round.
        for number in range(30):
            await asyncio.sleep(0)
            if number % 15 == 0:
                collect()
        (session,) = transport._sessions.values() or [None]
        if session is not None:
            connector: Any = session.client.connector
            assert session.free + session._handed_over._value == PLACES
            assert not connector._acquired
            assert sum(map(len, connector._conns.values())) <= PLACES
        assert await client.with_options(
            default_headers={"x-number": "nnn"}
        ).conversations.retrieve("conv_1")
    for _ in range(3):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    collect()
    assert not [one for one in gc.get_objects() if isinstance(one, aiohttp.ClientResponse)]


@pytest.fixture(scope="module")
def small_heap() -> Iterator[None]:
    """Keep the garbage collector from what was there before, which takes it most of the time."""
    collect()
    gc.freeze()
    yield
    gc.unfreeze()


@settings(max_examples=25)
@given(steps=STEPS)
def test_places_sockets_tasks_and_memory(small_heap: None, steps: list[Any]) -> None:
    with ScriptedServer(respond) as server:
        asyncio.run(run(server.url, steps))
