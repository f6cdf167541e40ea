"""What type checkers see of `conversations.run`."""

from typing import assert_type

import attrs
from openai_conversations import (
    AsyncClient,
    AsyncRunStream,
    Client,
    OpenAIError,
    RunResult,
    RunStream,
    Tool,
    ToolFinishedEvent,
    ToolStartedEvent,
    models,
)


@attrs.define
class City:
    name: str


@Tool.function
def get_weather(city: str) -> str:
    return city


def run(client: Client, conversation: str) -> None:
    conversations = client.conversations
    plain = conversations.run(conversation, model="m", input="x", tools=[get_weather])
    assert_type(plain, RunResult[None])
    assert_type(plain.final_response, models.Response | None)
    assert_type(plain.usage, models.ResponseUsage | None)
    parsed = conversations.run(conversation, text_format=City, max_turns=None)
    assert_type(parsed.output_parsed, City | None)
    conversations.run(
        conversation,
        resume=parsed,
        on_progress=lambda result: print(result.token),
        on_call={"shell_call": lambda item: item.call_id},
        on_approval=lambda item: True,
        on_tool_error=lambda item, error: f"{item.name}: {error}",
    )
    conversations.run(conversation, max_turns="5")  # type: ignore[call-overload]  # pyright: ignore
    with conversations.run_stream(conversation, text_format=City) as stream:
        assert_type(stream, RunStream[City])
        for event in stream:
            if isinstance(event, ToolStartedEvent | ToolFinishedEvent):
                continue
            if event.type == "response.output_text.delta":
                assert_type(event.delta, str)
        assert_type(stream.get_final_result().output_parsed, City | None)


async def run_async(client: AsyncClient, conversation: str) -> None:
    try:
        result = await client.conversations.run(conversation, model="m", text_format=City)
        assert_type(result, RunResult[City])
    except OpenAIError as error:
        if error.run is not None:
            assert_type(error.run.token, str)
    async with client.conversations.run_stream(conversation, model="m") as stream:
        assert_type(stream, AsyncRunStream[None])
        assert_type(await stream.get_final_result(), RunResult[None])
