"""`python -m openai_conversations`: the command line of the package."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
