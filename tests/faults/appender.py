"""A program that appends and saves its token, to be killed: the process of `test_kill`.

python -m tests.faults.appender URL CONVERSATION TOKEN_FILE COUNT
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from openai_conversations import AppendProgress, Client
from openai_conversations._append import state

from tests.faults.conversation import messages


def main(url: str, conversation: str, token_file: Path, count: int) -> None:
    """Append `count` messages, from where the token in the file says, if there is one."""

    def save(progress: AppendProgress) -> None:
        # A rename is atomic: a reader finds the old token or the new one, never half of one.
        new = token_file.with_suffix(".new")
        new.write_text(progress.token, encoding="utf-8")
        os.replace(new, token_file)

    resume = token_file.read_text(encoding="utf-8") if token_file.exists() else None
    state.LONGEST_TO_SETTLE = 0.001
    with Client(api_key="k", base_url=url) as client:
        items = (item for item in messages(count))
        client.conversations.items.append(conversation, items, resume=resume, on_progress=save)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
