"""`items.append` when all goes well: what is sent, returned, reported, and refused beforehand."""

from __future__ import annotations

import json
import pickle
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from openai_conversations import (
    AppendProgress,
    Client,
    InvalidArgumentError,
    MessageItem,
    NotFoundError,
    OpenAIError,
)
from openai_conversations.local.fault_injection import FaultInjectingService

from tests.overlay.append.cases import Item, messages, texts


def sent(service: FaultInjectingService) -> list[list[Item]]:
    """Return the items of each POST of items."""
    return [
        seen.json["items"]
        for seen in service.requests
        if seen.method == "POST" and seen.path.endswith("/items")
    ]


def resume_token(**fields: object) -> str:
    return json.dumps({"version": 1, "conversation_id": "c", "landed": 0, **fields})


@pytest.mark.parametrize(("count", "posts"), [(0, 0), (1, 1), (20, 1), (21, 2), (1_000, 50)])
def test_one_request_more_than_batches(
    conversations_client: Client, conversations_local: FaultInjectingService, count: int, posts: int
) -> None:
    items = conversations_client.conversations.items
    conversation = conversations_client.conversations.create().id
    conversations_local.requests.clear()
    assert items.append(conversation, messages(count)).count == count
    methods = [seen.method for seen in conversations_local.requests]
    assert methods == (["GET"] + ["POST"] * posts if count else [])
    assert [item for batch in sent(conversations_local) for item in batch] == messages(count)


def test_the_result_holds_what_was_stored(conversations_client: Client) -> None:
    items = conversations_client.conversations.items
    conversation = conversations_client.conversations.create(items=messages(3)).id
    result = items.append(conversation, [MessageItem.user_text(f"new {n}") for n in range(45)])
    listed = list(items.list(conversation, order="asc", limit=100))
    assert result.data == list(result) == listed[3:]
    assert (result.count, len(result)) == (45, 45)
    assert (result.first_id, result.last_id) == (result.data[0].id, result.data[-1].id)
    assert repr(result).startswith("AppendResult(45 items")


def test_items_are_taken_as_they_are_needed(conversations_client: Client) -> None:
    taken = 0

    def generate() -> Iterator[Item]:
        nonlocal taken
        for item in messages(105):
            taken += 1
            yield item

    def check(progress: AppendProgress) -> None:
        assert taken == progress.sent
        assert progress.total is progress.not_landed is None
        stored.extend(progress.stored)

    stored: list[Any] = []
    conversation = conversations_client.conversations.create().id
    result = conversations_client.conversations.items.append(
        conversation, generate(), on_progress=check
    )
    assert (result.count, len(stored)) == (105, 105)
    assert (result.first_id, result.last_id) == (stored[0].id, stored[-1].id)
    with pytest.raises(OpenAIError, match="on_progress"):
        _ = result.data


async def _generate(items: list[Item]) -> AsyncIterator[Item]:
    for item in items:
        yield item


def test_reports_are_the_exact_account(conversations_client: Client) -> None:
    reports: list[AppendProgress] = []
    conversation = conversations_client.conversations.create(items=messages(1)).id
    result = conversations_client.conversations.items.append(
        conversation, messages(45), on_progress=reports.append
    )
    accounts = [(one.landed, one.unknown, one.not_landed, len(one.stored)) for one in reports]
    assert accounts == [
        *((0, 20, 25, 0), (20, 0, 25, 20), (20, 20, 5, 0)),
        *((40, 0, 5, 20), (40, 5, 0, 0), (45, 0, 0, 5)),
    ]
    assert {one.total for one in reports} == {45}
    assert [item.id for one in reports for item in one.stored] == [item.id for item in result]
    assert reports[-1].last_id == result.last_id
    for one in reports:
        assert pickle.loads(pickle.dumps(one)) == one
        assert "text" not in repr(one) + one.token
        assert json.loads(one.token)["landed"] == one.landed


@pytest.mark.parametrize("total", [20, 21, 40])
def test_reasoning_stays_with_what_follows_it(
    conversations_client: Client, conversations_local: FaultInjectingService, total: int
) -> None:
    items: list[Item] = messages(total)
    for place in (18, 19, total - 1):
        items[place] = {"type": "reasoning", "id": f"rs_{place}", "summary": []}
    conversation = conversations_client.conversations.create().id
    assert conversations_client.conversations.items.append(conversation, items).count == total
    batches = sent(conversations_local)
    assert [item for batch in batches for item in batch] == items
    assert [batch[-1].get("type") for batch in batches[:-1]] == [None] * (len(batches) - 1)
    assert len(batches) == {20: 1, 21: 2, 40: 3}[total]


