"""A server in another process that answers every request with the same bytes, as fast as it can.

What is measured then is the client. No framework, and no more of HTTP than the benchmarks send.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection

BODY = json.dumps(
    {
        "id": "conv_68542dc602388199a30af27d040cefd4087a04b576bfeb24",
        "object": "conversation",
        "created_at": 1_750_347_206,
        "metadata": {"topic": "demo", "user": "user_1234"},
    }
).encode()
_ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_1\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


class _Canned(asyncio.Protocol):
    """One connection. Requests have no body, so that each ends with its head."""

    def __init__(self) -> None:
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        requests = data.count(b"\r\n\r\n")
        self._rest = data[data.rfind(b"\r\n\r\n") + 4 :] if requests else data
        if requests and self._transport is not None:
            self._transport.write(_ANSWER * requests)


async def _serve(port: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(
        _Canned, "127.0.0.1", 0, backlog=2048
    )
    port.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(port: Connection) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(port))


@contextlib.contextmanager
def canned_server() -> Iterator[str]:
    """Start the server; gives its base URL, and stops it at the end."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_run, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/v1"
    finally:
        process.terminate()
        process.join()
