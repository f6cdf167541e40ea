"""Faults strike alike in-process and over HTTP: what the client sees, and what was carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from openai_conversations import InvalidArgumentError
from openai_conversations.local.fault_injection import Fault, FaultInjectingService, Faults
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService, ServiceResponse
from openai_conversations.local.transport import LocalTransport

HELLO = {"type": "message", "role": "user", "content": "Hello"}


@pytest.fixture
def local() -> Iterator[FaultInjectingService]:
    local = FaultInjectingService(LocalService())
    yield local
    local.close()


@pytest.fixture(params=["in-process", "served"])
def client(request: pytest.FixtureRequest, local: FaultInjectingService) -> Iterator[httpx.Client]:
    if request.param == "in-process":
        with httpx.Client(base_url="http://local/v1", transport=LocalTransport(local)) as client:
            yield client
    else:
        with (
            LocalServer(local) as server,
            httpx.Client(base_url=server.url, trust_env=False) as client,
        ):
            yield client


@pytest.fixture
def items(client: httpx.Client) -> str:
    """Return the path of the items of a new conversation, which holds one."""
    made = client.post("conversations", json={"items": [HELLO]})
    return f"conversations/{made.json()['id']}/items"


def count(client: httpx.Client, items: str) -> int:
    return len(client.get(items).json()["data"])


def test_response_lost_after_the_commit(
    client: httpx.Client, local: FaultInjectingService, items: str
) -> None:
    local.faults.response_lost("POST *")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        client.post(items, json={"items": [HELLO]})
    assert count(client, items) == 2
    assert (local.requests[1].status, local.requests[1].fault) == (None, "response_lost")


@pytest.mark.parametrize("committed", [False, True])
def test_timeout(
    client: httpx.Client, local: FaultInjectingService, items: str, committed: bool
) -> None:
    local.faults.timeout("POST *", committed=committed)
    with pytest.raises(httpx.ReadTimeout):
        client.post(items, json={"items": [HELLO]}, timeout=httpx.Timeout(5, read=0.05))
    assert count(client, items) == 1 + committed


def test_responses_that_refuse(
    client: httpx.Client, local: FaultInjectingService, items: str
) -> None:
    local.faults.rate_limited(retry_after=1.5)
    limited = client.post(items, json={"items": [HELLO]})
    assert (limited.status_code, limited.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert (limited.headers["retry-after"], limited.headers["retry-after-ms"]) == ("2", "1500")
    local.faults.server_error()
    local.faults.server_error(status=503)
    assert client.post(items, json={"items": [HELLO]}).status_code == 500
    assert client.post(items, json={"items": [HELLO]}).status_code == 503
    local.faults.conversation_locked()
    locked = client.post(items, json={"items": [HELLO]})
    assert (locked.status_code, locked.json()["error"]["code"]) == (400, "conversation_locked")
    assert count(client, items) == 1


def test_cut_in_the_middle_of_a_body(
    client: httpx.Client, local: FaultInjectingService, items: str
) -> None:
    local.faults.cut_body("POST *")
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        client.post(items, json={"items": [HELLO]})
    assert count(client, items) == 2


def test_cut_in_the_middle_of_a_stream(client: httpx.Client, local: FaultInjectingService) -> None:
    local.faults.cut_body(after=3)
    body = {"model": "gpt-4o", "input": "Hello", "stream": True}
    seen: list[str] = []

    def read() -> None:
        with client.stream("POST", "responses", json=body) as response:
            for line in response.iter_lines():
                seen.extend([line] if line.startswith("event: ") else [])

    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        read()
    assert len(seen) == 3


def test_lists_as_other_servers_send_them(
    client: httpx.Client, local: FaultInjectingService, items: str
) -> None:
    local.faults.unknown_item()
    local.faults.unknown_item(item={"type": "mine", "id": "x"})
    local.faults.null_last_id()
    # A response other than a list of items is left alone, and the fault waits.
    assert client.get(items.replace("conv_", "conv_no")).status_code == 404
    strange = client.get(items).json()
    assert [item["type"] for item in strange["data"]] == ["hologram", "message"]
    assert strange["first_id"] == "holo_1"
    assert client.get(items).json()["data"][0]["type"] == "mine"
    response = client.get(items)
    assert response.json()["last_id"] is None
    assert response.headers["x-local-fault"] == "null_last_id"
    assert not local.faults.pending


def test_faults_pick_their_requests_and_wait_for_them(
    client: httpx.Client, local: FaultInjectingService, items: str
) -> None:
    local.faults.server_error("DELETE *", times=2)
    local.faults.server_error("POST /conversations/*/items")
    assert client.get(items).status_code == 200
    assert client.post(items, json={"items": [HELLO]}).status_code == 500
    assert [fault.on for fault in local.faults.pending] == ["DELETE *", "DELETE *"]
    local.faults.clear()
    assert client.delete(items.removesuffix("/items")).status_code == 200


def test_requests_are_recorded(
    client: httpx.Client, local: FaultInjectingService, items: str
) -> None:
    twice = [(b"x-twice", b"\xfc"), (b"X-Twice", b"b")]
    key = (b"authorization", b"Bearer sk-secret")
    client.get(items, params={"limit": "5"}, headers=[key, *twice])
    made, listed = local.requests
    assert (made.method, made.path, made.status) == ("POST", "/conversations", 200)
    assert made.json == {"items": [HELLO]}
    assert (listed.method, listed.path) == ("GET", f"/{items}")
    assert (list(listed.query), listed.json) == ([("limit", "5")], None)
    assert listed.headers["authorization"] == "Bearer sk-secret"
    assert listed.headers["x-twice"] == "ü"  # of a header that is repeated, the first
    assert "sk-secret" not in repr(local.requests)


def test_a_fault_of_ones_own(
    client: httpx.Client, local: FaultInjectingService, items: str
) -> None:
    def teapot(respond: Callable[[], ServiceResponse]) -> ServiceResponse:
        response = respond()
        response.status = 418
        return response

    def bare(_: Callable[[], ServiceResponse]) -> ServiceResponse:
        return ServiceResponse(200, [], b"{}")

    local.faults.add(Fault("teapot", "GET *", teapot))
    assert client.get(items).status_code == 418
    assert local.requests[-1].fault == "teapot"
    local.faults.add(Fault("bare", "GET *", bare))
    assert client.get(items).headers["content-length"] == "2"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("server_error", {"times": 0}),
        ("server_error", {"status": 404}),
        ("server_error", {"on": "nonsense"}),
        ("server_error", {"on": "get /conversations/*"}),
        ("server_error", {"on": "POST /v1/conversations"}),
        ("rate_limited", {"retry_after": -1}),
        ("cut_body", {"after": -1}),
    ],
)
def test_what_no_fault_can_be_is_refused(name: str, arguments: dict[str, Any]) -> None:
    faults = Faults()
    [(argument, value)] = arguments.items()
    with pytest.raises(InvalidArgumentError) as refused:
        getattr(faults, name)(**arguments)
    assert (refused.value.argument, refused.value.received) == (argument, repr(value))
    assert not faults.pending


@pytest.mark.parametrize("on", ["*", "GET *", "* /conversations", "POST*", "GET /responses/*"])
def test_what_faults_may_strike(on: str) -> None:
    faults = Faults()
    faults.timeout(on)
    assert [fault.on for fault in faults.pending] == [on]
