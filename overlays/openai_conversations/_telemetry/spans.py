"""The span of a request, by the semantic conventions for generative AI.

Source: https://github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/openai.md; for
messages gen-ai-input-messages.json and gen-ai-output-messages.json there; and for `error.type` and
`http.request.resend_count` the conventions of OpenTelemetry itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, cast
from urllib.parse import unquote

import httpx
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, use_span

from .._request.client_options import ClientOptions
from .._request.request import OperationRequest
from .._request.types import Options
from .._request.validation import is_mapping
from .._response.parsing import loads
from .._response.server_sent_events import ErrorData, SSEDecoder
from .._transport.whole_response import ContentDecoder
from ..errors import APIError, APIResponseValidationError, APIStatusError

_REQUESTED = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "service_tier": "openai.request.service_tier",
}
_COUNTED = {
    ("input_tokens",): "gen_ai.usage.input_tokens",
    ("output_tokens",): "gen_ai.usage.output_tokens",
    ("input_tokens_details", "cached_tokens"): "gen_ai.usage.cache_read.input_tokens",
    ("output_tokens_details", "reasoning_tokens"): "gen_ai.usage.reasoning.output_tokens",
}
_SCALAR = str | int | float | bool


class RequestSpan:
    """The span of one request, its retries included; of a stream until that ends.

    Args:
        tracer: starts it.
        contents: whether what people and models have said is to be in it.
        client_options, request, options: as the sender has them.
    """

    def __init__(
        self,
        tracer: Tracer,
        contents: bool,
        client_options: ClientOptions,
        request: OperationRequest[Any],
        options: Options,
    ) -> None:
        self._contents = contents
        self._documented = bool(request.operation)
        self._attempts = 0
        self._failure: dict[str, Any] = {}
        self._begun = time.monotonic()
        self._events: SSEDecoder | None = None
        self._decoder = ContentDecoder([])
        sent: dict[str, Any] = {}
        for body in (request.body, options.extra_body):
            sent |= body if is_mapping(body) else {}
        # By its path, so that `client.post("/responses")` is one, too.
        inference = (request.method, request.path) == ("POST", "/responses")
        operation = "chat" if inference else request.operation or request.method
        model = sent.get("model")
        url = httpx.URL(client_options.base_url)
        attributes: dict[str, object] = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
            "gen_ai.conversation.id": _conversation_id(request.path, sent.get("conversation")),
            "server.address": url.host,
            "server.port": url.port or (443 if url.scheme == "https" else 80),
        }
        if inference:
            attributes |= {name: sent.get(key) for key, name in _REQUESTED.items()}
            attributes["openai.api.type"] = "responses"
            attributes["gen_ai.request.stream"] = request.stream or None
        kept = {name: each for name, each in attributes.items() if isinstance(each, _SCALAR)}
        named = f"{operation} {model}" if inference and isinstance(model, str) else operation
        self._span: Span = tracer.start_span(named, kind=SpanKind.CLIENT, attributes=kept)
        if inference and contents and self._span.is_recording():
            self._set(_input_messages(sent))

    def current(self) -> AbstractContextManager[Span]:
        """Return a context in which the spans of others are within this one."""
        return use_span(self._span, record_exception=False, set_status_on_exception=False)

    def begin_attempt(self) -> None:
        """Note that the request is sent, or sent again."""
        if self._attempts:
            again = {"http.request.resend_count": self._attempts}
            self._span.add_event("retry", {**self._failure, **again})
            self._span.set_attributes(again)
        self._attempts += 1

    def end_attempt(self, ended: httpx.Response | Exception) -> None:
        """Note how an attempt ended, for the event of the next one."""
        if isinstance(ended, Exception):
            self._failure = {"error.type": _error_type(ended)}
        else:
            self._failure = {"http.response.status_code": ended.status_code}

    def fail(self, error: BaseException) -> None:
        """Note the error with which the request, or its stream, has ended; its text is left out."""
        self._fail(_error_type(error))
        if isinstance(error, APIStatusError):
            self._set({"http.response.status_code": error.status_code})

    def read(self, response: httpx.Response) -> None:
        """Note what a response says that has been read."""
        if self._span.is_recording():
            try:
                self._note(loads(response.content))
            except ValueError:
                if self._documented:
                    self._fail(APIResponseValidationError.__name__)

    def begin_body(self, response: httpx.Response) -> None:
        """Prepare for the body of a response, of which only a stream of events is looked into."""
        codings = response.headers.get_list("content-encoding", split_commas=True)
        self._decoder = ContentDecoder(codings)
        if "event-stream" in response.headers.get("content-type", "") and self._span.is_recording():
            self._events = SSEDecoder()

    def feed(self, chunk: bytes) -> None:
        """Note what the next bytes of the body say."""
        if self._begun:
            waited = time.monotonic() - self._begun
            self._set({"gen_ai.response.time_to_first_chunk": waited})
            self._begun = 0.0
        if self._events is not None:
            # What is wrong with them is for the stream to say, which reads them as well.
            with suppress(ValueError, httpx.DecodingError):
                for data in self._events.feed(self._decoder.decode(chunk)):
                    if b'"response":' in data or isinstance(data, ErrorData):
                        self._note_event(loads(data))

    def end(self) -> None:
        """End the span."""
        self._span.end()

    def _note_event(self, event: object) -> None:
        if not is_mapping(event):
            return
        if event.get("type") == "error":
            self._fail(str(event.get("code") or "error"))
        self._note(event.get("response"))

    def _note(self, found: object) -> None:
        data = found if is_mapping(found) else cast("Mapping[str, Any]", {})
        if data.get("object") == "conversation":
            self._set({"gen_ai.conversation.id": data.get("id")})
        if data.get("object") != "response":
            return
        conversation = data.get("conversation")
        self._set(
            {
                "gen_ai.response.id": data.get("id"),
                "gen_ai.response.model": data.get("model"),
                "gen_ai.conversation.id": _conversation_id("", conversation),
                "openai.response.service_tier": data.get("service_tier"),
                **{name: _at(data.get("usage"), path) for path, name in _COUNTED.items()},
            }
        )
        reason = _finish_reason(data)
        if reason == "error":
            self._fail(str(_at(data, ("error", "code")) or "error"))
        if reason is not None:
            self._span.set_attribute("gen_ai.response.finish_reasons", [reason])
            if self._contents:
                self._set(_output_messages(data, reason))

    def _set(self, attributes: Mapping[str, object]) -> None:
        for name, value in attributes.items():
            if isinstance(value, list):
                self._span.set_attribute(name, json.dumps(value, ensure_ascii=False))
            elif isinstance(value, _SCALAR):
                self._span.set_attribute(name, value)

    def _fail(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(Status(StatusCode.ERROR))


def _error_type(error: BaseException) -> str:
    code = error.code if isinstance(error, APIError) else None
    return code or type(error).__name__


def _at(value: object, path: tuple[str, ...]) -> object:
    for name in path:
        value = value.get(name) if is_mapping(value) else None
    return value


def _conversation_id(path: str, conversation: object) -> object:
    if is_mapping(conversation):
        return conversation.get("id")
    parts = path.split("/")
    return unquote(parts[2]) if parts[1:2] == ["conversations"] and parts[2:] else conversation


def _finish_reason(response: Mapping[str, Any]) -> str | None:
    """Return why a response is over; None if it is not."""
    status, output = response.get("status"), response.get("output")
    if status == "incomplete":
        return str(_at(response, ("incomplete_details", "reason")) or "incomplete")
    if status != "completed":
        return "error" if status == "failed" else None
    calls = (_at(item, ("type",)) == "function_call" for item in output or ())
    return "tool_call" if any(calls) else "stop"


def _input_messages(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes for the instructions and the input of a request for a response."""
    items, instructions = sent.get("input"), sent.get("instructions")
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    return {
        "gen_ai.system_instructions": _parts(instructions) if instructions else None,
        "gen_ai.input.messages": [_message(item) for item in _mappings(items)] or None,
    }


