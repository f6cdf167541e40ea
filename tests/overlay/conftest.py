"""Fixtures for the tests of the client."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest
from openai_conversations._append import state as append_state
from openai_conversations._transport import retries as retry

from tests.overlay.client_runner import EVERY_TRANSPORT, HTTPX2, RUNNERS, ClientRunner


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `runner` sync, under asyncio and under trio.

    Those of a module with `ON_EVERY_TRANSPORT` run with each transport, too, and those of one with
    `AND_WITH_HTTPX2` over a client of httpx2. `async_runner` is the same without the sync client.
    """
    every = getattr(metafunc.module, "ON_EVERY_TRANSPORT", False)
    given = getattr(metafunc.module, "AND_WITH_HTTPX2", False)
    pairs = (*(EVERY_TRANSPORT if every else RUNNERS), *(HTTPX2 if given else ()))
    for fixture in {"runner", "async_runner"} & set(metafunc.fixturenames):
        chosen = [pair for pair in pairs if fixture == "runner" or pair[0] != "sync"]
        ids = ["-".join(filter(None, pair)) for pair in chosen]
        metafunc.parametrize(fixture, chosen, ids=ids, indirect=True)


@pytest.fixture
def runner(request: pytest.FixtureRequest) -> ClientRunner:
    return ClientRunner(*request.param)


@pytest.fixture
def async_runner(request: pytest.FixtureRequest) -> ClientRunner:
    return ClientRunner(*request.param)


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    """Return the library of the client that the test gives as `http_client=`."""
    return request.param


@pytest.fixture(params=[None, httpx, httpx2], ids=["own", "httpx", "httpx2"])
def carrier(request: pytest.FixtureRequest) -> Any:
    """Return the library of the `http_client=`; None for the transports of this package."""
    return request.param


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no settings from outside, no proxy, no pause before a retry or a second look."""
    for name in ("API_KEY", "BASE_URL", "ORG_ID", "PROJECT_ID", "LOG"):
        monkeypatch.delenv(f"OPENAI_{name}", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(retry, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(append_state, "LONGEST_TO_SETTLE", 0.0)
