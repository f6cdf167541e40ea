"""The package on its own, as those who vendor it use it: every operation over real HTTP."""

from __future__ import annotations

import asyncio
import importlib
import json
import pickle
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations_api import ApiError, Client, DecodeError, RawObject, StatusError, encode
from openai_conversations_api.api.conversations import get_conversation, list_conversation_items

from tests.document import Schema, operations
from tests.strategies import for_ref

IDS = {"conversation_id": "conv_1", "item_id": "msg/1 ü", "response_id": "resp_1"}
PATHS = {"conversation_id": "conv_1", "item_id": "msg%2F1%20%C3%BC", "response_id": "resp_1"}
OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, method, operation in operations()
]


class Seen(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Service(ThreadingHTTPServer):
    """A server on loopback that gives `response` to everything, and remembers what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.response: tuple[int, bytes] = (200, b"{}")
        self.seen: list[Seen] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append(Seen(self.command, self.path, headers, body))
        status, content = self.server.response
        self.send_response(status)
        self.send_header("x-request-id", "req_42")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _respond  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[Client]:
    with Client(service.url, "secret-token") as opened:
        yield opened


def call(operation: Schema, function: str, client: Client) -> Any:
    """Call one of the four functions of an operation, whichever kind it is."""
    name = re.sub(r"(?<=[a-z])[A-Z]", r"_\g<0>", operation["operationId"]).lower()
    package = f"openai_conversations_api.api.{operation['tags'][0].lower()}"
    module: Any = importlib.import_module(f"{package}.{name}")
    path = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"]
    body = {"body": {"metadata": {"a": "ü"}}} if "requestBody" in operation else {}
    result = getattr(module, function)(*map(IDS.__getitem__, path), client=client, **body)
    return result if function.startswith("sync") else finish(result, client)


def finish(result: Any, client: Client) -> Any:
    """Await a result, and close the connections that belong to this event loop."""

    async def run() -> Any:
        async with client:
            return await result

    return asyncio.run(run())


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
@settings(max_examples=2, deadline=None)
@given(data=st.data())
def test_each_operation_sends_its_request_and_decodes_its_response(
    path: str, method: str, operation: Schema, service: Service, client: Client, data: st.DataObject
) -> None:
    content = operation["responses"]["200"].get("content", {})
    schema = content.get("application/json", {}).get("schema")
    value = data.draw(for_ref(schema)) if schema else {"id": "resp_1", "deleted": True}
    service.response = (200, json.dumps(value).encode())
    service.seen.clear()

    result = call(operation, "sync", client)
    response = call(operation, "sync_detailed", client)

    assert result == response.parsed
    assert encode(result) == (value if schema else None)
    assert (response.status_code, response.request_id) == (200, "req_42")
    assert response.content == service.response[1]
    for seen in service.seen:
        assert seen.method == method.upper()
        assert seen.path == "/v1" + path.format(**PATHS)
        assert seen.headers["authorization"] == "Bearer secret-token"
        assert json.loads(seen.body or b"null") == (
            {"metadata": {"a": "ü"}} if "requestBody" in operation else None
        )


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_the_async_functions_do_the_same(
    path: str, method: str, operation: Schema, service: Service, client: Client
) -> None:
    service.response = (200, b'{"type": "message", "id": "msg_1", "x": null}')
    service.seen.clear()
    results = [
        call(operation, function, Client(service.url, "secret-token"))
        for function in ("asyncio", "asyncio_detailed")
    ]
    results += [call(operation, function, client) for function in ("sync", "sync_detailed")]
    assert results[0] == results[1].parsed == results[2] == results[3].parsed
    first, second, third, fourth = [(s.method, s.path, s.body) for s in service.seen]
    assert first == second == third == fourth


@pytest.mark.parametrize("function", ["sync", "asyncio"])
@pytest.mark.parametrize("status", [304, 400, 401, 404, 429, 500, 520])
@pytest.mark.parametrize("body", [b'{"error": {"message": "No."}}', b"<html>No.</html>", b""])
def test_a_status_that_is_not_2xx_is_an_error_that_keeps_everything(
    service: Service, client: Client, function: str, status: int, body: bytes
) -> None:
    body = b"" if status == 304 else body
    service.response = (status, body)
    used = client if function == "sync" else Client(service.url)
    with pytest.raises(StatusError) as caught:
        call(dict(operations_by_id())["getConversation"], function, used)
    error = caught.value
    assert isinstance(error, ApiError)
    assert (error.status_code, error.content, error.request_id) == (status, body, "req_42")
    assert str(status) in str(error)
    assert "req_42" in str(error)
    assert ("No." in str(error)) is bool(body)
    twin = pickle.loads(pickle.dumps(error))
    assert (str(twin), twin.content) == (str(error), body)


def operations_by_id() -> Iterator[tuple[str, Schema]]:
    return ((operation["operationId"], operation) for _, _, operation in operations())


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"object": ', b"\xff\xfe"])
def test_a_success_that_is_not_json_is_an_error_too(
    service: Service, client: Client, body: bytes
) -> None:
    service.response = (200, body)
    with pytest.raises(DecodeError) as caught:
        get_conversation.sync("conv_1", client=client)
    assert (caught.value.content, caught.value.request_id) == (body, "req_42")


def test_a_page_with_an_unknown_item_arrives_whole(service: Service, client: Client) -> None:
    page = {"object": "list", "data": [{"type": "hologram", "id": "h_1"}], "has_more": False}
    service.response = (200, json.dumps(page).encode())
    result = list_conversation_items.sync("conv_1", client=client, limit=5, after="h_0")
    assert isinstance(result.data[0], RawObject)
    assert result.to_dict() == page
    assert service.seen[-1].path.endswith("/items?limit=5&after=h_0")


@pytest.mark.parametrize("value", ["", ".", "..", " "])
def test_an_id_that_would_name_another_resource_is_refused(client: Client, value: str) -> None:
    with pytest.raises(ValueError, match="conversation_id: expected an id"):
        get_conversation.sync(value, client=client)


def test_there_is_a_default_timeout_and_it_is_sent_along() -> None:
    timeouts = []

    def response(request: httpx.Request) -> httpx.Response:
        timeouts.append(request.extensions["timeout"])
        return httpx.Response(200, json={})

    with httpx.Client(transport=httpx.MockTransport(response), timeout=1) as own:
        client = Client(httpx_client=own)
        get_conversation.sync("conv_1", client=client)
        get_conversation.sync("conv_1", client=client.with_timeout(3))
        get_conversation.sync("conv_1", client=client)
    default = {"connect": 5.0, "read": 600.0, "write": 600.0, "pool": 600.0}
    assert timeouts == [default, dict.fromkeys(default, 3), default]


def test_changed_copies_leave_the_original_alone(service: Service, client: Client) -> None:
    service.response = (200, b"{}")
    with client.with_headers({"x-team": "a"}) as changed:
        get_conversation.sync("conv_1", client=changed)
    get_conversation.sync("conv_1", client=client)
    changed_request, original = service.seen[-2:]
    assert changed_request.headers["x-team"] == "a"
    assert "x-team" not in original.headers


def test_the_token_is_not_shown(client: Client) -> None:
    assert "secret-token" not in repr(client)
