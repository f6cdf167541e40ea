"""The asynchronous transport: the loop goes on, and a call that is given up leaves nothing behind.

Every test runs under asyncio and under trio.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from anyio import to_thread
from openai_conversations.local.fault_injection import FaultInjectingService
from openai_conversations.local.service import LocalModel, LocalService
from openai_conversations.local.transport import AsyncLocalTransport

pytestmark = pytest.mark.anyio


class Gate:
    """A model that waits until the test lets it respond."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, request: dict[str, Any], context: list[dict[str, Any]]) -> str:
        self.entered.set()
        self.opened.wait()
        return "at last"


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture(params=["memory", "file"])
def service(request: pytest.FixtureRequest, gate: Gate, tmp_path: Path) -> Iterator[LocalService]:
    path = None if request.param == "memory" else str(tmp_path / "local.sqlite")
    service = LocalService(path, model=LocalModel(gate))
    yield service
    service.close()


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
async def client(service: LocalService, library: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = AsyncLocalTransport(service)
    async with library.AsyncClient(base_url="http://local/v1", transport=transport) as client:
        yield client


async def question(client: httpx.AsyncClient) -> dict[str, Any]:
    conversation = (await client.post("conversations", json={})).json()["id"]
    return {"model": "gpt-4o", "input": "Hello", "conversation": conversation}


async def ask_until_free(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    """Ask until the conversation is free: the service lets go of it a moment after the model."""
    while (response := await client.post("responses", json=body)).status_code == 400:
        assert response.json()["error"]["code"] == "conversation_locked"
    assert response.status_code == 200


async def test_a_slow_model_stops_nobody_else(client: httpx.AsyncClient, gate: Gate) -> None:
    body = await question(client)
    responses: list[httpx.Response] = []

    async def ask() -> None:
        responses.append(await client.post("responses", json=body))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await to_thread.run_sync(gate.entered.wait)
        # These are responded while the model is still at work.
        assert (await client.post("conversations", json={})).status_code == 200
        locked = await client.post("responses", json=body)
        assert locked.json()["error"]["code"] == "conversation_locked"
        assert not responses
        gate.opened.set()
    assert responses[0].status_code == 200


@pytest.mark.parametrize("stream", [False, True])
async def test_a_cancelled_call_leaves_its_conversation_free(
    client: httpx.AsyncClient, gate: Gate, stream: bool
) -> None:
    body = await question(client)

    async def ask() -> None:
        async with client.stream("POST", "responses", json={**body, "stream": stream}) as response:
            await response.aread()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await to_thread.run_sync(gate.entered.wait)
        tasks.cancel_scope.cancel()
    # The call has ended while the model is still at work, and the conversation with it.
    assert (await client.post("responses", json=body)).status_code == 400
    gate.opened.set()
    await ask_until_free(client, body)


async def test_a_stream_is_read_to_its_end(client: httpx.AsyncClient, gate: Gate) -> None:
    gate.opened.set()
    body = await question(client)
    async with client.stream("POST", "responses", json={**body, "stream": True}) as response:
        lines = [line async for line in response.aiter_lines() if line.startswith("event: ")]
    assert lines[0] == "event: response.created"
    assert lines[-1] == "event: response.completed"


async def test_a_stream_is_closed_early(
    client: httpx.AsyncClient, library: Any, service: LocalService, gate: Gate
) -> None:
    gate.opened.set()
    body = await question(client)
    transport = AsyncLocalTransport(service)
    request = client.build_request("POST", "responses", json={**body, "stream": True})
    response = await transport.handle_async_request(request)
    stream: Any = response.stream
    assert isinstance(stream, library.AsyncByteStream)
    assert (await anext(aiter(stream))).startswith(b"event: response.created")
    assert (await client.post("responses", json=body)).status_code == 400
    await response.aclose()
    assert (await client.post("responses", json=body)).status_code == 200


async def test_many_calls_at_once(client: httpx.AsyncClient) -> None:
    made: set[str] = set()

    async def create() -> None:
        made.add((await client.post("conversations", json={})).json()["id"])

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(create)
    assert len(made) == 50


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_task_that_asyncio_cancels_leaves_its_conversation_free(
    client: httpx.AsyncClient, gate: Gate, anyio_backend: str
) -> None:
    body = await question(client)
    task = asyncio.create_task(client.post("responses", json=body))
    await to_thread.run_sync(gate.entered.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.opened.set()
    await ask_until_free(client, body)


async def test_faults_are_the_errors_of_a_connection(service: LocalService, library: Any) -> None:
    local = FaultInjectingService(service)
    transport = AsyncLocalTransport(local)
    async with library.AsyncClient(base_url="http://local/v1", transport=transport) as client:
        local.faults.timeout()
        with pytest.raises(library.ReadTimeout):
            await client.post("conversations", json={})
        local.faults.response_lost()
        with pytest.raises(library.RemoteProtocolError, match="without sending a response"):
            await client.post("conversations", json={})
        local.faults.cut_body()
        with pytest.raises(library.RemoteProtocolError, match="peer closed connection"):
            await client.post("conversations", json={})
    assert [request.fault for request in local.requests] == ["timeout", "response_lost", "cut_body"]
