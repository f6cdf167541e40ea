# Made from _async/transports.py by tools/unasync. Do not edit.
"""The httpx client that a client of this package sends with, if it was given none."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.request import getproxies

import httpx

from .._request.attempt import ATTEMPT
from .._request.validation import invalid
from .._transport.concurrency_sync import TRANSPORTS, open_transport
from ..errors import InvalidArgumentError
from .connection_pool import ConnectionPool
from .sender import Sender

# More connections make httpx's own pool slower for everyone; waiting for one is quicker.
_PROXY_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100)


def open_sender(transport: str | None) -> Sender:
    """Return a sender with a new httpx client, which its user closes.

    Where the environment names a proxy, httpx does everything, its own pool included.

    Args:
        transport: The name of a transport; None stands for the fastest that is installed.

    Raises:
        InvalidArgumentError: There is none of this name, or it is not installed.
    """
    name = _choose(transport)
    if any(getproxies().get(scheme) for scheme in ("http", "https", "all")):
        return Sender(httpx.Client(limits=_PROXY_LIMITS, follow_redirects=True))
    inner = open_transport(name, ConnectionPool())
    client = httpx.Client(transport=_ReplayingTransport(inner), follow_redirects=True)
    return Sender(client, inner)


def _choose(transport: str | None) -> str:
    if transport is None:
        return next(name for name in TRANSPORTS if _is_installed(name))
    names = f"None (the fastest installed) or one of {', '.join(map(repr, TRANSPORTS))}"
    if transport == "http.client":
        received = "'http.client', which was removed"
        raise InvalidArgumentError("transport", expected=names, received=received)
    if transport not in TRANSPORTS:
        raise invalid("transport", names, transport)
    if not _is_installed(transport):
        raise InvalidArgumentError(
            "transport",
            expected="a transport that is installed",
            received=f"{transport!r}, which `pip install 'openai-conversations[fast]'` installs",
        )
    return transport


def _is_installed(name: str) -> bool:
    # Without importing it: that is for the first request.
    return name == "httpx" or find_spec(name) is not None


class _ReplayingTransport(httpx.BaseTransport):
    """Gives httpx a response that is there already, a redirect, to go on from."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        attempt = request.extensions[ATTEMPT]
        redirect: httpx.Response | None = attempt.redirect
        if redirect is not None:
            attempt.redirect = None
            return redirect
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()
