"""Import a file of messages into a conversation, with a bar; no message is lost or doubled.

    python examples/import_messages.py messages.jsonl conv_123

A line of the file is a message, `{"role": "user", "content": "Hello"}`. The token of the last
report is kept beside the file: if this program is killed, it goes on from there when it is started
again.
"""

import json
import sys
from pathlib import Path

from openai_conversations import AppendProgress, Client
from rich.progress import Progress

file, conversation_id = Path(sys.argv[1]), sys.argv[2]
token, new = file.with_suffix(".token"), file.with_suffix(".new")
messages = [json.loads(line) for line in file.read_text("utf-8").splitlines()]

with Client() as client, Progress() as bar:
    task = bar.add_task("Importing", total=len(messages))

    def save(progress: AppendProgress) -> None:
        """Keep the token; renamed, so that the file never holds half of one."""
        new.write_text(progress.token)
        new.replace(token)
        bar.update(task, completed=progress.landed)

    resume = token.read_text() if token.exists() else None
    client.conversations.items.append(conversation_id, messages, resume=resume, on_progress=save)
