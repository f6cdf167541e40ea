"""Calling functions that were given, several at the same time, in threads.

`parallel_async` has the same names for tasks; `tools/unasync` swaps one for the other.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context, copy_context
from typing import Any

from .._request.validation import invalid
from ..abort import AbortSignal
from ..errors import RequestAbortedError


def check_function(function: Callable[..., object], argument: str) -> None:
    """Raise `InvalidArgumentError` for an async function, which would do nothing."""
    if any(map(inspect.iscoroutinefunction, (function, type(function).__call__))):
        raise invalid(argument, "a function that is not async (AsyncClient takes both)", function)


def call(function: Callable[[], Any]) -> Any:
    """Call a function.

    Raises:
        InvalidArgumentError: It returns what has to be awaited.
    """
    returned = function()
    if isinstance(returned, Coroutine):
        returned.close()  # or Python warns that it was never awaited
        raise invalid("tools", "functions that are not async (AsyncClient takes both)", function)
    return returned


def gather(works: Sequence[Callable[[], object]], abort: AbortSignal | None) -> None:
    """Call all of `works` at the same time, each in a thread of its own.

    Args:
        works: none of them raises an exception, but `SystemExit` and the like.
        abort: ends the waiting. A thread cannot be stopped from outside, and is left behind.

    Raises:
        RequestAbortedError: The signal was set first.
    """
    over = threading.Event()  # all of them, or the wait for them
    left = len(works)
    lock = threading.Lock()
    failures: list[BaseException] = []

    def run(context: Context, work: Callable[[], object]) -> None:
        nonlocal left
        try:
            context.run(work)
        except BaseException as error:
            failures.append(error)
        finally:
            with lock:
                left -= 1
                if not left:
                    over.set()

    unsubscribe = abort.subscribe(over.set) if abort is not None else lambda: None
    try:
        for work in works:
            # Daemons, as those of `abortable`.
            name, arguments = "openai_conversations-tool", (copy_context(), work)
            threading.Thread(target=run, args=arguments, name=name, daemon=True).start()
        if works:
            over.wait()
    finally:
        unsubscribe()
    if left and abort is not None:
        raise RequestAbortedError("running tools", abort.reason)
    if failures:
        raise failures[0]
