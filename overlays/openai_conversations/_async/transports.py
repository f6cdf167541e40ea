"""Which httpx client a client of ours works with, if the caller gives none."""

from __future__ import annotations

from urllib.request import getproxies

import httpx

from .pool import AsyncConnectionPool
from .sender import AsyncSender

_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=100)


def open_sender() -> AsyncSender:
    """A sender with a new httpx client, which is ours to close.

    Where the environment names a proxy, httpx does everything, its own pool included; otherwise
    connections are kept by `AsyncConnectionPool`.
    """
    if any(getproxies().get(scheme) for scheme in ("http", "https", "all")):
        return AsyncSender(httpx.AsyncClient(limits=_LIMITS, follow_redirects=True), ours=False)
    pool = AsyncConnectionPool()
    return AsyncSender(httpx.AsyncClient(transport=pool, follow_redirects=True), ours=True)
