"""The command line of the package: `python -m openai_conversations COMMAND`.

A command is a module of this folder with `add_arguments(parser)` and `run(options)`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import serve

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (by default the process's own) and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m openai_conversations")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    summary = "serve the local service over HTTP: no model, for development and tests"
    command = commands.add_parser("serve", help=summary, description=summary)
    serve.add_arguments(command)
    command.set_defaults(run=serve.run)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status
