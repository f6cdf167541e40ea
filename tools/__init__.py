"""The tools of the project; each is run as `python -m tools.<name>` by a target of the Makefile."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "openai_conversations_api"
