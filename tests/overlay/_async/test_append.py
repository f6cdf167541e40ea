"""`items.append` of either client: the same account of the same faults."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from openai_conversations import (
    AbortSignal,
    AppendProgress,
    AppendUncertainError,
    AsyncClient,
    BadRequestError,
    InvalidArgumentError,
    RequestAbortedError,
)
from openai_conversations.local.fault_injection import (
    ConnectionLostError,
    FaultInjectingService,
    Respond,
)
from openai_conversations.local.service import ServiceResponse

from tests.overlay.append.cases import account, add, messages, strike, token


def expected(count: int) -> list[str]:
    return [item["content"] for item in messages(count)]


async def texts(client: AsyncClient, conversation: str) -> list[str]:
    """Return the texts of a conversation, oldest first."""
    listed = client.conversations.items.list(conversation, order="asc", limit=100)
    return [item.to_dict()["content"][0]["text"] async for item in listed]


async def one_by_one(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


async def test_items_come_from_a_generator_and_progress_is_told(client: AsyncClient) -> None:
    reports: list[AppendProgress] = []

    async def keep(progress: AppendProgress) -> None:
        reports.append(progress)

    conversation = await client.conversations.create()
    result = await client.conversations.items.append(
        conversation.id, one_by_one(messages(25)), on_progress=keep
    )
    assert await texts(client, conversation.id) == expected(25)
    assert len(result) == 25
    assert [(one.landed, one.unknown) for one in reports] == [(0, 20), (20, 0), (20, 5), (25, 0)]


@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_response_is_looked_for(
    client: AsyncClient, conversations_local: FaultInjectingService, committed: bool
) -> None:
    def lose(respond: Respond) -> ServiceResponse:
        if committed:
            respond()
        raise ConnectionLostError

    strike(conversations_local, lose)
    conversation = await client.conversations.create()
    result = await client.conversations.items.append(conversation.id, messages(45))
    assert await texts(client, conversation.id) == expected(45)
    assert [item.to_dict()["content"][0]["text"] for item in result] == expected(45)


async def test_a_second_copy_is_deleted(
    client: AsyncClient, conversations_local: FaultInjectingService
) -> None:
    def lose(respond: Respond) -> ServiceResponse:
        strike(conversations_local, arrive_twice)
        raise ConnectionLostError

    def arrive_twice(respond: Respond) -> ServiceResponse:
        respond()
        return respond()

    strike(conversations_local, lose)
    conversation = await client.conversations.create()
    await client.conversations.items.append(conversation.id, messages(25))
    assert await texts(client, conversation.id) == expected(25)
    assert [seen.method for seen in conversations_local.requests].count("DELETE") == 20


async def test_a_second_copy_that_cannot_be_deleted(
    client: AsyncClient, conversations_local: FaultInjectingService
) -> None:
    def lose(respond: Respond) -> ServiceResponse:
        strike(conversations_local, arrive_twice)
        raise ConnectionLostError

    def arrive_twice(respond: Respond) -> ServiceResponse:
        respond()
        conversations_local.faults.server_error("DELETE *", times=9)
        return respond()

    strike(conversations_local, lose)
    conversation = await client.conversations.create()
    with pytest.raises(AppendUncertainError, match="cannot be deleted") as caught:
        await client.conversations.items.append(conversation.id, messages(5))
    assert account(caught.value) == (0, 5, 0)


async def interrupted(
    client: AsyncClient, service: FaultInjectingService, conversation: str
) -> AppendUncertainError:
    """Append 45 messages while another writer adds one after the first batch."""

    def disturb(respond: Respond) -> ServiceResponse:
        respond()
        add(service, conversation, {"role": "user", "content": "from elsewhere"})
        raise ConnectionLostError

    def after_the_first(progress: AppendProgress) -> None:
        if progress.landed == 20 and not progress.unknown:
            strike(service, disturb)

    with pytest.raises(AppendUncertainError, match="was not sent") as caught:
        await client.conversations.items.append(
            conversation, messages(45), on_progress=after_the_first
        )
    assert account(caught.value) == (20, 20, 5)
    return caught.value


async def test_a_token_leads_on(
    client: AsyncClient, conversations_local: FaultInjectingService
) -> None:
    conversation = (await client.conversations.create()).id
    error = await interrupted(client, conversations_local, conversation)
    items = client.conversations.items
    await items.delete(str(error.found_ids[-1]), conversation_id=conversation)
    result = await items.append(conversation, one_by_one(messages(45)), resume=error.token)
    assert result.count == 25
    assert await texts(client, conversation) == expected(45)


@pytest.mark.parametrize(
    ("items", "received"),
    [(messages(7), "got 7 items"), (list(reversed(messages(45))), r"another one at items\[19\]")],
    ids=["too few", "others"],
)
async def test_a_token_wants_the_same_items(
    client: AsyncClient,
    conversations_local: FaultInjectingService,
    items: list[dict[str, Any]],
    received: str,
) -> None:
    conversation = (await client.conversations.create()).id
    error = await interrupted(client, conversations_local, conversation)
    before = await texts(client, conversation)
    with pytest.raises(InvalidArgumentError, match=received):
        await client.conversations.items.append(conversation, items, resume=error.token)
    assert await texts(client, conversation) == before


@pytest.mark.off_contract
async def test_a_refused_item_leaves_the_batches_before_it(client: AsyncClient) -> None:
    conversation = (await client.conversations.create()).id
    items = [*messages(30), {"type": "function_call_output", "call_id": 5, "output": "x"}]
    with pytest.raises(BadRequestError) as caught:
        await client.conversations.items.append(conversation, items)
    assert account(caught.value) == (20, 0, 11)
    assert await texts(client, conversation) == expected(20)


async def test_aborted_while_waiting(
    client: AsyncClient,
    conversations_local: FaultInjectingService,
    caplog: pytest.LogCaptureFixture,
) -> None:
    abort = AbortSignal()

    class Stop(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            if "going on in 60" in record.getMessage():
                abort.set("user left")
            return True

    def pause(respond: Respond) -> ServiceResponse:
        return ServiceResponse(500, [("retry-after-ms", "60000"), ("content-length", "0")], b"")

    conversation = (await client.conversations.create()).id
    strike(conversations_local, pause)
    caplog.set_level(logging.INFO, "openai_conversations")
    caplog.handler.addFilter(Stop())
    with pytest.raises(RequestAbortedError, match="user left") as caught:
        await client.conversations.items.append(conversation, messages(45), abort=abort)
    error = caught.value
    assert (error.stage, account(error)) == ("waiting for a retry", (0, 20, 25))
    await client.conversations.items.append(conversation, messages(45), resume=token(error))
    assert await texts(client, conversation) == expected(45)
