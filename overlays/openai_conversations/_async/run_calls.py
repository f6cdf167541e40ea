"""Running the calls of one response, all at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from .._request.validation import check_text
from .._run.calls import Call, make_error_output, make_output
from .._run.handlers import Handlers, text_of
from .._transport.parallel_async import call, gather
from ..abort import AbortSignal


async def run_calls(
    calls: Sequence[Call],
    handlers: Handlers,
    outputs: dict[str, Any],
    *,
    abort: AbortSignal | None,
) -> Exception | None:
    """Run calls, and put their outputs into `outputs`, by the ids of the calls.

    Returns:
        The exception with which the run has to end, once the outputs are sent.

    Raises:
        RequestAbortedError: `abort` was set; `outputs` has those that were ready.
    """
    ready: dict[str, Any] = {}
    failures: list[Exception] = []

    async def work(one: Call) -> None:
        try:
            ready[one.id] = make_output(one, await call(handlers.bind(one)))
        except Exception as error:
            text = text_of(error)
            failure = error if handlers.on_tool_error == "raise" else None
            if (describe := handlers.bind_error(one, error)) is not None:
                try:
                    text = check_text(await call(describe), "on_tool_error")
                except Exception as second:
                    failure = second
            if (output := make_error_output(one, text)) is not None:
                ready[one.id] = output
            else:
                failure = error  # no text can stand for its output
            if failure is not None:
                failures.append(failure)

    try:
        await gather([partial(work, one) for one in calls], abort)
    finally:
        # What a thread that was left behind makes later, is not sent.
        outputs.update(ready)
    for one in calls:
        # An async tool that cancelled itself has none.
        if one.id not in outputs and not failures:
            outputs[one.id] = make_error_output(one, "cancelled")
    return failures[0] if failures else None
