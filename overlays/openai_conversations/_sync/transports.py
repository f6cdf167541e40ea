# Made from _async/transports.py by tools/unasync. Do not edit.
"""Which httpx client a client of ours works with, if the caller gives none."""

from __future__ import annotations

from urllib.request import getproxies

import httpx

from .pool import ConnectionPool
from .sender import Sender

_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=100)


def open_sender() -> Sender:
    """A sender with a new httpx client, which is ours to close.

    Where the environment names a proxy, httpx does everything, its own pool included; otherwise
    connections are kept by `ConnectionPool`.
    """
    if any(getproxies().get(scheme) for scheme in ("http", "https", "all")):
        return Sender(httpx.Client(limits=_LIMITS, follow_redirects=True), ours=False)
    pool = ConnectionPool()
    return Sender(httpx.Client(transport=pool, follow_redirects=True), ours=True)
