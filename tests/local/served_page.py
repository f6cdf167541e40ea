"""A served local service without a socket, as the tests of its page look at it."""

from __future__ import annotations

from typing import Any

import httpx
from openai_conversations import Client, MessageItem
from openai_conversations.local import LocalService
from openai_conversations.local.app import create_app
from openai_conversations.local.transport import LocalTransport
from starlette.testclient import TestClient

from tests.contract.checker import check_error

HOME, KEY = "http://localhost", "key_1"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}
ITEMS: list[Any] = [
    MessageItem.user_text("Where is <b>Łódź</b>?"),
    MessageItem.assistant_text("In Poland."),
    {"type": "function_call", "name": "look", "call_id": "call_1", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "call_1", "output": "found"},
]


class Served:
    """A service, the application around it, and a client of the API besides."""

    def __init__(self, service: LocalService) -> None:
        self.http = TestClient(create_app(service), base_url=HOME)
        transport = httpx.Client(transport=LocalTransport(service))
        self.api = Client(api_key=KEY, base_url=f"{HOME}/v1", http_client=transport)

    def make(self, *items: Any, **metadata: str) -> str:
        return self.api.conversations.create(items=items, metadata=metadata).id

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a route of the page, whose headers are those of all of it."""
        response = self.http.get(f"/page/{path}", params=query)
        assert response.status_code == 200, response.text
        assert HEADERS.items() <= dict(response.headers).items()
        return response.json()


def is_error(response: httpx.Response, status: int) -> bool:
    """Return whether a response is an error of the API with this status."""
    return response.status_code == status and check_error(response.content) == []
