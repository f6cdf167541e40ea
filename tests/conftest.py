"""Every request of our client in any test, and its response, is held to the document.

Automatically: a test does nothing for it. One that lets a server respond wrongly on purpose says so
with the marker `off_contract`. No test measures time, those of hypothesis included.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.contract.recorder import Recorder

# Hypothesis fails a draw that takes 200 ms, which on a busy machine any may.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


#: Their tests share what takes seconds to make, and stay in one process.
TOGETHER = {
    f"tests/tools/test_{name}.py"
    for name in ("generate_derived", "generate_grown", "installed", "regenerate_matrix")
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give tests to processes one by one, and files of `TOGETHER` whole, these first."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in TOGETHER else nodeid

    return Scheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "off_contract: responses or requests of this test break the document on purpose",
    )
    config.addinivalue_line("markers", "docstrings: this test reads docstrings of the package")


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if sys.flags.optimize > 1 and item.get_closest_marker("docstrings") is not None:
        pytest.skip("python -OO leaves out docstrings")


def pytest_sessionfinish() -> None:
    """Save what coverage has measured, where it runs: xdist kills a worker that is slow to end."""
    if (coverage := sys.modules.get("coverage")) and (running := coverage.Coverage.current()):
        running.save()


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
