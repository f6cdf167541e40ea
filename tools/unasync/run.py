"""The folders: which files are translated, where to, and whether the result is current."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tools.errors import ToolError

from .translate import translate

PACKAGE = Path(__file__).resolve().parents[2] / "overlays" / "openai_conversations"
SOURCE = PACKAGE / "_async"
TARGET = PACKAGE / "_sync"


def build(source: Path = SOURCE, target: Path = TARGET) -> dict[Path, str]:
    """What `target` should hold: each file's path and text, in a fixed order. Writes nothing."""
    return {
        target / path.name: translate(path.read_text("utf-8"), f"{source.name}/{path.name}")
        for path in sorted(source.glob("*.py"))
    }


def main(arguments: Sequence[str] = ()) -> None:
    """Write `_sync`; with `--check`, only compare.

    Raises:
        ToolError: with `--check`, when a file is missing, left over or different.
    """
    wanted = build()
    present = set(TARGET.glob("*.py"))
    if "--check" in arguments:
        stale = [
            path.name
            for path in sorted(present | set(wanted))
            if path not in present or wanted.get(path) != path.read_text("utf-8")
        ]
        if stale:
            raise ToolError(
                f"_sync is not what _async gives: {', '.join(stale)}. Change _async, then run "
                "`make generate`"
            )
        return
    TARGET.mkdir(exist_ok=True)
    for path in present - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, "utf-8")
