"""A served local service for the frameworks, whose model says what a test lets it say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.local.processes import serving

Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Return what starts `serve` with turns of its model, and returns the base URL."""
    with ExitStack() as stack:

        def start(*turns: object) -> str:
            script = tmp_path / "script.jsonl"
            script.write_text("\n".join(map(json.dumps, turns)))
            return stack.enter_context(serving("--script", str(script)))[1]

        yield start


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
