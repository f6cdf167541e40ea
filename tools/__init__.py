"""The tools of the project; each is run as `python -m tools.<name>` by a target of the Makefile."""

import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "openai_conversations_api"

# As a tool starts: Ctrl-C ends it without a traceback while it imports, too. `exit_status` takes
# over before anything is written.
if sys.argv[:1] == ["-m"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
