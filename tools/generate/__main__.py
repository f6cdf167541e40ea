"""`make generate`: spec/openapi.yaml -> generated/, and what the overlay package takes from it.

Everything is made in a temporary folder, counted, and put in place only when it is complete.
"""

import sys
import tempfile
import time
from pathlib import Path

from tools import PACKAGE, ROOT, unasync
from tools.errors import exit_status
from tools.files import replace, swap

from .build import SCHEMA, build

CARRIED = Path("overlays/openai_conversations/_schema") / SCHEMA


def main() -> None:
    """Generate, replace `generated/`, and say what was made."""
    started = time.perf_counter()
    target = ROOT / "generated" / PACKAGE
    with tempfile.TemporaryDirectory(dir=ROOT / "generated", prefix=".new-") as folder:
        made = build(ROOT, Path(folder))
        for notice in made.notices:
            print(f"notice: {notice}")
        schema = (Path(folder) / SCHEMA).read_text("utf-8")
        swap(Path(folder) / PACKAGE, target, Path(folder) / "old")
    replace({ROOT / CARRIED: schema})
    unasync.main()
    seconds = time.perf_counter() - started
    print(f"generated/{PACKAGE}: {made.summary}, {seconds:.1f} s")


if __name__ == "__main__":
    sys.exit(exit_status(main))
