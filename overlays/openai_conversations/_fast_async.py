"""The transports of the async client, by name. `_fast_sync` has those of the sync one."""

from __future__ import annotations

from importlib.util import find_spec

import httpx

from ._async.pool import AsyncConnectionPool

NAMES = ("aiohttp", "httpx")


def is_installed(name: str) -> bool:
    """Can it be used? Does not import it."""
    return name == "httpx" or find_spec(name) is not None


def open_transport(name: str) -> httpx.AsyncBaseTransport:
    """A transport that is ours to close. Imports nothing that is optional before it is used."""
    pool = AsyncConnectionPool()
    return _Late(pool) if name == "aiohttp" else pool


class _Late(httpx.AsyncBaseTransport):
    """Imports aiohttp with the first request: to make a client stays cheap."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._inner: httpx.AsyncBaseTransport = pool
        self._used = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self._used:
            from ._aiohttp import AiohttpTransport

            self._inner = AiohttpTransport(self._inner)
            self._used = True
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
