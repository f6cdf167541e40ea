"""`make generate`: spec/openapi.yaml -> generated/, and what the overlay package takes from it.

Everything is made in a temporary folder, counted, and put in place only when it is complete.
"""

import json
import sys
import time
from pathlib import Path

from tools import PACKAGE, ROOT, unasync
from tools.errors import exit_status
from tools.files import load, new_folder, one_run, replace, swap

from .build import SCHEMA, build
from .gone import gone, public_names

CARRIED = Path("overlays/openai_conversations/_schema") / SCHEMA


def main() -> None:
    """Generate, replace `generated/`, and say what was made."""
    started = time.perf_counter()
    target = ROOT / "generated" / PACKAGE
    with one_run(ROOT):
        with new_folder(target.parent) as folder:
            made = build(ROOT, folder)
            for notice in made.notices:
                print(f"notice: {notice}")
            schema = (folder / SCHEMA).read_text("utf-8")
            left = _gone(target, folder / PACKAGE, schema)
            swap(folder / PACKAGE, target, folder / f"{PACKAGE}.old")
        replace({ROOT / CARRIED: schema})
        unasync.main()
    seconds = time.perf_counter() - started
    for told in left:
        print(told)
    print(f"generated/{PACKAGE}: {made.summary}, {seconds:.1f} s")


def _gone(target: Path, made: Path, schema: str) -> list[str]:
    """Say which public names the new package lacks; nothing where there is none yet."""
    lost = public_names(target) - (names := public_names(made))
    if not lost or not (ROOT / CARRIED).exists():
        return []
    return gone(lost, names, load(str(ROOT / CARRIED)), json.loads(schema))


if __name__ == "__main__":
    sys.exit(exit_status(main))
