"""A folder in which tools.openapi_spec can run, and a way to run it there."""

import json
import sys
from pathlib import Path

import pytest

from tests.tools.spec_case import Json, Run, folder
from tools.errors import exit_status
from tools.openapi_spec.__main__ import main


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folder(tmp_path)


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the tool in `root` on a document, a text, or whatever is at a path or an address."""

    def once(source: Json | str | bytes = "", *, file: str = "up.json", **settings: str) -> int:
        for name in ("KEEP_PROSE", "COMMIT", "DATE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        if isinstance(source, dict):
            source = json.dumps(source).encode()
        if isinstance(source, bytes):
            (root / file).write_bytes(source)
            source = str(root / file)
        monkeypatch.setattr(sys, "argv", ["tools.openapi_spec", source, "--root", str(root)])
        return exit_status(main)

    return once
