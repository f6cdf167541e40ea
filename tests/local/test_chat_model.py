"""A model behind Chat Completions: what it says as events and items, and how it fails."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest
from openai_conversations import (
    APIStatusError,
    Client,
    InvalidArgumentError,
    NotFoundError,
    RateLimitError,
    Tool,
)
from openai_conversations.local import ChatCompletions
from openai_conversations.local.service import LocalService

from tests.local.calls import Response, ask, new_conversation
from tests.local.strict_chat_server import StrictChatServer, call, chunk, stream, text

Json = dict[str, Any]

KEY = "sk-secret-of-the-upstream"
FUNCTION: Json = {"type": "function", "name": "f", "parameters": {"type": "object"}}
USAGE = {
    "prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 2},
}  # fmt: skip


def respond(*turns: Any, **body: Any) -> Response:
    service = LocalService(model=StrictChatServer(*turns).model(api_key=KEY))
    return ask(service, "POST", "/responses", {"input": "Hello", "tools": [FUNCTION]} | body)


def streamed(*turns: Any) -> list[Json]:
    return respond(*turns, stream=True).events


def deltas(events: list[Json]) -> list[tuple[str, int, str]]:
    found = [one for one in events if one["type"].endswith(".delta")]
    return [(one["type"].split(".")[1], one["output_index"], one["delta"]) for one in found]


def shape(events: list[Json]) -> list[str]:
    return [one["type"].removeprefix("response.") for one in events if "delta" not in one["type"]]


MESSAGE = ["output_item.added", "content_part.added", "output_text.done", "content_part.done"]
MESSAGE += ["output_item.done"]


def test_text_and_usage() -> None:
    chunks = [chunk({"role": "assistant", "content": ""}), *text("Hi ", "there\n")]
    events = streamed([*chunks, chunk(usage=USAGE)])
    assert shape(events) == ["created", "in_progress", *MESSAGE, "completed"]
    assert deltas(events) == [("output_text", 0, "Hi "), ("output_text", 0, "there\n")]
    response = events[-1]["response"]
    assert response["output"][0]["content"][0]["text"] == "Hi there\n"
    usage = response["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (7, 5, 12)
    assert usage["input_tokens_details"]["cached_tokens"] == 3
    assert usage["output_tokens_details"]["reasoning_tokens"] == 2
    # Without a count of the server it is the local estimate.
    assert streamed(text("Hi"))[-1]["response"]["usage"]["input_tokens"] > 0


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_then_text_then_calls(name: str) -> None:
    thought, more = chunk({name: "Hm"}), chunk({name: "m."})
    chunks = [thought, more, chunk({"content": "So:"}), chunk(call(0, "", "f", "a"))]
    events = streamed([*chunks, chunk(call(0, '{"x":')), chunk(call(0, "1}"), "tool_calls")])
    assert deltas(events) == [
        ("reasoning_text", 0, "Hm"),
        ("reasoning_text", 0, "m."),
        ("output_text", 1, "So:"),
        ("function_call_arguments", 2, '{"x":'),
        ("function_call_arguments", 2, "1}"),
    ]
    thinking, message, called = events[-1]["response"]["output"]
    assert thinking["content"] == [{"type": "reasoning_text", "text": "Hmm."}]
    assert message["content"][0]["text"] == "So:"
    assert (called["name"], called["call_id"], called["arguments"]) == ("f", "a", '{"x":1}')


def test_calls_whose_pieces_come_in_turns() -> None:
    chunks = [chunk(call(0, "{", "f", "a")), chunk(call(1, "[", "g", "b"))]
    events = streamed([*chunks, chunk(call(0, "}")), chunk(call(1, "]"), "tool_calls")])
    assert deltas(events) == [
        ("function_call_arguments", 0, "{"),
        ("function_call_arguments", 1, "["),
        ("function_call_arguments", 0, "}"),
        ("function_call_arguments", 1, "]"),
    ]
    found = [(one["call_id"], one["arguments"]) for one in events[-1]["response"]["output"]]
    assert found == [("a", "{}"), ("b", "[]")]


def test_calls_of_one_index_without_ids_or_with_arguments_as_objects() -> None:
    one: Json = {"index": 0, "id": "a", "type": "function"}
    one["function"] = {"name": "f", "arguments": {"x": 1}}
    other = one | {"id": "b"}
    bare = {"function": {"name": "g", "arguments": ""}}
    message = {"role": "assistant", "tool_calls": [one, other, {"index": 1} | bare]}
    whole = {"choices": [{"message": message, "finish_reason": "tool_calls"}]}
    first, second, third = respond(httpx.Response(200, json=whole)).json["output"]
    assert (first["call_id"], second["call_id"]) == ("a", "b")
    assert first["arguments"] == '{"x": 1}'
    assert third["call_id"].startswith("call_")


def test_an_id_that_the_conversation_has_already() -> None:
    server = StrictChatServer([chunk(call(0, "{}", "f", "call_0"), "tool_calls")])
    service = LocalService(model=server.model())
    id = new_conversation(service)
    first = ask(service, "POST", "/responses", {"input": "?", "conversation": id}).json
    output = {"type": "function_call_output", "call_id": "call_0", "output": "1"}
    second = ask(service, "POST", "/responses", {"input": [output], "conversation": id}).json
    assert first["output"][0]["call_id"] == "call_0"
    assert second["output"][0]["call_id"] != "call_0"


def test_a_custom_tool_a_refusal_and_nothing() -> None:
    custom = {"type": "custom", "id": "a", "custom": {"name": "c", "input": "abc"}}
    message = {"role": "assistant", "tool_calls": [custom]}
    whole = {"choices": [{"message": message, "finish_reason": "tool_calls"}]}
    [called] = respond(httpx.Response(200, json=whole)).json["output"]
    assert (called["type"], called["input"]) == ("custom_tool_call", "abc")
    events = streamed([chunk({"refusal": "I "}), chunk({"refusal": "won't."}, "stop")])
    assert deltas(events) == [("refusal", 0, "I "), ("refusal", 0, "won't.")]
    content = events[-1]["response"]["output"][0]["content"]
    assert content == [{"type": "refusal", "refusal": "I won't."}]
    [message] = respond([chunk(finish="stop")]).json["output"]
    assert message["content"][0]["text"] == ""


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("length", "max_output_tokens"), ("content_filter", "content_filter")],
)
def test_a_response_that_stops_early(finish: str, reason: str) -> None:
    events = streamed(text("Once upon", finish=finish))
    assert shape(events)[-1] == "incomplete"
    response = events[-1]["response"]
    assert response["incomplete_details"] == {"reason": reason}
    assert response["output"][0]["status"] == "incomplete"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503, 302])
@pytest.mark.parametrize(("streamed", "length"), [(False, 0), (True, 250)])
def test_an_error_of_the_server(
    status: int, streamed: bool, length: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # Also where the message is cut in the middle of it.
    said = {"error": {"message": f"Wrong key: {KEY} {'x' * length}{KEY}", "code": f"no {KEY}"}}
    turn = httpx.Response(status, json=said, headers={"retry-after": "7"})
    server = StrictChatServer(turn)
    with Client.local(model=server.model(api_key=KEY), max_retries=0) as client:
        conversation = client.conversations.create()
        with pytest.raises(APIStatusError) as caught:
            client.responses.create(
                model="x", input="Hi", conversation=conversation.id, stream=streamed
            )
        # Nothing was done, and the conversation is not locked.
        assert list(client.conversations.items.list(conversation.id)) == []
        client.conversations.items.create(
            conversation.id, items=[{"role": "user", "content": "Hi"}]
        )
    error = caught.value
    assert error.status_code == (502 if status == 302 else status)
    assert error.response.headers["retry-after"] == "7"
    assert "From the model's server" in str(error)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY[:12] not in f"{error!r} {error} {error.body} {error.response.text} {caplog.text}"
    assert KEY not in repr(server.model(api_key=KEY))


def test_what_the_client_gets_for_a_status() -> None:
    for status, kind in ((404, NotFoundError), (429, RateLimitError)):
        model = StrictChatServer(httpx.Response(status, text="no")).model()
        with Client.local(model=model, max_retries=0) as client, pytest.raises(kind):
            client.responses.create(model="x", input="Hi")


def test_a_retry_is_the_clients() -> None:
    server = StrictChatServer(httpx.Response(429, headers={"retry-after": "0.001"}), text("Hi"))
    with Client.local(model=server.model()) as client:
        assert client.responses.create(model="x", input="Hi").output_text == "Hi"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (httpx.ConnectError("refused"), 502, "cannot be reached at https://models.test/: refused"),
        (httpx.ConnectTimeout("late"), 504, "cannot be reached in time"),
        (httpx.ReadTimeout("late"), 504, "did not respond in time"),
        (httpx.RemoteProtocolError(f"closed {KEY}"), 502, "failed at https://models.test/"),
    ],
)
def test_no_response(error: Exception, status: int, words: str) -> None:
    for streamed in (False, True):
        made = respond(error, stream=streamed)
        assert made.status == status
        assert words in made.error["message"]
        assert KEY not in made.error["message"]


TEXT = chunk({"content": "Hi"})


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (stream([TEXT], end=""), "ended the stream before it was complete"),
        (stream([TEXT], end='data: {"choices": [\n\n'), "not a chat completion"),
        (stream([TEXT], end="data: 7\n\n"), "not a chat completion"),
        (stream([TEXT, {"choices": [{"delta": {"content": [1]}}]}]), "not a chat completion"),
        (stream([TEXT, {"choices": [{"delta": {"tool_calls": [{}]}}]}]), "not a chat completion"),
        (stream([TEXT, {"error": {"message": f"Out of {KEY}"}}]), "failed: Out of ***"),
        (stream([TEXT, {"error": "Out of memory"}]), "failed: Out of memory"),
        (httpx.Response(200, text="<html>"), "ended the stream before it was complete"),
    ],
)
def test_a_stream_that_breaks(turn: httpx.Response, words: str) -> None:
    service = LocalService(model=StrictChatServer(turn).model(api_key=KEY))
    id = new_conversation(service)
    for streamed in (True, False):
        body = {"input": "Hi", "stream": streamed, "conversation": id}
        made = ask(service, "POST", "/responses", body)
        response = made.events[-1]["response"] if streamed else made.json
        assert response["status"] == "failed"
        assert words in response["error"]["message"]
    assert ask(service, "GET", f"/conversations/{id}/items").json["data"] == []


def test_in_the_background() -> None:
    server = StrictChatServer(text("Hi"), httpx.Response(404, json={"error": "no such model"}))
    service = LocalService(model=server.model())
    for status in ("completed", "failed"):
        body = {"input": "Hi", "background": True}
        id = ask(service, "POST", "/responses", body).json["id"]
        for _ in range(2):
            made = ask(service, "GET", f"/responses/{id}").json
        assert made["status"] == status
    assert "no such model" in made["error"]["message"]


def test_a_run_with_a_tool() -> None:
    arguments = json.dumps({"city": "Paris"})
    server = StrictChatServer(
        [chunk({"reasoning_content": "A tool."}), chunk(call(0, "", "weather", "a")),
         chunk(call(0, arguments), "tool_calls")],
        text("It is ", "sunny."),
    )  # fmt: skip
    with Client.local(model=server.model()) as client:
        conversation = client.conversations.create()

        @Tool.function
        def weather(city: str) -> str:
            """Return the weather."""
            return f"sunny in {city}"

        result = client.conversations.run(
            conversation.id, model="x", input="Weather in Paris?", tools=[weather]
        )
        assert result.output_text == "It is sunny."
    question, called, output = server.bodies[1]["messages"]
    assert question == {"role": "user", "content": "Weather in Paris?"}
    assert called["reasoning_content"] == "A tool."
    assert called["tool_calls"][0]["function"] == {"name": "weather", "arguments": arguments}
    assert output == {"role": "tool", "tool_call_id": "a", "content": "sunny in Paris"}


def test_the_model_is_the_request_s_unless_one_is_given() -> None:
    server = StrictChatServer(text("Hi"))
    service = LocalService(model=server.model(model=None))
    assert ask(service, "POST", "/responses", {"input": "Hi", "model": "qwen3:4b"}).status == 200
    assert server.bodies[0]["model"] == "qwen3:4b"
    refused = ask(service, "POST", "/responses", {"input": "Hi"})
    assert (refused.status, refused.error["param"]) == (400, "model")
    service.model.enqueue_text("Queued.")
    queued = ask(service, "POST", "/responses", {"input": "Hi"}).json
    assert queued["output"][0]["content"][0]["text"] == "Queued."


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"base_url": "models.test"}, "base_url"),
        ({"base_url": "http://u:p@models.test"}, "base_url"),
        ({"model": ""}, "model"),
        ({"model": 7}, "model"),
        ({"api_key": "a b"}, "api_key"),
        ({"timeout": -1}, "timeout"),
    ],
)
def test_arguments(arguments: Any, name: str) -> None:
    with pytest.raises(InvalidArgumentError, match=name):
        ChatCompletions(**({"base_url": "https://models.test/v1"} | arguments))
