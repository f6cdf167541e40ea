"""`make faults`: what is left of 10,000 items after a bad network, with us and with openai-python.

    python -m benchmarks.faults [--seeds 20] [--items 10000] [--rate 0.2] [--write]

Each run appends the items through a proxy (`tests/faults/proxy.py`) that does something bad to a
fifth of all exchanges, to the local service over HTTP. openai-python appends with a loop over
`items.create` in chunks of 20. All clients have the same timeout and the same number of retries;
the pauses are cut short in all of them, since they change nothing but the duration; those of
`append` are the clock by which late requests arrive. In the last two runs each fiftieth request
is delivered twice as well. `--first` is the first seed. `--write` also puts the table into
docs/append.md.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import openai
from openai_conversations import __version__
from openai_conversations._transport import retries
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService

from benchmarks import chart
from tests.faults.conversation import messages
from tests.faults.proxy import seeded, short_pauses, twice_as_well
from tests.faults.runs import (
    Outcome,
    Settings,
    Writer,
    append,
    append_async,
    peer,
    peer_async,
    run,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "append.md"
BEGIN, END = "<!-- table of make faults -->\n", "<!-- end of the table -->\n"
SETTINGS = Settings(timeout=0.3, max_retries=8)
#: More than the machine has processors: a run mostly waits for timeouts.
WORKERS = 6

OURS = f"openai-conversations {__version__}, `append`"
WRITERS: dict[str, Writer] = {
    f"{OURS}, sync": append,
    f"{OURS}, async": append_async,
    f"openai {openai.__version__}, `create` in chunks, sync": peer,
    f"openai {openai.__version__}, `create` in chunks, async": peer_async,
    f"{OURS}, sync, some requests delivered twice": append,
    f"{OURS}, async, some requests delivered twice": append_async,
}
#: Beside the faults, in the runs with this in their names.
DELIVERED_TWICE, TWICE_RATE = "delivered twice", 0.02


@dataclass
class Total:
    """The outcomes of all seeds with one client."""

    outcomes: list[Outcome] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Return a line of the table."""
        runs = self.outcomes
        accounts, untrue = sum(one.accounts for one in runs), sum(one.untrue for one in runs)
        doubled, noticed = sum(one.doubled for one in runs), sum(one.noticed for one in runs)
        cells = [
            name,
            f"{sum(one.exchanges for one in runs):,}",
            f"{sum(one.faults for one in runs):,}",
            f"{sum(one.lost for one in runs):,}",
            f"{doubled:,}" + (f", {noticed:,} of them told" if noticed else ""),
            f"{sum(one.in_order for one in runs)} of {len(runs)}",
            f"{accounts - untrue:,} of {accounts:,}" if accounts else "none",
            f"{sum(one.perfect for one in runs)} of {len(runs)}",
        ]
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| client | exchanges | faults | items lost | items doubled | order kept | accounts true "
    "| perfect runs |\n"
    "|---|---|---|---|---|---|---|---|"
)


def one_run(name: str, seed: int, items: int, rate: float) -> Outcome:
    """Run one client with one seed, in a process of its own."""
    peer_client: Any = import_module("openai._base_client")
    retries.INITIAL_DELAY = peer_client.INITIAL_RETRY_DELAY = 0.005
    retries.MAX_DELAY = peer_client.MAX_RETRY_DELAY = 0.05
    # The warnings of what is there twice are in the table.
    logging.getLogger("openai_conversations").setLevel(logging.ERROR)
    short_pauses(setattr)
    with LocalServer(LocalService()) as server:
        draw = seeded(seed, rate)
        if DELIVERED_TWICE in name:
            draw = twice_as_well(draw, seed, TWICE_RATE)
        return run(server.url, WRITERS[name], messages(items), draw, SETTINGS)


def table(options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines, each as soon as it is known."""
    yield HEAD
    struck: Counter[str] = Counter()
    with ProcessPoolExecutor(WORKERS) as pool:
        pending = {
            name: [
                pool.submit(one_run, name, seed, options.items, options.rate)
                for seed in range(options.first, options.first + options.seeds)
            ]
            for name in WRITERS
        }
        for name, runs in pending.items():
            total = Total([one.result() for one in runs])
            yield total.row(name)
            if name.startswith(OURS):
                twice = DELIVERED_TWICE in name
                for outcome in total.outcomes:
                    struck.update(outcome.kinds)
                    options.failed |= bool(outcome.lost or outcome.untrue or not outcome.in_order)
                    options.failed |= not (twice or outcome.perfect)
    yield ""
    each = "; ".join(f"{kind} {count:,}" for kind, count in sorted(struck.items()))
    yield f"Faults that struck `append`: {each}."


def show(title: str, rows: Iterator[str], page: Path | None) -> None:
    """Print a table, each row as it is ready, and put the whole into a page of the docs."""
    lines = [title]
    print(title, flush=True)
    for line in rows:
        print(line, flush=True)
        lines.append(line)
    if page is not None:
        text = page.read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        new = "\n".join(lines)
        page.write_text(f"{before}{BEGIN}\n{new}\n\n{END}{after}", "utf-8")
        chart.write()


def main() -> int:
    """Print the table; the exit status is 1 if one run of `append` was not perfect."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=0.2)
    parser.add_argument("--write", action="store_true", help="put the table into docs/append.md")
    options = parser.parse_args()
    options.failed = False
    title = (
        f"{options.items:,} items, {options.rate:.0%} of exchanges faulty, {options.seeds} seeds, "
        f"timeout {SETTINGS.timeout} s, at most {SETTINGS.max_retries} retries:\n"
    )
    show(title, table(options), PAGE if options.write else None)
    return int(options.failed)


if __name__ == "__main__":
    sys.exit(main())
