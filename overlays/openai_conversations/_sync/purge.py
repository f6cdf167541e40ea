# Made from _async/purge.py by tools/unasync. Do not edit.
"""`client.conversations.purge` and `items.clear`: every item, then the conversation.

Deleting the same thing twice does no harm, so the work needs no token: it is done again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from .._append.state import ids_of
from .._request.validation import MAX_LIMIT, check_callback
from .._transport.concurrency_sync import report
from .._transport.parallel_sync import gather
from .._transport.retries import delay_before_retry
from ..abort import AbortSignal
from ..archive.results import PurgeResult
from ..errors import APIResponseValidationError, APIStatusError, NotFoundError, OpenAIError
from ..progress import ArchiveProgress
from .append_requests import pause, read_again

_AT_A_TIME = 8


class Purge:
    """Deletes the items of one conversation, and it as well.

    Args:
        items: has the methods `list` and `delete` of `items`.
        conversation_id, on_progress: as of the public method.
        options: of each request.
        max_retries: those of the client.

    Raises:
        InvalidArgumentError: naming the argument.
    """

    def __init__(
        self,
        items: Any,
        conversation_id: str,
        options: dict[str, Any],
        on_progress: Callable[[ArchiveProgress], object] | None,
        max_retries: int,
    ) -> None:
        check_callback(on_progress)
        self._items = items
        self._max_retries = max_retries
        self._id = conversation_id
        self._options = options
        self._on_progress = on_progress
        self._deleted = 0

    def clear(self) -> PurgeResult:
        """Delete all items.

        Raises:
            OpenAIError: any of its subclasses; its `archive` says how many are deleted.
        """
        try:
            self._delete_items()
        except OpenAIError as error:
            error.archive = self._progress()
            raise
        return PurgeResult(self._id, self._deleted, conversation_deleted=False)

    def purge(self, conversations: Any) -> PurgeResult:
        """Delete all items, then the conversation.

        Args:
            conversations: has the methods `delete` and `retrieve`.

        Raises:
            OpenAIError: any of its subclasses; its `archive` says how many items are deleted.
        """
        cleared = self.clear()
        try:
            self._delete_conversation(conversations)
        except OpenAIError as error:
            error.archive = self._progress()
            raise
        return replace(cleared, conversation_deleted=True)

    def _delete_items(self) -> None:
        """Delete what is listed, newest first, until nothing is listed any more."""
        before: list[str | None] = []
        unchanged = 0
        while True:
            options = {**self._options, "limit": MAX_LIMIT, "order": "desc"}
            read = partial(self._items.list, self._id, **options)
            page = read_again(read, self._max_retries, self._options["abort"])
            ids = ids_of(page.data)
            if not ids:
                return
            unchanged = unchanged + 1 if ids == before else 0
            if unchanged > self._max_retries:
                raise OpenAIError(f"{self._id} still lists {len(ids)} items that were deleted")
            before = ids
            self._delete_each([id for id in ids if id is not None])
            report(self._on_progress, self._progress())

    def _delete_each(self, ids: list[str]) -> None:
        gone: list[str] = []
        retries, abort = self._max_retries, self._options["abort"]
        failures: list[Exception] = []

        delete = partial(self._items.delete, conversation_id=self._id, **self._options)

        def work(item_id: str) -> None:
            try:
                if delete_surely(partial(delete, item_id), retries, abort):
                    gone.append(item_id)
            except Exception as error:
                failures.append(error)

        for start in range(0, len(ids), _AT_A_TIME):
            works = [partial(work, item_id) for item_id in ids[start : start + _AT_A_TIME]]
            gather(works, None)
            self._deleted += len(gone)
            gone.clear()
            if failures:
                raise failures[0]

    def _delete_conversation(self, conversations: Any) -> None:
        """Delete the conversation until it cannot be read any more."""
        retries = self._max_retries
        delete = partial(conversations.delete, self._id, **self._options)
        for _ in range(retries + 1):
            delete_surely(delete, retries, self._options["abort"])
            try:
                conversations.retrieve(self._id, **self._options)
            except NotFoundError:
                return
            except APIResponseValidationError:
                continue
        raise OpenAIError(f"{self._id} can still be read after it was deleted")

    def _progress(self) -> ArchiveProgress:
        return ArchiveProgress(self._id, self._deleted)


def delete_surely(
    delete: Callable[[], object], max_retries: int, abort: AbortSignal | None
) -> bool:
    """Delete something; return False if it was not there before.

    After a redirect, or a response that is not one to this request, it is open what has happened,
    so the request is sent again. "Not found" then means that an earlier one arrived.

    Raises:
        OpenAIError: as of `delete`, which retries what the client does.
    """
    retries = 0
    while True:
        try:
            delete()
        except NotFoundError as error:
            return bool(retries or error.retries_taken)
        except (APIResponseValidationError, APIStatusError) as error:
            may_pass = isinstance(error, APIResponseValidationError) or error.status_code < 400
            if not may_pass or retries >= max_retries:
                raise
            failure = error
        else:
            return True
        pause(delay_before_retry(retries), abort, failure)
        retries += 1
