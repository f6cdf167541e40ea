"""LangChain against the served local service: text, tools, pictures, forms, conversations."""

from __future__ import annotations

from typing import Any

import pytest
from openai_conversations import Client

from tests.compat.conftest import Serve

pytest.importorskip("langchain_openai", reason="`make compat` installs langchain-openai")

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from tests.compat.turns import CALL, MODEL, PICTURE, PICTURE_URL, SUNNY, Report

pytestmark = pytest.mark.filterwarnings("default")


@tool
def weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def chat(url: str, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model=MODEL, base_url=url, api_key="local", max_retries=0, use_responses_api=True, **options
    )


def test_text_and_a_stream_of_it(serve: Serve) -> None:
    model = chat(serve())
    assert model.invoke("Hello there").text == "[local model] You said: Hello there"
    pieces = [chunk.text for chunk in model.stream("Hello there")]
    assert "".join(pieces) == "[local model] You said: Hello there"


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("previous", [False, True])
def test_a_tool(serve: Serve, previous: bool, streamed: bool) -> None:
    model = chat(serve(CALL, SUNNY), use_previous_response_id=previous, streaming=streamed)
    bound = model.bind_tools([weather])
    question = HumanMessage("Weather?")
    asked = bound.invoke([question])
    (call,) = asked.tool_calls
    output = weather.invoke(call)
    assert isinstance(output, ToolMessage)
    assert output.text == "sunny in Paris"
    assert bound.invoke([question, asked, output]).text == SUNNY


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": PICTURE_URL}},
        {"type": "image", "base64": PICTURE, "mime_type": "image/png"},
    ],
    ids=["url", "base64"],
)
def test_a_picture(serve: Serve, part: dict[str, Any]) -> None:
    content = [{"type": "text", "text": "Which color?"}, part]
    assert chat(serve("Red.")).invoke([HumanMessage(content)]).text == "Red."


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_a_form(serve: Serve, method: Any) -> None:
    turns = ['{"city": "", "degrees": 0, "warnings": []}'] if method == "json_mode" else []
    model = chat(serve(*turns)).with_structured_output(Report, method=method)
    assert model.invoke("Report, as JSON!") == Report(city="", degrees=0, warnings=[])


def test_a_conversation_by_its_id(serve: Serve) -> None:
    url = serve("One.", "Two.")
    with Client(base_url=url, api_key="local") as ours:
        conversation = ours.conversations.create().id
        model = chat(url, model_kwargs={"conversation": conversation})
        assert [model.invoke(text).text for text in ("A", "B")] == ["One.", "Two."]
        roles = [item.role for item in ours.conversations.items.list(conversation, order="asc")]
    assert roles == ["user", "assistant"] * 2
