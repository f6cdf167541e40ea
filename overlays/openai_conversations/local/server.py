"""The local service behind a real socket, in a thread: for tests, demonstrations, benchmarks.

The command `serve` is the same for a process of its own.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import AbstractContextManager

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import CLOSE_CONNECTION, create_app
from .http_messages import PREFIX, Service


def listen(address: str, port: int, family: int = socket.AF_INET) -> socket.socket:
    """Listen on a port, 0 for any free one; an OSError if that is not possible."""
    listener = socket.create_server((address, port), family=family)
    # `create_server` leaves the protocol open, and asyncio turns Nagle's algorithm off only where
    # it sees TCP. Without that each response waits 40 ms for the client's acknowledgement.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach())


class _ClosableProtocol(H11Protocol):
    """uvicorn's h11 protocol, which also lets the application close its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # The application gets it as the state of each request of this connection.
        self.app_state = {**self.app_state, CLOSE_CONNECTION: transport.close}


class LocalServer(AbstractContextManager["LocalServer"]):
    """Serves a local service over HTTP on a free port of the loopback interface.

    The port listens from the start, so requests may be sent as soon as the object exists. Leaving
    the `with` block, or `close`, stops the server and closes the service.

    Attributes:
        url: The base URL, for example `http://127.0.0.1:50123/v1`.
    """

    def __init__(self, service: Service) -> None:
        self._socket = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}{PREFIX}"
        config = uvicorn.Config(
            create_app(service),
            http=_ClosableProtocol,
            ws="none",
            log_config=None,
            access_log=False,
        )
        # A request that a fault keeps waiting must not keep the test from ending.
        config.timeout_graceful_shutdown = 1
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name=self.url, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop the server and wait for its end; a second time does nothing."""
        self._server.should_exit = True
        self._thread.join()

    def __exit__(self, *exception: object) -> None:
        self.close()
