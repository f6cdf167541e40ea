"""How things are measured: side by side in one run, so that the ratios hold on any machine.

A single duration says little on a shared machine. Contestants therefore take turns, repetition by
repetition, in CPU time of this process, and only medians are compared.
"""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Work = Callable[[], Any]

OURS = "ours"
OPENAI = "openai-python"
REPETITIONS = 15
SLICE = 0.02  # seconds that one contestant works before the next one's turn


@dataclass(frozen=True)
class Measured:
    """What one contestant needed, in the row's unit.

    Attributes:
        median: of all repetitions.
        low: the lower quartile.
        high: the upper quartile.
    """

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One piece of work and what each contestant needed for it.

    Attributes:
        work: what was done, in a few words.
        unit: what the numbers count, such as "µs an item".
        results: contestant -> what it needed.
        targets: contestant -> the largest share of its median that ours may need.
    """

    work: str
    unit: str
    results: Mapping[str, Measured]
    targets: Mapping[str, float] = field(default_factory=dict)

    def ratio(self, other: str) -> float:
        """Our median as a share of another contestant's."""
        return self.results[OURS].median / self.results[other].median


def interleaved(
    works: Mapping[str, Work], per: int, repetitions: int = REPETITIONS
) -> dict[str, Measured]:
    """Microseconds of CPU that each work needs for one of the `per` things that it handles.

    Every contestant gets a share of about `SLICE` seconds in each repetition.
    """
    calls = {name: _calls(work) for name, work in works.items()}
    times: dict[str, list[float]] = {name: [] for name in works}
    names = list(works)
    for turn in range(repetitions):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            times[name].append(_seconds(works[name], calls[name]) / per * 1e6)
    return {name: _measured(values) for name, values in times.items()}


def memory(makers: Mapping[str, Work], per: int, copies: int = 20) -> dict[str, Measured]:
    """Bytes kept for one of the `per` things that each maker returns."""
    return {name: _kept(make, per, copies) for name, make in makers.items()}


def _calls(work: Work) -> int:
    work()  # imports and caches are not what is measured
    return max(1, round(SLICE / max(_seconds(work, 3), 1e-6)))


def _seconds(work: Work, calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - start) / calls


def _measured(values: list[float]) -> Measured:
    low, median, high = statistics.quantiles(values, n=4)
    return Measured(median, low, high)


def _kept(make: Work, per: int, copies: int) -> Measured:
    make()
    gc.collect()
    tracemalloc.start()
    kept = [make() for _ in range(copies)]
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / (copies * per)
    tracemalloc.stop()
    del kept
    return Measured(size, size, size)
