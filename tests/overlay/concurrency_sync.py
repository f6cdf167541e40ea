"""Where sync tests differ from async ones by more than a keyword. See `concurrency_async`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx
from openai_conversations._sync.connection_pool import ConnectionPool

SENDER = "openai_conversations._sync.sender"
context_manager = contextmanager


class task_group:  # noqa: N801
    """Runs functions in threads; leaving it waits for them, and raises what the first raised."""

    def __enter__(self) -> Self:
        self._threads = ThreadPoolExecutor()
        self._running: list[Future[Any]] = []
        return self

    def start_soon(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._running.append(self._threads.submit(function, *arguments))

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._threads.shutdown()
        for future in self._running:
            future.result()


def blocking(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function that blocks."""
    return function(*arguments)


def one_connection(transport: str) -> httpx.Client:
    """Make an httpx client with our transport, which opens one connection."""
    return httpx.Client(transport=ConnectionPool(max_connections=1))
