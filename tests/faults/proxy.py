"""A proxy over loopback that does to some exchanges what networks and busy services do to them.

It stands between a client and a service that both work. What strikes an exchange depends on the
seed and the number of the exchange alone, so a run can be repeated. Nothing sleeps: a timeout is
made by holding the connection until the client gives up.

Exchanges reach the service one after the other. So what a client gave up on while the service was
at work is finished before its next request arrives, as behind a service that locks a conversation.
Two more faults break that order: `slow` lets a request arrive after the next one that reads, and
`late` just before the next one that writes. In both the client has given up on it long before.
"""

from __future__ import annotations

import json
import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

#: What is drawn from when a fault strikes.
KINDS = (
    "drop request",  # the connection closes before the request arrives
    "cut request",  # … in the middle of the request
    "hold request",  # the request never arrives, and nobody says so
    "drop response",  # the service has done it; the connection closes without a response
    "cut response",  # … in the middle of the response
    "hold response",  # the service has done it, and nobody says so
    "status 429",
    "status 500",
    "status 503",
    "done, then 500",  # the service has done it, and an error comes back
    "split, then 500",  # the service has stored the first items of a batch, and an error comes back
)


class Message(NamedTuple):
    """A request or a response: its bytes up to the empty line, and its body."""

    head: bytes
    body: bytes

    @property
    def first_line(self) -> str:
        return self.head.partition(b"\r\n")[0].decode("latin-1")

    @property
    def raw(self) -> bytes:
        return self.head + b"\r\n\r\n" + self.body


class Stream:
    """One end of a connection, read message by message."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = b""

    def read(self) -> Message | None:
        """Return the next message; None when the other end is gone."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return None
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        self._buffer = rest
        while len(self._buffer) < length:
            if not self._more():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return Message(head, body)

    def _more(self) -> bool:
        try:
            chunk = self._sock.recv(65536)
        except OSError:
            return False
        self._buffer += chunk
        return bool(chunk)

    def send(self, data: bytes) -> None:
        with suppress(OSError):
            self._sock.sendall(data)

    def wait_for_hangup(self) -> None:
        while self._more():
            pass

    def close(self) -> None:
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


Draw = Callable[[int, Message], str | None]


def seeded(seed: int, rate: float, kinds: Sequence[str] = KINDS) -> Draw:
    """Strike a share of `rate` of all exchanges, with faults of these kinds."""

    def draw(number: int, request: Message) -> str | None:
        chance = random.Random(f"{seed}/{number}")
        return chance.choice(kinds) if chance.random() < rate else None

    return draw


def scripted(faults: Mapping[int, str]) -> Draw:
    """Strike the exchanges with these numbers, counted from 0."""
    return lambda number, request: faults.get(number)


class FaultProxy:
    """Passes exchanges on to a service, and lets faults strike.

    Attributes:
        url: the base URL for clients.
        exchanges: the first line of every request that arrived here, with the fault that struck.
        struck: how often each fault did.

    Args:
        target: the base URL of the service, `http://127.0.0.1:port/v1`.
        draw: says which fault strikes an exchange, by its number and request.
    """

    def __init__(self, target: str, draw: Draw) -> None:
        host, _, port = target.removeprefix("http://").removesuffix("/v1").partition(":")
        self._target = (host, int(port))
        self._draw = draw
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.exchanges: list[tuple[str, str | None]] = []
        self.struck: Counter[str] = Counter()
        self._kept_back: dict[str, list[Message]] = {"slow": [], "late": []}
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._streams: set[Stream] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self._closed:
                sock.close()
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(Stream(sock),), daemon=True)
            with self._lock:
                self._threads.append(thread)
            thread.start()

    def _serve(self, client: Stream) -> None:
        """Pass on all exchanges of one connection."""
        with self._lock:
            self._streams.add(client)
        service: Stream | None = None
        while (request := client.read()) is not None:
            with self._lock:
                kind = self._draw(len(self.exchanges), request)
                self.exchanges.append((request.first_line, kind))
                self.struck.update([kind] if kind else [])
            service = service or self._connect()
            with self._one_at_a_time:
                response = self._pass_on(request, kind, service)
            if response is not None and kind != "cut response":
                client.send(response.raw)
                continue
            if response is not None:
                client.send(response.raw[: len(response.raw) // 2])
            if kind in ("hold request", "hold response", *self._kept_back):
                client.wait_for_hangup()
            break
        with self._lock:
            self._streams.discard(client)
        client.close()
        if service is not None:
            service.close()

    def _connect(self) -> Stream:
        sock = socket.create_connection(self._target)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Stream(sock)

    def _pass_on(self, request: Message, kind: str | None, service: Stream) -> Message | None:
        """Return the response as the client gets to see it; None for nothing."""
        if kind is not None and kind.startswith("status "):
            return _error(int(kind.removeprefix("status ")))
        if kind in ("drop request", "hold request"):
            return None
        if kind == "cut request":
            service.send(request.raw[: len(request.raw) // 2])
            return None
        if kind in self._kept_back:
            self._kept_back[kind].append(request)
            return None
        if kind == "split, then 500":
            request = _split(request)
        if request.first_line.startswith("POST"):
            self._let_go("late")
        service.send(request.raw)
        response = service.read()
        if request.first_line.startswith("GET"):
            self._let_go("slow")
        if kind in ("drop response", "hold response"):
            return None
        return _error(500) if kind in ("done, then 500", "split, then 500") else response

    def _let_go(self, kind: str) -> None:
        for request in self._kept_back[kind]:
            service = self._connect()
            service.send(request.raw)
            service.read()
            service.close()
        self._kept_back[kind].clear()

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closed = True
        # Wakes the thread that accepts; closing the listener does not, on Linux.
        socket.create_connection(self._listener.getsockname()).close()
        with self._lock:
            streams, threads = list(self._streams), list(self._threads)
        for stream in streams:
            stream.close()
        for thread in threads:
            thread.join(10)
        self._listener.close()


def _error(status: int) -> Message:
    fields = {"message": "a fault", "type": "server_error", "param": None, "code": None}
    return _message(f"HTTP/1.1 {status} Fault", {"error": fields})


def _split(request: Message) -> Message:
    """Return the request with the first half of its items, if it has several."""
    if not request.first_line.startswith("POST"):
        return request
    body: dict[str, Any] = json.loads(request.body)
    items: list[Any] = body.get("items") or []
    if len(items) < 2:
        return request
    smaller = _message(request.first_line, {**body, "items": items[: len(items) // 2]})
    return Message(smaller.head + b"\r\nhost: service", smaller.body)


def _message(first_line: str, value: object) -> Message:
    body = json.dumps(value).encode()
    lines = [first_line, "content-type: application/json", f"content-length: {len(body)}"]
    return Message("\r\n".join(lines).encode(), body)
