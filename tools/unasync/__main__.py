"""`python -m tools.unasync`."""

import sys

from tools.errors import exit_status

from .run import main

sys.exit(exit_status(lambda: main(sys.argv[1:])))
