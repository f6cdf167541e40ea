"""A server in another process that sends prepared responses, as fast as Python can.

What is measured then is the client. No framework, and no more of HTTP than the benchmarks send.
The path says which: `conversations/conv_mixed_1000/items` is a list of 1,000 mixed items, and a
POST to `conversations/conv_messages_20/items` returns 20 messages. Any other path is the
conversation that it names, except for `responses`, which is a stream; that of the model `held_1000`
stops in its middle until 1,000 of them have begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import re
from collections.abc import Iterator
from functools import cache
from multiprocessing.connection import Connection

from benchmarks import fixtures
from benchmarks.measure import allow_many_connections

EVENTS = 1_000
HELD_EVENTS = 10
KINDS = {"mixed": fixtures.mixed_items, "messages": fixtures.message_items}
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ITEMS = re.compile(rb"(\w+) /v1/conversations/conv_([a-z]+)_(\d+)/items(?:\?(\S*))? ")
_CONVERSATION = re.compile(rb"\w+ /v1/conversations/(\w+) ")
_HELD = re.compile(rb'"held_(\d+)"')
_PAGE = 100
_LAST = b"the_last_item"
_waiting: list[asyncio.Transport] = []


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        rest = self._rest + data
        while (end := rest.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(rest, 0, end)
            end += 4 + (int(length[1]) if length else 0)
            if len(rest) < end:
                break
            if self._transport is not None:
                if held := _HELD.search(rest, 0, end):
                    _hold(self._transport, int(held[1]))
                else:
                    self._transport.write(_response(rest))
            rest = rest[end:]
        self._rest = rest


def _hold(transport: asyncio.Transport, count: int) -> None:
    """Send half of a stream, and the other halves of all once there are so many."""
    stream = _stream(HELD_EVENTS)
    half = len(stream) // 2
    transport.write(stream[:half])
    _waiting.append(transport)
    if len(_waiting) == count:
        for each in _waiting:
            each.write(stream[half:])
        _waiting.clear()


def _response(request: bytes) -> bytes:
    match = _ITEMS.match(request)
    if match is None:
        if request.startswith(b"POST /v1/responses "):
            return _stream(EVENTS)
        named = _CONVERSATION.match(request)
        return _conversation(named[1].decode() if named else "conv_new")
    method, kind, count, query = match.groups()
    after = re.search(rb"after=at_(\d+)", query or b"")
    start = int(after[1]) if after else 0
    return _page(kind.decode(), start, int(count), wanted=method == b"GET")


@cache
def _items(kind: str, count: int) -> bytes:
    """Return the body of a page, but for the id of its last item and whether there are more."""
    data = [*KINDS[kind](count)]
    if data:
        data[-1] = {**data[-1], "id": _LAST.decode()}
    return b'{"object":"list","data":%s,"first_id":"at_0","last_id":"%s",' % (
        fixtures.dump(data),
        _LAST,
    )


def _page(kind: str, start: int, count: int, *, wanted: bool) -> bytes:
    end = min(start + _PAGE, count) if wanted else count
    more = json.dumps(end < count).encode()
    body = _items(kind, end - start).replace(_LAST, b"at_%d" % end)
    return _http(b'%s"has_more":%s}' % (body, more))


@cache
def _stream(events: int) -> bytes:
    return _http(fixtures.sse(fixtures.whole_stream(events)), b"text/event-stream")


def _http(body: bytes, kind: bytes = b"application/json") -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\nx-request-id: req_1\r\ncontent-length: %d\r\n"
    return head % (kind, len(body)) + b"\r\n" + body


@cache
def _conversation(id: str) -> bytes:
    return _http(
        fixtures.dump(
            {
                "id": id,
                "object": "conversation",
                "created_at": 1_750_347_206,
                "metadata": {"topic": "demo", "user": "user_1234"},
            }
        )
    )


async def _serve(port: Connection) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=2048)
    port.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(port: Connection) -> None:
    allow_many_connections()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(port))


@contextlib.contextmanager
def canned_server() -> Iterator[str]:
    """Start the server, yield its base URL, and stop it at the end."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_run, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/v1"
    finally:
        process.terminate()
        process.join()
