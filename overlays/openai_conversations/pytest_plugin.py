"""Fixtures for tests of code that uses the API: a client, an async client, a real server.

pytest imports this module in every run wherever the package is installed. So it imports nothing by
itself; each fixture imports what it needs when a test asks for it.

The fixtures of one test share one service, in memory and new. `conversations_local` is that
service: the requests that it has seen, the faults that are to strike, and the local model.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
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
_PASSED = pytest.StashKey[bool]()
#: The fixtures of pyfakefs.
_FAKE_FILES = ("fs", "fs_class", "fs_module", "fs_session")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Load the whole package now, if tests are to use it under a fake file system.

    pyfakefs unloads what was loaded under it when a test has been set up, and again at its end: the
    rest of the test would get a second module in its place, with other classes of the same names.
    """
    if "pyfakefs" in sys.modules:
        for item in session.items:
            names = getattr(item, "fixturenames", ())
            if not {*__all__}.isdisjoint(names) and not {*_FAKE_FILES}.isdisjoint(names):
                return _load_all()
    return None


def _load_all() -> None:
    from importlib import import_module
    from pkgutil import walk_packages

    import openai_conversations_api

    import openai_conversations

    for package in (openai_conversations_api, openai_conversations):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                with suppress(ImportError):  # an extra that is not installed
                    import_module(module.name)
    import_module("openai_conversations._schema.document").document()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep whether a test passed, for the fixtures that it used.

    One that was skipped, or that was expected to fail (`wasxfail`, whatever came of it), did not.
    """
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed and not hasattr(report, "wasxfail")
    return report


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
    if request.session.testsfailed > failures:  # a subtest, whose test has passed until here
        return
    missed = [f"{fault.name} on {fault.on!r}" for fault in local.faults.pending]
    if missed and request.node.stash.get(_PASSED, False):
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
