"""`make bench`: everything in one run, as a table, as JSON, and into docs/speed.md.

    make bench [ONLY=decode,get] [QUICK=1] [COMPARE=benchmarks/results/….json]

Only a whole run writes the pages, their pictures and the history; QUICK=1 repeats less, to see
whether a change moved anything at all. The exit status is 1 if a target was missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks import measure, page, report
from benchmarks.measure import ROOT, Row

#: What ONLY= takes: the function of a module.
TOPICS = {
    "cold": "cold.rows",
    "decode": "decode.decode_rows",
    "encode": "decode.encode_rows",
    "new": "decode.new_messages_rows",
    "memory": "decode.memory_rows",
    "get": "requests.get_rows",
    "post": "requests.post_rows",
    "walk": "walk.rows",
    "archive": "archive.rows",
    "event": "decode.event_rows",
    "stream": "streams.rows",
    "streams": "streams.at_once_rows",
    "async": "throughput.rows",
    "local": "local_requests.rows",
    "serve": "local_served.rows",
    "lists": "local_lists.rows",
}
#: What functions are given besides, with QUICK=1.
QUICK: dict[str, dict[str, Any]] = {
    "cold": {"pages": ("mixed",)},
    "walk": {"items": 10_000},
    "archive": {"items": 1_000},
    "streams": {"count": 250},
    # The pool of plain httpx takes the longer the more wait for it: two thirds of all the time.
    "async": {"at_once": (100, 500), "without": measure.PLAIN},
    "lists": {"long": 100_000},
}


def topics(names: str) -> list[str]:
    """Return the topics of a list with commas; an empty one stands for all."""
    chosen = [name.strip() for name in names.split(",") if name.strip()] or list(TOPICS)
    for name in chosen:
        if name not in TOPICS:
            raise argparse.ArgumentTypeError(f"no {name!r} among {', '.join(TOPICS)}")
    return chosen


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=topics, default=list(TOPICS), metavar="TOPIC,TOPIC")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--repetitions", type=int, default=measure.REPETITIONS)
    parser.add_argument("--compare", type=Path, metavar="FILE", help="an earlier run")
    return parser.parse_args()


def meter(topic: str, repetitions: int, *, quick: bool) -> Callable[[], list[Row]]:
    """Return what measures one topic."""
    module, _, name = TOPICS[topic].partition(".")
    function: Callable[..., list[Row]] = getattr(import_module(f"benchmarks.{module}"), name)
    return partial(function, repetitions, **(QUICK.get(topic, {}) if quick else {}))


def main() -> int:
    """Measure, print and save.

    Returns:
        0; 1 if a target was missed, after all has been saved; 2 if COMPARE cannot be read.
    """
    options = arguments()
    then: report.Shares = {}
    if options.compare:
        try:
            then = report.shares(options.compare.read_text("utf-8"))
        except (OSError, ValueError) as error:
            print(f"COMPARE={options.compare}: {error}", file=sys.stderr)
            return 2
    # A proxy of the environment, or its settings for OpenAI, would have a part in what is measured.
    for name in [*os.environ]:
        if name.lower().endswith("_proxy") or name.startswith("OPENAI_"):
            del os.environ[name]
    repetitions = 3 if options.quick else max(measure.REPETITIONS, options.repetitions)
    found: list[Row] = []
    begun = time.perf_counter()
    # Each topic in a new process: what came before makes it slower or faster, and each client not
    # to the same extent.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        for topic in options.only:
            start = time.perf_counter()
            found += processes.submit(meter(topic, repetitions, quick=options.quick)).result()
            _say(f"{topic}: {time.perf_counter() - start:.0f} s")
    _say(f"all: {time.perf_counter() - begun:.0f} s")
    run = report.summary(found, report.machine())
    print(report.table(found))
    results = ROOT / "benchmarks/results"
    results.mkdir(exist_ok=True)
    file = results / time.strftime("%Y-%m-%d-%H%M%S.json")
    file.write_text(report.as_json(run), "utf-8")
    print(f"\nSaved as {os.path.relpath(file)}")
    if then:
        print(f"\n{report.comparison(then, found)}")
    if not options.quick and set(options.only) == set(TOPICS):
        page.write(found, run, ROOT)
        print("docs/speed.md, its pictures, README.md and benchmarks/history are of this run now")
    missed = report.missed(found)
    for line in missed:
        _say(f"missed: {line}")
    return 1 if missed else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
