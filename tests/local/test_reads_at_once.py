"""What only reads is responded to on the event loop, and what might wait never is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from anyio import to_thread
from openai_conversations._schema.document import operations
from openai_conversations.local import LocalService, ServiceRequest, ServiceResponse
from openai_conversations.local.fault_injection import FaultInjectingService
from openai_conversations.local.service import READS
from openai_conversations.local.transport import AsyncLocalTransport

from tests.local.calls import ask, new_conversation


class ThreadNoting(LocalService):
    """A service that notes which threads its requests come from; it may wait there."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path)
        self.threads: list[int] = []

    def handle(self, request: ServiceRequest) -> ServiceResponse:
        self.threads.append(threading.get_ident())
        return super().handle(request)


@pytest.fixture(params=["memory", "file"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalService]:
    service = LocalService(None if request.param == "memory" else tmp_path / "db")
    yield service
    service.close()


def get(path: str) -> ServiceRequest:
    return ServiceRequest("GET", path, [], {}, b"")


def reads(service: LocalService) -> dict[str, str]:
    """Return the paths of all that only reads, by operation."""
    conversation = new_conversation(service, "Hello")
    path = f"/conversations/{conversation}"
    [item] = ask(service, "GET", f"{path}/items").json["data"]
    response = ask(service, "POST", "/responses", {"model": "m", "input": "Hello"}).json["id"]
    return {
        "listConversations": "/conversations",
        "getConversation": path,
        "listConversationItems": f"{path}/items",
        "getConversationItem": f"{path}/items/{item['id']}",
        "listInputItems": f"/responses/{response}/input_items",
    }


def test_reads_are_as_elsewhere(service: LocalService) -> None:
    paths = reads(service)
    assert paths.keys() == READS
    for path in (*paths.values(), "/conversations/none"):
        at_once, later = service.handle_at_once(get(path)), service.handle(get(path))
        assert at_once is not None
        assert (at_once.status, at_once.body) == (later.status, later.body)
    assert service.handle_at_once(get("/nothing/here")) is None


def test_what_is_not_a_read_is_never_responded_to_at_once(service: LocalService) -> None:
    for operation in operations().values():
        if operation.id not in READS:
            path = operation.path.replace("{", "").replace("}", "")
            request = ServiceRequest(operation.method, path, [], {}, b"{}")
            assert service.handle_at_once(request) is None, operation.id
    assert FaultInjectingService(service).handle_at_once(get("/conversations")) is None
    assert ThreadNoting().handle_at_once(get("/conversations")) is None


@pytest.mark.anyio
async def test_a_read_waits_on_a_thread_for_one_who_writes(service: LocalService) -> None:
    """Keep the event loop going; the read sees what was written."""
    path = reads(service)["getConversation"]
    writing, written = threading.Event(), threading.Event()

    def write() -> None:
        with service._store.transaction():
            writing.set()
            written.wait()
            service._store.set_metadata(path.split("/")[2], {"topic": "new"})

    transport = AsyncLocalTransport(service)
    async with (
        httpx.AsyncClient(base_url="http://local/v1", transport=transport) as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(to_thread.run_sync, write)
        await to_thread.run_sync(writing.wait)
        assert service.handle_at_once(get(path)) is None
        tasks.start_soon(to_thread.run_sync, written.set)
        assert (await client.get(path)).json()["metadata"] == {"topic": "new"}
    at_once = service.handle_at_once(get(path))
    assert at_once is not None
    assert at_once.status == 200


@pytest.mark.anyio
async def test_a_client_that_only_reads_lets_others_run_and_can_be_cancelled() -> None:
    service = LocalService()
    path, done = reads(service)["getConversation"], False

    async def other() -> None:
        nonlocal done
        done = True

    transport = AsyncLocalTransport(service, close_service=True)
    async with httpx.AsyncClient(base_url="http://local/v1", transport=transport) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other)
            while not done:
                assert (await client.get(path)).status_code == 200
        with anyio.CancelScope() as scope:
            scope.cancel()
            await client.get(path)
        assert scope.cancelled_caught


@pytest.mark.anyio
async def test_a_service_with_a_handle_of_its_own_is_called_on_a_thread(tmp_path: Path) -> None:
    service = ThreadNoting(tmp_path / "db")
    transport = AsyncLocalTransport(service, close_service=True)
    async with httpx.AsyncClient(base_url="http://local/v1", transport=transport) as client:
        assert (await client.get("conversations")).status_code == 200
    assert threading.get_ident() not in service.threads
    assert len(service.threads) == 1
