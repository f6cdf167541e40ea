"""`ConversationsSession`: any number of items, each of them once, and as a model takes them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from openai_conversations import (
    APIConnectionError,
    AppendProgress,
    AsyncClient,
    Client,
    ConversationIndex,
    InvalidArgumentError,
    NotFoundError,
    OpenAIError,
)
from openai_conversations.agents import ConversationsSession
from openai_conversations.local.fault_injection import FaultInjectingService

agents_memory = pytest.importorskip("agents.memory", exc_type=ImportError)

pytestmark = pytest.mark.anyio
POST, DELETE = "POST /conversations/*/items", "DELETE /conversations/*/items/*"
CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}


def messages(count: int) -> list[Any]:
    return [{"role": "user", "content": f"Message {n}"} for n in range(count)]


@pytest.fixture
def client(conversations_async_client: AsyncClient) -> AsyncClient:
    return conversations_async_client


@pytest.fixture
def session(client: AsyncClient) -> ConversationsSession:
    return ConversationsSession(client=client)


def posted(local: FaultInjectingService) -> list[list[Any]]:
    """Return the items of each request that added some."""
    paths = [r for r in local.requests if r.method == "POST" and r.path.endswith("/items")]
    return [request.json["items"] for request in paths]


async def test_any_number_of_items_in_order(
    session: ConversationsSession, conversations_local: FaultInjectingService
) -> None:
    await session.add_items(messages(45))
    assert [len(items) for items in posted(conversations_local)] == [20, 20, 5]
    assert await session.get_items() == messages(45)
    assert await session.get_items(limit=3) == messages(45)[-3:]
    assert await session.get_items(limit=0) == []


async def test_an_index_notes_the_conversation(client: AsyncClient) -> None:
    with ConversationIndex(":memory:") as index:
        session = ConversationsSession(client=client.with_options(index=index))
        await session.add_items(messages(1))
        assert [each.id for each in index.list()] == [session.session_id]


async def test_more_items_than_a_page_has(session: ConversationsSession) -> None:
    await session.add_items(messages(230))
    assert await session.get_items(limit=150) == messages(230)[-150:]
    assert len(await session.get_items()) == 230


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"client": Client(api_key="sk-x")}, "client"),
        ({"client": AsyncClient(api_key="sk-x"), "conversation_id": 3}, "conversation_id"),
    ],
    ids=["client", "id"],
)
def test_wrong_arguments_are_told_at_once(given: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        ConversationsSession(**given)
    assert caught.value.argument == argument


async def test_the_limit_of_its_settings(client: AsyncClient) -> None:
    settings = agents_memory.SessionSettings(limit=2)
    session = ConversationsSession(client=client, session_settings=settings)
    await session.add_items(messages(5))
    assert await session.get_items() == messages(5)[-2:]
    assert await session.get_items(limit=4) == messages(5)[-4:]


async def test_the_conversation_is_made_when_it_is_needed(
    client: AsyncClient, conversations_local: FaultInjectingService
) -> None:
    session = ConversationsSession(client=client)
    await session.add_items([])
    await session.clear_session()
    assert (session.session_id, conversations_local.requests) == ("", [])
    await session.add_items(messages(1))
    assert session.session_id.startswith("conv_")
    assert isinstance(session, agents_memory.Session)
    other = ConversationsSession(session.session_id, client=client)
    assert await other.get_items() == messages(1)


async def test_the_newest_item_is_deleted_and_returned(session: ConversationsSession) -> None:
    await session.add_items([*messages(1), CALL, OUTPUT])
    assert (await session.pop_item() or {}).items() >= OUTPUT.items()
    assert (await session.pop_item() or {}).items() >= CALL.items()
    assert await session.pop_item() == messages(1)[0]
    assert await session.pop_item() is None


async def test_clearing_keeps_the_conversation(session: ConversationsSession) -> None:
    await session.add_items(messages(25))
    conversation = session.session_id
    await session.clear_session()
    assert await session.get_items() == []
    await session.add_items(messages(2))
    assert (session.session_id, await session.get_items()) == (conversation, messages(2))


async def test_an_item_whose_deletion_was_not_confirmed_is_gone(
    session: ConversationsSession, conversations_local: FaultInjectingService
) -> None:
    await session.add_items(messages(3))
    conversations_local.faults.response_lost(DELETE, times=2)
    assert await session.pop_item() == messages(3)[2]
    assert await session.get_items() == messages(2)


@pytest.mark.parametrize("fault", ["response_lost", "timeout", "cut_body"])
async def test_a_lost_response_doubles_nothing(
    session: ConversationsSession, conversations_local: FaultInjectingService, fault: str
) -> None:
    await session.add_items(messages(1))
    for _ in range(3):
        getattr(conversations_local.faults, fault)(POST)
        await session.add_items(messages(45))
    assert await session.get_items() == [*messages(1), *messages(45), *messages(45), *messages(45)]


async def test_the_same_items_again_after_an_error_are_added_once(
    client: AsyncClient, conversations_local: FaultInjectingService
) -> None:
    session = ConversationsSession(client=client.with_options(max_retries=0))
    await session.add_items(messages(1))
    for fault in (POST, "GET /conversations/*/items"):
        conversations_local.faults.response_lost(fault)
    with pytest.raises(OpenAIError):
        await session.add_items(messages(45))
    for _ in range(3):
        conversations_local.faults.server_error(POST)
        with pytest.raises(OpenAIError):
            await session.add_items(messages(45))
    await session.add_items(messages(45))
    await session.add_items(messages(2))
    assert await session.get_items() == [*messages(1), *messages(45), *messages(2)]


async def test_other_items_after_an_error_are_added_after_those_that_landed(
    client: AsyncClient, conversations_local: FaultInjectingService
) -> None:
    session = ConversationsSession(client=client.with_options(max_retries=0))

    def fail_second(progress: AppendProgress) -> None:
        if progress.landed == 20 and not progress.unknown:
            conversations_local.faults.server_error(POST)

    session._on_progress = fail_second
    with pytest.raises(OpenAIError):
        await session.add_items(messages(30))
    await session.add_items([CALL])
    assert len(await session.get_items()) == 21


class DiedError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("at", range(6))
async def test_another_process_goes_on(client: AsyncClient, at: int) -> None:
    tokens: list[str] = []

    def save(progress: AppendProgress) -> None:
        tokens.append(progress.token)
        if len(tokens) > at:
            raise DiedError

    begun = ConversationsSession(client=client)
    await begun.add_items(messages(3))
    session = ConversationsSession(begun.session_id, client=client, on_progress=save)
    with pytest.raises(DiedError):
        await session.add_items(messages(45))
    again = ConversationsSession(begun.session_id, client=client, resume=tokens[-1])
    await again.add_items(messages(45))
    await again.add_items([CALL])
    items = await again.get_items()
    assert items[:-1] == [*messages(3), *messages(45)]
    assert items[-1].items() >= CALL.items()


async def test_reasoning_stays_with_what_followed_it_and_keeps_what_is_encrypted(
    session: ConversationsSession, conversations_local: FaultInjectingService
) -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"}
    await session.add_items([*messages(19), reasoning, {**CALL, "id": "fc_9"}, OUTPUT])
    assert [len(items) for items in posted(conversations_local)] == [19, 3]
    back = (await session.get_items())[-3:]
    assert [item.get("type") for item in back] == ["reasoning", CALL["type"], OUTPUT["type"]]
    assert back[0].get("encrypted_content") == "x"


async def test_reasoning_that_says_nothing_is_not_added(
    session: ConversationsSession, conversations_local: FaultInjectingService
) -> None:
    await session.add_items([{"type": "reasoning", "summary": []}])
    assert conversations_local.requests == []


# An assistant's message without its id: the document has no such form, and the service takes it.
@pytest.mark.off_contract
async def test_items_go_without_what_openai_agents_notes_in_them(
    session: ConversationsSession, conversations_local: FaultInjectingService
) -> None:
    said = [{"type": "output_text", "text": "Hi", "annotations": []}]
    message = {"type": "message", "role": "assistant", "content": said, "status": "completed"}
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    search["action"] = {"type": "search", "query": "x", "queries": ["x"]}
    noted: list[Any] = [
        {**message, "id": "msg_9", "provider_data": {"model": "x"}},
        {**CALL, "id": "__fake_id__", "_agents_tool_title": "F"},
        {**OUTPUT, "id": "fco_1"},
        search,
        {"type": "hologram", "id": "holo_1"},
        {"id": "msg_1"},
    ]
    with pytest.raises(NotFoundError):  # of the last one
        await session.add_items(noted)
    [sent] = posted(conversations_local)
    assert sent == [message, CALL, OUTPUT, search, *noted[4:]]


async def test_a_message_that_is_more_than_a_text_is_kept_whole(
    session: ConversationsSession,
) -> None:
    parts = [{"type": "input_text", "text": "See"}, {"type": "input_text", "text": "there"}]
    image = {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "low"}
    await session.add_items(
        [{"role": "user", "content": parts}, {"role": "user", "content": [image]}]
    )
    first, second = await session.get_items()
    assert first.get("content") == parts
    [kept] = second.get("content")
    assert kept["image_url"] == image["image_url"]
    assert "id" not in first


FAULTS = ["response_lost", "server_error", "cut_body", "conversation_locked"]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_fails_items_are_added_once(
    client: AsyncClient, conversations_local: FaultInjectingService, seed: int
) -> None:
    drawn, faults = random.Random(seed), conversations_local.faults
    session = ConversationsSession(client=client.with_options(max_retries=drawn.randint(0, 2)))
    await session.add_items(messages(1))
    expected = messages(1)
    for _ in range(4):
        new = [drawn.choice(messages(3)) for _ in range(drawn.randint(1, 50))]
        expected += new
        for _ in range(100):  # in 100 tries one goes through
            for on in (POST, "GET /conversations/*/items"):
                if drawn.random() < 0.5:
                    getattr(faults, drawn.choice(FAULTS))(on, times=drawn.randint(1, 3))
            try:
                await session.add_items(new)
                break
            except OpenAIError:
                faults.clear()
    faults.clear()
    assert await session.get_items() == expected


@pytest.mark.off_contract
@pytest.mark.parametrize("content", ["x", "", [], None, [5], [{"type": "input_text"}]])
async def test_content_in_the_forms_of_other_servers(
    session: ConversationsSession, conversations_local: FaultInjectingService, content: Any
) -> None:
    message = {"type": "message", "role": "user", "content": content, "status": "completed"}
    conversations_local.faults.unknown_item(item={**message, "id": "msg_1"})
    if isinstance(content, str | list):
        [item] = await session.get_items()
        assert item.get("content") == content
    else:
        with pytest.raises(OpenAIError):
            await session.get_items()


async def test_one_thing_after_the_other(session: ConversationsSession) -> None:
    import asyncio

    await asyncio.gather(*(session.add_items(messages(25)) for _ in range(4)))
    assert await session.get_items() == messages(25) * 4


async def test_an_error_is_one_of_this_package(
    session: ConversationsSession, conversations_local: FaultInjectingService
) -> None:
    conversations_local.faults.response_lost("GET /conversations/*/items", times=3)
    await session.add_items([])
    with pytest.raises(APIConnectionError):
        await session.get_items()
