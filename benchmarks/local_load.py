"""How much local mode bears: requests a second in-process and over HTTP.

    python benchmarks/local_load.py

Only the ratios mean something on another machine.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
from openai_conversations.local.service import LocalService
from openai_conversations.local.transport import AsyncLocalTransport, LocalTransport

SECONDS = 1.0
THREADS = 8
BASE = "http://local/v1"
MESSAGE = {"type": "message", "role": "user", "content": "What is the weather in Paris?"}
Work = Callable[[httpx.Client, str], httpx.Response]
WORKS: dict[str, Work] = {
    "get a conversation": lambda client, path: client.get(path),
    "list 20 items": lambda client, path: client.get(f"{path}/items"),
    "append 1 item": lambda client, path: client.post(f"{path}/items", json={"items": [MESSAGE]}),
    "append 20 items": lambda client, path: client.post(
        f"{path}/items", json={"items": [MESSAGE] * 20}
    ),
    "create a response": lambda client, path: client.post(
        "responses", json={"model": "gpt-5.4", "input": "Hello"}
    ),
}


def rate(work: Work, client: httpx.Client, path: str) -> float:
    """Count the requests in a second, sent one after the other."""
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        work(client, path).raise_for_status()
        done += 1
    return done / (time.perf_counter() - start)


def start(client: httpx.Client) -> str:
    """Make a conversation with a page of items, and return its path."""
    made = client.post("conversations", json={"items": [MESSAGE] * 20}).raise_for_status()
    return f"conversations/{made.json()['id']}"


def in_process(path: str | None) -> dict[str, float]:
    """Measure every work through the in-process transport."""
    transport = LocalTransport(LocalService(path), close_service=True)
    with httpx.Client(base_url=BASE, transport=transport) as client:
        return {name: rate(work, client, start(client)) for name, work in WORKS.items()}


def served(path: str | None) -> dict[str, float]:
    """Measure every work over HTTP, from several threads, the server in another process."""
    command = [sys.executable, "-m", "openai_conversations", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, *(["--db", path] if path else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        with (
            httpx.Client(base_url=url, trust_env=False) as client,
            ThreadPoolExecutor(THREADS) as pool,
        ):
            found: dict[str, float] = {}
            for name, work in WORKS.items():
                paths = [start(client) for _ in range(THREADS)]
                found[name] = sum(pool.map(partial(rate, work, client), paths))
        process.terminate()
    return found


def asynchronous() -> float:
    """Count the GETs in a second through the asynchronous transport, 20 at once."""

    async def measure() -> float:
        transport = AsyncLocalTransport(LocalService(), close_service=True)
        async with httpx.AsyncClient(base_url=BASE, transport=transport) as client:
            made = await client.post("conversations", json={"items": [MESSAGE]})
            path = f"conversations/{made.json()['id']}"
            begun, done = time.perf_counter(), 0
            while time.perf_counter() - begun < SECONDS:
                await asyncio.gather(*(client.get(path) for _ in range(20)))
                done += 20
            return done / (time.perf_counter() - begun)

    return asyncio.run(measure())


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "local.sqlite")
        columns = {
            "in-process": in_process(None),
            "in-process, file": in_process(str(database)),
            f"HTTP, {THREADS} threads": served(None),
            f"HTTP, {THREADS} threads, file": served(str(database)),
        }
        print(f"{'requests a second':20}" + "".join(f"{name:>24}" for name in columns))
        for name in WORKS:
            print(f"{name:20}" + "".join(f"{found[name]:24,.0f}" for found in columns.values()))
        print(f"{'get, async, 20 at once':32}{asynchronous():12,.0f}")


if __name__ == "__main__":
    main()
