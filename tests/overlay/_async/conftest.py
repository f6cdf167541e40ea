"""Async tests run under asyncio, with each transport, and under trio. `_sync` has its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import AsyncClient

#: The event loop, and the transport of the clients; under trio there is no other.
LOOPS = (("asyncio", "aiohttp"), ("asyncio", "httpx"), ("trio", "httpx"))


@pytest.hookimpl(tryfirst=True)  # before anyio's, which looks for the mark
def pytest_pycollect_makeitem(obj: Any) -> None:
    """Leave every coroutine function to anyio's plugin."""
    if inspect.iscoroutinefunction(obj):
        pytest.mark.anyio(obj)
        if {"connect", "transport"} & set(inspect.signature(obj).parameters):
            ids = map("-".join, LOOPS)
            pytest.mark.parametrize(("anyio_backend", "transport"), LOOPS, ids=ids)(obj)
        else:
            pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])(obj)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what would be the same again: with an `http_client=`, that is the transport."""
    items[:] = [item for item in items if not _is_repeated(item)]


def _is_repeated(item: pytest.Item) -> bool:
    values = getattr(getattr(item, "callspec", None), "params", {})
    given = values.get("library") or values.get("carrier")
    return given is not None and values.get("transport") == "aiohttp"


@pytest.fixture
def connect(transport: str) -> Callable[..., AsyncClient]:
    """Return a function that makes a client for a URL, with the transport of this run."""

    def make(url: str, **options: Any) -> AsyncClient:
        options = {"api_key": "sk-test", "transport": transport, **options}
        return AsyncClient(base_url=url, **options)

    return make


@pytest.fixture
def client(conversations_async_client: AsyncClient) -> AsyncClient:
    """Return a client of the local service."""
    return conversations_async_client
