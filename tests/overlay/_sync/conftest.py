"""The sync tests run with each transport of the sync client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import Client


@pytest.fixture(params=["httpx"])
def transport(request: pytest.FixtureRequest) -> str:
    """Return the name of a transport; the sync client has one."""
    name: str = request.param
    return name


@pytest.fixture
def connect(transport: str) -> Callable[..., Client]:
    """Return a function that makes a client for a URL, with the transport of this run."""

    def make(url: str, **options: Any) -> Client:
        options = {"api_key": "sk-test", "transport": transport, **options}
        return Client(base_url=url, **options)

    return make


@pytest.fixture
def client(conversations_client: Client) -> Client:
    """Return a client of the local service."""
    return conversations_client
