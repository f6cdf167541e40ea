"""What every command but `serve` has: the options for where to work, a client, output, errors."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeAlias

import click

if TYPE_CHECKING:
    from .. import Client, ConversationIndex

FAILED, FOUND, INTERRUPTED = 1, 3, 130
"""Exit statuses, beside 0 and the 2 of wrong usage."""

Verb: TypeAlias = "Callable[..., int | None]"


def visible(text: str) -> str:
    """Return a text for a terminal, in which control characters are seen and do nothing."""
    from ..archive.transcript_blocks import visible

    return visible(text)


def in_one_line(*parts: object) -> str:
    """Return parts of a line for a terminal, with two spaces between them."""
    return visible("  ".join(" ".join(str(part).split()) for part in parts)).rstrip()


@dataclass
class Command:
    """A command that is being run.

    Attributes:
        argv: the command line, the program's name first.
        local, base_url: where the conversations are; the service that the environment names, if
            both are None.
        index_file: where the conversations are noted that the command makes, or None.
        json: whether output is for machines.
    """

    argv: Sequence[str]
    local: str | None
    base_url: str | None
    index_file: str | None
    json: bool

    @cached_property
    def index(self) -> ConversationIndex | None:
        """The index of conversations, if there is one."""
        from .. import ConversationIndex

        return None if self.index_file is None else ConversationIndex(self.index_file)

    @cached_property
    def client(self) -> Client:
        """The client of the service; the first use makes it."""
        from .. import Client
        from .._request.client_options import local_path

        if self.local is not None and self.base_url is not None:
            raise click.UsageError("--local and --base-url exclude each other")
        if self.local is not None:
            return Client.local(self.local, index=self.index)
        if local_path(self.base_url) is None and not os.environ.get("OPENAI_API_KEY"):
            advice = "set OPENAI_API_KEY, or work on a file with --local FILE, which needs none"
            raise click.UsageError(f"no API key: {advice}")
        return Client(base_url=self.base_url, index=self.index)

    def close(self) -> None:
        """Close the client and the index, as far as they were used."""
        for name in ("client", "index"):
            if (opened := vars(self).get(name)) is not None:
                opened.close()

    def show(self, value: object, text: str) -> None:
        """Write a result to stdout: a JSON document in one line, or a text for people."""
        print(to_json(value) if self.json else visible(text))

    def again(self, *more: str) -> str:
        """Return this command line with further arguments, as a shell takes it."""
        return shlex.join([*self.argv, *(one for one in more if one not in self.argv)])


class CommandError(Exception):
    """What ends a command: an error, or Ctrl-C. Its notes say what to do next.

    Attributes:
        status: the exit status of the process.
    """

    def __init__(self, error: BaseException, *, as_json: bool) -> None:
        interrupted = isinstance(error, KeyboardInterrupt)
        super().__init__("interrupted" if interrupted else str(error) or type(error).__name__)
        self.status = INTERRUPTED if interrupted else FAILED
        self._error = error
        self._json = as_json

    def show(self) -> None:
        """Write the error to stderr, as text or as one JSON document."""
        notes: Sequence[str] = getattr(self._error, "__notes__", ())
        if self._json:
            names = ("status_code", "code", "param", "request_id")
            fields = {name: getattr(self._error, name, None) for name in names}
            known = {name: value for name, value in fields.items() if value is not None}
            error = {"type": type(self._error).__name__, "message": str(self), **known}
            text = to_json({"error": {**error, "notes": [*notes]}})
        else:
            text = visible("\n".join([f"Error: {self}", *notes]))
        print(text, file=sys.stderr)


_OPTIONS: dict[tuple[str, ...], dict[str, Any]] = {
    ("--json", "as_json"): {"is_flag": True, "help": "Write JSON, for machines."},
    ("--index",): {"metavar": "FILE", "help": "Note there what is made, changed and deleted."},
    ("--base-url",): {"metavar": "URL", "help": "Work at this service.  [OPENAI_BASE_URL]"},
    ("--local",): {"metavar": "FILE", "help": "Work on a file of the local service; no key."},
}
"""Those of every command, the last one first."""


def verb(function: Verb) -> Verb:
    """Decorate the function of a command: it gets a `Command`, and the options that all have.

    It may return an exit status. Errors that users meet become one message.
    """

    @wraps(function)
    def run(
        *,
        local: str | None,
        base_url: str | None,
        index: str | None,
        as_json: bool,
        **options: object,
    ) -> int | None:
        from ..errors import OpenAIError

        command = Command(click.get_current_context().obj, local, base_url, index, as_json)
        try:
            with closing(command):
                status = function(command, **options)
            sys.stdout.flush()
            return status
        except (OpenAIError, OSError, UnicodeError, KeyboardInterrupt) as error:
            for one in (error, error.__context__):
                if isinstance(one, BrokenPipeError):
                    raise one from None  # nobody reads on: click ends the program without a word
            raise CommandError(error, as_json=as_json) from error

    for names, settings in _OPTIONS.items():
        run = click.option(*names, **settings)(run)
    return run


def transcribe(items: Sequence[Any]) -> str:
    """Return items as a text for a terminal."""
    from ..archive import transcript

    return transcript(items, format="text").rstrip("\n")


def to_json(value: object) -> str:
    """Return JSON in one line; models become what the service has sent of them."""
    return json.dumps(value, ensure_ascii=False, default=_to_dict)


def _to_dict(value: Any) -> dict[str, Any]:
    to_dict: Callable[[], dict[str, Any]] | None = getattr(value, "to_dict", None)
    return asdict(value) if to_dict is None else to_dict()


def metadata_option(help: str) -> Callable[[Verb], Verb]:
    """Return the option `--metadata NAME=VALUE`, which gives a dictionary, or None."""

    def parse(_: click.Context, __: click.Parameter, given: Sequence[str]) -> dict[str, str] | None:
        pairs = [one.partition("=") for one in given]
        if not all(equals for _, equals, _ in pairs):
            raise click.BadParameter("expected NAME=VALUE")
        return {name: value for name, _, value in pairs} or None

    return click.option("--metadata", multiple=True, metavar="K=V", callback=parse, help=help)
