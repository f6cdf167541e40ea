"""A client, the service behind it, and a conversation, for the tests of `items.append`."""

from __future__ import annotations

import pytest
from openai_conversations import Client
from openai_conversations._append import state
from openai_conversations._sync import append_requests
from openai_conversations.local.fault_injection import FaultInjectingService

from tests.overlay.append.cases import messages


@pytest.fixture
def client(conversations_client: Client) -> Client:
    return conversations_client


@pytest.fixture
def service(conversations_local: FaultInjectingService) -> FaultInjectingService:
    return conversations_local


@pytest.fixture
def conversation(client: Client, service: FaultInjectingService) -> str:
    """Return a conversation that already holds what will be appended first."""
    made = client.conversations.create(items=messages(20))
    service.requests.clear()
    return made.id


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that would have been made, in seconds."""
    pauses: list[float] = []
    monkeypatch.setattr(state, "LONGEST_TO_SETTLE", 2.0)
    monkeypatch.setattr(append_requests, "sleep", lambda seconds, *_: pauses.append(seconds))
    return pauses
