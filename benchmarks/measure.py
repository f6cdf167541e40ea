"""How things are measured: side by side in one run, so that the ratios hold on any machine.

A single duration says little on a shared machine. Contestants therefore take turns, repetition by
repetition, in CPU time of this process, and are compared within each repetition. Where the turns of
a row take long there are fewer of them, so that all rows together stay in a few minutes.
"""

from __future__ import annotations

import gc
import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
Work = Callable[[], Any]
Reading = TypeVar("Reading")

OURS = "ours"
OPENAI = "openai-python"
PLAIN = "plain httpx"
FLOOR = "floor"
REPETITIONS = 7
SLICE = 0.02  # seconds that one contestant works before the next one's turn
ENOUGH = 0.7  # seconds that a repetition may take where none is to be left out


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
    """Read each meter once a repetition, each time beginning with another one.

    Args:
        meters: contestant -> what measures it.
        repetitions: how many at most. After half of them, and two at least, there is no other one
            once `ENOUGH` seconds for each of all have passed.
    """
    values: dict[str, list[Reading]] = {name: [] for name in meters}
    names = list(meters)
    end = time.perf_counter() + repetitions * ENOUGH
    for turn in range(repetitions):
        if turn >= max(2, repetitions // 2) and time.perf_counter() > end:
            break
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            values[name].append(meters[name]())
    return values


def columns(readings: Mapping[str, Sequence[Sequence[float]]]) -> list[dict[str, Measured]]:
    """Return the results of each number that the meters read at once."""
    width = len(next(iter(readings.values()))[0])
    return [
        {name: measured([one[index] for one in all]) for name, all in readings.items()}
        for index in range(width)
    ]


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
    # Imports and caches are not what is measured; but what is long already is not called again.
    first = _seconds(work, 1)
    return max(1, round(SLICE / max(_seconds(work, 1), 1e-6))) if first < 1 else 1


def _seconds(work: Work, calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - start) / calls


def measured(values: list[float]) -> Measured:
    """Return the median of at least two values, and the quartiles."""
    low, median, high = statistics.quantiles(values, n=4)
    return Measured(median, low, high, values)


def peak_memory(*, anew: bool = False) -> int:
    """Return the kilobytes that this process had at its largest, on Linux.

    Not by getrusage, whose maximum begins with the size of the process that started this one.

    Args:
        anew: whether the peak that is told from now on begins with the present size.
    """
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def allow_many_connections() -> None:
    """Let this process have as many files open as it may."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def in_a_process(call: str) -> list[float]:
    """Call a function, `module.function(arguments)` of the benchmarks, in a process of its own.

    Returns:
        the numbers that it returns.
    """
    code = f"from benchmarks import {call.partition('.')[0]}; print(*{call})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=300)
    return [float(number) for number in done.stdout.split()]


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
