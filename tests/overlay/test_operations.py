"""Every operation over a real service, the local one; and the ways around them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from openai_conversations import AsyncClient, Client, MessageItem, NotFoundError, models
from openai_conversations._request import operations as _operations

from tests.document import operations
from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.local(strict=True) as client:
        yield client


def test_a_conversation_from_beginning_to_end(client: Client) -> None:
    conversation = client.conversations.create(
        items=[MessageItem.user_text("Hello")], metadata={"topic": "demo"}
    )
    assert isinstance(conversation, models.Conversation)
    assert conversation.metadata == {"topic": "demo"}
    assert client.conversations.retrieve(conversation.id) == conversation
    updated = client.conversations.update(conversation.id, metadata={"topic": "new"})
    assert updated.metadata == {"topic": "new"}
    added = client.conversations.items.create(
        conversation.id, items=[{"role": "user", "content": "More"}]
    )
    assert isinstance(added, models.ConversationItemList)
    item = client.conversations.items.retrieve(added.data[0].id, conversation_id=conversation.id)
    assert item == added.data[0]
    assert client.conversations.items.delete(item.id, conversation_id=conversation.id) == updated
    assert [i.text for i in client.conversations.items.list(conversation.id)] == ["Hello"]
    assert client.conversations.delete(conversation.id).deleted
    with pytest.raises(NotFoundError):
        client.conversations.retrieve(conversation.id)


def test_responses(client: Client) -> None:
    conversation = client.conversations.create()
    response = client.responses.create(
        model="gpt-4o", input="Hello", conversation=conversation, reasoning={"effort": "low"}
    )
    assert response.output_text
    assert len(client.conversations.items.list(conversation.id).data) == 2
    assert client.responses.retrieve(response.id).id == response.id
    (asked,) = client.responses.input_items.list(response.id)
    assert asked.type == "message"
    count = client.responses.input_tokens.count(model="gpt-4o", input="Hello there")
    assert count.input_tokens > 0
    background = client.responses.create(model="gpt-4o", input="Hi", background=True)
    assert client.responses.cancel(background.id).id == background.id
    assert client.responses.delete(response.id) is None
    with pytest.raises(NotFoundError):
        client.responses.retrieve(response.id)


def test_whatever_comes_out_goes_back_in(client: Client) -> None:
    first = client.conversations.create(items=[MessageItem.user_text("Hello")])
    client.responses.create(model="gpt-4o", input="Hi", conversation=first.id)
    items = list(client.conversations.items.list(first.id, order="asc"))
    second = client.conversations.create(items=items)
    again = list(client.conversations.items.list(second.id, order="asc"))
    assert [item.text for item in again] == [item.text for item in items]
    response = client.responses.create(model="gpt-4o", input=items)
    client.responses.create(model="gpt-4o", input=[*items, *response.output])


def test_async_over_both_loops() -> None:
    async def run() -> None:
        async with AsyncClient.local() as client:
            conversation = await client.conversations.create(
                items=[MessageItem.user_text(str(number)) for number in range(3)]
            )
            listed = client.conversations.items.list(conversation.id, limit=2, order="asc")
            assert [item.text async for item in listed] == ["0", "1", "2"]
            async with client.responses.stream(
                model="gpt-4o", input="Hi", conversation=conversation.id
            ) as stream:
                kinds = [event.type async for event in stream]
                final = await stream.get_final_response()
            assert kinds[0] == "response.created"
            assert kinds[-1] == "response.completed"
            assert final.output_text
            assert (await client.responses.retrieve(final.id)).output_text == final.output_text

    for backend in ("asyncio", "trio"):
        anyio.run(run, backend=backend)


def test_the_local_client_is_a_client(tmp_path: Any) -> None:
    path = tmp_path / "data.sqlite"
    with Client.local(path) as client:
        conversation = client.conversations.create(metadata={"kept": "yes"})
        client.local_service.model.enqueue_text("scripted")
        assert client.responses.create(model="m", input="Hi").output_text == "scripted"
        with client.with_options(max_retries=0) as copy:
            assert copy.local_service is client.local_service
    with Client.local(path) as client:
        assert client.conversations.retrieve(conversation.id).metadata == {"kept": "yes"}
    with Client(api_key="k") as client, pytest.raises(AttributeError, match="local"):
        client.local_service  # noqa: B018


@pytest.mark.off_contract
def test_a_conversation_may_be_given_as_what_it_is(runner: ClientRunner) -> None:
    conversation = models.Conversation.from_dict(CONVERSATION)
    reference = models.ConversationReference(id="conv_1")
    response = responds({"id": "resp_1", "object": "response", "output": []})
    with ScriptedServer(response) as server:
        for given in ("conv_1", conversation, reference, {"id": "conv_1"}):
            runner.run(server.url, lambda c, x=given: c.responses.create(conversation=x))
        runner.run(server.url, lambda c: c.responses.create(conversation=None, temperature=None))
    sent = [seen.json() for seen in server.requests]
    assert sent[:3] == [{"conversation": "conv_1"}] * 3
    assert sent[3] == {"conversation": {"id": "conv_1"}}
    assert sent[4] == {"conversation": None, "temperature": None}


@pytest.mark.off_contract
def test_models_in_arguments_become_json(runner: ClientRunner) -> None:
    tool = models.FunctionTool.from_dict(
        {"type": "function", "name": "f", "parameters": {}, "strict": True}
    )

    def call(client: Any) -> Any:
        return client.responses.create(
            tools=(tool, {"type": "web_search"}),
            reasoning=models.Reasoning(effort="low"),
            metadata={"a": "b"},
            include=("file_search_call.results",),
        )

    with ScriptedServer(responds({"id": "resp_1", "output": []})) as server:
        runner.run(server.url, call)
    assert server.requests[0].json() == {
        "include": ["file_search_call.results"],
        "metadata": {"a": "b"},
        "reasoning": {"effort": "low"},
        "tools": [tool.to_dict(), {"type": "web_search"}],
    }


def test_every_operation_of_the_document_is_there() -> None:
    ours = {op.id for op in vars(_operations).values() if isinstance(op, _operations.Operation)}
    assert ours == {operation["operationId"] for _, _, operation in operations()}


def test_one_request_for_each_operation(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    sender = client._sender
    deliver = sender._deliver

    def counted(exchange: Any, request: Any) -> Any:
        sent.append(f"{request.method} {request.url.path}")
        return deliver(exchange, request)

    monkeypatch.setattr(sender, "_deliver", counted)
    conversation = client.conversations.create()
    client.conversations.retrieve(conversation.id)
    client.conversations.update(conversation.id, metadata={})
    item = client.conversations.items.create(
        conversation.id, items=[MessageItem.user_text("x")]
    ).data[0]
    client.conversations.items.retrieve(item.id, conversation_id=conversation.id)
    assert len(client.conversations.items.list(conversation.id).data) == 1
    client.conversations.items.delete(item.id, conversation_id=conversation.id)
    client.conversations.delete(conversation.id)
    assert len(sent) == 8


def test_a_request_leaves_nothing_to_the_garbage_collector() -> None:
    operation = _operations.Operation[Any]("listConversationItems")
    operation.request({"order": "asc", "limit": 5}, conversation_id="conv_1")
    gc.collect()
    gc.disable()
    try:
        operation.request({"order": "asc", "limit": 5}, conversation_id="conv_1")
        assert gc.collect() == 0
    finally:
        gc.enable()
