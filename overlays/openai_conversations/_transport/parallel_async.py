"""Calling functions that were given, several at the same time: in tasks, and in threads.

`parallel_sync` has the same names for threads alone; `tools/unasync` swaps one for the other.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import anyio
import anyio.to_thread

from ..abort import AbortSignal
from .concurrency_async import abortable

# anyio before 4.1 has another name for it, and httpx accepts any anyio.
_KEYWORDS = inspect.signature(anyio.to_thread.run_sync).parameters
ABANDON: dict[str, Any] = {
    "abandon_on_cancel" if "abandon_on_cancel" in _KEYWORDS else "cancellable": True
}
"""With it `anyio.to_thread.run_sync` leaves its thread alone when it is cancelled."""


def check_function(function: Callable[..., object], argument: str) -> None:
    """Do nothing: any function can be called here. Sync code refuses async ones."""


async def call(function: Callable[[], Any]) -> Any:
    """Call a function: an async one in this task, a sync one in a thread."""
    if inspect.iscoroutinefunction(function):
        return await function()
    returned = await anyio.to_thread.run_sync(function, **ABANDON)
    return await returned if inspect.isawaitable(returned) else returned


async def gather(
    works: Sequence[Callable[[], Coroutine[Any, Any, None]]], abort: AbortSignal | None
) -> None:
    """Await all of `works` at the same time, but no longer than until the signal is set.

    Args:
        works: none of them raises an exception but that of a cancellation.
        abort: cancels them.

    Raises:
        RequestAbortedError: The signal was set first.
    """

    async def all_of_them() -> None:
        async with anyio.create_task_group() as group:
            for work in works:
                group.start_soon(work)

    if abort is None:
        await all_of_them()
    else:
        await abortable(abort, "running tools", all_of_them)
