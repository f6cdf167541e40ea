"""The command line as click has it: the group of all commands, and how one is run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click

from .. import __version__
from .chat import chat
from .command import INTERRUPTED, CommandError
from .reading import check, items, list_, show, transcript
from .writing import export, fork, import_, purge


def _print_completion(context: click.Context, _: click.Parameter, shell: str | None) -> None:
    from click.shell_completion import get_completion_class

    name = "openai-conversations"
    if shell is not None and (kind := get_completion_class(shell)) is not None:
        click.echo(kind(app, {}, name, "_OPENAI_CONVERSATIONS_COMPLETE").source())
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="openai-conversations")
@click.option(
    "--completion",
    type=click.Choice(["bash", "zsh", "fish"]),
    expose_value=False,
    is_eager=True,
    callback=_print_completion,
    help="Print what makes a shell complete this command, for its start-up file.",
)
def app() -> None:
    """Work with whole conversations of OpenAI's API, or of a service that is like it.

    The key is read from OPENAI_API_KEY.
    """


@app.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.pass_context
def serve(context: click.Context) -> int:
    """Serve the local service over HTTP, for development and tests."""
    from . import serve as command

    return command.main(context.args, context.find_root().info_name or "")


for _command in (chat, check, export, fork, import_, items, list_, purge, show, transcript):
    app.add_command(_command)


def run(arguments: Sequence[str], program: str) -> int:
    """Run a command line and return the exit status.

    Args:
        arguments: those behind the name of the program.
        program: how it is called.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A lone surrogate becomes `\\ud800`, which in JSON stands for it.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        argv = [*program.split(), *arguments]
        status = app.main([*arguments], program, standalone_mode=False, obj=argv)
    except CommandError as error:
        error.show()
        return error.status
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    return status or 0
