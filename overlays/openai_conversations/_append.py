"""The rules of an append, apart from the requests that follow them: batches, and what errors mean.

An append repeats a request that a client must not repeat blindly. It may, because it first reads
what became of it; so its rule for repeating is that of requests which do no harm twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ._checks import MAX_ITEMS
from .errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    ClientClosedError,
    InvalidArgumentError,
    OpenAIError,
    RequestAbortedError,
)
from .retry import retry_after_answer


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
        return retry_after_answer("PUT", status, error.code, headers)
    return True
