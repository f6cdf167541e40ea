"""The same as examples/import_messages.py, with openai-python.

A request whose response was lost may have been carried out, and openai-python would send it again:
so it must not retry, and the messages that have landed are counted after each failure, as at the
start.
"""

import json
import sys
import time
from pathlib import Path

from openai import APIConnectionError, InternalServerError, OpenAI, RateLimitError
from rich.progress import Progress

file, conversation_id = Path(sys.argv[1]), sys.argv[2]
before = file.with_suffix(".before")
messages = [json.loads(line) for line in file.read_text("utf-8").splitlines()]

with OpenAI() as client, Progress() as bar:
    items = client.conversations.items
    once = client.with_options(max_retries=0).conversations.items
    task = bar.add_task("Importing", total=len(messages))

    def count() -> int:
        """Return how many items the conversation has."""
        return sum(1 for _ in items.list(conversation_id, limit=100))

    if not before.exists():
        before.write_text(str(count()))
    landed, failures = count() - int(before.read_text()), 0
    while landed < len(messages):
        try:
            once.create(conversation_id, items=messages[landed : landed + 20])
            landed, failures = min(landed + 20, len(messages)), 0
        except (APIConnectionError, InternalServerError, RateLimitError):
            failures += 1
            if failures > 8:
                raise
            time.sleep(0.5 * 2**failures)
            landed = count() - int(before.read_text())
        bar.update(task, completed=landed)
