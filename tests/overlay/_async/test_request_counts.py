"""How many requests each operation makes: exact counts, so that none is ever added unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from openai_conversations import AsyncClient, MessageItem

from tests.document import operations

HELLO = MessageItem.user_text("Hello")
Ids = dict[str, Any]
Call = Callable[[Any, Ids], Any]

CALLS: dict[str, Call] = {
    "createConversation": lambda c, ids: c.conversations.create(items=[HELLO]),
    "listConversations": lambda c, ids: c.conversations.list(),
    "getConversation": lambda c, ids: c.conversations.retrieve(ids["conversation"]),
    "updateConversation": lambda c, ids: c.conversations.update(ids["conversation"], metadata={}),
    "deleteConversation": lambda c, ids: c.conversations.delete(ids["conversation"]),
    "createConversationItems": lambda c, ids: c.conversations.items.create(
        ids["conversation"], items=[HELLO] * 20
    ),
    "listConversationItems": lambda c, ids: c.conversations.items.list(ids["conversation"]),
    "getConversationItem": lambda c, ids: c.conversations.items.retrieve(
        ids["item"], conversation_id=ids["conversation"]
    ),
    "deleteConversationItem": lambda c, ids: c.conversations.items.delete(
        ids["item"], conversation_id=ids["conversation"]
    ),
    "createResponse": lambda c, ids: c.responses.create(model="m", input="Hi"),
    "getResponse": lambda c, ids: c.responses.retrieve(ids["response"]),
    "deleteResponse": lambda c, ids: c.responses.delete(ids["response"]),
    "cancelResponse": lambda c, ids: c.responses.cancel(ids["background"]),
    "listInputItems": lambda c, ids: c.responses.input_items.list(ids["response"]),
    "getInputTokenCounts": lambda c, ids: c.responses.input_tokens.count(model="m", input="Hi"),
    "compactConversation": lambda c, ids: c.responses.compact(model="m", input="Hi"),
}


async def prepare(client: AsyncClient) -> Ids:
    """Make one of everything that an operation can be about."""
    conversation = await client.conversations.create(items=[HELLO] * 5)
    listed = await client.conversations.items.list(conversation.id)
    response = await client.responses.create(model="m", input="Hi")
    background = await client.responses.create(model="m", input="Hi", background=True)
    return {
        "conversation": conversation.id,
        "item": listed.data[0].id,
        "response": response.id,
        "background": background.id,
    }


class Counter:
    """An interceptor that counts the requests that are sent."""

    def __init__(self) -> None:
        self.methods: list[str] = []

    async def __call__(self, request: httpx.Request, send: Any) -> Any:
        self.methods.append(request.method)
        return await send(request)


def test_no_operation_is_left_out() -> None:
    assert set(CALLS) == {operation["operationId"] for _, _, operation in operations()}


@pytest.mark.parametrize("operation", CALLS)
async def test_an_operation_is_one_request(operation: str) -> None:
    count = Counter()
    async with AsyncClient.local() as client:
        ids = await prepare(client)
        await CALLS[operation](client.with_options(interceptors=[count]), ids)
    assert len(count.methods) == 1


@pytest.mark.parametrize(("items", "limit", "requests"), [(5, 5, 1), (5, 2, 3), (5, 100, 1)])
async def test_a_walk_is_a_request_a_page(items: int, limit: int, requests: int) -> None:
    count = Counter()
    async with AsyncClient.local() as client:
        id = (await client.conversations.create(items=[HELLO] * items)).id
        counting = client.with_options(interceptors=[count])
        walk = counting.conversations.items.list(id, limit=limit)
        assert len([item async for item in walk]) == items
    assert count.methods == ["GET"] * requests
