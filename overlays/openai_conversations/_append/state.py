"""The rules of an append, without I/O: its state, its batches, and what errors mean.

An append repeats a request that a client must not repeat blindly. It may, because it first reads
what became of it; so its rule for repeating is that of requests which do no harm twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._request.validation import MAX_ITEMS
from .._transport.retries import retry_after_response
from ..errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    ClientClosedError,
    InvalidArgumentError,
    OpenAIError,
    RequestAbortedError,
)
from .results import AppendProgress, AppendResult, ResumePoint

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem

_LONGEST_TO_SETTLE = 2.0


class AppendState:
    """What an append knows at each moment.

    Attributes:
        landed: how many items, from the first on, are in the conversation.
        unknown: how many of those after them may be there or not.
        last_id: the id of the last item that is certainly in the conversation, or None.
        anchored: is `last_id` known? Nothing is sent before that.
        result: what the caller gets at the end.
    """

    def __init__(self, conversation_id: str, total: int | None) -> None:
        self.landed = 0
        self.unknown = 0
        self.last_id: str | None = None
        self.anchored = False
        self.result = AppendResult(conversation_id, keep=total is not None)
        self._conversation_id = conversation_id
        self._total = total
        self._last: Mapping[str, Any] | str | None = None

    def begin_after(self, last_id: str | None) -> None:
        """Take down with which item the conversation ends before the append."""
        self.last_id = last_id
        self.anchored = True

    def begin_at(self, point: ResumePoint) -> None:
        """Go on where an earlier append had come."""
        self.begin_after(point.after)
        self.landed, self._last = point.landed, point.print

    def confirm(self, batch: Sequence[Mapping[str, Any]], stored: list[ConversationItem]) -> None:
        """Count in a batch, or the first part of one, that has landed.

        Args:
            batch: what was sent, not empty.
            stored: the same as the service has it; the last one has an id.
        """
        self.landed += len(batch)
        self.unknown = 0
        self.last_id = id_of(stored[-1])
        self._last = batch[-1]
        self.result.add(stored, id_of(stored[0]), self.last_id)

    def progress(self, stored: list[ConversationItem]) -> AppendProgress:
        """The state as callers see it; `stored` has landed since they last saw it."""
        return AppendProgress(
            conversation_id=self._conversation_id,
            landed=self.landed,
            unknown=self.unknown,
            total=self._total,
            last_id=self.last_id,
            stored=stored,
            _last=self._last,
        )


def id_of(item: ConversationItem) -> str | None:
    """The id of a stored item; None if it has none."""
    value = getattr(item, "id", None)
    return value if isinstance(value, str) and value else None


def ids_of(items: Iterable[ConversationItem]) -> list[str | None]:
    """The ids of stored items."""
    return [id_of(item) for item in items]


def batch_size(held: Sequence[Mapping[str, Any]], *, ended: bool) -> int:
    """How many of the items that are held make the next batch.

    At most 20, and no `reasoning` item at the end of a batch while others follow: the service
    refuses one that is parted from the item it led to.

    Args:
        held: the items that are waiting, as JSON.
        ended: are these all that are left?
    """
    most = min(len(held), MAX_ITEMS)
    if ended and most == len(held):
        return most
    size = most
    while size and is_reasoning(held[size - 1]):
        size -= 1
    # More reasoning than fits into a request has to be parted somewhere.
    return size or most


def is_reasoning(item: Mapping[str, Any]) -> bool:
    """Does the item belong to the one after it?"""
    return item.get("type") == "reasoning"


def may_have_happened(error: OpenAIError) -> bool:
    """Can the request that ended in this error have added its items, or some of them?"""
    if isinstance(error, APIConnectionError):
        return not error.never_sent
    if isinstance(error, APIStatusError):
        return error.status_code >= 500 or error.status_code == 408
    if isinstance(error, RequestAbortedError):
        return error.stage == "in flight"
    return not isinstance(error, InvalidArgumentError | ClientClosedError)


def time_to_settle(failure: APIError | None, timeout: float | None) -> float:
    """How much longer to wait, in seconds, before what is not there counts as not landed.

    Who let a request run into its time-out may still be about to pass it on.

    Args:
        failure: with which the request ended.
        timeout: how long its answer was waited for.
    """
    if isinstance(failure, APITimeoutError) and not failure.never_sent:
        return min(timeout or 0.0, _LONGEST_TO_SETTLE)
    return 0.0


def counted_from(first: int, error: InvalidArgumentError) -> InvalidArgumentError:
    """An error about `items[n]` of a batch, about the same item of all that are appended.

    Args:
        first: the place of the batch's first item.
    """
    found = re.match(r"items\[(\d+)\]", error.argument)
    if found is None:
        return error
    argument = f"items[{first + int(found[1])}]{error.argument[found.end() :]}"
    return InvalidArgumentError(argument, expected=error.expected, received=error.received)


def may_pass(error: APIError) -> bool:
    """Is it worth to send what is missing again?"""
    if isinstance(error, APIStatusError):
        status, headers = error.status_code, error.response.headers
        return retry_after_response("PUT", status, error.code, headers)
    return True
