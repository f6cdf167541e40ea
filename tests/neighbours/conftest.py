"""Fixtures for the tests of what works together with other packages."""

from __future__ import annotations

import pytest
from openai_conversations._append import state as append_state
from openai_conversations._transport import retries as retry


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no pause before a retry or a second look."""
    monkeypatch.setattr(retry, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(append_state, "LONGEST_TO_SETTLE", 0.0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
