"""The local service behind a real socket, in a thread: for tests, demonstrations, benchmarks.

The command `serve` is the same for a process of its own.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from contextlib import AbstractContextManager
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import CLOSE_CONNECTION, create_app
from .http_messages import PREFIX, Service
from .same_origin import SameOrigin

#: Longer than clients keep an idle connection: one that the server closes first may lose a request.
KEEP_ALIVE_SECONDS = 300
#: How long a client may take to send the head of a request.
HEAD_SECONDS = 30.0
#: Beyond that there is a 503; a process may often have no more than 1,024 files open.
MAX_CONNECTIONS = 1000
MAX_HEAD = 64 * 1024


def listen(address: str, port: int, family: int = socket.AF_INET) -> socket.socket:
    """Listen on a port, 0 for any free one; an OSError if that is not possible."""
    listener = socket.create_server((address, port), family=family)
    # `create_server` leaves the protocol open, and asyncio turns Nagle's algorithm off only where
    # it sees TCP. Without that each response waits 40 ms for the client's acknowledgement.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach())


class _Loop(asyncio.SelectorEventLoop):
    """A loop whose clock goes on in a test that has stopped the clocks of `time` (freezegun)."""

    def time(self) -> float:
        if sys.platform == "win32":
            return super().time()
        return time.clock_gettime(time.CLOCK_MONOTONIC)


class _Protocol(H11Protocol):
    """uvicorn's h11 protocol, with a limit in time on heads and a way to close the connection."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # The application gets it as the state of each request of this connection.
        self.app_state = {**self.app_state, CLOSE_CONNECTION: transport.close}
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def _watch_head(self) -> None:
        if self.conn.their_state is h11.IDLE:
            if self._late is None:
                self._late = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)
        elif self._late is not None:
            self._late.cancel()
            self._late = None


def make_config(
    service: Service, access: SameOrigin | None = None, **options: Any
) -> uvicorn.Config:
    """Return how uvicorn serves a service: with limits, and believing no header of a proxy."""
    return uvicorn.Config(
        create_app(service, access),
        http=_Protocol,
        ws="none",
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        limit_concurrency=MAX_CONNECTIONS,
        h11_max_incomplete_event_size=MAX_HEAD,
        **options,
    )


class LocalServer(AbstractContextManager["LocalServer"]):
    """Serves a local service over HTTP on a free port of the loopback interface.

    The port listens from the start, so requests may be sent as soon as the object exists. Leaving
    the `with` block, or `close`, stops the server and closes the service.

    Args:
        service: What responds.
        access: The host names and the web pages that are let in, besides the server's own.

    Attributes:
        url: The base URL, for example `http://127.0.0.1:50123/v1`.
    """

    def __init__(self, service: Service, access: SameOrigin | None = None) -> None:
        self._socket = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}{PREFIX}"
        # A request that a fault keeps waiting must not keep the test from ending.
        options = {"log_config": None, "access_log": False, "timeout_graceful_shutdown": 1}
        config = make_config(service, access, **options)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name=self.url, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))

    def close(self) -> None:
        """Stop the server and wait for its end; a second time does nothing."""
        self._server.should_exit = True
        self._thread.join()

    def __exit__(self, *exception: object) -> None:
        self.close()
