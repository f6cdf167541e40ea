"""How things are measured: side by side in one run, so that the ratios hold on any machine.

A single duration says little on a shared machine. Contestants therefore take turns, repetition by
repetition, in CPU time of this process, and are compared within each repetition.
"""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

Work = Callable[[], Any]
Reading = TypeVar("Reading")

OURS = "ours"
OPENAI = "openai-python"
PLAIN = "plain httpx"
FLOOR = "floor"
REPETITIONS = 7
SLICE = 0.02  # seconds that one contestant works before the next one's turn


@dataclass(frozen=True)
class Measured:
    """What one contestant needed, in the row's unit.

    Attributes:
        median: of all repetitions.
        low: the lower quartile.
        high: the upper quartile.
        readings: of each repetition, in turn.
    """

    median: float
    low: float
    high: float
    readings: Sequence[float]


@dataclass(frozen=True)
class Row:
    """One piece of work and what each contestant needed for it.

    Attributes:
        work: what was done, in a few words.
        unit: what the numbers count, such as "µs an item".
        results: contestant -> what it needed.
        targets: contestant -> the largest share of its median that ours may need.
        means: contestant -> what exactly it did, where its name does not say it.
    """

    work: str
    unit: str
    results: Mapping[str, Measured]
    targets: Mapping[str, float] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)

    def ratio(self, other: str) -> float:
        """Compare ours with another contestant: its share of what the other needed.

        The median of the shares: where the machine changes its pace between two repetitions, the
        share of each is right, and that of the medians need not be.
        """
        turns = zip(self.results[OURS].readings, self.results[other].readings, strict=True)
        return statistics.median(ours / theirs for ours, theirs in turns)


def interleaved(
    works: Mapping[str, Work], per: int, repetitions: int = REPETITIONS
) -> dict[str, Measured]:
    """Measure the CPU microseconds that each work needs for one of the `per` things it handles.

    Every contestant gets a share of about `SLICE` seconds in each repetition.
    """
    calls = {name: _calls(work) for name, work in works.items()}

    def microseconds(name: str) -> float:
        gc.collect()
        return _seconds(works[name], calls[name]) / per * 1e6

    readings = in_turns({name: partial(microseconds, name) for name in works}, repetitions)
    return {name: measured(values) for name, values in readings.items()}


def in_turns(
    meters: Mapping[str, Callable[[], Reading]], repetitions: int = REPETITIONS
) -> dict[str, list[Reading]]:
    """Read each meter once a repetition, each time beginning with another one."""
    values: dict[str, list[Reading]] = {name: [] for name in meters}
    names = list(meters)
    for turn in range(repetitions):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            values[name].append(meters[name]())
    return values


def instead(results: Mapping[str, Measured], variant: str) -> dict[str, Measured]:
    """Return the same results, with a variant in place of our own."""
    others = {name: result for name, result in results.items() if name not in (OURS, variant)}
    return {OURS: results[variant], **others}


def memory(
    makers: Mapping[str, Work], per: int, repetitions: int = REPETITIONS
) -> dict[str, Measured]:
    """Measure the bytes kept for one of the `per` things that each maker returns."""
    readings = in_turns(
        {name: partial(_kept, make, per) for name, make in makers.items()}, repetitions
    )
    return {name: measured(values) for name, values in readings.items()}


def _calls(work: Work) -> int:
    work()  # imports and caches are not what is measured
    return max(1, round(SLICE / max(_seconds(work, 1), 1e-6)))


def _seconds(work: Work, calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - start) / calls


def measured(values: list[float]) -> Measured:
    """Return the median of at least two values, and the quartiles."""
    low, median, high = statistics.quantiles(values, n=4)
    return Measured(median, low, high, values)


def _kept(make: Work, per: int, copies: int = 5) -> float:
    make()
    gc.collect()
    tracemalloc.start()
    kept = [make() for _ in range(copies)]
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / (copies * per)
    tracemalloc.stop()
    del kept
    return size
