"""`serve` over HTTP, beside a Starlette route that returns the same bytes, on the same server.

Both run in processes of their own, which take turns. What counts is how long a client waits that
sends one GET after the other on a connection that is open.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import socket
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection

from benchmarks.measure import FLOOR, OURS, Row, in_turns, measured

MEANS = {FLOOR: "a Starlette route that returns the same bytes, on the same server"}
TARGET = 2.0  # of the time: half of the rate
REQUESTS = 150
MESSAGE = {"type": "message", "role": "user", "content": "What is the weather in Paris?"}
ITEMS = json.dumps({"items": [MESSAGE] * 20}).encode()


def rows(repetitions: int) -> list[Row]:
    """Measure everything of this module now."""
    with _server(None) as ours:
        made = json.loads(_send(ours, b"POST", "/v1/conversations", ITEMS))["id"]
        works = {
            "GET": f"/v1/conversations/{made}",
            "list 20 items": f"/v1/conversations/{made}/items",
        }
        return [_row(name, ours, path, repetitions) for name, path in works.items()]


def _row(name: str, ours: socket.socket, path: str, repetitions: int) -> Row:
    body = _send(ours, b"GET", path)
    with _server(body) as bare:
        assert _send(bare, b"GET", path) == body

        def microseconds(server: socket.socket) -> float:
            start = time.perf_counter()
            for _ in range(REQUESTS):
                _send(server, b"GET", path)
            return (time.perf_counter() - start) / REQUESTS * 1e6

        servers = {OURS: ours, FLOOR: bare}
        meters = {name: partial(microseconds, server) for name, server in servers.items()}
        found = in_turns(meters, 3 * repetitions)
    results = {name: measured(readings) for name, readings in found.items()}
    return Row(f"serve, {name}", "µs waited", results, targets={FLOOR: TARGET}, means=MEANS)


def _send(server: socket.socket, method: bytes, path: str, body: bytes = b"") -> bytes:
    head = b"%b %b HTTP/1.1\r\nhost: localhost\r\n" % (method, path.encode())
    if body:
        head += b"content-type: application/json\r\ncontent-length: %d\r\n" % len(body)
    server.sendall(head + b"\r\n" + body)
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += server.recv(65536)
    head = received[:end].lower()
    assert head.startswith(b"http/1.1 200 "), received
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(received) < end + 4 + length:
        received += server.recv(65536)
    return received[end + 4 :]


@contextlib.contextmanager
def _server(body: bytes | None) -> Iterator[socket.socket]:
    """Serve the local service, or this body at any path, and yield a connection to it."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(there, body), daemon=True)
    process.start()
    try:
        with socket.create_connection(("127.0.0.1", here.recv())) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield connection
    finally:
        process.terminate()
        process.join()


def _serve(port: Connection, body: bytes | None) -> None:
    import uvicorn
    from openai_conversations.local.server import listen, make_config
    from openai_conversations.local.service import LocalService
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def respond(request: Request) -> Response:
        return Response(body, media_type="application/json")

    config = make_config(LocalService(), log_config=None, access_log=False)
    if body is not None:
        config.app = Starlette(routes=[Route("/{path:path}", respond)])
    with listen("127.0.0.1", 0) as listener:
        port.send(listener.getsockname()[1])
        uvicorn.Server(config).run(sockets=[listener])
