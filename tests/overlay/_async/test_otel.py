"""Spans of OpenTelemetry: one a request, with what the conventions want, and nothing more."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from openai_conversations import (
    APIConnectionError,
    APIResponseValidationError,
    AsyncClient,
    NotFoundError,
    OpenAIError,
    RateLimitError,
)
from openai_conversations.otel import instrument
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from tests.overlay.events import delta, final, response
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds
from tests.overlay.scripts import cut_before_response, stall_in_the_stream

Connect = Callable[..., AsyncClient]
SECRETS = ("sk-test", "Tell me", "Hello", "Be brief", "Bearer")
USAGE = {
    "input_tokens": 7,
    "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 2},
    "total_tokens": 12,
}
DONE = {**response("completed"), "usage": USAGE, "conversation": {"id": "conv_1"}}
ASKED: dict[str, Any] = {
    "model": "gpt-4o",
    "input": "Tell me",
    "instructions": "Be brief",
    "conversation": "conv_1",
    "temperature": 0.5,
    "max_output_tokens": 50,
}


class Recorded:
    """A provider whose spans are kept."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def one(self) -> tuple[ReadableSpan, dict[str, Any]]:
        [span] = self.spans
        return span, dict(span.attributes or {})


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def traced(connect: Connect, recorded: Recorded, url: str, **options: Any) -> AsyncClient:
    return instrument(connect(url, **options), tracer_provider=recorded.provider)


def events(peer: Peer) -> None:
    last = {**final("completed"), "response": DONE}
    peer.events(delta(1, "Hel"), delta(2, "lo"), last)
    peer.end()


async def test_a_response(connect: Connect, recorded: Recorded) -> None:
    with ScriptedServer(responds(DONE)) as server:
        async with traced(connect, recorded, server.url) as client:
            await client.responses.create(**ASKED)
        port = int(server.url.split(":")[2].split("/")[0])
    span, attributes = recorded.one()
    assert (span.name, span.kind) == ("chat gpt-4o", SpanKind.CLIENT)
    assert span.status.status_code is StatusCode.UNSET
    assert attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 50,
        "gen_ai.conversation.id": "conv_1",
        "gen_ai.response.id": "resp_1",
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 3,
        "gen_ai.usage.reasoning.output_tokens": 2,
        "openai.api.type": "responses",
        "server.address": "127.0.0.1",
        "server.port": port,
    }
    assert span.events == ()


async def test_other_requests_have_the_name_of_their_operation(
    connect: Connect, recorded: Recorded
) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        async with traced(connect, recorded, server.url) as client:
            await client.conversations.create()
            await client.conversations.retrieve("conv_1")
            await client.get("/conversations/conv_2")
    names = [span.name for span in recorded.spans]
    assert names == ["createConversation", "getConversation", "GET"]
    ids = [(span.attributes or {})["gen_ai.conversation.id"] for span in recorded.spans]
    assert ids == ["conv_1", "conv_1", "conv_1"]


async def test_retries_are_events_of_one_span(connect: Connect, recorded: Recorded) -> None:
    scripts = [responds({}, status=503), cut_before_response, responds(CONVERSATION)]
    with ScriptedServer(*scripts) as server:
        async with traced(connect, recorded, server.url) as client:
            await client.conversations.retrieve("conv_1")
    span, attributes = recorded.one()
    assert [(event.name, dict(event.attributes or {})) for event in span.events] == [
        ("retry", {"http.response.status_code": 503, "http.request.resend_count": 1}),
        ("retry", {"error.type": "APIConnectionError", "http.request.resend_count": 2}),
    ]
    assert attributes["http.request.resend_count"] == 2
    assert span.status.status_code is StatusCode.UNSET


ERROR = {"error": {"message": "Tell me no more", "code": "rate_limit_exceeded", "type": "x"}}


