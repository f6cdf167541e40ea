"""Processes: a forked child and its parent have one client, and no connection in common."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import trustme
from openai_conversations import AbortSignal, APIConnectionError, AsyncClient, Client, OpenAIError
from openai_conversations._async.connection_pool import AsyncConnectionPool
from openai_conversations._sync.connection_pool import ConnectionPool
from openai_conversations._transport.aiohttp_transport import AiohttpTransport

from tests.overlay.children import fork, in_child
from tests.overlay.events import delta
from tests.overlay.scripted_server import (
    CONVERSATION,
    Peer,
    Script,
    ScriptedServer,
    SecureScriptedServer,
)

pytestmark = [
    pytest.mark.off_contract,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
]
#: The event loop, if any; the transport; http, https, or through a proxy.
WAYS = [
    (loop, transport, scheme)
    for loop, transport in [
        (None, "httpx"),
        ("asyncio", "aiohttp"),
        ("asyncio", "httpx"),
        ("trio", "httpx"),
    ]
    for scheme in ["http", "https", "proxy"]
    if not (transport == "aiohttp" and scheme == "proxy")  # httpx sends there
]


Asked = dict[Peer, list[str]]
"""Which ids were asked for on each connection."""


def echoes(asked: Asked) -> Script:
    """Return a script that responds with the conversation of the id that is asked for."""

    def script(peer: Peer) -> None:
        assert peer.seen is not None
        id = peer.seen.target.rsplit("/", 1)[1]
        asked.setdefault(peer, []).append(id)
        peer.respond({**CONVERSATION, "id": id})

    return script


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep idle connections for as long as processes may take to start on a machine at work."""
    for pool in (ConnectionPool, AsyncConnectionPool, AiohttpTransport):
        defaults = {**pool.__init__.__kwdefaults__, "keepalive_expiry": 600.0}
        monkeypatch.setattr(pool.__init__, "__kwdefaults__", defaults)
    for sender in ("_sync.sender", "_async.sender"):
        limits = httpx.Limits(keepalive_expiry=600.0)
        monkeypatch.setattr(f"openai_conversations.{sender}._PROXY_LIMITS", limits)


@pytest.fixture
def echo(
    scheme: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Asked]]:
    """Yield the base URL for clients of a server that echoes, and what it was asked."""
    asked: Asked = {}
    if scheme == "https":
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        with SecureScriptedServer(echoes(asked), authority=authority) as server:
            yield server.url, asked
        return
    with ScriptedServer(echoes(asked)) as server:
        if scheme == "proxy":
            monkeypatch.setenv("HTTP_PROXY", server.url)
        yield "http://127.0.0.9/v1" if scheme == "proxy" else server.url, asked


def ids(client: Client, *asked: str) -> list[str]:
    return [client.conversations.retrieve(id).id for id in asked]


async def async_ids(client: AsyncClient, *asked: str) -> list[str]:
    return [(await client.conversations.retrieve(id)).id for id in asked]


@pytest.mark.parametrize(("loop", "transport", "scheme"), WAYS)
def test_parent_and_child_have_their_own_connections(
    loop: str | None, transport: str, echo: tuple[str, Asked]
) -> None:
    """Use and close the client in the child; the parent goes on with the connection it had."""
    url, asked = echo
    said: list[list[str]] = []
    options: Any = {"base_url": url, "api_key": "k", "max_retries": 0, "transport": transport}

    def child() -> list[str]:
        with client:
            return ids(client, "child_1", "child_2")

    async def async_child() -> list[str]:
        async with async_client:
            return await async_ids(async_client, "child_1", "child_2")

    async def parent() -> None:
        said.append(await async_ids(async_client, "parent_1"))
        said.append(in_child(lambda: anyio.run(async_child, backend=loop)))
        said.append(await async_ids(async_client, "parent_2"))
        await async_client.close()

    if loop is None:
        with Client(**options) as client:
            said = [ids(client, "parent_1"), in_child(child), ids(client, "parent_2")]
    else:
        async_client = AsyncClient(**options)
        anyio.run(parent, backend=loop)
    assert said == [["parent_1"], ["child_1", "child_2"], ["parent_2"]]
    assert [*asked.values()] == [["parent_1", "parent_2"], ["child_1", "child_2"]]


