"""The commands that read: `show`, `items`, `transcript`, `check` and `list`."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from .command import (
    FOUND,
    Command,
    in_one_line,
    metadata_option,
    to_json,
    transcribe,
    verb,
)

if TYPE_CHECKING:
    from ..models import Conversation

_LAST = 10  # items that `show` shows


@click.command()
@click.argument("conversation_id", metavar="ID")
@verb
def show(command: Command, conversation_id: str) -> None:
    """Show a conversation and its last ten items."""
    conversations = command.client.conversations
    conversation = conversations.retrieve(conversation_id)
    last = conversations.items.list(conversation_id, order="desc", limit=_LAST, max_items=_LAST)
    items = list(last)[::-1]
    if command.json:
        print(to_json({**conversation.to_dict(), "items": items}))
        return
    lines = [conversation.id, f"created: {_time(conversation)}"]
    lines += [f"metadata {key}: {value}" for key, value in (conversation.metadata or {}).items()]
    print("\n".join(map(in_one_line, lines)))
    if items:
        print(f"\n{transcribe(items)}")


@click.command()
@click.argument("conversation_id", metavar="ID")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many; without it, all.")
@click.option(
    "--order",
    type=click.Choice(["asc", "desc"]),
    default="asc",
    show_default=True,
    help="Oldest or newest first.",
)
@click.option("--include", multiple=True, metavar="WHAT", help="What else to show; repeatable.")
@verb
def items(
    command: Command,
    conversation_id: str,
    limit: int | None,
    order: Literal["asc", "desc"],
    include: tuple[Any, ...],
) -> None:
    """List the items of a conversation, one a line."""
    listed = command.client.conversations.items.list(
        conversation_id,
        limit=min(limit or 100, 100),
        order=order,
        include=[*include],
        max_items=limit,
    )
    for item in listed:
        print(to_json(item) if command.json else _line(item))


def _line(item: Any) -> str:
    """Return the id of an item, its kind, and the beginning of what it holds, as one line."""
    data = item.to_dict()
    rest = {k: v for k, v in data.items() if k not in ("id", "type", "role", "status")}
    text = in_one_line(getattr(item, "text", None) or to_json(rest))
    short = f"{text[:80]}{'…' * (len(text) > 80)}"
    return in_one_line(data.get("id"), f"{item.type} {data.get('role', '')}", short)


def _time(conversation: Conversation) -> str:
    created = conversation.created
    return "-" if created is None else f"{created:%Y-%m-%d %H:%M:%S} UTC"


@click.command()
@click.argument("conversation_id", metavar="ID")
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "text", "html"]),
    default="markdown",
    show_default=True,
)
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False), help="Instead of stdout.")
@verb
def transcript(
    command: Command,
    conversation_id: str,
    form: Literal["markdown", "text", "html"],
    file: str | None,
) -> None:
    """Write a conversation as people read it."""
    text = command.client.conversations.transcript(conversation_id, format=form)
    if command.json:
        shown = {"conversation_id": conversation_id, "format": form, "transcript": text}
        text = f"{to_json(shown)}\n"
    if file is not None:
        from ..archive.source_file import file_errors

        with file_errors("written", file):
            Path(file).write_text(text, "utf-8", errors="backslashreplace")
    else:
        print(text, end="")


@click.command()
@click.argument("conversation_id", metavar="ID")
@click.option("--repair", is_flag=True, help="Append or delete what mends it, where that can be.")
@verb
def check(command: Command, conversation_id: str, repair: bool) -> int:
    """Look for what a service may refuse: calls without output, doubled items and the like.

    The exit status is 3 if there is an error left.
    """
    result = command.client.conversations.check(conversation_id, repair=repair)
    found = [(one, "") for one in result.findings]
    mended = [(one.finding, f": {one.action} {', '.join(one.item_ids)}") for one in result.repairs]
    lines = [f"{one.kind}: {one.message}{done}" for one, done in mended + found]
    command.show({**asdict(result), "ok": result.ok}, "\n".join(lines or ["nothing found"]))
    return 0 if result.ok else FOUND


@click.command("list")
@metadata_option("What the metadata must have; repeatable.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many; without it, all.")
@verb
def list_(command: Command, metadata: dict[str, str] | None, limit: int | None) -> None:
    """List conversations, one a line.

    They are those of the index, with --index, or of a service that can list them. OpenAI's cannot.
    """
    wanted = (metadata or {}).items()
    if command.index is not None:
        found = iter(command.index.find(metadata=metadata or {}))
    else:
        listed = command.client.conversations.list(limit=100)
        found = (one for one in listed if wanted <= (one.metadata or {}).items())
    for one in islice(found, limit):
        facts = " ".join(f"{name}={value}" for name, value in (one.metadata or {}).items())
        print(to_json(one) if command.json else in_one_line(one.id, _time(one), facts))
