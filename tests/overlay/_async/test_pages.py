"""Pages that are turned by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import (
    APIStatusError,
    AsyncClient,
    BadRequestError,
    NotFoundError,
    OpenAIError,
)
from openai_conversations.local.fault_injection import FaultInjectingService

from tests.overlay.append.cases import messages
from tests.overlay.listing import deletable, ids, listing
from tests.overlay.scripted_server import ScriptedServer, responds


async def test_pages_by_hand(connect: Callable[..., AsyncClient]) -> None:
    with ScriptedServer(listing(3)) as server:
        async with connect(server.url) as client:
            first: Any = await client.conversations.items.list("c", limit=2)
            assert ids(first.data) == [1, 2]
            assert (first.object, first.has_more) == ("list", True)
            assert (first.first_id, first.last_id) == ("msg_1", "msg_2")
            assert first.has_next_page()
            second = await first.get_next_page()
            assert ids(second.data) == [3]
            assert not second.has_next_page()
            with pytest.raises(OpenAIError, match="no next page"):
                await second.get_next_page()
            assert [len(page.data) async for page in first.iter_pages()] == [2, 1]
            for _ in range(2):
                assert ids([item async for item in first]) == [1, 2, 3]


# -- items that are deleted while their list is read


async def filled(client: AsyncClient, count: int) -> tuple[str, list[str]]:
    """Return a new conversation with so many messages, and their ids."""
    conversation = (await client.conversations.create()).id
    result = await client.conversations.items.append(conversation, messages(count))
    return conversation, [str(item.id) for item in result]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("every", [1, 2, 3, 7])
async def test_a_loop_may_delete_what_it_gets(
    client: AsyncClient, conversations_local: FaultInjectingService, order: Any, every: int
) -> None:
    conversation, stored = await filled(client, 45)
    items = client.conversations.items
    conversations_local.requests.clear()
    given: list[str] = []
    async for item in items.list(conversation, order=order, limit=10):
        given.append(str(item.id))
        if len(given) % every == 0:
            await items.delete(given[-1], conversation_id=conversation)
    assert given == (stored if order == "asc" else stored[::-1])
    listed = [item.id async for item in items.list(conversation, order=order)]
    assert listed == [id for n, id in enumerate(given, 1) if n % every]
    # A page whose cursor is gone costs one request more.
    reads = [seen for seen in conversations_local.requests if seen.method == "GET"]
    assert len(reads) <= 5 + 4 + 3


async def test_conversations_are_listed_and_may_be_deleted_by_the_loop(
    client: AsyncClient, conversations_local: FaultInjectingService
) -> None:
    made = [(await client.conversations.create()).id for _ in range(45)]
    conversations_local.requests.clear()
    listed = client.conversations.list(order="asc", limit=10, after=made[1], max_items=25)
    assert [one.id async for one in listed] == made[2:27]
    assert len(conversations_local.requests) == 3
    raw = await client.conversations.with_raw_response.list(limit=1)
    assert raw.json()["data"][0]["id"] == made[-1]
    given: list[str] = []
    async for conversation in client.conversations.list(limit=10):
        given.append(conversation.id)
        await client.conversations.delete(given[-1])
    assert given == made[::-1]
    assert (await client.conversations.list()).data == []


@pytest.mark.parametrize("status", [404, 405, 403])
async def test_a_service_that_does_not_list_conversations(
    connect: Callable[..., AsyncClient], status: int
) -> None:
    refusal = responds({"error": {"message": "Invalid URL (GET /v1/conversations)"}}, status=status)
    with ScriptedServer(refusal) as server:
        async with connect(server.url) as client:
            with pytest.raises(APIStatusError) as caught:
                _ = [one async for one in client.conversations.list()]
            said = "".join(getattr(caught.value, "__notes__", ()))
            assert ("ConversationIndex" in said) == (status != 403)
            with pytest.raises(APIStatusError) as caught:
                await client.conversations.items.list("c")
            assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_may_be_deleted_whole(client: AsyncClient, order: Any) -> None:
    conversation, stored = await filled(client, 45)
    given: list[str] = []
    page = await client.conversations.items.list(conversation, order=order, limit=10)
    while True:
        given += [str(item.id) for item in page.data]
        for item in page.data:
            await client.conversations.items.delete(str(item.id), conversation_id=conversation)
        if not page.has_next_page():
            break
        page = await page.get_next_page()
    assert given == (stored if order == "asc" else stored[::-1])


async def test_somebody_else_deletes_the_cursors(client: AsyncClient) -> None:
    conversation, stored = await filled(client, 30)
    listed = client.conversations.items.list(conversation, order="asc", limit=5, max_items=28)
    given: list[str] = []
    async for item in listed:
        given.append(str(item.id))
        if len(given) == 18:
            # All cursors so far, some items between them, and some that have not been given.
            for place in (4, 9, 12, 14, 19, 20, 26):
                gone = stored[place]
                await client.conversations.items.delete(gone, conversation_id=conversation)
    assert given == stored[:20] + [stored[n] for n in (21, 22, 23, 24, 25, 27, 28, 29)]


async def test_the_first_id_of_a_page_is_that_of_its_first_item(client: AsyncClient) -> None:
    conversation, stored = await filled(client, 10)
    page = await client.conversations.items.list(conversation, order="asc", limit=4)
    await client.conversations.items.delete(stored[3], conversation_id=conversation)
    following = await page.get_next_page()
    assert [item.id for item in following.data] == [stored[4]]
    assert (following.first_id, following.last_id) == (stored[4], stored[4])
    assert [item.id async for item in following] == stored[4:]


async def test_it_is_looked_ten_pages_back(client: AsyncClient) -> None:
    conversation, stored = await filled(client, 60)
    given: list[Any] = []

    async def read() -> None:
        async for item in client.conversations.items.list(conversation, order="asc", limit=3):
            given.append(item.id)
            if len(given) == 45:
                for gone in stored[:45]:
                    await client.conversations.items.delete(gone, conversation_id=conversation)

    with pytest.raises(BadRequestError) as caught:
        await read()
    assert (given, caught.value.param) == (stored[:45], "after")


@pytest.mark.parametrize("body", ["Item with id 'msg_2' not found.", "No item msg_2"])
@pytest.mark.parametrize("status", [400, 404])
async def test_a_service_may_name_the_item_alone(
    connect: Callable[..., AsyncClient], status: int, body: str
) -> None:
    with ScriptedServer(deletable(5, gone=[2], status=status, message=body)) as server:
        async with connect(server.url) as client:
            listed = client.conversations.items.list("c", limit=2)
            assert ids([item async for item in listed]) == [1, 2, 3, 4, 5]


@pytest.mark.off_contract
async def test_a_conversation_that_is_gone_is_an_error(
    connect: Callable[..., AsyncClient],
) -> None:
    script = deletable(5, gone=[2], status=404, message="Conversation with id 'c' not found.")
    with ScriptedServer(script) as server:
        async with connect(server.url) as client:
            with pytest.raises(NotFoundError, match="Conversation"):
                _ = [item async for item in client.conversations.items.list("c", limit=2)]
    assert len(server.requests) == 2
