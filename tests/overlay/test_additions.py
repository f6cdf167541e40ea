"""What the service has and OpenAI's document lacks reaches people, as if it were documented."""

from __future__ import annotations

from typing import Any

import pytest
from openai_conversations import Client, MessageItem, models
from openai_conversations_api import decode

UPDATE: dict[str, Any] = {
    "type": "configuration_update",
    "reasoning": {"effort": "low"},
    "text": {"format": {"type": "text"}},
}


def test_a_configuration_update_goes_in_and_comes_out() -> None:
    reasoning = models.ConfigurationUpdateReasoning(effort="low")
    made = models.ConfigurationUpdateParam(reasoning=reasoning)
    with Client.local(strict=True) as client:
        id = client.conversations.create(items=[UPDATE, made]).id
        stored = [*client.conversations.items.list(id, order="asc")]
        assert all(isinstance(item, models.ConfigurationUpdate) for item in stored)
        first = stored[0].to_dict()
        assert {name: first[name] for name in UPDATE} == UPDATE
        client.responses.create(model="gpt-5.4", input=[UPDATE, MessageItem.user_text("Hi")])


def test_tools_run_beside_a_response_and_new_keywords_are_sent() -> None:
    drawing = {"type": "image_generation", "quality": "max", "output_format": "svg"}
    function = models.FunctionTool(name="f", parameters={}, strict=True, async_=True)
    with Client.local(strict=True) as client:
        response = client.responses.create(
            model="gpt-5.4",
            input="Hi",
            tools=[function, {"type": "custom", "name": "g", "async": True}, drawing],
            access_programs={"cyber": "standard"},
            background_options={"completion_window": "8h"},
            image={"context_compression": "auto"},
            prompt_cache_options={"ttl": "12h", "prewarm": True},
        )
    assert response.tools is not None
    assert response.tools[0].to_dict()["async"] is True
    assert [tool.type for tool in response.tools] == ["function", "custom", "image_generation"]


@pytest.mark.parametrize(
    ("union", "value", "name"),
    [
        (
            "ResponseStreamEvent",
            {"type": "response.compaction.compacting", "item_id": "cmp_1", "output_index": 0},
            "ResponseCompactionCompactingEvent",
        ),
        ("OutputItem", {"type": "function_call", "async": True}, "FunctionToolCall"),
        ("OutputItem", {"type": "custom_tool_call", "async": True}, "CustomToolCall"),
        ("Response", {"prompt_cache_diagnostics": {"type": "cache_hit"}}, "Response"),
    ],
)
def test_new_kinds_and_fields_come_as_classes(union: str, value: Any, name: str) -> None:
    decoded = decode(union, value)
    assert type(decoded).__name__ == name
    assert decoded.additional_properties == {}
    assert decoded.to_dict() == value
