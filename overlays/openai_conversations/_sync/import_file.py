# Made from _async/import_file.py by tools/unasync. Do not edit.
"""From the arguments of `client.conversations.import_file` to conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from openai_conversations_api import models

from .._append.results import AppendResult
from .._request.types import omit
from .._request.validation import (
    MAX_LIMIT,
    check_bool,
    check_callback,
    check_id,
    check_metadata,
    check_one_of,
    check_text,
    mismatch,
)
from .._transport.concurrency_sync import report
from .._transport.parallel_sync import call
from ..archive.import_plan import ImportPlan, ImportState, make_plan
from ..archive.results import ImportResult
from ..archive.source_file import SourceFile
from ..archive.tokens import NOT_NEW, check_made, is_used
from ..errors import NotFoundError, OpenAIError
from ..progress import AppendProgress, ArchiveProgress


class _Items(Iterator[Mapping[str, Any]]):
    """Reads items from a file, many at a time."""

    def __init__(self, items: Iterator[Mapping[str, Any]]) -> None:
        self._items = items
        self._read: Iterator[Mapping[str, Any]] = iter(())

    def __next__(self) -> Mapping[str, Any]:
        if (found := next(self._read, None)) is None:
            self._read = iter(call(lambda: [*islice(self._items, MAX_LIMIT)]))
            found = next(self._read, None)
        if found is None:
            raise StopIteration
        return found


def import_file(
    create: Callable[..., models.Conversation],
    append: Callable[..., AppendResult],
    file: Any,
    reading: tuple[Any, Any, Any],
    *,
    conversation_id: Any,
    metadata: Any,
    resume: str | None,
    dry_run: bool,
    on_progress: Callable[[ArchiveProgress], object] | None,
    options: Mapping[str, Any],
) -> ImportResult:
    """Import a file; see `WholeConversations.import_file`.

    Args:
        create, append: send the requests.
        reading: the arguments `format`, `on_unsupported` and `select`.
        options: for each of the requests.
    """
    format, on_unsupported, select = reading
    check_one_of(on_unsupported, "on_unsupported", ("error", "skip", "text"))
    check_callback(on_progress)
    if select is not None:
        check_text(select, "select")
    place = None
    if conversation_id is not None:
        place = check_id(conversation_id, "conversation_id")
    if metadata is not None:
        if place is not None:
            raise mismatch("metadata", "None with a conversation_id", "both")
        check_metadata(metadata)
    only_planned = check_bool(dry_run, "dry_run")
    source: SourceFile = call(partial(SourceFile, file))
    with source:
        arguments = (source, format, on_unsupported, select, metadata, place)
        plan: ImportPlan = call(partial(make_plan, *arguments))
        if only_planned:
            return plan.result(None)
        plan.check()
        state = ImportState.of(resume, plan)
        done = sum(one.count for one in plan.conversations[: len(state.done)])

        def so_far(landed: int) -> ArchiveProgress:
            return ArchiveProgress(state.current, done + landed, plan.total, state.token)

        def note(progress: AppendProgress) -> None:
            if place is None and is_used(progress):
                state.current = None
                raise OpenAIError(NOT_NEW)
            state.append = progress.token
            report(on_progress, so_far(progress.landed))

        landed = 0
        try:
            for planned in plan.conversations[len(state.done) :]:
                state.current = state.current or place
                if state.current is None:
                    made = create(metadata=planned.metadata or omit, **options)
                    state.current = check_made(made, planned.metadata)
                    report(on_progress, so_far(0))
                items = _Items(planned.items())
                given = {"resume": state.append, "on_progress": note, **options}
                append(state.current, items, **given)
                done += planned.count
                state.done.append(state.current)
                state.current = state.append = None
        except OpenAIError as error:
            if error.append is not None and state.current is not None:
                landed, state.append = error.append.landed, error.append.token
            elif isinstance(error, NotFoundError) and state.append is None:
                state.current = None  # the response that named it may have been to another request
            error.archive = so_far(landed)
            raise
        return plan.result(state.done)
