"""`examples/bulk_dask.py` over a bad network, with processes that are killed, and what came of it.

The program runs as its users run it, against a service in a process of its own that keeps an SQLite
file. Its workers are those of a Dask cluster on this machine. At exchanges drawn from a seed one of
them is killed, and its nanny starts another; and so is the program itself, which is then started
again while the workers still do what the first one has asked for. The account is taken from the
database and from the files.
"""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import dask
from distributed import LocalCluster, Nanny, Status

from tests.document import ROOT
from tests.faults.proxy import KINDS, FaultProxy, Message, seeded

PROGRAM = ROOT / "examples" / "bulk_dask.py"
#: What is another conversation's response to a reading, or a creation, nobody can tell.
NOT_CROSSED = tuple(kind for kind in KINDS if not kind.startswith("other response"))
CLUSTER = {
    # A lease of a killed worker must not stop the others for half a minute.
    "distributed.scheduler.locks.lease-timeout": "2s",
    "distributed.scheduler.locks.lease-validation-interval": "500ms",
    "distributed.scheduler.allowed-failures": 50,
    # A cluster on this machine gives up a worker that is not there 15 seconds after it was lost,
    # such as one that has come back and was killed again.
    "distributed.deploy.lost-worker-timeout": "1h",
    "distributed.nanny.pre-spawn-environ": {"DASK_LOGGING__DISTRIBUTED": "critical"},
}
Texts = dict[str, list[str]]
"""The texts of messages, oldest first, by the id of their conversation or the name of a file."""


@dataclass(frozen=True)
class Setting:
    """How much is imported and exported, and what happens to it.

    Attributes:
        kills: how many workers die while there is an import, and while there is an export.
        stops: how often the program itself does, in the import.
        rate: of the exchanges that are faulty.
    """

    conversations: int
    items: int
    kills: int = 0
    stops: int = 0
    rate: float = 0.0
    seed: int = 1
    workers: int = 2
    threads: int = 4


@dataclass(frozen=True)
class Outcome:
    """What there is after an import, or an export, against what there should be.

    Attributes:
        whole: how many units have all their items, in order, in one conversation or file.
        empty: how many conversations have no items.
        told: whether the report is true, and the program has named the empty ones.
        attempts: of all units together.
    """

    lost: int
    doubled: int
    whole: int
    empty: int
    told: bool
    attempts: int
    run: Run

    def perfect(self, setting: Setting) -> bool:
        """Return whether nothing is lost, doubled, in another order or wrongly reported."""
        whole = self.whole == setting.conversations
        return whole and self.told and not self.lost and not self.doubled


@dataclass
class Run:
    """One verb of the program, from its start to its end.

    Attributes:
        starts: how often it was started.
        kills: how many workers were killed.
        said: what the program has printed at its end.
    """

    starts: int = 0
    kills: int = 0
    exchanges: int = 0
    faults: int = 0
    seconds: float = 0.0
    said: str = ""


class Cluster:
    """A cluster on which the program runs, behind a proxy with faults and kills, for `with`.

    Without faults there is no proxy, and nothing is killed.
    """

    def __init__(self, setting: Setting, service: str) -> None:
        self._setting = setting
        self._random = random.Random(f"kill {setting.seed}")
        self._stops: set[int] = set()
        self._kills: set[int] = set()
        self._due = 0
        self._killed: set[int] = set()
        self._proxy = FaultProxy(service, self._draw)
        self._url = self._proxy.url if setting.rate else service
        self._run = Run()

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self._open.enter_context(self._proxy)
        environment = {"OPENAI_BASE_URL": self._url, "OPENAI_API_KEY": "k"}
        self._open.enter_context(
            dask.config.set({**CLUSTER, "distributed.nanny.environ": environment})
        )
        self._dask = self._open.enter_context(
            LocalCluster(
                n_workers=self._setting.workers,
                threads_per_worker=self._setting.threads,
                dashboard_address=":0",
                preload="tests.faults.bulk_worker",
            )
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def run(self, *arguments: object, exchanges: int, stops: int = 0) -> Run:
        """Run the program until it ends, again after each kill.

        Args:
            arguments: of the program.
            exchanges: about how many there will be; kills are at some of them.
            stops: how often the program is killed.
        """
        first = len(self._proxy.exchanges)
        drawn = self._random.sample(range(exchanges), self._setting.kills + stops)
        numbers = [first + number for number in drawn]
        self._stops, self._kills = {*numbers[:stops]}, {*numbers[stops:]}
        self._due, self._run = 0, Run()
        struck, begun = self._proxy.struck.total(), time.monotonic()
        while not self._start(*map(str, arguments)):
            pass
        self._run.seconds = time.monotonic() - begun
        self._proxy.finish()
        self._run.exchanges = len(self._proxy.exchanges) - first
        self._run.faults = self._proxy.struck.total() - struck
        return self._run

    def _start(self, *arguments: str) -> bool:
        """Start the program; return whether it has come to its end."""
        self._run.starts += 1
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments, "--a-minute", "1000000"],
            env={**os.environ, "DASK_SCHEDULER_ADDRESS": self._dask.scheduler_address},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self._run.said = self._process.communicate()[0]
        assert self._process.returncode in (0, -9), self._run.said
        return self._process.returncode == 0

    def _draw(self, number: int, request: Message) -> str | None:
        self._due += number in self._kills
        # A nanny gives up a worker that dies while it starts.
        running = {one.pid for one in self._dask.workers.values() if is_running(one)}
        if self._due and (living := sorted(running - self._killed - {None})):
            self._killed.add(killed := self._random.choice(living))
            os.kill(killed, 9)
            self._due -= 1
            self._run.kills += 1
        if number in self._stops:
            self._process.kill()
        if request.first_line.startswith("GET /v1/conversations?"):
            self._proxy.finish()  # what was given up on is there when the program looks for it
        appends = "/items" in request.target and request.first_line.startswith("POST")
        kinds = KINDS if appends else NOT_CROSSED
        return seeded(self._setting.seed, self._setting.rate, kinds)(number, request)


