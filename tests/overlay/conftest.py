"""Fixtures for the tests of the client."""

from __future__ import annotations

import pytest
from openai_conversations import retry

from tests.overlay.ways import WAYS, Way


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    """Each test that takes it runs three times: sync, asyncio, trio."""
    return Way(request.param)


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings from outside, no proxy, and no pause before a retry."""
    for name in ("API_KEY", "BASE_URL", "ORG_ID", "PROJECT_ID", "LOG"):
        monkeypatch.delenv(f"OPENAI_{name}", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(retry, "INITIAL_DELAY", 0.0)
