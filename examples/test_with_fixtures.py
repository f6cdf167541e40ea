"""How to test code that uses the API: with the fixtures that come with the package.

Run it with `pytest examples/test_with_fixtures.py`: no key, no network, no set-up. Each test gets a
local service of its own, in memory.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest
from openai_conversations import APIConnectionError, AsyncClient, Client, MessageItem

if TYPE_CHECKING:
    from openai_conversations.local.fault_injection import FaultInjectingService


def remember(client: Client, user: str, text: str) -> str:
    """Start a user's conversation and return its id: the code under test."""
    conversation = client.conversations.create(
        items=[MessageItem.user_text(text)], metadata={"user_id": user}
    )
    return conversation.id


def test_what_was_stored(conversations_client: Client) -> None:
    made = remember(conversations_client, "user_123", "Hello!")
    items = list(conversations_client.conversations.items.list(made))
    assert [item.type for item in items] == ["message"]


def test_what_was_sent(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    remember(conversations_client, "user_123", "Hello!")
    (request,) = conversations_local.requests
    assert (request.method, request.path) == ("POST", "/conversations")
    assert request.json["metadata"] == {"user_id": "user_123"}


def test_a_scripted_response(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.model.enqueue_text("It is sunny in Paris.")
    response = conversations_client.responses.create(model="gpt-5.4", input="Weather?")
    assert response.output_text == "It is sunny in Paris."


def test_a_response_that_is_lost(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    made = remember(conversations_client, "user_123", "Hello!")
    conversations_local.faults.response_lost("POST /conversations/*/items")
    with pytest.raises(APIConnectionError):
        conversations_client.conversations.items.create(
            made, items=[MessageItem.user_text("Are you there?")]
        )
    # It was stored all the same, once: the client does not send it blindly again.
    assert len(list(conversations_client.conversations.items.list(made))) == 2


def test_a_busy_service(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.faults.rate_limited(times=2)
    remember(conversations_client, "user_123", "Hello!")
    assert [request.status for request in conversations_local.requests] == [429, 429, 200]


def test_async(conversations_async_client: AsyncClient) -> None:
    async def count() -> int:
        conversation = await conversations_async_client.conversations.create(
            items=[MessageItem.user_text("Hello!"), MessageItem.user_text("Anyone?")]
        )
        items = conversations_async_client.conversations.items.list(conversation.id)
        return len([item async for item in items])

    assert asyncio.run(count()) == 2


def test_any_client_over_real_http(conversations_url: str) -> None:
    made = httpx.post(f"{conversations_url}/conversations", json={}, trust_env=False)
    assert made.json()["object"] == "conversation"