@pytest.mark.parametrize("scheme", ["https"])
@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_a_child_that_ends_in_the_usual_way_leaves_the_parent_alone(
    transport: str, echo: tuple[str, Asked]
) -> None:
    """Let finalizers and the garbage collector run at its end: they do not reach the connection."""
    url, asked = echo
    code = f"""
import asyncio, os, sys, warnings
from openai_conversations import AsyncClient
warnings.simplefilter("ignore", DeprecationWarning)
client = AsyncClient(api_key="k", base_url={url!r}, transport={transport!r}, max_retries=0)
pool = client._sender.transport
getattr(pool, "_fast", pool)._expiry = 600
async def run():
    await client.conversations.retrieve("conv_1")
    pid = os.fork()
    if pid == 0:
        sys.exit()
    os.waitpid(pid, 0)
    await client.conversations.retrieve("conv_2")
    await client.close()
asyncio.run(run())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    assert [*asked.values()] == [["conv_1", "conv_2"]]


def test_a_child_does_not_wait_for_what_threads_of_its_parent_held() -> None:
    """Let a request in flight have the only place, and a thread the locks of pool and signal."""
    pool = ConnectionPool(max_connections=1)
    abort = AbortSignal()
    gate, locked = threading.Event(), threading.Event()

    def hold() -> None:
        with pool._lock, abort._lock:
            locked.set()
            gate.wait()

    def script(peer: Peer) -> None:
        peer.wait_for_hangup() if server.connections == 1 else peer.respond(CONVERSATION)

    def child() -> Any:
        abort.set()
        return [http.get(server.url).status_code, abort.is_set(), len(pool._places)]

    def in_flight() -> None:
        with pytest.raises(httpx.TransportError):
            http.get(server.url)

    with ScriptedServer(script) as server, httpx.Client(transport=pool, timeout=5) as http:
        threads = [threading.Thread(target=in_flight)]
        threads[0].start()
        server.arrived.acquire()
        threads.append(threading.Thread(target=hold))
        threads[1].start()
        locked.wait()
        assert in_child(child) == [200, True, 0]
        gate.set()
        assert len(pool._places) == 1
        pool.close()
        for thread in threads:
            thread.join()
    assert not abort.is_set()


def test_a_stream_is_its_parents() -> None:
    """Raise an error in the child, which takes nothing from the parent, nor by closing it."""

    def script(peer: Peer) -> None:
        peer.events(delta(0, "x"))
        gate.wait()
        peer.event(delta(1, "y"))
        peer.end()

    gate = threading.Event()

    with (
        ScriptedServer(script) as server,
        Client(api_key="k", base_url=server.url, max_retries=0) as client,
        client.responses.with_streaming_response.create(
            model="m", input="x", stream=True
        ) as response,
    ):

        def child() -> str:
            try:
                return repr(response.read())
            except APIConnectionError as error:
                response.close()
                return type(error).__name__

        assert in_child(child) == "APIConnectionError"
        gate.set()
        assert response.read().count(b"data:") == 2


def test_a_server_that_forks_its_workers_with_one_client() -> None:
    """Do as gunicorn with `preload_app` does: each response is that of its own request."""
    asked: Asked = {}
    with (
        ScriptedServer(echoes(asked)) as upstream,
        socket.create_server(("127.0.0.1", 0)) as listener,
        Client(api_key="k", base_url=upstream.url, max_retries=0) as client,
    ):
        assert ids(client, "before") == ["before"]

        def work() -> None:
            while True:
                connection, _ = listener.accept()
                with connection:
                    wanted = connection.recv(100).decode()
                    try:
                        connection.sendall(client.conversations.retrieve(wanted).id.encode())
                    except OpenAIError as error:
                        connection.sendall(repr(error).encode())

        def ask(number: int) -> None:
            with socket.create_connection(listener.getsockname()) as connection:
                connection.sendall(f"conv_{number}".encode())
                got[number] = connection.makefile().read()

        got: dict[int, str] = {}
        workers = [fork() for _ in range(3)]
        if 0 in workers:
            signal.alarm(20)
            work()
        try:
            threads = [threading.Thread(target=ask, args=(number,)) for number in range(60)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        assert got == {number: f"conv_{number}" for number in range(60)}
        assert ids(client, "after") == ["after"]
        assert ["before", "after"] in asked.values()


def _put_ids(url: str, queue: Any, client: Client | None = None) -> None:
    client = client or Client(api_key="k", base_url=url)
    queue.put(ids(client, "child"))
    client.close()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(method: str, recwarn: pytest.WarningsRecorder) -> None:
    """Take a client along by fork; refuse it, by name, to the methods that pickle."""
    context: Any = multiprocessing.get_context(method)
    queue = context.SimpleQueue()
    asked: Asked = {}
    with (
        ScriptedServer(echoes(asked)) as server,
        Client(api_key="sk-secret", base_url=server.url) as client,
    ):
        assert ids(client, "before") == ["before"]
        if method != "fork":
            with pytest.raises(TypeError, match="make one in each process") as caught:
                context.Process(target=_put_ids, args=(server.url, queue, client)).start()
            assert isinstance(caught.value, OpenAIError)
            assert "sk-secret" not in str(caught.value)
        arguments = (server.url, queue, client if method == "fork" else None)
        process = context.Process(target=_put_ids, args=arguments)
        process.start()
        assert queue.get() == ["child"]
        process.join()
        assert process.exitcode == 0
        assert ids(client, "after") == ["after"]
    assert [*asked.values()] == [["before", "after"], ["child"]]


@pytest.mark.parametrize(
    "part", [lambda c: c, lambda c: c.conversations.items, lambda c: c.with_options(timeout=1)]
)
def test_clients_are_not_pickled(part: Callable[[Client], object]) -> None:
    with Client(api_key="sk-secret") as client, pytest.raises(OpenAIError, match="pickle"):
        pickle.dumps(part(client))
