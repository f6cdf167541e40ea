"""Fixtures of the tests of whole conversations: the clients of tests/overlay, and a service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai_conversations._append import state
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService

from tests.faults.proxy import short_pauses
from tests.overlay.conftest import _clean_surroundings, pytest_generate_tests, runner

_TO_SETTLE = state.LONGEST_TO_SETTLE
__all__ = ["_clean_surroundings", "pytest_generate_tests", "runner"]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch, _clean_surroundings: None) -> None:
    # An append waits for late requests, which takes no time here.
    monkeypatch.setattr(state, "LONGEST_TO_SETTLE", _TO_SETTLE)
    short_pauses(monkeypatch.setattr)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """Return the base URL of a local service over HTTP."""
    with LocalServer(LocalService()) as server:
        yield server.url
