"""The one error that every tool reports to the person who ran it.

A tool stops for a reason that somebody can act on: a file that is not there, a document with a
fault in it, a folder with local edits. All of those are a `ToolError`: one paragraph that says what
was expected, what came and where, printed without a traceback, exit status 1. Anything else that
escapes is a fault of the tool itself, and keeps its traceback.
"""

import io
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tools.values import printable

LONGEST = 4_000
"""Characters of an error: names and values in it may be of any length."""


class ToolError(Exception):
    """Something the person who runs a tool can put right; its text is one paragraph."""

    def __init__(self, message: str) -> None:
        text = printable(" ".join(message.split()))
        half = LONGEST // 2
        super().__init__(text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}")


@contextmanager
def not_too_deep() -> Iterator[None]:
    """Raise ToolError for a chain of schemas so long that Python gives up following it."""
    try:
        yield
    except RecursionError:
        raise ToolError("The document is nested too deeply to be read.") from None


def exit_status(main: Callable[[], None]) -> int:
    """Run `main`, print its error (if any) to standard error, and return 0 or 1; 130 for Ctrl-C.

    An OSError is for the person as well: a full disk, a folder that is only for reading.

    Use as the last line of a tool: ``sys.exit(exit_status(main))``.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal's encoding lacks
        sys.stdout.reconfigure(errors="backslashreplace")
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # see tools/__init__.py
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main()
        sys.stdout.flush()
    except (ToolError, OSError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        try:
            sys.stdout.flush()
        except OSError:  # or Python tries again at its end, and complains
            with suppress(OSError):
                sys.stdout.close()
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0
