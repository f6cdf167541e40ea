"""Append more items than one request takes, so that it can be stopped and continued at any moment.

    python examples/append_many.py

The token of the last report is kept in a file. If this program is killed, it goes on from there
when it is started again, and every message is in the conversation once. By default that happens in
local mode, with a failure on purpose half-way; with OPENAI_API_KEY and LIVE=1, against OpenAI.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from openai_conversations import AppendProgress, Client, MessageItem, models

COUNT = 250


class Stopped(Exception):  # noqa: N818 - the example's own way to end half-way
    """Stands for whatever ends a program."""


def messages() -> Iterator[models.InputMessage]:
    """Yield the items, made as they are needed; the same ones each time."""
    for number in range(1, COUNT + 1):
        yield MessageItem.user_text(f"Line {number} of the log")


def append(client: Client, conversation_id: str, token_file: Path, stop_after: int) -> None:
    """Append the messages, from where the token in the file says."""

    def save(progress: AppendProgress) -> None:
        # Written aside and then renamed, so that the file never holds half a token.
        new = token_file.with_suffix(".new")
        new.write_text(progress.token, encoding="utf-8")
        os.replace(new, token_file)
        print(f"{progress.landed:4} landed, {progress.unknown:2} under way")
        if progress.landed >= stop_after:
            raise Stopped

    resume = token_file.read_text(encoding="utf-8") if token_file.exists() else None
    client.conversations.items.append(conversation_id, messages(), resume=resume, on_progress=save)


def main() -> None:
    client = Client() if os.environ.get("LIVE") else Client.local()
    with client, tempfile.TemporaryDirectory() as folder:
        conversation = client.conversations.create()
        token_file = Path(folder) / "token"
        try:
            append(client, conversation.id, token_file, stop_after=100)
        except Stopped:
            print("stopped half-way; going on from the token")
        append(client, conversation.id, token_file, stop_after=COUNT + 1)
        stored = sum(1 for _ in client.conversations.items.list(conversation.id, limit=100))
        print(f"{stored} of {COUNT} messages are in the conversation")
        client.conversations.delete(conversation.id)


if __name__ == "__main__":
    main()
