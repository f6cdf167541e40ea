"""Every request of our client in any test, and its reply, is held to the document.

Automatically: a test does nothing for it. One that lets a server answer wrongly on purpose says so
with the marker `off_contract`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.recorder import Recorder


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "off_contract: replies (or requests) of this test break the document on purpose"
    )


@pytest.fixture(autouse=True)
def _contract(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.node.get_closest_marker("off_contract") is not None:
        yield
        return
    recorder = Recorder()
    recorder.install(monkeypatch)
    yield
    breaches = recorder.breaches()
    if breaches:
        pytest.fail("\n\n".join(breaches), pytrace=False)
