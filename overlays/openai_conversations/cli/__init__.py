"""The command line of the package: `openai-conversations COMMAND`, or `python -m` with its name.

`serve` needs the extra `local`; the other commands need the extra `cli`, and are in `app`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

__all__ = ["main"]

_NAME = "openai-conversations"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (by default the process's own) and return the exit status."""
    program = _NAME if Path(sys.argv[0]).stem == _NAME else "python -m openai_conversations"
    given = [*(sys.argv[1:] if arguments is None else arguments)]
    if given[:1] == ["serve"]:
        from . import serve

        return serve.main(given[1:], program)
    if missing := [name for name in ("click", "rich") if find_spec(name) is None]:
        needs = f"needs the extra 'cli' ({missing[0]} is not installed)"
        print(f"{program}: {needs}: pip install 'openai-conversations[cli]'", file=sys.stderr)
        return 1
    from .app import run

    return run(given, program)