def test_include_and_options_go_into_every_request(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    conversation = conversations_client.conversations.create().id
    conversations_local.requests.clear()
    conversations_client.conversations.items.append(
        conversation,
        messages(21),
        include=iter(["message.output_text.logprobs"]),
        extra_headers={"X-A": "1"},
    )
    assert len(conversations_local.requests) == 3
    for seen in conversations_local.requests:
        assert ("include[]", "message.output_text.logprobs") in seen.query
        assert seen.headers["x-a"] == "1"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"items": "text"}, "items"),
        ({"items": {"role": "user", "content": "x"}}, "items"),
        ({"items": 3}, "items"),
        ({"items": [*messages(17), "text"]}, "items[17]"),
        ({"items": [], "on_progress": 1}, "on_progress"),
        ({"items": [], "resume": 7}, "resume"),
        ({"items": [], "resume": "no JSON"}, "resume"),
        ({"items": [], "resume": "[]"}, "resume"),
        ({"items": [], "resume": '{"version": 2}'}, "resume"),
        ({"items": [], "resume": '{"version": 1, "conversation_id": "conv_1"}'}, "resume"),
        ({"items": [], "resume": resume_token(given_up=5)}, "resume"),
        ({"items": [], "resume": resume_token(given_up=[["a", "b"]])}, "resume"),
        ({"items": [], "resume": resume_token(done=[[0, 21]])}, "resume"),
        ({"items": [], "resume": resume_token(done=[[0]])}, "resume"),
        ({"items": [], "conversation_id": ".."}, "conversation_id"),
        ({"items": [], "include": "x"}, "include"),
    ],
)
def test_wrong_arguments_are_named_before_anything_is_sent(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    arguments: dict[str, Any],
    named: str,
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        conversations_client.conversations.items.append(**{"conversation_id": "c", **arguments})
    assert caught.value.argument == named
    assert conversations_local.requests == []


def test_a_wrong_item_is_named_when_its_turn_comes(conversations_client: Client) -> None:
    conversation = conversations_client.conversations.create().id
    items: list[Any] = [*messages(27), 3, *messages(5)]
    with pytest.raises(InvalidArgumentError, match=r"items\[27\]") as caught:
        conversations_client.conversations.items.append(conversation, items)
    assert caught.value.append is not None
    assert (caught.value.append.landed, caught.value.append.unknown) == (20, 0)
    assert len(texts(conversations_client, conversation)) == 20


def test_an_item_that_json_cannot_say_is_named_by_its_place(conversations_client: Client) -> None:
    conversation = conversations_client.conversations.create().id
    items: list[Any] = [*messages(27), {"role": "user", "content": "x", "metadata": {1, 2}}]
    with pytest.raises(InvalidArgumentError) as caught:
        conversations_client.conversations.items.append(conversation, items)
    assert caught.value.argument == "items[27].metadata"
    assert caught.value.append is not None
    assert (caught.value.append.landed, caught.value.append.unknown) == (20, 0)


def test_no_conversation(conversations_client: Client) -> None:
    with pytest.raises(NotFoundError) as caught:
        conversations_client.conversations.items.append("conv_no", messages(1))
    # Nothing was sent, so there is nothing to resume.
    assert caught.value.append is None


def test_longer_lists_elsewhere_point_here(conversations_client: Client) -> None:
    with pytest.raises(InvalidArgumentError, match=r"conversations\.items\.append"):
        conversations_client.conversations.create(items=messages(21))
    with pytest.raises(InvalidArgumentError, match=r"conversations\.items\.append"):
        conversations_client.conversations.items.create("conv_1", items=messages(21))


def test_the_sync_client_refuses_what_it_cannot_wait_for(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    async def keep(progress: AppendProgress) -> None: ...

    items = conversations_client.conversations.items
    conversation = conversations_client.conversations.create().id
    with pytest.raises(InvalidArgumentError, match=r"on_progress: .* not async"):
        items.append(conversation, messages(1), on_progress=keep)
    with pytest.raises(InvalidArgumentError, match="items: "):
        items.append(conversation, _generate(messages(1)))  # type: ignore[arg-type]
    assert sent(conversations_local) == []