def is_running(nanny: Nanny) -> bool:
    """Return whether the worker of a nanny runs, and is not just being started."""
    states = [one.status for one in (nanny, nanny.process) if one is not None]
    return states == [Status.running, Status.running]


@contextmanager
def serve(database: Path) -> Iterator[str]:
    """Yield the URL of a service in a process of its own."""
    command = ("-m", "openai_conversations", "serve", "--port", "0", "--db", str(database))
    with subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def read_database(file: Path) -> Texts:
    """Return all conversations of a service's database."""
    query = """SELECT c.id, i.body FROM conversations c LEFT JOIN items i ON i.list = c.items
        WHERE NOT c.deleted ORDER BY c.id, i.position"""
    found: Texts = {}
    with closing(sqlite3.connect(file)) as connection:
        for id, body in connection.execute(query):
            texts = found.setdefault(id, [])
            texts += [] if body is None else [text_of(json.loads(body))]
    return found


def account(
    run: Run,
    wanted: Texts,
    found: Texts,
    report: list[dict[str, Any]],
    names: dict[str, str],
) -> Outcome:
    """Compare what there is with what there should be.

    Args:
        wanted: by source.
        found: by conversation.
        names: the source of each conversation, as the report has it.
    """
    there = Counter(text for texts in found.values() for text in texts)
    should = Counter(text for texts in wanted.values() for text in texts)
    empty = {id for id, texts in found.items() if not texts}
    true = {line["source"]: line["items"] for line in report}
    return Outcome(
        lost=(should - there).total(),
        doubled=(there - should).total(),
        whole=sum(wanted[source] == found[id] for id, source in names.items()),
        empty=len(empty),
        told=true == {source: len(texts) for source, texts in wanted.items()}
        and {*re.findall(r"conv_\w+", run.said)} == empty,
        attempts=sum(line["attempts"] for line in report),
        run=run,
    )


def run(setting: Setting, folder: Path) -> tuple[Outcome, Outcome]:
    """Import so many files, export all that was made, and return what came of both."""
    dumps, made, exported = (folder / name for name in ("dumps", "made", "exported"))
    dumps.mkdir()
    wanted: Texts = {}
    for number in range(setting.conversations):
        file = dumps / f"{number}.jsonl"
        texts = [f"Message {item} of {number}" for item in range(setting.items)]
        wanted[str(file)] = texts
        messages = ({"role": "user", "content": text} for text in texts)
        file.write_text("\n".join(map(json.dumps, messages)), "utf-8")
    database = folder / "service.db"
    with serve(database) as service, Cluster(setting, service) as cluster:
        # To create it, to see how it ends, and a batch each.
        exchanges = setting.conversations * (2 - setting.items // -20)
        run = cluster.run("import", dumps, made, exchanges=exchanges, stops=setting.stops)
        report = read_lines(made / "report.jsonl")
        sources = {line["conversations"][0]: line["source"] for line in report}
        there = read_database(database)
        imported = account(run, wanted, there, report, sources)
        ids = folder / "ids.txt"
        ids.write_text("\n".join(sources), "utf-8")
        # To see what it is, and a page each.
        exchanges = setting.conversations * (1 - setting.items // -100)
        run = cluster.run("export", ids, exported, exchanges=exchanges)
    report = read_lines(exported / "report.jsonl")
    files = {id: read_lines(exported / f"{id}.jsonl")[1:-1] for id in sources}
    found = {id: [text_of(item) for item in items] for id, items in files.items()}
    same = {id: there[id] for id in sources}
    return imported, account(run, same, found, report, {id: id for id in sources})


def read_lines(file: Path) -> list[dict[str, Any]]:
    """Return the values in a file of JSON Lines."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def text_of(item: Any) -> str:
    """Return the text of a message."""
    text: str = item["content"][0]["text"]
    return text
