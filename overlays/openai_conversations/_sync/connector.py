# Made from _async/connector.py by tools/unasync. Do not edit.
"""Opening a connection: name, address, TCP and TLS, all within one connect timeout."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import httpcore
import httpx

from .._request.request import Attempt
from .._transport.concurrency_sync import connect_tcp
from .._transport.environment import tls_context

if TYPE_CHECKING:
    import ssl

Origin: TypeAlias = tuple[bytes, bytes, int | None]
"""Scheme, host and port; None is the scheme's own port."""

_PORTS = {b"http": 80, b"https": 443}


class Connector:
    """Opens the connections of a pool, which trust the same certificates."""

    def __init__(self) -> None:
        self._tls: ssl.SSLContext | None = None

    def connect(
        self,
        origin: Origin,
        request: httpx.Request,
        attempt: Attempt,
        use: Callable[[Any], object],
    ) -> None:
        """Connect and shake hands.

        Args:
            use: Gets each network stream as soon as there is one: that of TCP, and that of TLS.

        Raises:
            httpcore.ConnectError: Nobody accepts, or nobody who can be trusted.
            httpcore.ConnectTimeout: It took longer than the connect timeout, or the attempt.
            InvalidArgumentError: The environment names certificates that cannot be used.
        """
        timeout = request.extensions.get("timeout", {}).get("connect")
        clock = Attempt(None if timeout is None else time.monotonic() + timeout)

        def left() -> float | None:
            late = httpcore.ConnectTimeout
            return clock.left(attempt.left(None, late), late)

        scheme, host, port = origin
        tls = self._ssl() if scheme == b"https" else None
        name = host.decode("ascii")
        stream = connect_tcp(name, port or _PORTS[scheme], left)
        use(stream)
        if tls is not None:
            name = request.extensions.get("sni_hostname") or name
            use(stream.start_tls(tls, name, left()))

    def _ssl(self) -> ssl.SSLContext:
        # Late, because it reads all certificates: 20 ms that plain http need not spend.
        if self._tls is None:
            self._tls = tls_context("http/1.1")
        return self._tls
