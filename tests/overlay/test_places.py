"""Places in the pool come back, wherever Ctrl-C, an abort or a cancellation ends a request.

Requests are ended at every point there is, or at drawn ones; afterwards places, waiting requests,
sockets, tasks and objects are counted. OPENAI_CONVERSATIONS_TRIES and _SEED make the run a longer
and another one.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import sys
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import anyio
import httpx
import pytest
from openai_conversations import AbortSignal, Client, OpenAIError
from openai_conversations._async.connection_pool import AsyncConnectionPool
from openai_conversations._async.pooled_connection import AsyncPooledConnection
from openai_conversations._request.request import ATTEMPT, Attempt
from openai_conversations._sync.connection_pool import ConnectionPool
from openai_conversations._sync.pooled_connection import PooledConnection

from tests.garbage import collect
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer

pytestmark = pytest.mark.off_contract
TRIES = int(os.environ.get("OPENAI_CONVERSATIONS_TRIES", "400"))
SEED = int(os.environ.get("OPENAI_CONVERSATIONS_SEED", "1"))
# Of a connection that the server closes as a request is sent on it.
STALE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
TIMEOUT = {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0}
# Nobody listens there: port 9 is that of the discard service.
REFUSED = "http://127.0.0.1:9/"
BODY = json.dumps(CONVERSATION).encode()
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


def script(peer: Peer) -> None:
    """Respond, in one piece, and make the connection a stale one if that is asked for."""
    peer.send(RESPONSE)
    assert peer.seen is not None
    if peer.seen.target.endswith("/close"):
        peer.cut()


def request(url: str, *, whole: bool = True) -> httpx.Request:
    attempt = Attempt(whole=whole)
    return httpx.Request("GET", url, extensions={"timeout": TIMEOUT, ATTEMPT: attempt})


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0


def alive(*kinds: type) -> int:
    collect()
    return sum(isinstance(one, kinds) for one in gc.get_objects())


def look(pool: Any) -> None:
    """Check that nobody has a place, or waits for one, and that the rest can be used."""
    if pool._places:
        collect()  # of a response that nobody could close
    assert (len(pool._places), len(pool._waiting)) == (0, 0)
    assert pool._settle()  # a note that a finalizer left half-way
    assert not pool._done


@pytest.fixture(autouse=True)
def _unraisable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let go of what ends a finalizer, Ctrl-C, with all that its traceback holds."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)


# -- Ctrl-C


def profiled(react: Callable[[], object], function: Callable[[], object]) -> None:
    """Call a function, and another at each point where Python looks for signals meanwhile.

    Those are where a function written in Python begins and one written in C has ended.
    """

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_return"):
            react()

    try:
        sys.setprofile(profile)
        function()
    finally:
        sys.setprofile(None)


def interrupt(at: int, function: Callable[[], object]) -> int:
    """Call a function, with Ctrl-C at a certain point; return how many there have been."""
    points = 0

    def react() -> None:
        nonlocal points
        points += 1
        if points == at:
            sys.setprofile(None)
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt, *STALE):
        profiled(react, function)
    return points


def read(pool: ConnectionPool, url: str) -> None:
    pool.handle_request(request(url))


def read_and_let_it_expire(pool: ConnectionPool, url: str) -> None:
    pool.handle_request(request(f"{url}/close"))


def stream(pool: ConnectionPool, url: str) -> None:
    response = pool.handle_request(request(url, whole=False))
    try:
        response.read()
    finally:
        response.close()


def stream_and_leave(pool: ConnectionPool, url: str) -> None:
    response = pool.handle_request(request(url, whole=False))
    response.close()


def be_refused(pool: ConnectionPool, url: str) -> None:
    with suppress(httpx.ConnectError):
        pool.handle_request(request(REFUSED))


SYNC_WAYS = [read, read_and_let_it_expire, stream, stream_and_leave, be_refused]


def count_points(way: Callable[[ConnectionPool, str], None], url: str) -> int:
    """Return how many points there are in a request that connects, once all is imported."""
    points = 0
    for _ in range(2):
        pool = ConnectionPool()
        points = interrupt(0, partial(way, pool, url))
        pool.close()
    assert points > 100
    return points


@pytest.mark.parametrize("way", SYNC_WAYS)
def test_ctrl_c(way: Callable[[ConnectionPool, str], None]) -> None:
    pool = ConnectionPool(max_connections=2)
    drawn = random.Random(SEED)
    before = alive(PooledConnection)
    opened = descriptors()
    with ScriptedServer(script) as server:
        points = count_points(way, server.url)
        more = [drawn.randint(1, points) for _ in range(TRIES // len(SYNC_WAYS))]
        for at in [*range(1, points + 1), *more]:
            interrupt(at, partial(way, pool, server.url))
            look(pool)
        assert pool.handle_request(request(server.url)).status_code == 200
        pool.close()
    assert alive(PooledConnection) == before
    assert descriptors() <= opened


def test_ctrl_c_beside_other_threads() -> None:
    """Share one place with a thread that is interrupted: each of the others gets its turn."""
    pool = ConnectionPool(max_connections=1)
    drawn = random.Random(SEED)
    over = threading.Event()
    turns: list[int] = []

    def others() -> None:
        count = 0
        while not over.is_set():
            with suppress(*STALE):
                pool.handle_request(request(server.url))
            count += 1
        turns.append(count)

    with ScriptedServer(script) as server:
        threads = [threading.Thread(target=others) for _ in range(2)]
        for thread in threads:
            thread.start()
        points = count_points(read, server.url)
        for _ in range(TRIES // 4):
            way = drawn.choice(SYNC_WAYS)
            interrupt(drawn.randint(1, points), partial(way, pool, server.url))
        over.set()
        for thread in threads:
            thread.join()
        look(pool)
        pool.close()
    assert len(turns) == 2


def test_a_signal_handler_sends_a_request() -> None:
    """Wherever it comes, the handler gets a place of its own, and the request goes on after it."""
    pool = ConnectionPool(max_connections=2)

    def react() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            handled.append(pool.handle_request(request(server.url)).status_code)

    handled: list[int] = []
    drawn = random.Random(SEED)
    with ScriptedServer(script) as server:
        points = count_points(read, server.url)
        for _ in range(TRIES // 4):
            left = drawn.randint(1, points // 2)
            profiled(react, partial(read, pool, server.url))
            look(pool)
        pool.close()
    assert handled == [200] * (TRIES // 4)


# -- abort


def test_abort() -> None:
    with (
        ScriptedServer(script) as server,
        Client(api_key="k", base_url=server.url, max_retries=0) as client,
    ):
        pool: Any = client._sender.transport
        pool._max = 3
        seeds = [SEED * 1000 + number for number in range(4)]
        threads = [threading.Thread(target=_abort_requests, args=(client, seed)) for seed in seeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for thread in threading.enumerate():
            if thread.name == "openai_conversations-abortable":
                thread.join()
        look(pool)
        # Twice, if the connection that is left is one that the server has just closed.
        after = client.with_options(max_retries=1)
        assert after.conversations.retrieve("conv_1").id == "conv_1"


def _abort_requests(client: Client, seed: int) -> None:
    drawn = random.Random(seed)
    for _ in range(TRIES // 16):
        abort = AbortSignal()
        path = drawn.choice(["/c", "/close"])
        thread = threading.Thread(target=abort.set)
        left = drawn.randint(1, 300)

        def react(thread: threading.Thread = thread) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                thread.start()

        with suppress(OpenAIError):
            profiled(react, partial(client.get, path, abort=abort))
        if thread.ident is not None:
            thread.join()


# -- cancellation


class Cancelling(Coroutine[Any, Any, Any]):
    """Runs a coroutine, and calls a function at a certain one of the points where it waits."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], at: int, cancel: Any) -> None:
        self._coroutine = coroutine
        self._left = at
        self._cancel = cancel

    def _step(self, resume: Callable[..., Any], *values: Any) -> Any:
        waits_for = resume(*values)
        self._left -= 1
        if self._left == 0:
            self._cancel()
        return waits_for

    def send(self, value: Any) -> Any:
        return self._step(self._coroutine.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self._coroutine.throw, *error)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        value = None
        try:
            while True:
                try:
                    waits_for = self.send(value)
                    break
                except StopIteration as end:
                    return end.value
        finally:
            pass
        while True:
            try:
                value = yield waits_for
            except BaseException as error:
                resume: Callable[[], Any] = lambda error=error: self.throw(error)  # noqa: E731
            else:
                resume = lambda value=value: self.send(value)  # noqa: E731
            try:
                waits_for = resume()
            except StopIteration as end:
                return end.value


