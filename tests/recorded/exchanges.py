"""Exchanges with the service: the recorded ones, where they are, and some of the repository's own.

The recordings are not part of the repository. They are looked for in RECORDED_DIR, and in
../shared/recorded beside the repository: `traffic.jsonl`, one exchange a line.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from openai_conversations import Client, omit

from tests.document import ROOT
from tests.recorded.deviations import EVENTS, ITEMS, RESPONSE, RESPONSES

Json = dict[str, Any]
FILE = Path(os.environ.get("RECORDED_DIR", ROOT.parent / "shared" / "recorded")) / "traffic.jsonl"


class Exchange(NamedTuple):
    """A successful request and its response."""

    id: str
    operation: str
    status: int
    values: list[Json]
    """The response, or the events of a stream."""
    is_stream: bool

    def __str__(self) -> str:
        return f"{self.id} ({self.operation})"

    @property
    def content_type(self) -> str:
        return "text/event-stream" if self.is_stream else "application/json"

    @property
    def content(self) -> bytes:
        """The body of the response."""
        texts = map(json.dumps, self.values)
        return "".join(f"data: {t}\n\n" if self.is_stream else t for t in texts).encode()

    def decoded(self, *, strict: bool) -> list[Any]:
        """Return what the client makes of it."""
        headers = {"content-type": self.content_type}
        response = httpx.Response(self.status, content=self.content, headers=headers)
        transport = httpx.MockTransport(lambda _: response)
        client = Client(
            api_key="k",
            base_url="http://localhost/v1",
            http_client=httpx.Client(transport=transport),
            strict=strict,
            max_retries=0,
        )
        with client:
            first = self.values[0]
            id = first.get("response", first).get("id", "")
            result = _SEND[self.operation](client, id, self.is_stream or omit)
            return list(result) if self.is_stream else [result]


_SEND: dict[str, Any] = {
    "createResponse": lambda c, _, stream: c.responses.create(model="m", input="", stream=stream),
    "getResponse": lambda c, id, stream: c.responses.retrieve(id, stream=stream),
    "getInputTokenCounts": lambda c, *_: c.responses.input_tokens.count(model="m"),
    "compactConversation": lambda c, *_: c.responses.compact(model="m"),
    "deleteConversation": lambda c, id, _: c.conversations.delete(id),
    "getConversationItem": lambda c, id, _: c.conversations.items.retrieve(
        id, conversation_id="conv_1"
    ),
}
_OPERATIONS = {
    ("POST", "/responses"): "createResponse",
    ("GET", "/responses/{resp_id}"): "getResponse",
    ("POST", "/responses/input_tokens"): "getInputTokenCounts",
    ("POST", "/responses/compact"): "compactConversation",
    ("DELETE", "/conversations/{conv_id}"): "deleteConversation",
}


@cache
def recorded() -> list[Exchange]:
    """Return the successful recorded exchanges; skip the test where they are not there."""
    if not FILE.is_file():
        pytest.skip(f"needs traffic.jsonl in RECORDED_DIR (by default {FILE.parent})")
    lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    return [_exchange(line) for line in lines if line["status"] < 400]


def _exchange(line: Json) -> Exchange:
    operation = _OPERATIONS[line["method"], line["path"].partition("?")[0]]
    if "response" in line:
        return Exchange(line["id"], operation, line["status"], [line["response"]], False)
    events = [event for event in line["events"] if event["data"] != "[DONE]"]
    # Of kinds that the recorder did not know it replaced the name in the data, not the event's.
    values = [
        one["data"] | ({"type": one["event"]} if one["data"].get("type") == "text" else {})
        for one in events
    ]
    return Exchange(line["id"], operation, line["status"], values, True)


def items(exchanges: list[Exchange]) -> list[Json]:
    """Return the whole items of the responses and events, once each but for their ids."""
    values = [(one.operation, value) for one in exchanges for value in one.values]
    found = [value for operation, value in values if operation == "getConversationItem"]
    for _, value in values:
        found += value.get("response", value).get("output") or ()
        if value.get("type") == "response.output_item.done":
            found.append(value["item"])
    return list({json.dumps({**item, "id": ""}, sort_keys=True): item for item in found}.values())


@cache
def own() -> list[Exchange]:
    """Return an exchange for each kind of deviation that the recordings have."""
    return [
        *(Exchange(id, "createResponse", 200, [value], False) for id, value in RESPONSES.items()),
        *(
            Exchange(id, "createResponse", 200, [value, _last(value)], True)
            for id, value in EVENTS.items()
        ),
        *(Exchange(id, "getConversationItem", 200, [value], False) for id, value in ITEMS.items()),
        Exchange("accepted", "createResponse", 202, [{"message": "later"}], False),
    ]


def _last(value: Json) -> Json:
    number = {"sequence_number": 9} if "sequence_number" in value else {}
    return {"type": "response.completed", "response": RESPONSE, **number}
