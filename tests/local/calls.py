"""Calling a local service the way a transport does, in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openai_conversations.local import LocalService, ServiceRequest, ServiceResponse

Query = Sequence[tuple[str, str]]


@dataclass
class Response:
    """A response read to its end: ``json`` is the body, ``events`` those of a stream."""

    status: int
    headers: dict[str, str]
    json: Any
    events: list[Any]

    @property
    def error(self) -> Any:
        """The error object of a refusal."""
        return self.json["error"]


def ask(
    service: LocalService,
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Query = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Send a request (bytes as they are, all else as JSON) and read the response to its end."""
    response = send(service, method, path, body, query=query, headers=headers)
    if isinstance(response.body, bytes):
        return Response(response.status, dict(response.headers), json.loads(response.body), [])
    return Response(response.status, dict(response.headers), None, list(events(response.body)))


def send(
    service: LocalService,
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Query = (),
    headers: dict[str, str] | None = None,
) -> ServiceResponse:
    """Send a request and leave its response unread."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent = {"content-type": "application/json"} | (headers or {})
    return service.handle(ServiceRequest(method, path, query, sent, raw))


def events(chunks: Iterator[bytes]) -> Iterator[Any]:
    """Yield the events in the bytes of a stream."""
    for chunk in chunks:
        first, data, *rest = chunk.decode().split("\n")
        assert rest == ["", ""]
        event = json.loads(data.removeprefix("data: "))
        assert first == f"event: {event['type']}"
        yield event


def new_conversation(service: LocalService, *texts: str, **fields: Any) -> str:
    """Return a new conversation of user messages; its id."""
    items = [{"role": "user", "content": text} for text in texts]
    response = ask(service, "POST", "/conversations", {"items": items, **fields})
    assert response.status == 200, response.json
    id: str = response.json["id"]
    return id


def texts_of(service: LocalService, conversation_id: str) -> list[str]:
    """Return the text of every item of a conversation of at most 100 messages, oldest first."""
    path = f"/conversations/{conversation_id}/items"
    listed = ask(service, "GET", path, query=[("order", "asc"), ("limit", "100")]).json["data"]
    return ["".join(part["text"] for part in item["content"]) for item in listed]
