"""The command in this process, and in a pseudo-terminal of its own."""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pexpect
import pytest
from openai_conversations import Client
from openai_conversations.cli import main

PROGRAM = [sys.executable, "-m", "openai_conversations"]


@dataclass
class Ran:
    """A command that has been run."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a file for `--local`; the folder that it is in is the current one."""
    monkeypatch.chdir(tmp_path)
    return str(tmp_path / "local.sqlite")


@pytest.fixture
def client(database: str) -> Iterator[Client]:
    """Return a client of the same file."""
    with Client.local(database) as client:
        yield client


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command, with `--local` unless it says where; `given` is its input."""

    def run(*arguments: str, given: str = "") -> Ran:
        elsewhere = {"--base-url", "--local", "--help", "--version"} & {*arguments}
        monkeypatch.setattr(sys, "stdin", StringIO(given))
        capsys.readouterr()
        status = main([*arguments, *([] if elsewhere else ["--local", database])])
        return Ran(status, *capsys.readouterr())

    return run


@contextmanager
def in_terminal(*arguments: str, **environment: str) -> Iterator[Any]:
    """Run the command in a pseudo-terminal, for what `pexpect` expects and sends."""
    variables = {"TERM": "xterm", "COLUMNS": "200", "LINES": "50", "OPENAI_API_KEY": "sk-a-key"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork where there are threads
        child = pexpect.spawn(
            PROGRAM[0],
            [*PROGRAM[1:], *arguments],
            env={**os.environ, **variables, **environment},
            encoding="utf-8",
            codec_errors="replace",  # the terminal's ^C may come in the middle of a character
            timeout=60,
            dimensions=(50, 200),
            # A shell that starts the tests in the background has it ignored.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
    child.delaybeforesend = None
    try:
        yield child
    finally:
        child.close(force=True)


def press_ctrl_c(child: Any, shown: str) -> None:
    """Press Ctrl-C, and wait until the command shows what the regular expression says.

    Python does not hear a signal that comes between its last look for one and the system call that
    then blocks. Who presses Ctrl-C again is heard.
    """
    for _ in range(3):
        child.sendcontrol("c")
        if child.expect([shown, pexpect.TIMEOUT], timeout=20) == 0:
            return
    raise AssertionError(f"{shown!r} was not shown after {child.before!r}")
