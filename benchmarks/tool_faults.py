"""`make faults`, second table: runs with tools on a bad network, beside a loop by hand.

    python -m benchmarks.tool_faults [--runs 500] [--rate 0.2] [--first 1] [--write]

In each run the model calls three tools at once, twice, and then comes to its end. A proxy does
something bad to a fifth of all exchanges (`tests/faults/proxy.py`), and up to two processes die at
random moments (`tests/faults/tool_kills.py`); another one goes on. openai-python runs the loop over
`responses.create` that its guides show. Timeouts and numbers of retries are the same for all; the
pauses are cut short. `--write` also puts the table into docs/tools.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import openai
from openai_conversations import __version__
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService

from benchmarks.faults import SETTINGS, WORKERS, show
from tests.faults.proxy import seeded
from tests.faults.tool_kills import Killer
from tests.faults.tool_runs import (
    Outcome,
    Runner,
    peer,
    run,
    run_tools,
    run_tools_async,
    run_tools_streamed,
    scripted_model,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tools.md"
OURS = f"openai-conversations {__version__}"
RUNNERS: dict[str, Runner] = {
    f"{OURS}, `run`, sync": run_tools,
    f"{OURS}, `run`, async": run_tools_async,
    f"{OURS}, `run_stream`, sync": run_tools_streamed,
    f"openai {openai.__version__}, a loop by hand, sync": peer,
}
KILLS = 2
HEAD = (
    "| client | exchanges | faults | kills | outputs twice | calls left open "
    "| tools run twice in a process | inputs lost or twice | perfect runs |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def one_run(runner: Runner, seed: int, rate: float) -> Outcome:
    """Run one client with one seed, in processes of its own."""
    killer = Killer(seed, KILLS, seeded(seed, rate))
    with (
        LocalServer(LocalService(model=scripted_model)) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        return run(server.url, runner, killer, SETTINGS, Path(folder), killer.start)


def row(name: str, runs: list[Outcome]) -> str:
    """Return a line of the table."""
    cells = [
        name,
        f"{sum(one.exchanges for one in runs):,}",
        f"{sum(one.faults for one in runs):,}",
        f"{sum(one.kills for one in runs):,}",
        f"{sum(one.twice for one in runs):,}",
        f"{sum(one.open for one in runs):,}",
        f"{sum(one.rerun for one in runs):,}",
        f"{sum(one.inputs != 1 for one in runs):,}",
        f"{sum(one.perfect for one in runs)} of {len(runs)}",
    ]
    return f"| {' | '.join(cells)} |"


def table(options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines, each as soon as it is known."""
    yield HEAD
    seeds = range(options.first, options.first + options.runs)
    with ProcessPoolExecutor(WORKERS) as pool:
        for name, runner in RUNNERS.items():
            pending = [pool.submit(one_run, runner, seed, options.rate) for seed in seeds]
            runs = [one.result() for one in pending]
            yield row(name, runs)
            if name.startswith(OURS):
                wrong = [seed for seed, one in zip(seeds, runs, strict=True) if not one.perfect]
                options.failed |= bool(wrong)
                if wrong:
                    print(f"not perfect: seeds {wrong}", file=sys.stderr)


def main() -> int:
    """Print the table; the exit status is 1 if one of our runs was not perfect."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.2)
    parser.add_argument("--write", action="store_true", help="put the table into docs/tools.md")
    options = parser.parse_args()
    options.failed = False
    title = (
        f"{options.runs} runs each, {options.rate:.0%} of exchanges faulty, up to {KILLS} "
        f"processes killed in a run, timeout {SETTINGS.timeout} s, at most "
        f"{SETTINGS.max_retries} retries:\n"
    )
    show(title, table(options), PAGE if options.write else None)
    return int(options.failed)


if __name__ == "__main__":
    sys.exit(main())
