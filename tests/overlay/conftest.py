"""Fixtures for the tests of the client."""

from __future__ import annotations

import pytest
from openai_conversations._transport import retries as retry

from tests.overlay.ways import EVERY_TRANSPORT, WAYS, Way


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `way` runs sync, under asyncio and under trio.

    Those of a module with `ON_EVERY_TRANSPORT` run with each transport, too.
    """
    if "way" in metafunc.fixturenames:
        every = getattr(metafunc.module, "ON_EVERY_TRANSPORT", False)
        metafunc.parametrize("way", EVERY_TRANSPORT if every else WAYS, indirect=True)


@pytest.fixture
def way(request: pytest.FixtureRequest) -> Way:
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
