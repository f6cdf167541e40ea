"""A proxy over loopback that does to some exchanges what networks and busy services do to them.

It stands between a client and a service that both work. What strikes an exchange depends on the
seed and the number of the exchange alone, so a run can be repeated. Nothing sleeps: a timeout is
made by holding the connection until the client gives up.

Exchanges reach the service one after the other. So what a client gave up on while the service was
at work is finished before its next request arrives, as behind a service that locks a conversation.
Two kinds of faults break that order: a request that is `late` arrives after the next one that
reads, and a `later` one just before the next one that writes. In both the client has given up on it
long before.
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

from openai_conversations._async import append_requests as async_requests
from openai_conversations._sync import append_requests as sync_requests

#: What is drawn from when a fault strikes: what the client sees, and what happens to its request.
KINDS = (
    "cut request",  # the connection closes in the middle of the request
    # The connection closes without a response, or in the middle of it.
    "no response, not done",
    "no response, done",
    "no response, late",
    "no response, later",
    "cut response, done",
    # Nothing comes, and nobody says so.
    "silence, not done",
    "silence, done",
    "silence, late",
    # The service responds with an error, or a gateway before it.
    "status 408, late",
    "status 429, not done",
    "status 500, not done",
    "status 500, done",
    "status 500, half done",  # the first items of a batch
    "status 502, late",
    "status 503, not done",
    "status 503, late",
    "status 504, done",
    "status 504, late",
    "status 504, later",
    # A redirect to the same place.
    "status 301, not done",
    "status 302, not done",
    "status 303, not done",
    "status 303, done",
    "status 307, not done",
    # The response to another request, or one that makes no sense.
    "other response, not done",
    "other response, done",
    "unreadable response, done",
)
#: The service gets the request twice; the client sees the first response.
TWICE = "own response, done twice"
#: The client waits for its timeout.
SILENT = tuple(kind for kind in KINDS if kind.startswith("silence"))


class Message(NamedTuple):
    """A request or a response: its bytes up to the empty line, and its body."""

    head: bytes
    body: bytes

    @property
    def first_line(self) -> str:
        return self.head.partition(b"\r\n")[0].decode("latin-1")

    @property
    def target(self) -> str:
        return self.first_line.split(" ")[1]

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


#: How many seconds after a failure a late request may arrive: less than the timeout of the runs.
LATEST = 0.28
#: What clients in other processes send, with the seconds behind it, in place of waiting.
TIME = "/let-time-pass/"
#: After these the connection is closed.
_BROKEN = ("no response", "cut response", "silence")
Draw = Callable[[int, Message], str | None]


_open: list[FaultProxy] = []


def seeded(seed: int, rate: float, kinds: Sequence[str] = KINDS) -> Draw:
    """Strike a share of `rate` of all exchanges, with faults of these kinds."""

    def draw(number: int, request: Message) -> str | None:
        chance = random.Random(f"{seed}/{number}")
        return chance.choice(kinds) if chance.random() < rate else None

    return draw


def twice_as_well(draw: Draw, seed: int, rate: float) -> Draw:
    """Deliver a share of `rate` of the requests twice that nothing else strikes."""

    def redraw(number: int, request: Message) -> str | None:
        chance = random.Random(f"{seed}/{number}/twice")
        return draw(number, request) or (TWICE if chance.random() < rate else None)

    return redraw


def scripted(faults: Mapping[int, str]) -> Draw:
    """Strike the exchanges with these numbers, counted from 0."""
    return lambda number, request: faults.get(number)


def let_time_pass(seconds: float) -> None:
    """Let the time pass for what is on its way in the proxies of this process."""
    for proxy in _open:
        proxy.pass_time(seconds)


def short_pauses(
    patch: Callable[[object, str, object], None],
    instead: Callable[[float], object] = let_time_pass,
) -> None:
    """Let the pauses of `append` and of runs take no time but that of the proxies.

    Args:
        patch: sets an attribute, as `setattr` does.
        instead: is told of a pause.
    """

    async def sleep(seconds: float, *_: object) -> None:
        instead(seconds)

    patch(sync_requests, "sleep", lambda seconds, *_: instead(seconds))
    patch(async_requests, "sleep", sleep)


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
        self._late: list[tuple[float, Message]] = []
        self._later: list[Message] = []
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
            if TIME in request.target:  # a client of another process has let time pass
                self.pass_time(float(request.target.rpartition(TIME)[2]))
                client.send(b"HTTP/1.1 204 OK\r\n\r\n")
                continue
            with self._lock:
                kind = self._draw(len(self.exchanges), request)
                self.exchanges.append((request.first_line, kind))
                self.struck.update([kind] if kind else [])
            service = service or self._connect()
            shown, _, fate = (kind or "own response, done").partition(", ")
            with self._one_at_a_time:
                response = self._pass_on(request, shown, fate, service)
            if response is not None and shown not in _BROKEN:
                client.send(response.raw)
                continue
            if response is not None and shown == "cut response":
                client.send(response.raw[: len(response.raw) // 2])
            if shown == "silence":
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

    def _pass_on(self, request: Message, shown: str, fate: str, service: Stream) -> Message | None:
        """Do with a request what its fate is; return the response, however it is shown."""
        if shown == "cut request":
            service.send(request.raw[: len(request.raw) // 2])
            return None
        if request.first_line.startswith("POST") and self._later:
            self._arrive(self._later)
            self._later = []
            # Of two such in a row the second would arrive after all that a client can do.
            fate = fate.replace("later", "late")
        response: Message | None = None
        if fate == "late":
            seconds = random.Random(len(self.exchanges)).uniform(0, LATEST)
            self._late.append((seconds, request))
        elif fate == "later":
            self._later.append(request)
        elif fate != "not done":
            sent = _half(request) if fate == "half done" else request
            for _ in range(2 if fate == "done twice" else 1):
                service.send(sent.raw)
                received = service.read()
                response = response or received
        if shown.startswith("status "):
            return _status(int(shown.removeprefix("status ")), request)
        if shown == "other response":
            return _other(request)
        return _unreadable(request) if shown == "unreadable response" else response

    def pass_time(self, seconds: float) -> None:
        """Let requests arrive that are not later than this."""
        with self._one_at_a_time:
            self._arrive([request for left, request in self._late if left <= seconds])
            waiting = self._late
            self._late = [(left - seconds, one) for left, one in waiting if left > seconds]

    def finish(self) -> None:
        """Let all requests arrive that are kept back."""
        self.pass_time(LATEST)
        self._arrive(self._later)

    def _arrive(self, requests: Sequence[Message]) -> None:
        for request in requests:
            service = self._connect()
            service.send(request.raw)
            service.read()
            service.close()

    def __enter__(self) -> Self:
        _open.append(self)
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
        _open.remove(self)
        # Wakes the thread that accepts; closing the listener does not, on Linux.
        socket.create_connection(self._listener.getsockname()).close()
        with self._lock:
            streams, threads = list(self._streams), list(self._threads)
        for stream in streams:
            stream.close()
        for thread in threads:
            thread.join(10)
        self._listener.close()


def _status(status: int, request: Message) -> Message:
    if status < 400:
        lines = f"HTTP/1.1 {status} Fault\r\nlocation: {request.target}\r\ncontent-length: 0"
        return Message(lines.encode(), b"")
    fields = {"message": "a fault", "type": "server_error", "param": None, "code": None}
    return _message(f"HTTP/1.1 {status} Fault", {"error": fields})


def _other(request: Message) -> Message:
    """Return what the service would say to a request of the same kind for another conversation."""
    conversation = {"id": "conv_other", "object": "conversation", "created_at": 1, "metadata": {}}
    if request.target.endswith("/responses"):
        fields = {"id": "resp_other", "object": "response", "created_at": 1, "status": "completed"}
        return _message("HTTP/1.1 200 OK", {**fields, "conversation": conversation, "output": []})
    if request.first_line.startswith("DELETE") or "limit=1&" in request.target:
        return _message("HTTP/1.1 200 OK", conversation)
    body = json.loads(request.body) if request.body else {"items": [{}] * 3}
    if "items" not in body:
        return _message("HTTP/1.1 200 OK", conversation)
    count = len(body["items"])
    content = [{"type": "input_text", "text": "other"}]
    item = {"type": "message", "role": "user", "status": "completed", "content": content}
    items = [{**item, "id": f"msg_other_{n}"} for n in range(count)]
    ids = {"first_id": items[0]["id"], "last_id": items[-1]["id"]}
    return _message("HTTP/1.1 200 OK", {"object": "list", "data": items, "has_more": False, **ids})


def _unreadable(request: Message) -> Message:
    page = b"<html><title>Welcome</title>"
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(page)}"
    return Message(head.encode(), page)


def _half(request: Message) -> Message:
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
