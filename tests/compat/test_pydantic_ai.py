"""pydantic-ai against the served local service: text, tools, pictures, forms, conversations."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from openai_conversations import Client

from tests.compat.conftest import Serve

pytest.importorskip("pydantic_ai", reason="`make compat` installs pydantic-ai")

from openai import AsyncOpenAI
from pydantic_ai import Agent, BinaryContent, NativeOutput, ToolOutput
from pydantic_ai.models.openai import OpenAIResponsesModel, OpenAIResponsesModelSettings
from pydantic_ai.providers.openai import OpenAIProvider

from tests.compat.turns import CALL, MODEL, PICTURE, SUNNY, Report

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("default")]


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Agent[None, Any]]:
    async with AsyncOpenAI(base_url=url, api_key="local", max_retries=0) as client:
        model = OpenAIResponsesModel(MODEL, provider=OpenAIProvider(openai_client=client))
        yield Agent(model, **options)


async def test_text_and_a_stream_of_it(serve: Serve) -> None:
    async with opened(serve()) as agent:
        result = await agent.run("Hello there")
        assert result.output == "[local model] You said: Hello there"
        async with agent.run_stream("Hello there") as stream:
            pieces = [piece async for piece in stream.stream_text(delta=True)]
    assert "".join(pieces) == result.output


async def test_a_tool(serve: Serve) -> None:
    asked = []

    def weather(city: str) -> str:
        asked.append(city)
        return "sunny"

    async with opened(serve(CALL, SUNNY), tools=[weather]) as agent:
        result = await agent.run("Weather?")
    assert (asked, result.output) == (["Paris"], SUNNY)


async def test_a_picture(serve: Serve) -> None:
    picture = BinaryContent(base64.b64decode(PICTURE), media_type="image/png")
    async with opened(serve("Red.")) as agent:
        result = await agent.run(["Which color?", picture])
    assert result.output == "Red."


@pytest.mark.parametrize("form", [Report, ToolOutput(Report), NativeOutput(Report)])
async def test_a_form(serve: Serve, form: Any) -> None:
    async with opened(serve(), output_type=form) as agent:
        result = await agent.run("Report!")
    assert result.output == Report(city="", degrees=0, warnings=[])


async def test_history_and_the_response_before(serve: Serve) -> None:
    async with opened(serve(CALL, SUNNY, "One.", "Two.")) as agent:
        agent.tool_plain(lambda city: "sunny", name="weather")
        first = await agent.run("Weather?")
        second = await agent.run("Thanks!", message_history=first.all_messages())
        settings = OpenAIResponsesModelSettings(openai_previous_response_id="auto")
        third = await agent.run(
            "And?", message_history=second.all_messages(), model_settings=settings
        )
    assert [first.output, second.output, third.output] == [SUNNY, "One.", "Two."]


async def test_a_conversation_by_its_id(serve: Serve) -> None:
    url = serve(CALL, SUNNY)
    with Client(base_url=url, api_key="local") as ours:
        conversation = ours.conversations.create().id
        async with opened(url) as agent:
            agent.tool_plain(lambda city: "sunny", name="weather")
            settings = OpenAIResponsesModelSettings(openai_conversation_id=conversation)
            await agent.run("Weather?", model_settings=settings)
        kinds = [item.type for item in ours.conversations.items.list(conversation, order="asc")]
    assert kinds == ["message", "function_call", "function_call_output", "message"]
