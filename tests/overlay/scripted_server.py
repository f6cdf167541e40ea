"""A server for one test that does exactly what a script tells it, down to the single byte.

No framework: what has to be shown is what a client does when a server breaks the rules.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import trustme

CONVERSATION: dict[str, Any] = {
    "id": "conv_1",
    "object": "conversation",
    "created_at": 1_700_000_000,
    "metadata": {},
}


def message(number: int) -> dict[str, Any]:
    """Return an item as the service lists it."""
    return {
        "type": "message",
        "id": f"msg_{number}",
        "status": "completed",
        "role": "user",
        "content": [{"type": "input_text", "text": f"text {number}"}],
    }


def page(*numbers: int, has_more: bool = False) -> dict[str, Any]:
    """Return a page of messages as the service sends it."""
    data = [message(number) for number in numbers]
    return {
        "object": "list",
        "data": data,
        "has_more": has_more,
        "first_id": data[0]["id"] if data else "",
        "last_id": data[-1]["id"] if data else "",
    }


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Peer:
    """The server's end of one connection, given to a script after each request."""

    def __init__(self, sock: socket.socket, stopped: threading.Event) -> None:
        self._sock = sock
        self._buffer = b""
        self.stopped = stopped
        self.seen: Seen | None = None

    def read_request(self) -> Seen | None:
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            if not self._more():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        method, target, _ = first.split(" ")
        self.seen = Seen(method, target, headers, body)
        return self.seen

    def _more(self) -> bool:
        try:
            chunk = self._sock.recv(65536)
        except OSError:
            return False
        self._buffer += chunk
        return bool(chunk)

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def head(self, status: int = 200, headers: Mapping[str, str] = {}) -> None:
        lines = [f"HTTP/1.1 {status} Status", *(f"{k}: {v}" for k, v in headers.items())]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def respond(
        self,
        body: object = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] = {},
    ) -> None:
        """Send a whole response; a body that is not bytes is sent as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if isinstance(body, bytes) else {"content-type": "application/json"}
        self.head(status, {"content-length": str(len(content)), **kind, **headers})
        self.send(content)

    def events(self, *events: dict[str, Any]) -> None:
        """Send a stream of events, and do not end it."""
        self.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
        for event in events:
            self.event(event)

    def event(self, event: dict[str, Any]) -> None:
        data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def end(self) -> None:
        """Send the end of a chunked body."""
        self.send(b"0\r\n\r\n")

    def wait(self) -> None:
        """Do nothing until the test is over."""
        self.stopped.wait()

    def wait_for_hangup(self) -> None:
        """Until the client closes the connection."""
        while self._more():
            pass

    def cut(self) -> None:
        """Close the connection, whatever has been sent."""
        # A plain close would leave unread input to the kernel, which may then send a reset.
        self._sock.shutdown(socket.SHUT_RDWR)


Script = Callable[[Peer], None]


class ScriptedServer:
    """Runs one script a request, in order; the last one for all further requests."""

    def __init__(self, *scripts: Script, greeting: bytes = b"") -> None:
        """Prepare a server that listens, and serves once it is entered.

        Args:
            greeting: sent on each connection before anything is read.
        """
        self._greeting = greeting
        self._scripts = list(scripts)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.requests: list[Seen] = []
        self.connections = 0
        self.arrived = threading.Semaphore(0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if self._stopped.is_set():
                sock.close()
                return
            # Or a head and its body, sent in two, take 40 ms: Nagle's algorithm and delayed ACKs.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            with self._lock:
                self.connections += 1
                self._sockets.append(sock)
                self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            peer = Peer(sock, self._stopped)
            with suppress(OSError):  # the client may have gone already
                peer.send(self._greeting)
            while (seen := peer.read_request()) is not None:
                with self._lock:
                    self.requests.append(seen)
                    script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
                self.arrived.release()
                try:
                    script(peer)
                except OSError:
                    return

    def __enter__(self) -> Self:
        accept = threading.Thread(target=self._accept, daemon=True)
        accept.start()
        self._threads.append(accept)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopped.set()
        # Wakes the thread that accepts; closing the listener does not, on Linux.
        socket.create_connection(self._listener.getsockname()).close()
        with self._lock:
            sockets, threads = list(self._sockets), list(self._threads)
        for sock in sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)
        self._listener.close()


def responds(body: object, *, status: int = 200, **headers: str) -> Script:
    """Return a script that sends one whole response; `_` in header names becomes `-`."""
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda peer: peer.respond(body, status=status, headers=lines)


class SecureScriptedServer(ScriptedServer):
    """The same over TLS, with a certificate that nobody knows but `authority`."""

    def __init__(self, *scripts: Any, authority: trustme.CA) -> None:
        super().__init__(*scripts)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(self._context)

    @property
    def url(self) -> str:
        return super().url.replace("http://", "https://")

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            try:
                secure = self._context.wrap_socket(sock, server_side=True)
            except OSError:
                # The client does not trust us.
                return
            with self._lock:
                self._sockets.append(secure)
            super()._serve(secure)


@contextmanager
def nobody_accepts() -> Iterator[str]:
    """Open a port whose queue of new connections is full, so that connecting never ends."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


@contextmanager
def nobody_reads() -> Iterator[str]:
    """Open a port that accepts connections, and reads nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
