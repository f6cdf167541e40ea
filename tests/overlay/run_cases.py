"""What the tests of `conversations.run` share: a model, a tool, faults, and what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from openai_conversations import Tool
from openai_conversations._append import state
from openai_conversations._async import append_requests as async_append
from openai_conversations._sync import append_requests as sync_append
from openai_conversations._transport import retries
from openai_conversations.local.fault_injection import Fault, FaultInjectingService, Respond
from openai_conversations.local.service import ServiceRequest, ServiceResponse

READ = "GET /conversations/*/items"
ADD = "POST /conversations/*/items"
RESPOND = "POST /responses"


class Weather:
    """A tool, and the cities for which it was called."""

    def __init__(self) -> None:
        self.cities: list[str] = []
        self.tool = Tool.function(self.get_weather)

    def get_weather(self, city: str) -> str:
        """Get the weather of a city."""
        self.cities.append(city)
        self.cities.sort()
        return f"rain in {city}"


def call(name: str, arguments: Mapping[str, Any], call_id: str | None = None) -> dict[str, Any]:
    """Return a call of a function, as the model makes it."""
    id = call_id or f"call_{name}_{'_'.join(map(str, arguments.values()))}".replace(" ", "_")
    text = json.dumps(arguments)
    return {"type": "function_call", "name": name, "arguments": text, "call_id": id}


def calls_then_text(*cities: str) -> Callable[[Any, list[dict[str, Any]]], Any]:
    """Return a model that calls `get_weather` for each city, and then says what it got."""

    def model(request: Any, context: list[dict[str, Any]]) -> Any:
        texts = [text for text in outputs(context) if isinstance(text, str)]
        if not texts or context[-1].get("role") == "user":
            return [call("get_weather", {"city": city}) for city in cities]
        return " ".join(f"{text[:1].upper()}{text[1:]}." for text in texts)

    return model


def types(items: Iterable[Any]) -> list[str]:
    """Return the types of items, models or mappings."""
    return [item["type"] if isinstance(item, Mapping) else item.type for item in items]


def outputs(items: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the outputs of function calls among items."""
    return [item["output"] for item in items if item["type"] == "function_call_output"]


def content(output: list[dict[str, Any]]) -> list[str]:
    """Return the texts of an output that has parts."""
    return [part["text"] for part in output]


def strike(
    service: FaultInjectingService, effect: Callable[[Respond], ServiceResponse], on: str
) -> None:
    """Let something happen in place of the next response."""
    service.faults.add(Fault("of this test", on, effect))


def bodies(service: FaultInjectingService) -> list[dict[str, Any]]:
    """Return the bodies of the requests for responses."""
    return [json.loads(r.body) for r in service.requests if r.path.endswith("/responses")]


class Pauses(list[float]):
    """Pauses that would have been made, in seconds.

    Attributes:
        meanwhile: what happens in the pauses that are still to come, one each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Callable[[], object]] = []

    def pause(self, seconds: float) -> None:
        self.append(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()


def no_pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    """Let the pauses of runs and appends take no time; return them."""
    pauses = Pauses()

    async def pause(seconds: float, *_: object) -> None:
        pauses.pause(seconds)

    monkeypatch.setattr(state, "LONGEST_TO_SETTLE", 2.0)
    monkeypatch.setattr(retries, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(retries, "MAX_DELAY", 2.0)
    monkeypatch.setattr(async_append, "sleep", pause)
    monkeypatch.setattr(sync_append, "sleep", lambda seconds, *_: pauses.pause(seconds))
    return pauses


def ask(service: FaultInjectingService, method: str, path: str, **body: Any) -> ServiceResponse:
    """Send a request as another program does."""
    headers = {"content-type": "application/json"}
    data = json.dumps(body).encode() if body else b""
    return service.service.handle(ServiceRequest(method, path, [], headers, data))


def paths(service: FaultInjectingService) -> list[str]:
    """Return the requests that arrived, each as its method and the last part of its path."""
    return [f"{r.method} {r.path.rpartition('/')[2]}" for r in service.requests]
