"""How far long work has come: a bar in a terminal, lines elsewhere, a file to go on from."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ..archive.source_file import file_errors
from ..errors import OpenAIError
from ..progress import ArchiveProgress
from .command import Command

EVERY = 1000
"""Of so many items there is a line, where there is no bar."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)


class State:
    """The file that keeps the token of unfinished work, for its user alone.

    Args:
        path: of the file; it is there only while work is unfinished.
        resume: whether the work is to go on.

    Raises:
        UsageError: the file is there and the work is not to go on, or the other way round.
        InvalidArgumentError: the file cannot be read or written.
    """

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path = path
        self.token: str | None = None
        if resume and not path.exists():
            raise click.UsageError(f"there is no {path}, so there is nothing to go on with")
        if resume:
            # Empty if what made it was killed before it had sent anything.
            with file_errors("read", path):
                self.token = path.read_text("utf-8") or None
        elif path.exists():
            advice = "add --resume to go on, or delete it to start anew"
            raise click.UsageError(f"{path} is there, of work that ended early: {advice}")
        else:
            self.keep("")  # or it would turn out that it cannot when something has been sent
            self.remove()

    def keep(self, token: str) -> None:
        """Write a token in place of the one before."""
        new = self._path.with_name(f"{self._path.name}.new")
        with file_errors("written", self._path):
            with open(os.open(new, _FLAGS, 0o600), "w") as file:
                file.write(token)
            new.replace(self._path)

    def remove(self) -> None:
        """Delete the file: the work is done."""
        self._path.unlink(missing_ok=True)


@contextmanager
def working(
    command: Command, doing: str, state: State | None = None, *resume: str
) -> Generator[Callable[[ArchiveProgress], None]]:
    """Yield what shows each report; tell how to go on with work that ends early.

    Args:
        command: the command; with --json only errors are told.
        doing: names the work.
        state: what keeps the token, and is removed at the end; None where none is needed.
        resume: what the command line needs to go on.
    """
    console = Console(stderr=True)
    lines = not (command.json or console.is_terminal)
    told = 0
    begun = state is not None and state.token is not None

    def report(now: ArchiveProgress) -> None:
        nonlocal begun, told
        begun |= now.done > 0
        if state is not None and now.token is not None:
            state.keep(now.token)
            begun = True
        bar.update(task, completed=now.done, total=now.total)
        if lines and (now.done - told >= EVERY or now.done == now.total != told):
            told = now.done
            of = "" if now.total is None else f" of {now.total}"
            print(f"{doing}: {now.done}{of} items", file=sys.stderr, flush=True)

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
    )
    task = bar.add_task(doing, total=None)
    try:
        with nullcontext() if command.json or lines else bar:
            yield report
    except BaseException as error:
        if isinstance(error, OpenAIError) and error.archive is not None:
            report(error.archive)
        if begun:
            error.add_note(f"To go on: {command.again(*resume)}")
        raise
    if state is not None:
        state.remove()


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f} items/s")
