"""What all tests with faults share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai_conversations._transport import retries
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService


@pytest.fixture(autouse=True)
def _no_pause_before_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "INITIAL_DELAY", 0.0)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """Return the base URL of a local service over HTTP."""
    with LocalServer(LocalService()) as server:
        yield server.url
