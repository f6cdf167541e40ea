"""What the tests of `items.append` share: items, what is stored, faults, and accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from openai_conversations import Client, OpenAIError
from openai_conversations.local.fault_injection import Fault, FaultInjectingService, Respond
from openai_conversations.local.service import ServiceRequest, ServiceResponse

POST = "POST /conversations/*/items"
GET = "GET /conversations/*/items"
Item = dict[str, Any]


def messages(count: int) -> list[Item]:
    """Return user messages, each with a text of its own."""
    return [{"role": "user", "content": f"text {n}"} for n in range(count)]


def texts(client: Client, conversation: str) -> list[str]:
    """Return the texts of a conversation, oldest first."""
    listed = client.conversations.items.list(conversation, order="asc", limit=100)
    return [item.to_dict()["content"][0]["text"] for item in listed]


def everything(count: int) -> list[str]:
    """Return the texts of the fixture's conversation with `count` messages after them."""
    return [item["content"] for item in [*messages(20), *messages(count)]]


def strike(
    service: FaultInjectingService, effect: Callable[[Respond], ServiceResponse], on: str = POST
) -> None:
    """Let something happen in place of the next response."""
    service.faults.add(Fault("of this test", on, effect))


def account(error: OpenAIError) -> tuple[int, int, int | None]:
    """Return landed, unknown and not landed, as the error tells."""
    assert error.append is not None
    return error.append.landed, error.append.unknown, error.append.not_landed


def token(error: OpenAIError) -> str:
    assert error.append is not None
    return error.append.token


def add(service: FaultInjectingService, conversation: str, *items: Item) -> None:
    """Add items as another writer does."""
    path = f"/conversations/{conversation}/items"
    body = json.dumps({"items": items}).encode()
    headers = {"content-type": "application/json"}
    service.service.handle(ServiceRequest("POST", path, [], headers, body))
