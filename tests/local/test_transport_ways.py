"""The in-process transport and the HTTP server do the same, errors and cut streams included."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import httpx2
import pytest
from openai_conversations import AsyncClient, Client, InvalidArgumentError
from openai_conversations.local import LocalModel
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService
from openai_conversations.local.transport import LocalTransport

HELLO = {"type": "message", "role": "user", "content": "Hello"}


@pytest.fixture
def gate() -> threading.Event:
    """Open; while a test keeps it closed, the model stops after its first word."""
    gate = threading.Event()
    gate.set()
    return gate


@pytest.fixture
def service(gate: threading.Event) -> Iterator[LocalService]:
    def speak(request: dict[str, Any], context: list[dict[str, Any]]) -> Iterator[str]:
        yield "one "
        gate.wait()
        yield "two"

    service = LocalService(api_key="the-key", model=speak)
    yield service
    service.close()


@pytest.fixture(params=[httpx, httpx2, None], ids=["httpx", "httpx2", "served"])
def client(request: pytest.FixtureRequest, service: LocalService) -> Iterator[httpx.Client]:
    """Yield a bare client of httpx or httpx2 that reaches the service in one of the two ways."""
    headers = {"authorization": "Bearer the-key"}
    if library := request.param:
        transport = LocalTransport(service)
        with library.Client(
            base_url="http://local/v1", headers=headers, transport=transport
        ) as client:
            yield client
    else:
        with (
            LocalServer(service) as server,
            httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client,
        ):
            yield client


def test_requests_and_responses_arrive_whole(client: httpx.Client) -> None:
    text = "ä€🎈" * 1000
    items = [{**HELLO, "content": text}]
    made = client.post("conversations", json={"items": items, "metadata": {"k": "ü"}})
    assert made.status_code == 200
    assert made.headers["content-type"] == "application/json"
    assert made.headers["x-request-id"]
    assert int(made.headers["content-length"]) == len(made.content)
    assert made.json()["metadata"] == {"k": "ü"}
    query = [("include[]", "message.input_image.image_url"), ("limit", "1"), ("order", "asc")]
    page = client.get(f"conversations/{made.json()['id']}/items", params=query).json()
    assert page["data"][0]["content"][0]["text"] == text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "conversations/conv_none", 404),
        ("GET", "conversations/a%2Fb", 404),
        ("GET", "nothing", 404),
        ("PUT", "conversations", 405),
        ("POST", "conversations", 400),
    ],
)
def test_what_cannot_be_done_is_an_error_of_the_api(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path, content=b"{" if method == "POST" else b"")
    assert response.status_code == status
    assert response.json()["error"]["message"]
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/v1", "/v2/conversations", "/v1x"])
def test_outside_of_the_api_too(path: str) -> None:
    with LocalServer(LocalService()) as server, httpx.Client(trust_env=False) as client:
        response = client.get(server.url.removesuffix("/v1") + path)
    assert response.status_code == 404
    assert "/v1" in response.json()["error"]["message"]
    assert response.headers["x-request-id"]


def test_a_missing_or_wrong_key_is_a_401(client: httpx.Client) -> None:
    for value in ("", "Bearer other", "the-key"):
        response = client.get("conversations/conv_1", headers={"authorization": value})
        assert response.status_code == 401
        assert "the-key" not in response.text


def test_a_stream_arrives_event_by_event(client: httpx.Client) -> None:
    body = {"model": "gpt-4o", "input": "one two three", "stream": True}
    with client.stream("POST", "responses", json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        data = [line[6:] for line in response.iter_lines() if line.startswith("data: ")]
    kinds = [json.loads(line)["type"] for line in data if line != "[DONE]"]
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"


def test_a_stream_that_is_closed_early_gives_its_conversation_back(
    client: httpx.Client, gate: threading.Event
) -> None:
    gate.clear()
    conversation = client.post("conversations", json={}).json()["id"]
    body = {"model": "gpt-4o", "input": "Hello", "conversation": conversation}
    with client.stream("POST", "responses", json={**body, "stream": True}) as response:
        lines = response.iter_lines()  # kept: httpx closes the stream of one that is dropped
        next(lines)
        locked = client.post("responses", json=body)
        assert locked.json()["error"]["code"] == "conversation_locked"
    gate.set()
    # Over HTTP the server learns of it a moment later; the service, not a clock, says when.
    while (response := client.post("responses", json=body)).status_code == 400:
        assert response.json()["error"]["code"] == "conversation_locked"
    assert response.status_code == 200


def test_closing_the_client_closes_the_service_only_if_told_to() -> None:
    service = LocalService()
    closed: list[bool] = []
    service.close = lambda: closed.append(True)  # type: ignore[method-assign]
    httpx.Client(transport=LocalTransport(service)).close()
    assert not closed
    httpx.Client(transport=LocalTransport(service, close_service=True)).close()
    assert closed
    LocalService.close(service)


def test_a_client_takes_a_function_as_model() -> None:
    def shout(request: dict[str, Any], context: list[dict[str, Any]]) -> str:
        return str(request["input"]).upper()

    with Client.local(model=shout) as client:
        assert client.responses.create(model="m", input="hello").output_text == "HELLO"

    async def ask() -> str:
        async with AsyncClient.local(model=LocalModel(shout)) as client:
            return (await client.responses.create(model="m", input="hello")).output_text

    assert asyncio.run(ask()) == "HELLO"
    wrong: Any = "gpt-4o"
    with pytest.raises(InvalidArgumentError, match="model"):
        Client.local(model=wrong)
