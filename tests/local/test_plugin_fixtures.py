"""The pytest plugin as its users meet it: found by itself, fresh per test, and cheap.

Each test runs a pytest of its own, in a process of its own: what it imports shall not be there yet.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "test_app.py"
SLIM = ("-p", "no:schemathesis", "-p", "no:hypothesispytest", "-W", "error")
OTHERS = ("no:xdist", "no:randomly", "no:fakefs", "no:pytest_httpx")
FAST = (*SLIM, *(word for name in OTHERS for word in ("-p", name)))


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


def test_a_test_that_did_not_pass_need_not_meet_its_faults(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def faulty(conversations_client, conversations_local):
            conversations_local.faults.server_error()

        @pytest.fixture
        def skips(faulty):
            pytest.skip("not on this machine")

        @pytest.fixture
        def fails(faulty):
            raise ValueError

        def test_skips_in_the_middle(faulty):
            pytest.skip("not on this machine")

        def test_needs_a_module(faulty):
            pytest.importorskip("no_such_module_here")

        @pytest.mark.xfail(raises=ZeroDivisionError)
        def test_expected_to_raise(faulty):
            1 / 0

        @pytest.mark.xfail
        def test_expected_to_raise_and_does_not(faulty):
            pass

        def test_says_so_itself(faulty):
            pytest.xfail("known")

        def test_a_fixture_skips(skips):
            pass

        def test_a_fixture_fails(fails):
            pass

        def test_a_subtest_fails(faulty, subtests):
            with subtests.test():
                raise ValueError
        """
    )
    result = pytester.runpytest_subprocess(*FAST)
    assert "no request met these faults" not in result.stdout.str()
    result.assert_outcomes(skipped=3, xfailed=2, xpassed=1, errors=1, failed=2)


BESIDE_OTHER_PLUGINS = """
import asyncio
import httpx
import pytest
from freezegun import freeze_time

FROZEN = 1577836800

def ask(client):
    conversation = client.conversations.create(items=[{"role": "user", "content": "x"}])
    client.responses.create(model="m", input="x", conversation=conversation.id)
    assert len(list(client.conversations.items.list(conversation.id))) == 3
    return conversation.created_at

@pytest.fixture
def frozen():
    with freeze_time("2020-01-01"):
        yield

@pytest.mark.parametrize("number", range(2))
def test_files_faked_first(number, fs, conversations_client):
    assert ask(conversations_client) > FROZEN

@pytest.mark.parametrize("number", range(2))
def test_files_faked_last(number, conversations_client, fs):
    ask(conversations_client)

def test_files_faked_and_served(fs, conversations_url):
    assert httpx.post(f"{conversations_url}/conversations", json={}, timeout=60).status_code == 200

def test_files_faked_and_async(fs, frozen, conversations_async_client):
    items = [{"role": "user", "content": "x"}]
    asyncio.run(conversations_async_client.conversations.create(items=items))

@freeze_time("2020-01-01")
def test_time_frozen_by_a_decorator(conversations_client):
    assert ask(conversations_client) == FROZEN

def test_time_frozen_first(frozen, conversations_client, conversations_local):
    conversations_local.faults.rate_limited(times=2)
    assert ask(conversations_client) == FROZEN

def test_time_frozen_and_served(frozen, conversations_url):
    assert httpx.post(f"{conversations_url}/conversations", json={}, timeout=60).status_code == 200

def test_served_and_time_frozen(conversations_url, frozen):
    assert httpx.post(f"{conversations_url}/conversations", json={}, timeout=60).status_code == 200

def test_time_goes_on(conversations_client):
    assert ask(conversations_client) > FROZEN
"""


@pytest.mark.parametrize(
    "options",
    [("--randomly-seed=1",), ("-n", "2", "--randomly-seed=2")],
    ids=["in one process", "in two"],
)
def test_files_and_time_may_be_faked_in_any_order(
    options: tuple[str, ...], pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(BESIDE_OTHER_PLUGINS)
    result = pytester.runpytest_subprocess(*SLIM, *options)
    result.assert_outcomes(passed=11)


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
