"""A served local service, as the tests of its page look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
from openai_conversations import Client, MessageItem
from openai_conversations.local import LocalService
from openai_conversations.local.server import LocalServer

from tests.contract.checker import check_error

KEY = "key_1"
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
    """A served service, a client of HTTP for all of it, and one of the API besides."""

    def __init__(self, service: LocalService, stack: ExitStack) -> None:
        server = stack.enter_context(LocalServer(service))
        self.home = server.url.removesuffix("/v1")
        self.http = stack.enter_context(httpx.Client(base_url=self.home))
        self.api = stack.enter_context(Client(api_key=KEY, base_url=server.url))

    def make(self, *items: Any, **metadata: str) -> str:
        return self.api.conversations.create(items=items, metadata=metadata).id

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a route of the page, whose headers are those of all of it."""
        response = self.http.get(f"/page/{path}", params=query)
        assert response.status_code == 200, response.text
        assert HEADERS.items() <= dict(response.headers).items()
        return response.json()


@contextmanager
def serve(**options: Any) -> Iterator[Served]:
    with ExitStack() as stack:
        yield Served(LocalService(**options), stack)


def is_error(response: httpx.Response, status: int) -> bool:
    """Return whether a response is an error of the API with this status."""
    return response.status_code == status and check_error(response.content) == []
