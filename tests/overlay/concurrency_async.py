"""Where async tests differ from sync ones by more than a keyword.

`concurrency_sync` has the same names for threads; `tools/unasync` swaps one for the other.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
import httpx
from openai_conversations._async.connection_pool import AsyncConnectionPool
from openai_conversations._transport.aiohttp_transport import AiohttpTransport

SENDER = "openai_conversations._async.sender"
context_manager = asynccontextmanager
task_group = anyio.create_task_group


async def blocking(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function that blocks, in another thread: a loop that stands still closes nothing."""
    return await anyio.to_thread.run_sync(function, *arguments)


def one_connection(transport: str) -> httpx.AsyncClient:
    """Make an httpx client with our transport, which opens one connection."""
    make = AiohttpTransport if transport == "aiohttp" else AsyncConnectionPool
    return httpx.AsyncClient(transport=make(max_connections=1))
