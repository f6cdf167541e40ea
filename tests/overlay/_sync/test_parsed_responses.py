# Made from _async/test_parsed_responses.py by tools/unasync. Do not edit.
"""`responses.parse` and `stream(text_format=...)`: the request, the value, and what has none."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any, Literal

import attrs
import pytest
from openai_conversations import (
    Client,
    InvalidArgumentError,
    OutputParsingError,
    ParsedResponse,
    ParsedResponseFunctionToolCall,
    ParsedResponseOutputText,
    Tool,
    ToolChoice,
    models,
)

from tests.overlay.events import final
from tests.overlay.events import response as completed
from tests.overlay.python_types import NODES
from tests.overlay.scripted_server import ScriptedServer, responds

Connect = Callable[..., Client]
ASKED: dict[str, Any] = {"model": "gpt-5.4", "input": "Hi"}


@attrs.define
class Event:
    name: str
    participants: list[str]


FAIR = Event("Science fair", ["Ann", "Bo"])
TEXT = json.dumps(attrs.asdict(FAIR))


def get_weather(city: str, days: int = 1) -> str:
    """Get the weather of a city."""
    return f"{city}: {days} days of rain"


def with_output(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**completed("completed"), "output": list(items), **fields}


def message(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    base = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant"}
    return {**base, "content": list(content), **fields}


def text(value: str) -> dict[str, Any]:
    return {"type": "output_text", "text": value, "annotations": [], "logprobs": []}


def call(arguments: str) -> dict[str, Any]:
    return {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": arguments}


@pytest.mark.parametrize("kind", [*NODES, list[Event], Literal["a", "b"]])
def test_the_local_service_responds_with_every_kind(client: Client, kind: Any) -> None:
    parsed = client.responses.parse(**ASKED, text_format=kind)
    item: Any = parsed.output[-1]
    part = item.content[0]
    assert parsed.output_parsed is part.parsed is not None
    with client.responses.stream(**ASKED, text_format=kind) as stream:
        assert (stream.get_final_response()).output_parsed == parsed.output_parsed


def test_the_request_and_the_value(connect: Connect) -> None:
    came = with_output(message(text(TEXT)))
    with ScriptedServer(responds(came)) as server:
        with connect(server.url) as client:
            asked = {**ASKED, "text": models.ResponseTextParam(verbosity="low")}
            response = client.responses.parse(**asked, text_format=Event, user="u")
    assert response.output_parsed == FAIR
    assert isinstance(response, models.Response)
    assert response.to_dict() == came
    assert response.output_text == TEXT
    sent = server.requests[0].json()
    assert sent.pop("text") == {
        "verbosity": "low",
        "format": {
            "type": "json_schema",
            "name": "Event",
            "strict": True,
            "schema": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "participants": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["name", "participants"],
                "additionalProperties": False,
            },
        },
    }
    assert sent == {**ASKED, "user": "u"}
    for again in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
        assert again == response
        assert again.output_parsed == FAIR


def test_both_views(connect: Connect) -> None:
    with ScriptedServer(responds(with_output(message(text(TEXT))))) as server:
        with connect(server.url) as client:
            raw = client.responses.with_raw_response.parse(**ASKED, text_format=Event)
            assert raw.status_code == 200
            assert raw.parse().output_parsed == FAIR
            assert pickle.loads(pickle.dumps(raw)).parse().output_parsed == FAIR
            streaming = client.responses.with_streaming_response
            with streaming.parse(**ASKED, text_format=Event) as opened:
                assert (opened.parse()).output_parsed == FAIR


REFUSED = message({"type": "refusal", "refusal": "No."})


@pytest.mark.parametrize(
    ("came", "parsed", "refusal"),
    [
        (with_output(REFUSED), None, "No."),
        (with_output(call("{}")), None, None),
        (with_output(status="in_progress"), None, None),
        (with_output(message(text("Thinking"), phase="commentary")), None, None),
        (
            with_output(
                message(text("Thinking"), phase="commentary"),
                message(text(TEXT), phase="final_answer"),
            ),
            FAIR,
            None,
        ),
    ],
)
def test_output_without_a_value(
    connect: Connect, came: Any, parsed: Any, refusal: str | None
) -> None:
    with ScriptedServer(responds(came)) as server:
        with connect(server.url) as client:
            response = client.responses.parse(**ASKED, text_format=Event)
    assert (response.output_parsed, response.refusal) == (parsed, refusal)
    assert response.to_dict() == came


UNFINISHED = {
    "status": "incomplete",
    "incomplete_details": {"reason": "max_output_tokens"},
}
FAILED = {"status": "failed", "error": {"code": "server_error", "message": "Oh."}}


@pytest.mark.parametrize(
    ("came", "problem"),
    [
        (
            with_output(message(text(TEXT[:9])), **UNFINISHED),
            "the response is incomplete (max_output_tokens)",
        ),
        (with_output(**FAILED), "the response is failed (server_error)"),
        (with_output(status="cancelled"), "the response is cancelled (no reason given)"),
        (with_output(message(text('{"name": "sk-1"}'))), "participants: Field required"),
        (
            with_output(call('{"city": ["sk-1"]}')),
            "arguments: expected arguments that fit the schema of get_weather, got city: Input "
            "should be a valid string",
        ),
    ],
)
def test_output_that_cannot_be_parsed(connect: Connect, came: Any, problem: str) -> None:
    asked: dict[str, Any] = {**ASKED, "tools": [Tool.function(get_weather)]}
    kind = "incomplete" if came["status"] == "incomplete" else "completed"
    event = {**final(kind), "response": came, "type": f"response.{kind}"}
    with ScriptedServer(responds(came), lambda peer: peer.events(event)) as server:
        with connect(server.url) as client:
            with pytest.raises(OutputParsingError) as caught:
                client.responses.parse(**asked, text_format=Event)
            with client.responses.stream(**asked, text_format=Event) as stream:
                with pytest.raises(OutputParsingError) as streamed:
                    stream.get_final_response()
    for error in (caught.value, streamed.value):
        assert str(error) == f"the output was not parsed: {problem}"
        assert isinstance(error.body, models.Response)
        assert error.body.to_dict() == came
        assert (error.response.status_code, error.retries_taken) == (200, 0)
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), again.body) == (str(error), None)
        assert "sk-1" not in repr(pickle.dumps(error))


def test_calls_of_tools_have_their_arguments(client: Client) -> None:
    tool = Tool.function(get_weather)
    tools: list[Any] = [tool, {"type": "function", "name": "other", "parameters": None}]
    asked: dict[str, Any] = {**ASKED, "tools": iter(tools)}
    response = client.responses.parse(**asked, tool_choice=ToolChoice.function(tool))
    made = response.output[0]
    assert isinstance(made, ParsedResponseFunctionToolCall)
    assert made.parsed_arguments == {"city": ""}
    assert "parsed_arguments" not in made.to_dict()
    asked = {**ASKED, "tools": tools, "tool_choice": ToolChoice.function("other")}
    response = client.responses.parse(**asked)
    assert type(response.output[0]) is models.FunctionToolCall


def test_without_a_type_texts_stay(connect: Connect) -> None:
    with ScriptedServer(responds(with_output(message(text("Hello"))))) as server:
        with connect(server.url) as client:
            response = client.responses.parse(**ASKED)
            created = client.responses.create(**ASKED)
    assert response.output_parsed is None
    assert type(created) is models.Response
    assert isinstance(response, ParsedResponse)
    item: Any = response.output[0]
    assert not isinstance(item.content[0], ParsedResponseOutputText)
    assert server.requests[0].json() == ASKED


@pytest.mark.parametrize(
    ("wrong", "argument"),
    [
        ({"text": {"format": {"type": "text"}}}, "text"),
        ({"text": 3}, "text"),
        ({"stream": True}, "stream"),
        ({"tools": "x"}, "tools"),
        ({"text_format": dict[str, int]}, "dict[str, int]"),
        ({"text_fromat": Event}, "text_fromat"),
    ],
)
def test_arguments_that_are_wrong(
    client: Client, wrong: dict[str, Any], argument: str
) -> None:
    asked: dict[str, Any] = {**ASKED, "text_format": Event, **wrong}
    with pytest.raises(InvalidArgumentError) as caught:
        client.responses.parse(**asked)
    assert caught.value.argument == argument
    with pytest.raises(InvalidArgumentError):
        client.responses.stream(**asked)
