"""Fixtures for tests of code that uses the API: a client, an async client, a real server.

pytest imports this module in every run wherever the package is installed. So it imports nothing by
itself; each fixture imports what it needs when a test asks for it.

The fixtures of one test share one service, in memory and new. `conversations_local` is that
service: the requests that it has seen, the faults that are to strike, and the local model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from . import AsyncClient, Client
    from .local.fault_injection import FaultInjectingService

__all__ = [
    "conversations_async_client",
    "conversations_client",
    "conversations_local",
    "conversations_url",
]

BASE_URL = "http://localhost/v1"


@pytest.fixture
def conversations_local(request: pytest.FixtureRequest) -> Iterator[FaultInjectingService]:
    """Return the local service behind the other fixtures: `.requests`, `.faults`, `.model`.

    A test that passes fails at its end if no request has met one of its faults: it did not test
    what it says. `conversations_local.faults.clear()` says that this was meant.
    """
    from .local.fault_injection import FaultInjectingService
    from .local.service import LocalService

    local = FaultInjectingService(LocalService())
    failures = request.session.testsfailed
    yield local
    local.close()
    if request.session.testsfailed > failures:
        return
    missed = [f"{fault.name} on {fault.on!r}" for fault in local.faults.pending]
    if missed:
        pytest.fail(f"no request met these faults: {', '.join(missed)}", pytrace=False)


@pytest.fixture
def conversations_client(conversations_local: FaultInjectingService) -> Iterator[Client]:
    """Return a `Client` that talks to the local service in this process."""
    import httpx

    from . import Client
    from .local.transport import LocalTransport

    transport = LocalTransport(conversations_local)
    with (
        httpx.Client(transport=transport) as http_client,
        Client(api_key="local", base_url=BASE_URL, http_client=http_client) as client,
    ):
        yield client


@pytest.fixture
def conversations_async_client(conversations_local: FaultInjectingService) -> AsyncClient:
    """Return an `AsyncClient` that talks to the local service in this process.

    It needs no closing, so it works with any way of running async tests.
    """
    import httpx

    from . import AsyncClient
    from .local.transport import AsyncLocalTransport

    http_client = httpx.AsyncClient(transport=AsyncLocalTransport(conversations_local))
    return AsyncClient(api_key="local", base_url=BASE_URL, http_client=http_client)


@pytest.fixture
def conversations_url(conversations_local: FaultInjectingService) -> Iterator[str]:
    """Return the base URL of a real HTTP server on this machine, for any client; any key will do.

    Needs the extra `local`.
    """
    try:
        from .local.server import LocalServer
    except ImportError as error:
        needs = f"conversations_url needs the extra 'local' ({error.name} is not installed)"
        pytest.fail(f"{needs}: pip install 'openai-conversations[local]'", pytrace=False)
    with LocalServer(conversations_local) as server:
        yield server.url
