"""openai-python, unchanged, works against the served API: the proof that it is the same API.

Over real HTTP, with the fixtures of our own pytest plugin and openai-python's own types.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx2
import pytest

# Imported by each test: it takes a second, which every collection would pay.
if TYPE_CHECKING:
    import openai
    from openai_conversations.local.fault_injection import FaultInjectingService

USER = {"type": "message", "role": "user", "content": "Hello"}
WEATHER = {
    "type": "function",
    "name": "weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


@pytest.fixture
def client(conversations_url: str) -> Iterator[openai.OpenAI]:
    import openai

    # The environment of the machine (proxies, certificates) is none of a test's business.
    with (
        httpx2.Client(trust_env=False) as http_client,
        openai.OpenAI(
            base_url=conversations_url, api_key="x", max_retries=0, http_client=http_client
        ) as client,
    ):
        yield client


def test_a_conversation_from_create_to_delete(client: openai.OpenAI) -> None:
    import openai

    made = client.conversations.create(items=[USER], metadata={"user_id": "user_123"})
    assert made.id.startswith("conv_")
    assert client.conversations.retrieve(made.id) == made
    changed = client.conversations.update(made.id, metadata={"topic": "demo"})
    assert changed.metadata == {"topic": "demo"}
    gone = client.conversations.delete(made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    with pytest.raises(openai.NotFoundError) as caught:
        client.conversations.retrieve(made.id)
    assert caught.value.request_id


def test_items_are_created_paged_retrieved_and_deleted(client: openai.OpenAI) -> None:
    conversation = client.conversations.create()
    texts = [f"message {number}" for number in range(45)]
    for start in range(0, 45, 20):
        items = [{**USER, "content": text} for text in texts[start : start + 20]]
        created = client.conversations.items.create(conversation.id, items=items)
        assert len(created.data) == len(items)
    listed = list(client.conversations.items.list(conversation.id, order="asc", limit=10))
    assert [item.content[0].text for item in listed] == texts
    newest = client.conversations.items.list(conversation.id)
    assert len(newest.data) == 20
    assert newest.data[0] == listed[-1]
    assert newest.has_next_page()
    one = client.conversations.items.retrieve(listed[3].id, conversation_id=conversation.id)
    assert one == listed[3]
    response = client.conversations.items.delete(one.id, conversation_id=conversation.id)
    assert response.id == conversation.id
    assert len(list(client.conversations.items.list(conversation.id))) == 44


def test_a_response_with_a_conversation(client: openai.OpenAI) -> None:
    import openai

    conversation = client.conversations.create(items=[USER])
    response = client.responses.create(
        model="gpt-4o", input="Continue our conversation", conversation=conversation.id
    )
    assert response.status == "completed"
    assert "Continue our conversation" in response.output_text
    assert response.conversation is not None
    assert response.conversation.id == conversation.id
    stored = list(client.conversations.items.list(conversation.id, order="asc"))
    assert [item.role for item in stored] == ["user", "user", "assistant"]
    assert stored[-1].id == response.output[0].id
    assert client.responses.retrieve(response.id).output_text == response.output_text
    inputs = list(client.responses.input_items.list(response.id))
    assert "Continue our conversation" in [item.content[0].text for item in inputs]
    client.responses.delete(response.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(response.id)


def test_a_streamed_response(client: openai.OpenAI) -> None:
    conversation = client.conversations.create()
    question = {"model": "gpt-4o", "input": "Hello", "conversation": conversation.id}
    kinds, numbers, text = [], [], ""
    for event in client.responses.create(**question, stream=True):
        kinds.append(event.type)
        numbers.append(event.sequence_number)
        if event.type == "response.output_text.delta":
            text += event.delta
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    # openai-python's accumulating helper checks the order of the events by itself.
    with client.responses.stream(**question) as stream:
        final = stream.get_final_response()
    assert final.output_text.startswith(text[:8])
    assert len(list(client.conversations.items.list(conversation.id))) == 4


def test_a_function_call_and_its_output(
    client: openai.OpenAI, conversations_local: FaultInjectingService
) -> None:
    from openai.types.responses import ResponseFunctionToolCall

    conversations_local.model.enqueue_function_call("weather", {"city": "Paris"})
    conversations_local.model.enqueue_text("It is sunny in Paris.")
    conversation = client.conversations.create()
    asked = client.responses.create(
        model="gpt-4o", input="Weather?", conversation=conversation.id, tools=[WEATHER]
    )
    call = asked.output[0]
    assert isinstance(call, ResponseFunctionToolCall)
    assert call.name == "weather"
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    told = client.responses.create(
        model="gpt-4o", input=[output], conversation=conversation.id, tools=[WEATHER]
    )
    assert told.output_text == "It is sunny in Paris."
    assert [
        item.type for item in client.conversations.items.list(conversation.id, order="asc")
    ] == [
        "message",
        "function_call",
        "function_call_output",
        "message",
    ]


def test_previous_response_counting_compacting_and_cancelling(client: openai.OpenAI) -> None:
    import openai
    from openai.types.responses import ResponseOutputMessage

    first = client.responses.create(model="gpt-4o", input="My name is Ada.")
    second = client.responses.create(
        model="gpt-4o", input="What is my name?", previous_response_id=first.id
    )
    assert second.previous_response_id == first.id
    assert isinstance(second.output[0], ResponseOutputMessage)
    count = client.responses.input_tokens.count(model="gpt-4o", input="Hello there")
    assert count.input_tokens > 0
    compacted = client.responses.compact(model="gpt-4o", previous_response_id=second.id)
    assert compacted.output
    background = client.responses.create(model="gpt-4o", input="Slowly", background=True)
    assert client.responses.cancel(background.id).id == background.id
    with pytest.raises(openai.BadRequestError):
        client.responses.cancel(first.id)


def test_errors_arrive_as_openai_pythons_own(
    client: openai.OpenAI, conversations_local: FaultInjectingService
) -> None:
    import openai

    with pytest.raises(openai.BadRequestError) as refused:
        client.conversations.create(items=[USER] * 21)
    assert refused.value.param == "items"
    conversations_local.model.enqueue_error("too busy", status=429)
    with pytest.raises(openai.RateLimitError, match="too busy"):
        client.responses.create(model="gpt-4o", input="Hello")


def test_the_async_client(conversations_url: str) -> None:
    import openai

    async def talk() -> list[str]:
        http_client = httpx2.AsyncClient(trust_env=False)
        async with openai.AsyncOpenAI(
            base_url=conversations_url, api_key="x", max_retries=0, http_client=http_client
        ) as client:
            conversation = await client.conversations.create(items=[USER])
            stream = await client.responses.create(
                model="gpt-4o", input="Hi", conversation=conversation.id, stream=True
            )
            assert [event.type async for event in stream][-1] == "response.completed"
            items = client.conversations.items.list(conversation.id, order="asc")
            return [item.role async for item in items]

    assert asyncio.run(talk()) == ["user", "user", "assistant"]