def _output_messages(response: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Return the attribute for the output of a response that is over, as one message."""
    parts = [part for item in _mappings(response.get("output")) for part in _message(item)["parts"]]
    message = {"role": "assistant", "parts": parts, "finish_reason": reason}
    return {"gen_ai.output.messages": [message]}


def _message(item: Mapping[str, Any]) -> dict[str, Any]:
    kind, call = item.get("type", "message"), {"id": item.get("call_id")}
    if kind == "message":
        return {"role": item.get("role"), "parts": _parts(item.get("content"))}
    if kind == "function_call":
        named = {"name": item.get("name"), "arguments": item.get("arguments")}
        return {"role": "assistant", "parts": [{"type": "tool_call", **call, **named}]}
    if kind == "function_call_output":
        part = {"type": "tool_call_response", **call, "response": item.get("output")}
        return {"role": "tool", "parts": [part]}
    # Anything else is a part of its own kind, as it is.
    return {"role": "assistant", "parts": [dict(item)]}


def _parts(content: object) -> list[Any]:
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    return [
        {"type": "text", "content": part["text"]} if "text" in part else dict(part)
        for part in _mappings(content)
    ]


def _mappings(values: object) -> list[Mapping[str, Any]]:
    if not isinstance(values, list | tuple):
        return []
    return [each for each in cast("Sequence[object]", values) if is_mapping(each)]
