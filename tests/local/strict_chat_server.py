"""A server of Chat Completions that takes nothing but what OpenAI's document has for it.

`chat_completions.schemas.json` is the part of the document that is about requests and chunks,
without its words and without what is never sent (audio, predictions, search).
Objects are closed here: a field that the document does not have is refused, other than there. Only
`reasoning_content`, which servers of open models have, is let in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from openai_conversations._schema.validation import Validator
from openai_conversations.local import ChatCompletions

Json = dict[str, Any]

SCHEMAS = Path(__file__).with_name("chat_completions.schemas.json")
URL = "https://models.test/v1"


def close(schema: Any) -> None:
    """Refuse what a schema does not declare, in all objects of it."""
    if isinstance(schema, list):
        for one in schema:
            close(one)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            schema.setdefault("additionalProperties", False)
        for one in schema.values():
            close(one)


@cache
def validator() -> Validator:
    schemas = json.loads(SCHEMAS.read_text("utf-8"))
    close(schemas)
    reasoning = {"reasoning_content": {"type": "string"}, "reasoning": {"type": "string"}}
    for name in ("ChatCompletionRequestAssistantMessage", "ChatCompletionStreamResponseDelta"):
        schemas[name]["properties"] |= reasoning
    return Validator({"components": {"schemas": schemas}})


def problems(name: str, value: Any) -> list[str]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return [f"{one.param}: {one.message}" for one in validator().problems(schema, value)]


def request_problems(body: Json) -> list[str]:
    """Return what a strict server has against a request: its form, and calls without outputs."""
    found = problems("CreateChatCompletionRequest", body)
    waiting: set[str] = set()
    for n, message in enumerate(body.get("messages", ())):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                found.append(f"messages[{n}]: an output that follows no call")
            waiting.discard(message["tool_call_id"])
            continue
        if waiting:
            found.append(f"messages[{n}]: outputs are missing before it")
        calls = message.get("tool_calls", ())
        waiting = {call["id"] for call in calls}
        if len(waiting) < len(calls):
            found.append(f"messages[{n}]: two calls of one id")
        if message.get("content") is None and not calls:
            found.append(f"messages[{n}]: neither content nor calls")
    return found + (["outputs are missing at the end"] if waiting else [])


def chunk(delta: Json | None = None, finish: str | None = None, **fields: Any) -> Json:
    """Return a chunk as the document has it; without a delta and a reason it has no choices."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    choices = [] if delta is None and finish is None else [choice]
    made = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    made |= {"choices": choices, **fields}
    assert problems("CreateChatCompletionStreamResponse", made) == []
    return made


def text(*pieces: str, finish: str = "stop") -> list[Json]:
    return [*(chunk({"content": piece}) for piece in pieces), chunk(finish=finish)]


def call(index: int, arguments: str, name: str | None = None, id: str | None = None) -> Json:
    """Return a delta with a piece of a function call."""
    function = {"arguments": arguments} | ({"name": name} if name else {})
    piece: Json = {"index": index, "function": function}
    piece |= {"id": id, "type": "function"} if id else {}
    return {"tool_calls": [piece]}


def stream(chunks: Iterable[Json], end: str = "data: [DONE]\n\n") -> httpx.Response:
    content = "".join(f"data: {json.dumps(one)}\n\n" for one in chunks) + end
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=content)


class StrictChatServer:
    """Responds to each request with the next turn; the last one serves for the rest."""

    def __init__(self, *turns: list[Json] | httpx.Response | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self.bodies: list[Json] = []
        self._turns = list(turns)

    def model(self, **options: Any) -> ChatCompletions:
        """Return the model behind this server."""
        client = httpx.Client(transport=httpx.MockTransport(self._respond))
        named: Any = {"model": "m"} | options
        return ChatCompletions(URL, **named, http_client=client)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        assert (request.method, str(request.url)) == ("POST", f"{URL}/chat/completions")
        self.requests.append(request)
        self.bodies.append(json.loads(request.content))
        if found := request_problems(self.bodies[-1]):
            return httpx.Response(400, json={"error": {"message": "; ".join(found)}})
        turn = self._turns.pop(0) if len(self._turns) > 1 else self._turns[0]
        if isinstance(turn, Exception):
            raise turn
        return turn if isinstance(turn, httpx.Response) else stream(turn)
