"""What type checkers see of parsed responses and of tools. Checked by mypy and pyright, not run."""

from __future__ import annotations

from typing import TypedDict, assert_type

import attrs
from openai_conversations import (
    APIResponse,
    AsyncClient,
    AsyncParsedStream,
    AsyncStream,
    CallableTool,
    Client,
    ParsedResponse,
    ParsedStream,
    RawResponse,
    Stream,
    Tool,
    ToolChoice,
)
from openai_conversations import models as m


@attrs.define
class Event:
    name: str


class Keys(TypedDict):
    name: str


def get_weather(city: str, days: int = 1) -> str:
    return city * days


@Tool.function
async def later(city: str) -> bytes:
    return city.encode()


@Tool.function(name="other")
def other(city: str) -> int:
    return len(city)


def sync(client: Client) -> None:
    response = client.responses.parse(model="m", input="x", text_format=Event, timeout=3)
    assert_type(response, ParsedResponse[Event])
    assert_type(response.output_parsed, Event | None)
    assert_type(response.refusal, str | None)
    assert_type(response.output, list[m.OutputItem])
    as_response: m.Response = response
    assert_type(as_response.id, str)
    assert_type(client.responses.parse(text_format=Keys).output_parsed, Keys | None)
    assert_type(client.responses.parse(text_format=list[Event]).output_parsed, list[Event] | None)
    assert_type(client.responses.parse(model="m"), ParsedResponse[None])
    assert_type(client.responses.create(model="m"), m.Response)
    with client.responses.stream(model="m", text_format=Event) as parsed:
        assert_type(parsed, ParsedStream[Event])
        assert_type(parsed.get_final_response().output_parsed, Event | None)
    with client.responses.stream(model="m") as stream:
        assert_type(stream, Stream[m.ResponseStreamEvent])
    raw = client.responses.with_raw_response.parse(model="m", text_format=Event)
    assert_type(raw, RawResponse[ParsedResponse[Event]])
    with client.responses.stream(response_id="r", text_format=Event, tools=[]) as followed:
        assert_type(followed.get_final_response(), ParsedResponse[Event])
    with client.responses.with_streaming_response.parse(text_format=Event) as opened:
        assert_type(opened, APIResponse[ParsedResponse[Event]])
    client.responses.parse(model="m", text_format=Event, stream=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def asynchronous(client: AsyncClient) -> None:
    assert_type(await later.call("{}"), bytes)
    response = await client.responses.parse(model="m", text_format=Event)
    assert_type(response.output_parsed, Event | None)
    async with client.responses.stream(model="m", text_format=Event) as parsed:
        assert_type(parsed, AsyncParsedStream[Event])
        assert_type((await parsed.get_final_response()).output_parsed, Event | None)
    async with client.responses.stream(model="m") as stream:
        assert_type(stream, AsyncStream[m.ResponseStreamEvent])


def tools(client: Client) -> None:
    weather = Tool.function(get_weather, description="Get the weather.")
    assert_type(weather("Ulm", days=2), str)
    assert_type(weather.call("{}"), str)
    assert_type(other("Ulm"), int)
    mixed: list[CallableTool[..., object] | m.WebSearchTool] = [weather, later, Tool.web_search()]
    client.responses.create(tools=mixed, tool_choice=ToolChoice.function(weather))
    client.responses.parse(tools=[weather, {"type": "web_search"}], tool_choice="required")
    weather(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Tool.file_search()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
