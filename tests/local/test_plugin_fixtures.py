"""The pytest plugin as its users meet it: found by itself, fresh per test, and cheap.

Each test runs a pytest of its own, in a process of its own: what it imports shall not be there yet.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "test_with_fixtures.py"
FAST = ("-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:xdist", "-W", "error")


def test_the_example_works(pytester: pytest.Pytester) -> None:
    example = EXAMPLE.read_text("utf-8")
    pytester.makepyfile(example)
    pytester.runpytest_subprocess(*FAST).assert_outcomes(passed=example.count("def test_"))


def test_the_fixtures_are_listed_with_what_they_are(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--fixtures", *FAST)
    for name in ("local", "client", "async_client", "url"):
        result.stdout.fnmatch_lines([f"conversations_{name} -- *pytest_plugin.py:*"])


def test_each_test_starts_afresh_and_must_meet_its_faults(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_fresh(number, conversations_client, conversations_local):
            assert conversations_local.requests == []
            conversations_client.conversations.create(metadata={"number": str(number)})
            assert [request.json for request in conversations_local.requests] == [
                {"metadata": {"number": str(number)}}
            ]

        def test_forgotten(conversations_local):
            conversations_local.faults.server_error("POST /conversations")

        def test_failing_anyway(conversations_local):
            conversations_local.faults.server_error()
            raise ValueError

        def test_meant(conversations_local):
            conversations_local.faults.server_error()
            conversations_local.faults.clear()
        """
    )
    result = pytester.runpytest_subprocess(*FAST)
    result.assert_outcomes(passed=4, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*no request met these faults: server_error on 'POST *"])


def test_the_server_needs_the_extra_and_says_so(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys; sys.modules['uvicorn'] = None")
    pytester.makepyfile("def test_server(conversations_url): pass")
    result = pytester.runpytest_subprocess(*FAST)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*pip install 'openai-conversations[[]local[]]'*"])


def test_importing_the_plugin_imports_nothing_that_no_test_asked_for() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules)\n"
        "import openai_conversations.pytest_plugin\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {"openai_conversations", "openai_conversations._version"}
    assert set(run.stdout.split()) - {"__future__"} <= ours | {"openai_conversations.pytest_plugin"}