@pytest.mark.parametrize(
    ("script", "kind", "error_type", "status"),
    [
        (responds(ERROR, status=429), RateLimitError, "rate_limit_exceeded", 429),
        (responds({}, status=404), NotFoundError, "NotFoundError", 404),
        (cut_before_response, APIConnectionError, "APIConnectionError", None),
    ],
)
async def test_errors(
    connect: Connect, recorded: Recorded, script: Any, kind: Any, error_type: str, status: Any
) -> None:
    with ScriptedServer(script) as server:
        async with traced(connect, recorded, server.url, max_retries=0) as client:
            with pytest.raises(kind):
                await client.responses.create(**ASKED)
    span, attributes = recorded.one()
    assert span.status.status_code is StatusCode.ERROR
    assert attributes["error.type"] == error_type
    assert attributes.get("http.response.status_code") == status
    assert span.status.description is None
    assert span.events == ()


async def test_a_response_that_failed(connect: Connect, recorded: Recorded) -> None:
    error = {"code": "server_error", "message": "Hello"}
    failed = {**response("failed"), "error": error}
    with ScriptedServer(responds(failed)) as server:
        async with traced(connect, recorded, server.url) as client:
            await client.responses.create(**ASKED)
    span, attributes = recorded.one()
    assert attributes["error.type"] == "server_error"
    assert attributes["gen_ai.response.finish_reasons"] == ("error",)
    assert span.status.status_code is StatusCode.ERROR


async def test_a_span_ends_with_its_stream(connect: Connect, recorded: Recorded) -> None:
    with ScriptedServer(events) as server:
        async with (
            traced(connect, recorded, server.url) as client,
            client.responses.stream(**ASKED) as stream,
        ):
            await anext(stream)
            assert recorded.spans == ()
            await stream.until_done()
    span, attributes = recorded.one()
    assert span.name == "chat gpt-4o"
    assert attributes["gen_ai.request.stream"] is True
    assert attributes["gen_ai.response.id"] == "resp_1"
    assert attributes["gen_ai.usage.output_tokens"] == 5
    assert attributes["gen_ai.response.time_to_first_chunk"] >= 0
    assert span.status.status_code is StatusCode.UNSET


async def test_a_stream_that_is_compressed(connect: Connect, recorded: Recorded) -> None:
    last = json.dumps({**final("completed"), "response": DONE})
    body = gzip.compress(f"event: response.completed\ndata: {last}\n\n".encode())
    head = {"content-type": "text/event-stream", "content-encoding": "gzip"}

    def script(peer: Peer) -> None:
        peer.head(200, {**head, "content-length": str(len(body))})
        peer.send(body)

    with ScriptedServer(script) as server:
        async with traced(connect, recorded, server.url) as client:
            await (await client.responses.create(**ASKED, stream=True)).until_done()
    assert recorded.one()[1]["gen_ai.usage.input_tokens"] == 7


@pytest.mark.off_contract
async def test_a_response_that_cannot_be_read(connect: Connect, recorded: Recorded) -> None:
    def script(peer: Peer) -> None:
        peer.head(200, {"content-type": "text/html", "content-length": "6"})
        peer.send(b"<html>")

    with ScriptedServer(script) as server:
        async with traced(connect, recorded, server.url) as client:
            with pytest.raises(APIResponseValidationError):
                await client.responses.create(**ASKED)
    assert recorded.one()[1]["error.type"] == "APIResponseValidationError"


async def test_a_stream_that_is_left_early(connect: Connect, recorded: Recorded) -> None:
    with ScriptedServer(stall_in_the_stream) as server:
        async with (
            traced(connect, recorded, server.url) as client,
            client.responses.stream(**ASKED) as stream,
        ):
            await anext(stream)
    span, attributes = recorded.one()
    assert "gen_ai.response.id" not in attributes
    assert span.status.status_code is StatusCode.UNSET


