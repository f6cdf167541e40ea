"""Import a folder of dumps, or export conversations, on a cluster; after any crash, go on.

    python examples/bulk_dask.py import dumps/ folder/
    python examples/bulk_dask.py export ids.txt folder/

A unit is a file, or a conversation. The folder, which all workers share, holds how far each one
is, what is exported, and report.jsonl with a line for each. docs/scale.md explains all of it.
"""

# pyright: basic

import argparse
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from dask.distributed import Client as Cluster
from dask.distributed import Semaphore, as_completed
from openai_conversations import Client, NotFoundError

Line = dict[str, Any]


def import_file(client: Client, source: str, token: str | None, save: Callable[..., None]) -> Line:
    """Import a file, or the rest of it."""
    result = client.conversations.import_file(
        source,
        metadata={"source": Path(source).name},
        on_unsupported="text",
        resume=token,
        on_progress=lambda progress: save(token=progress.token),
    )
    made = {one.conversation_id: one.count for one in result.conversations}
    notes = [asdict(note) for note in result.notes]
    return {"conversations": list(made), "items": sum(made.values()), "notes": notes}


def export(client: Client, source: str, file: Path) -> Line:
    """Export a conversation, or the rest of it."""
    result = client.conversations.export(source, file, resume=True)
    return {"conversations": [source], "items": result.count, "sha256": result.sha256}


def work(source: str, verb: str, folder: Path, at_once: int, seconds: float) -> Line:
    """Do a unit, or what is left of it; return its line of the report.

    Args:
        at_once: how many units may be at work, on all workers together.
        seconds: how long each request takes at least, with the pause after it.
    """

    def pace(request: httpx.Request, send: Callable[[httpx.Request], httpx.Response]) -> Any:
        begun = time.monotonic()
        try:
            return send(request)
        finally:
            time.sleep(max(0, begun + seconds - time.monotonic()))

    file = folder / f"{Path(source).name}.state"
    limit = Semaphore(at_once, name=f"{at_once} at once")
    with limit, file.with_suffix(".lock").open("w") as lock:
        # A worker that the scheduler took for dead may still be at it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        state: Line = {"source": source, "attempts": 0, "token": None}
        state |= json.loads(file.read_text("utf-8")) if file.exists() else {}

        def save(**changes: object) -> None:
            state.update(changes)
            file.with_suffix(".new").write_text(json.dumps(state), "utf-8")
            os.replace(file.with_suffix(".new"), file)

        if "items" in state:
            return state
        save(attempts=state["attempts"] + 1)
        begun = time.monotonic()
        with Client(max_retries=8, interceptors=[pace]) as client:
            if verb == "import":
                done = import_file(client, source, state["token"], save)
            else:
                done = export(client, source, file.with_suffix(".jsonl"))
        save(**done, token=None, seconds=round(time.monotonic() - begun, 3))
        return state


def left_empty(lines: list[Line]) -> list[str]:
    """Return what creations without a response have left, if the service lists conversations."""
    sources = {Path(line["source"]).name for line in lines}
    known = {made for line in lines for made in line["conversations"]}
    with Client(max_retries=8) as client:
        made = client.conversations.list(limit=100)
        ours = {one.id for one in made if (one.metadata or {}).get("source") in sources}
        return [id for id in ours - known if not client.conversations.items.list(id, limit=1).data]


def main() -> int:
    """Give the units to the cluster, and write the report; return 1 if one of them has failed."""
    parser = argparse.ArgumentParser(description=sys.modules[__name__].__doc__)
    parser.add_argument("verb", choices=["import", "export"])
    parser.add_argument("source", type=Path, help="a folder of dumps, or a file of ids")
    parser.add_argument("folder", type=Path, help="for all that is written")
    parser.add_argument("--at-once", type=int, default=8, help="units, and so requests, at once")
    parser.add_argument("--a-minute", type=int, default=3000, help="requests of all workers")
    given = parser.parse_args()
    folder: Path = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    source: Path = given.source.resolve()
    files = source.iterdir() if given.verb == "import" else None
    units = sorted(map(str, files)) if files else source.read_text("utf-8").split()
    seconds = 60 * given.at_once / given.a_minute
    lines: list[Line] = []
    with Cluster() as cluster, (folder / "report.jsonl").open("w", encoding="utf-8") as report:
        do = partial(work, verb=given.verb, folder=folder, at_once=given.at_once, seconds=seconds)
        sources = dict(zip(cluster.map(do, units, retries=9, pure=False), units, strict=True))
        for future in as_completed(list(sources)):
            error = future.exception()
            line = {"source": sources[future], "error": str(error)} if error else future.result()
            print(json.dumps(line), file=report, flush=True)
            lines.append(line)
        failed = sum("error" in line for line in lines)
        tried = sum(line.get("attempts", 0) for line in lines)
        print(f"{len(lines)} units, {failed} of them failed, {tried} attempts; see {report.name}")
        if given.verb == "import" and not failed and tried > len(lines):
            try:
                empty = cluster.submit(left_empty, lines, retries=9).result()
                print("empty, and in no line of the report:", *empty)
            except NotFoundError:
                print(f"up to {tried - len(lines)} empty conversations may be left")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
