"""How many requests each operation makes: exact counts, so that none is ever added unnoticed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from openai_conversations import AsyncClient, Client, MessageItem

from tests.document import operations

HELLO = MessageItem.user_text("Hello")
Ids = dict[str, Any]
Call = Callable[[Any, Ids], Any]

CALLS: dict[str, Call] = {
    "createConversation": lambda c, ids: c.conversations.create(items=[HELLO]),
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


def prepare(client: Client) -> Ids:
    """One of everything that an operation can be about."""
    conversation = client.conversations.create(items=[HELLO] * 5)
    return {
        "conversation": conversation.id,
        "item": client.conversations.items.list(conversation.id).data[0].id,
        "response": client.responses.create(model="m", input="Hi").id,
        "background": client.responses.create(model="m", input="Hi", background=True).id,
    }


def requests_of(path: str, call: Call) -> list[int]:
    """How many requests the call makes with the sync client, and with the async one."""
    counts = [0, 0]

    def count(request: Any, send: Callable[[Any], Any]) -> Any:
        counts[0] += 1
        return send(request)

    async def count_async(request: Any, send: Callable[[Any], Awaitable[Any]]) -> Any:
        counts[1] += 1
        return await send(request)

    async def run(ids: Ids) -> None:
        async with AsyncClient.local(path, interceptors=[count_async]) as client:
            await call(client, ids)

    with Client.local(path) as client:
        mine, other = prepare(client), prepare(client)
        call(client.with_options(interceptors=[count]), mine)
    anyio.run(run, other)
    return counts


def test_no_operation_is_left_out() -> None:
    assert set(CALLS) == {operation["operationId"] for _, _, operation in operations()}


@pytest.mark.parametrize("operation", CALLS)
def test_an_operation_is_one_request(operation: str, tmp_path: Any) -> None:
    assert requests_of(str(tmp_path / "data.sqlite"), CALLS[operation]) == [1, 1]


@pytest.mark.parametrize(("items", "limit", "requests"), [(5, 5, 1), (5, 2, 3), (5, 100, 1)])
def test_a_walk_is_a_request_a_page(items: int, limit: int, requests: int) -> None:
    sent: list[str] = []

    def count(request: Any, send: Callable[[Any], Any]) -> Any:
        sent.append(request.method)
        return send(request)

    with Client.local() as client:
        id = client.conversations.create(items=[HELLO] * items).id
        counting = client.with_options(interceptors=[count])
        assert len(list(counting.conversations.items.list(id, limit=limit))) == items
    assert sent == ["GET"] * requests