async def test_a_stream_that_breaks_off(connect: Connect, recorded: Recorded) -> None:
    def script(peer: Peer) -> None:
        peer.events(delta(1, "Hel"))
        peer.cut()

    with ScriptedServer(script) as server:
        async with traced(connect, recorded, server.url) as client:
            with pytest.raises(APIConnectionError):
                await (await client.responses.create(**ASKED, stream=True)).until_done()
    span, attributes = recorded.one()
    assert "error.type" in attributes
    assert span.status.status_code is StatusCode.ERROR


async def test_a_body_that_is_left_to_the_caller(connect: Connect, recorded: Recorded) -> None:
    with ScriptedServer(responds(DONE)) as server:
        async with traced(connect, recorded, server.url) as client:
            view = client.responses.with_streaming_response
            async with view.create(**ASKED) as raw:
                assert recorded.spans == ()
                await raw.read()
    assert recorded.one()[0].name == "chat gpt-4o"


async def test_a_span_is_within_the_one_around_it(connect: Connect, recorded: Recorded) -> None:
    tracer = recorded.provider.get_tracer("app")
    inner: list[str] = []

    async def interceptor(request: httpx.Request, send: Any) -> httpx.Response:
        with tracer.start_as_current_span("mine"):
            inner.append(request.url.path)
            return await send(request)

    with ScriptedServer(responds(CONVERSATION)) as server:
        client = traced(connect, recorded, server.url, interceptors=[interceptor])
        async with client:
            with tracer.start_as_current_span("outer"):
                await client.conversations.retrieve("conv_1")
    spans = {span.name: span for span in recorded.spans}
    assert inner == ["/v1/conversations/conv_1"]
    for name, parent in (("mine", "getConversation"), ("getConversation", "outer")):
        around = spans[name].parent
        assert around is not None
        assert around.span_id == spans[parent].context.span_id


async def test_nothing_that_was_said_unless_it_is_asked_for(
    connect: Connect, recorded: Recorded
) -> None:
    with ScriptedServer(events, responds(ERROR, status=400), responds(DONE)) as server:
        async with traced(connect, recorded, server.url, max_retries=0) as client:
            await (await client.responses.create(**ASKED, stream=True)).until_done()
            with pytest.raises(OpenAIError):
                await client.responses.create(**ASKED)
            await client.responses.create(**ASKED)
    assert len(recorded.spans) == 3
    for span in recorded.spans:
        for secret in SECRETS:
            assert secret not in span.to_json()


@pytest.mark.parametrize("streamed", [False, True])
async def test_contents_that_are_asked_for(
    connect: Connect, recorded: Recorded, streamed: bool
) -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}
    action = {"type": "search", "query": "x"}
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": action}
    said: list[Any] = [{"role": "user", "content": "Tell me"}, call, output, search]
    with ScriptedServer(events if streamed else responds(DONE)) as server:
        client = connect(server.url)
        instrument(client, tracer_provider=recorded.provider, capture_content=True)
        async with client:
            sent = await client.responses.with_raw_response.create(
                **{**ASKED, "input": said}, stream=streamed
            )
            if streamed:
                await sent.parse().until_done()
    attributes = recorded.one()[1]
    tool = {"name": "f", "arguments": "{}"}
    assert json.loads(attributes["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text", "content": "Tell me"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "call_1", **tool}]},
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": "call_1", "response": "sunny"}],
        },
        {"role": "assistant", "parts": [search]},
    ]
    said_first = [{"type": "text", "content": "Be brief"}]
    assert json.loads(attributes["gen_ai.system_instructions"]) == said_first
    parts = [{"type": "text", "content": "Hello"}]
    message = {"role": "assistant", "parts": parts, "finish_reason": "stop"}
    assert json.loads(attributes["gen_ai.output.messages"]) == [message]


async def test_copies_make_spans_and_nothing_makes_two(
    connect: Connect, recorded: Recorded
) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        client = traced(connect, recorded, server.url)
        assert instrument(client, tracer_provider=recorded.provider) is client
        async with client:
            await client.with_options(timeout=5).conversations.retrieve("conv_1")
    assert recorded.one()[0].name == "getConversation"
    assert client.is_closed()
