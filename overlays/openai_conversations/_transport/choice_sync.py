"""The transports of the sync client, by name. `choice_async` has those of the async one."""

from __future__ import annotations

import httpx

from .._sync.connection_pool import ConnectionPool

NAMES = ("http.client", "httpx")


def is_installed(name: str) -> bool:
    """Can it be used? Both come with Python and with httpx."""
    return True


def open_transport(name: str) -> httpx.BaseTransport:
    """A transport that is ours to close."""
    if name == "httpx":
        return ConnectionPool()
    from .stdlib import StdlibConnection

    return ConnectionPool(connection=StdlibConnection)
