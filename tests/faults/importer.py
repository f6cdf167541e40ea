"""A program that imports a file and saves its token, to be killed: the process of `test_import`.

python -m tests.faults.importer URL FILE TOKEN_FILE
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from openai_conversations import ArchiveProgress, Client
from openai_conversations._append import state


def main(url: str, file: str, token_file: Path) -> None:
    """Import the file, from where the token in the other file says, if there is one."""

    def save(progress: ArchiveProgress) -> None:
        new = token_file.with_suffix(".new")
        new.write_text(str(progress.token), encoding="utf-8")
        os.replace(new, token_file)

    resume = token_file.read_text(encoding="utf-8") if token_file.exists() else None
    state.LONGEST_TO_SETTLE = 0.001
    with Client(api_key="k", base_url=url) as client:
        result = client.conversations.import_file(file, resume=resume, on_progress=save)
    token_file.write_text(str(result.conversation_id))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
