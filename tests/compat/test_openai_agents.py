"""openai-agents against the served local service: text, tools, pictures, forms, conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from openai_conversations import AsyncClient, Client
from openai_conversations.agents import ConversationsSession

from tests.compat.conftest import Serve

pytest.importorskip("agents", reason="`make compat` installs openai-agents")

from agents import (
    Agent,
    OpenAIConversationsSession,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from agents.testing import ScriptedModel, assistant_message
from openai import AsyncOpenAI

from tests.compat.turns import CALL, MODEL, PICTURE_URL, SUNNY, Report

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("default")]
set_tracing_disabled(True)
asked: list[str] = []


@function_tool
def weather(city: str) -> str:
    """Tell the weather in a city."""
    asked.append(city)
    return "sunny"


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[tuple[Agent[None], AsyncOpenAI]]:
    async with AsyncOpenAI(base_url=url, api_key="local", max_retries=0) as client:
        yield Agent("A", model=OpenAIResponsesModel(MODEL, client), **options), client


async def test_text_and_a_stream_of_it(serve: Serve) -> None:
    async with opened(serve()) as (agent, _):
        result = await Runner.run(agent, "Hello there")
        assert result.final_output == "[local model] You said: Hello there"
        streamed = Runner.run_streamed(agent, "Hello there")
        kinds = {
            event.data.type async for event in streamed.stream_events() if hasattr(event, "data")
        }
        assert {"response.output_text.delta", "response.completed"} <= kinds
        assert streamed.final_output == result.final_output


async def test_a_tool(serve: Serve) -> None:
    asked.clear()
    async with opened(serve(CALL, SUNNY), tools=[weather]) as (agent, _):
        result = await Runner.run(agent, "Weather?")
    assert (asked, result.final_output) == (["Paris"], SUNNY)


async def test_a_picture(serve: Serve) -> None:
    parts = [
        {"type": "input_text", "text": "Which color?"},
        {"type": "input_image", "image_url": PICTURE_URL},
    ]
    async with opened(serve("Red.")) as (agent, _):
        result = await Runner.run(agent, [{"role": "user", "content": parts}])
    assert result.final_output == "Red."


async def test_a_form(serve: Serve) -> None:
    async with opened(serve(), output_type=Report) as (agent, _):
        result = await Runner.run(agent, "Report!")
    assert result.final_output == Report(city="", degrees=0, warnings=[])


async def test_its_session_is_a_conversation(serve: Serve) -> None:
    url = serve(CALL, SUNNY, "You are welcome.")
    async with opened(url, tools=[weather]) as (agent, client):
        session = OpenAIConversationsSession(openai_client=client)
        await Runner.run(agent, "Weather?", session=session)
        result = await Runner.run(agent, "Thanks!", session=session)
        conversation = session.session_id
    assert result.final_output == "You are welcome."
    with Client(base_url=url, api_key="local") as ours:
        items = list(ours.conversations.items.list(conversation, order="asc"))
    calls = ["function_call", "function_call_output"]
    assert [item.type for item in items] == ["message", *calls, "message", "message", "message"]


# What an assistant said is added without its id, as by openai-agents; the document has no such
# form.
@pytest.mark.off_contract
@pytest.mark.parametrize("streamed", [False, True])
async def test_our_session_with_a_tool(serve: Serve, streamed: bool) -> None:
    url = serve(CALL, SUNNY, "You are welcome.", "Good-bye.")
    said = []
    async with (
        opened(url, tools=[weather]) as (agent, _),
        AsyncClient(base_url=url, api_key="local") as client,
    ):
        session = ConversationsSession(client=client)
        for text in ("Weather?", "Thanks!", "Bye!"):
            if streamed:
                result: Any = Runner.run_streamed(agent, text, session=session)
                _ = [event async for event in result.stream_events()]
            else:
                result = await Runner.run(agent, text, session=session)
            said.append(result.final_output)
            # Another process would have no more than the id.
            session = ConversationsSession(session.session_id, client=client)
        items: list[Any] = await session.get_items()
    assert said == [SUNNY, "You are welcome.", "Good-bye."]
    kinds = [item.get("type", item.get("role")) for item in items]
    calls = ["function_call", "function_call_output"]
    assert kinds == ["user", *calls, "message", "user", "message", "user", "message"]
    assert [item["content"] for item in items if "role" in item and item["role"] == "user"] == [
        "Weather?",
        "Thanks!",
        "Bye!",
    ]


@pytest.mark.off_contract
def test_our_session_without_async() -> None:
    session = ConversationsSession(client=AsyncClient.local())
    agent = Agent("A", model=ScriptedModel([[assistant_message(text)] for text in "ab"]))
    # `run_sync` would leave one open.
    asyncio.set_event_loop(loop := asyncio.new_event_loop())
    try:
        for text in "ab":
            assert Runner.run_sync(agent, "Hi", session=session).final_output == text
    finally:
        loop.close()
        asyncio.set_event_loop(None)
    assert len(asyncio.run(session.get_items())) == 4


async def test_a_conversation_by_its_id(serve: Serve) -> None:
    url = serve(CALL, SUNNY)
    with Client(base_url=url, api_key="local") as ours:
        conversation = ours.conversations.create().id
        async with opened(url, tools=[weather]) as (agent, _):
            await Runner.run(agent, "Weather?", conversation_id=conversation)
        kinds = [item.type for item in ours.conversations.items.list(conversation, order="asc")]
    assert kinds == ["message", "function_call", "function_call_output", "message"]
