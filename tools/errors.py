"""The one error that every tool reports to the person who ran it.

A tool stops for a reason that somebody can act on: a file that is not there, a document with a
fault in it, a folder with local edits. All of those are a `ToolError`: one paragraph that says what
was expected, what came and where, printed without a traceback, exit status 1. Anything else that
escapes is a fault of the tool itself, and keeps its traceback.
"""

import sys
from collections.abc import Callable


class ToolError(Exception):
    """Something the person who runs a tool can put right; its text is one paragraph."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def exit_status(main: Callable[[], None]) -> int:
    """Run `main`, print its `ToolError` (if any) to standard error, and return 0 or 1.

    Use as the last line of a tool: ``sys.exit(exit_status(main))``.
    """
    try:
        main()
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
