"""The demonstration runs with nothing set up; its live half runs against what it is pointed at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.py"


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demonstration with these variables and none of the machine's own."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "PYTHONPATH", "SYSTEMROOT")
        if name in os.environ
    }
    return subprocess.run(
        [sys.executable, "-W", "error", DEMO],
        capture_output=True,
        text=True,
        env=kept | environment,
        check=False,
    )


def transcript(text: str) -> list[str]:
    """Return the two halves of a transcript, without what differs from run to run."""
    return re.split(r"a?sync, with .*", re.sub(r"[0-9a-f]{16,}", "…", text))[1:]


def test_in_local_mode() -> None:
    ended = run()
    assert (ended.returncode, ended.stderr) == (0, "")
    sync, asynchronous = transcript(ended.stdout)
    asynchronous, _, to_try = asynchronous.partition("To try next:")
    assert sync.strip() == asynchronous.strip()
    assert "README.md" in to_try
    steps = re.findall(r"^  (\w\S+)", sync, re.MULTILINE)
    assert steps == [
        "conversations.create",
        "responses.create",
        "conversations.items.create",
        "conversations.items.list,",
        "conversations.delete",
    ]
    assert "{'user_id': 'user_123'}" in sync
    said = re.findall(r"^      (?:user|assistant): +(.*)", sync, re.MULTILINE)
    assert said == [
        "Hello! Please remember that I like trains.",
        "Continue our conversation",
        "[local model] You said: Continue our conversation",
        "I like the sea too.",
    ]


def test_live_is_the_same_program(responses_fit_the_document: None) -> None:
    with LocalServer(LocalService(api_key="sk-test")) as server:
        ended = run(LIVE="1", OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=server.url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Against OpenAI")
    assert transcript(ended.stdout) == transcript(run().stdout)


@pytest.mark.parametrize("key", ["", "sk-wrong"])
def test_live_without_a_key_that_works(key: str) -> None:
    with LocalServer(LocalService(api_key="sk-test")) as server:
        ended = run(
            LIVE="1", OPENAI_BASE_URL=server.url, **({"OPENAI_API_KEY": key} if key else {})
        )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ("AuthenticationError" if key else "OPENAI_API_KEY") in ended.stderr
