"""The commands that write or delete whole conversations: `export`, `import`, `fork`, `purge`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from .command import FAILED, Command, metadata_option, verb, visible

if TYPE_CHECKING:
    from ..archive.formats import Format

_RESUME = click.option("--resume", is_flag=True, help="Go on with what ended early.")


@click.command()
@click.argument("conversation_id", metavar="ID")
@click.argument("file", metavar="FILE|-", type=click.Path(dir_okay=False))
@_RESUME
@verb
def export(command: Command, conversation_id: str, file: str, resume: bool) -> None:
    """Write a conversation to a file, or to stdout, as JSON Lines."""
    from .progress import working

    conversations = command.client.conversations
    if file == "-":
        conversations.export(conversation_id, sys.stdout, resume=resume)
        return
    with working(command, "exporting", None, "--resume") as report:
        result = conversations.export(conversation_id, file, resume=resume, on_progress=report)
    command.show(result, f"{result.count} items in {file}")


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(
        [
            "auto",
            "openai-conversations",
            "chat-completions",
            "assistants",
            "chatgpt",
            "agents-sqlite",
        ]
    ),
    default="auto",
    help="Of the file; by default it is told from the file.",
)
@click.option("--select", metavar="ID", help="The one conversation to take, by its id in the file.")
@click.option("--conversation", metavar="ID", help="Append to this one; without it, make new ones.")
@metadata_option("Of the new conversation; repeatable.")
@click.option(
    "--on-unsupported",
    type=click.Choice(["error", "skip", "text"]),
    default="error",
    show_default=True,
    help="What becomes of what has no input form.",
)
@click.option("--dry-run", is_flag=True, help="Send nothing; tell what would be imported.")
@_RESUME
@verb
def import_(
    command: Command,
    file: str,
    form: Format,
    select: str | None,
    conversation: str | None,
    metadata: dict[str, str] | None,
    on_unsupported: Literal["error", "skip", "text"],
    dry_run: bool,
    resume: bool,
) -> None:
    """Make conversations of a file: an export, or a dump of another program.

    How far it has come is kept in FILE.resume until it is done.
    """
    from .progress import State, working

    state = None if dry_run else State(Path(f"{file}.resume"), resume=resume)
    with working(command, "importing", state, "--resume") as report:
        result = command.client.conversations.import_file(
            file,
            format=form,
            select=select,
            conversation_id=conversation,
            metadata=metadata,
            on_unsupported=on_unsupported,
            dry_run=dry_run,
            resume=None if state is None else state.token,
            on_progress=report,
        )
    lines = [f"{one.place}: {one.what}: {one.action}" for one in result.notes]
    for one in result.conversations:
        named = f" (in the file: {one.source_id})" if one.source_id else ""
        lines.append(f"{one.conversation_id or 'not imported'}: {one.count} items{named}")
    command.show(result, "\n".join(lines))


@click.command()
@click.argument("conversation_id", metavar="ID")
@click.option("--after", metavar="ITEM", help="The last item to take; without it, all.")
@metadata_option("Of the new conversation, instead of that of the old one; repeatable.")
@_RESUME
@verb
def fork(
    command: Command,
    conversation_id: str,
    after: str | None,
    metadata: dict[str, str] | None,
    resume: bool,
) -> None:
    """Make a new conversation with the items of another one, up to one of them.

    How far it has come is kept in a file ID.resume, in this folder, until it is done.
    """
    from .. import omit
    from .progress import State, working

    state = State(Path(f"{conversation_id.replace('/', '_')}.resume"), resume=resume)
    with working(command, "forking", state, "--resume") as report:
        made = command.client.conversations.fork(
            conversation_id,
            after=after,
            metadata=omit if metadata is None else metadata,
            resume=state.token,
            on_progress=report,
        )
    command.show(made, made.id)


@click.command()
@click.argument("conversation_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@verb
def purge(command: Command, conversation_id: str, yes: bool) -> int:
    """Delete every item of a conversation, and then the conversation."""
    from .progress import working

    if not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: it needs --yes")
    question = f"Delete {visible(conversation_id)} and all its items, for good?"
    if not yes and not click.confirm(question, err=True):
        return FAILED
    with working(command, "deleting") as report:
        result = command.client.conversations.purge(conversation_id, on_progress=report)
    command.show(result, f"{result.deleted} items deleted")
    return 0
