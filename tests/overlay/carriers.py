"""The transports that a client may send with, each in every way that it can be called."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import trustme

from tests.overlay.loopback import Loopback
from tests.overlay.ways import Action, Way

#: "aiohttp" stands for httpx under trio, and is to behave no differently.
CARRIERS = (
    ("sync", "httpx"),
    ("asyncio", "aiohttp"),
    ("asyncio", "httpx"),
    ("trio", "aiohttp"),
    ("trio", "httpx"),
)


class Carrier(Way):
    """A way whose clients send with one transport."""

    def __init__(self, name: str, transport: str) -> None:
        super().__init__(name)
        self.transport = transport

    def run(self, url: str, *actions: Action, **options: Any) -> Any:
        return super().run(url, *actions, **{"transport": self.transport, **options})

    def collect(self, url: str, action: Action, into: list[Any], **options: Any) -> list[Any]:
        return super().collect(url, action, into, **{"transport": self.transport, **options})


class SecureLoopback(Loopback):
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
    """A port whose queue of new connections is full, so that connecting never ends."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


@contextmanager
def nobody_reads() -> Iterator[str]:
    """A port that accepts connections, and reads nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
