"""`make faults`, third table: thousands of conversations on a cluster, and workers that are killed.

    python -m benchmarks.bulk [--conversations 2000] [--items 50] [--kills 20] [--write]

`examples/bulk_dask.py` imports files and exports what was made, with 2 workers of 4 threads. A
proxy does something bad to a tenth of all exchanges, and workers are killed, and once the program
itself. Then it does the same without proxy and kills, with 1 and with 2 workers, to see how fast it
is. `--write` also puts the tables into docs/scale.md.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from statistics import median

from benchmarks.faults import show
from tests.faults.bulk import Outcome, Setting, run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
HEAD = (
    "| | exchanges | faults | workers killed | starts of the program | attempts | items lost "
    "| items doubled | whole and in order | empty conversations | seconds |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)
#: In which both numbers of workers take turns.
ROUNDS = 3
SPEED_HEAD = "| without faults | conversations a second | items a second |\n|---|---|---|"


def outcomes(setting: Setting) -> Iterator[tuple[str, Outcome]]:
    """Yield what came of the import, and of the export."""
    with tempfile.TemporaryDirectory() as folder:
        yield from zip(("import", "export"), run(setting, Path(folder)), strict=True)


def row(name: str, outcome: Outcome, setting: Setting) -> str:
    """Return a line of the table."""
    run = outcome.run
    told = f", all of them {'named' if outcome.told else 'NOT named'}" if outcome.empty else ""
    cells = [
        name,
        *(f"{number:,}" for number in (run.exchanges, run.faults, run.kills)),
        str(run.starts),
        *(f"{number:,}" for number in (outcome.attempts, outcome.lost, outcome.doubled)),
        f"{outcome.whole:,} of {setting.conversations:,}",
        f"{outcome.empty:,}{told}",
        f"{run.seconds:,.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def faults(options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of the first table, each as soon as it is known."""
    size = options.conversations, options.items
    setting = Setting(*size, options.kills, stops=1, rate=options.rate, seed=options.seed)
    yield HEAD
    for name, outcome in outcomes(setting):
        options.failed |= not outcome.perfect(setting)
        yield row(name, outcome, setting)


def speed(options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of the second table: medians, both numbers of workers in turn."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    count = options.conversations // 4
    for _ in range(ROUNDS):
        for workers in ("1 worker", "2 workers"):
            setting = Setting(count, options.items, workers=int(workers[0]))
            for name, outcome in outcomes(setting):
                seconds[f"{name}, {workers}"].append(outcome.run.seconds)
    yield SPEED_HEAD
    for name, found in seconds.items():
        each = count / median(found)
        yield f"| {name} | {each:,.0f} | {each * options.items:,.0f} |"


def main() -> int:
    """Print the tables; the exit status is 1 if something was lost, doubled or not told."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--conversations", type=int, default=2000)
    parser.add_argument("--items", type=int, default=50)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scale.md")
    options = parser.parse_args()
    options.failed = False
    # What Dask says of each worker that is lost.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    title = (
        f"{options.conversations:,} conversations of {options.items} items, {options.rate:.0%} of "
        f"exchanges faulty, {options.kills} workers killed in each run:\n"
    )
    rows = chain(faults(options), [""], speed(options))
    show(title, rows, PAGE if options.write else None)
    return int(options.failed)


if __name__ == "__main__":
    sys.exit(main())
