"""`make bench`: everything in one run, as a table, as JSON, and into docs/speed.md.

    make bench [ONLY=decode,get] [QUICK=1] [COMPARE=benchmarks/results/….json]

Only a whole run writes the page and its picture; QUICK=1 repeats less, to see whether a change
moved anything at all.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

# A proxy of the environment, or its settings for OpenAI, would have a part in what is measured.
for _name in [*os.environ]:
    if _name.lower().endswith("_proxy") or _name.startswith("OPENAI_"):
        del os.environ[_name]

from benchmarks import measure, page, report  # noqa: E402
from benchmarks.measure import Row  # noqa: E402

RESULTS = Path(__file__).with_name("results")
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
    "async": "throughput.rows",
    "local": "local_requests.rows",
    "serve": "local_served.rows",
    "lists": "local_lists.rows",
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


def rows(topic: str, repetitions: int, *, quick: bool) -> list[Row]:
    """Measure one topic now."""
    module, _, name = TOPICS[topic].partition(".")
    function: Callable[..., list[Row]] = getattr(import_module(f"benchmarks.{module}"), name)
    if quick and topic == "walk":
        return function(repetitions, items=10_000)
    return function(repetitions)


def main() -> int:
    """Measure, print and save."""
    options = arguments()
    then: list[Row] = []
    if options.compare:
        try:
            then, _ = report.from_json(options.compare.read_text("utf-8"))
        except (OSError, ValueError) as error:
            print(f"COMPARE={options.compare}: {error}", file=sys.stderr)
            return 2
    repetitions = 3 if options.quick else max(7, options.repetitions)
    found: list[Row] = []
    for topic in options.only:
        start = time.perf_counter()
        found += rows(topic, repetitions, quick=options.quick)
        print(f"{topic}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    about = {**report.machine(), "repetitions": repetitions}
    print(report.table(found))
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / time.strftime("%Y-%m-%d-%H%M%S.json")
    file.write_text(report.as_json(found, about), "utf-8")
    print(f"\n{report.missed(found)} targets missed. Saved as {os.path.relpath(file)}")
    if then:
        print(f"\n{report.comparison(then, found)}")
    if not options.quick and set(options.only) == set(TOPICS):
        page.write(found, about)
        print("docs/speed.md and docs/speed.svg are of this run now")
    return 0


if __name__ == "__main__":
    sys.exit(main())
