"""The transports of the async client, by name. `choice_sync` has those of the sync one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from importlib.util import find_spec
from typing import Any

import httpx

from .._async.connection_pool import AsyncConnectionPool
from .concurrency_async import current_loop
from .log import logger

#: The fastest first.
NAMES = ("aiohttp", "httpx")


def is_installed(name: str) -> bool:
    """Can it be used? Does not import it."""
    return name == "httpx" or find_spec(name) is not None


def open_transport(name: str) -> httpx.AsyncBaseTransport:
    """A transport that is ours to close."""
    return _AiohttpOrPool() if name == "aiohttp" else AsyncConnectionPool()


class _AiohttpOrPool(httpx.AsyncBaseTransport):
    """aiohttp, imported with the first request; under trio, which it does not know, our pool."""

    def __init__(self) -> None:
        self._pool = AsyncConnectionPool()
        self._fast: httpx.AsyncBaseTransport | None = None

    # Not async itself, which would be one more coroutine for each of hundreds of requests. To
    # pyright an async function returns a narrower type than can be written for both checkers.
    def handle_async_request(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, request: httpx.Request
    ) -> Coroutine[Any, Any, httpx.Response]:
        if not isinstance(current_loop(), asyncio.AbstractEventLoop):
            return self._pool.handle_async_request(request)
        if self._fast is None:
            self._fast = self._open()
        return self._fast.handle_async_request(request)

    def _open(self) -> httpx.AsyncBaseTransport:
        try:
            from .aiohttp_transport import AiohttpTransport
        except ImportError as error:
            # It was found, but is too old, or lacks a part that it needs itself.
            logger.warning("aiohttp cannot be used, sending with httpx: %s", error)
            return self._pool
        return AiohttpTransport()

    async def aclose(self) -> None:
        await self._pool.aclose()
        if self._fast is not None:
            await self._fast.aclose()