async def async_read(pool: AsyncConnectionPool, url: str) -> None:
    await pool.handle_async_request(request(url))


async def async_read_and_let_it_expire(pool: AsyncConnectionPool, url: str) -> None:
    await pool.handle_async_request(request(f"{url}/close"))


async def async_stream(pool: AsyncConnectionPool, url: str) -> None:
    response = await pool.handle_async_request(request(url, whole=False))
    try:
        await response.aread()
    finally:
        await response.aclose()


async def async_stream_and_leave(pool: AsyncConnectionPool, url: str) -> None:
    response = await pool.handle_async_request(request(url, whole=False))
    await response.aclose()


async def async_be_refused(pool: AsyncConnectionPool, url: str) -> None:
    with suppress(httpx.ConnectError):
        await pool.handle_async_request(request(REFUSED))


ASYNC_WAYS = [
    async_read,
    async_read_and_let_it_expire,
    async_stream,
    async_stream_and_leave,
    async_be_refused,
]


@pytest.mark.parametrize("native", [False, True], ids=["scope", "task"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancellation(backend: str, native: bool) -> None:
    """Ten tasks at once, three places, connections that go stale: each place comes back."""
    if native and backend == "trio":
        pytest.skip("trio has scopes only")

    async def one(pool: AsyncConnectionPool, url: str, drawn: random.Random) -> None:
        way, at = drawn.choice(ASYNC_WAYS), drawn.randint(1, 30)
        if native:
            task: Any = asyncio.create_task(cancelled(pool, url, way, at))
            with suppress(asyncio.CancelledError, *STALE):
                await task
            return
        with anyio.CancelScope() as scope:
            with suppress(*STALE):
                await Cancelling(way(pool, url), at, scope.cancel)

    async def cancelled(pool: AsyncConnectionPool, url: str, way: Any, at: int) -> None:
        task: Any = asyncio.current_task()
        await Cancelling(way(pool, url), at, task.cancel)

    async def run() -> None:
        pool = AsyncConnectionPool(max_connections=3)
        drawn = random.Random(SEED)
        for _ in range(TRIES // 10):
            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(one, pool, server.url, drawn)
            look(pool)
            assert not pool._ended
            assert sum(map(len, pool._free.values())) <= pool._max
        assert (await pool.handle_async_request(request(server.url))).status_code == 200
        await pool.aclose()
        await anyio.wait_all_tasks_blocked()
        if backend == "asyncio":
            assert len(asyncio.all_tasks()) == 1

    before, opened = alive(AsyncPooledConnection), descriptors()
    with ScriptedServer(script) as server:
        anyio.run(run, backend=backend)
    assert alive(AsyncPooledConnection) == before
    assert descriptors() <= opened


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancelled_while_stale_connections_are_closed(backend: str) -> None:
    """Close all of them, and keep no place for a request that was cancelled meanwhile."""

    async def run() -> None:
        pool = AsyncConnectionPool(max_connections=5, keepalive_expiry=0.0)
        stream = partial(request, server.url, whole=False)
        responses = [await pool.handle_async_request(stream()) for _ in range(5)]
        for response in responses:
            await response.aread()
            await response.aclose()
        [free] = map(list, pool._free.values())
        assert len(free) == 5
        with anyio.CancelScope() as scope:
            scope.cancel()
            await pool.handle_async_request(request(server.url))
        look(pool)
        assert (len(pool._ended), sum(map(len, pool._free.values()))) == (0, 0)
        assert all(one.get_extra_info("is_readable") for one in free)  # as closed sockets are
        await pool.aclose()

    with ScriptedServer(script) as server:
        anyio.run(run, backend=backend)
