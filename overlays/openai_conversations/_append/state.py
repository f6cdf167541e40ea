"""The state of an append, of one batch of it, and what errors mean for both. No I/O.

An append repeats a request that a client must not repeat blindly. It may, because it first reads
what became of it; so its rule for repeating is that of requests which do no harm twice.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .._request.validation import MAX_ITEMS, mismatch
from .._transport.retries import delay_before_retry, retry_after_response
from ..errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    ClientClosedError,
    InvalidArgumentError,
    OpenAIError,
    RequestAbortedError,
)
from ..progress import AppendProgress
from .matching import Explanation, explain
from .results import AppendResult, ResumePoint

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem

Items: TypeAlias = list[dict[str, Any]]
"""Items as they are sent."""


class Sent(NamedTuple):
    """A request that may have added items.

    Attributes:
        places: which of all items it had, counted from 0.
        items: those items. If a process before has sent it, the first ones, as far as they are
            known; a token holds only the places.
    """

    places: range
    items: Items


#: For how many seconds after a failure a request may still arrive. With the default timeout of
#: 600 s a lost request would hold an append up for ten minutes; what is on its way inside of a
#: service, or behind a gateway that gave up, arrives in far less.
LONGEST_TO_SETTLE = 2.0
# Requests whose items are kept, to tell copies of them from what others add.
_GIVEN_UP, _DONE = 8, 3


class AppendState:
    """What an append knows at each moment.

    Attributes:
        landed: how many items, from the first on, are in the conversation.
        unknown: how many of those after them may be there or not.
        last_id: the id of the last item that is certainly in the conversation, or None.
        anchored: True once `last_id` is known. Nothing is sent before that.
        result: what the append returns at the end.
        given_up: the last requests that may have happened, and may still arrive.
        done: the last requests that have landed.
    """

    def __init__(self, conversation_id: str, total: int | None) -> None:
        self.landed = 0
        self.unknown = 0
        self.last_id: str | None = None
        self.anchored = False
        self.result = AppendResult(conversation_id, keep=total is not None)
        self.given_up: deque[Sent] = deque(maxlen=_GIVEN_UP)
        self.done: deque[Sent] = deque(maxlen=_DONE)
        self._conversation_id = conversation_id
        self._total = total
        self._last: Mapping[str, Any] | str | None = None

    def begin_after(self, last_id: str | None) -> None:
        """Note with which item the conversation ends before the append."""
        self.last_id = last_id
        self.anchored = True

    def begin_at(self, point: ResumePoint) -> None:
        """Go on where an earlier append had come."""
        self.begin_after(point.after)
        self.landed, self._last = point.landed, point.print
        self.given_up.extend(Sent(places, []) for places in point.given_up)
        self.done.extend(Sent(places, []) for places in point.done)

    def doubt(self, items: Items) -> int:
        """Note that processes before may have sent the next batch; return how often.

        That is as often as the token says, and once more, when a process has ended.
        """
        for one in self.given_up:
            if one.places.start + len(one.items) == self.landed:
                one.items.extend(items[: len(one.places) - len(one.items)])
        times = 1 + sum(one.places.start == self.landed for one in self.given_up)
        # An older token does not say how often.
        self.given_up.extend([self._next(items)] * max(1, 3 - times))
        return times

    def give_up(self, batch: Batch) -> None:
        """Note that a request for the rest of a batch may have happened, and may still arrive."""
        batch.given_up += 1
        self.given_up.append(self._next(batch.left))

    def _next(self, items: Items) -> Sent:
        return Sent(range(self.landed, self.landed + len(items)), items)

    def explain(self, batch: Items, found: list[ConversationItem], *, resumed: bool) -> Explanation:
        """Tell what follows the last item that is certain; see `matching.explain`."""
        stored = [item.to_dict() for item in found]
        requests = self.given_up, self.done
        given_up, done = ([one.items for one in sent if one.items] for sent in requests)
        return explain(batch, stored, given_up=given_up, done=done, resumed=resumed)

    def confirm(self, sent: Items, stored: list[ConversationItem]) -> None:
        """Count in what has landed of a batch: not empty, and the last one `stored` has an id."""
        request = self._next(sent)
        with suppress(ValueError):
            self.given_up.remove(request)
        self.done.append(request)
        self.landed += len(sent)
        self.unknown = 0
        self.last_id = id_of(stored[-1])
        self._last = sent[-1]
        self.result.add(stored, id_of(stored[0]), self.last_id)

    def progress(self, stored: list[ConversationItem]) -> AppendProgress:
        """Return the state as callers see it; `stored` has landed since they last saw it."""
        place = self.landed, self.unknown, self._total, self.last_id
        doubled = tuple(self.result.doubled_ids)
        sent = {"given_up": _places(self.given_up), "done": _places(self.done)}
        return AppendProgress(self._conversation_id, *place, stored, self._last, doubled, sent)


def _places(requests: Iterable[Sent]) -> list[tuple[int, int]]:
    return [(one.places.start, one.places.stop) for one in requests]


@dataclass
class Attempts:
    """The requests for one thing that must not happen twice, as far as they have failed.

    Attributes:
        in_doubt: True if one of them may have taken effect.
        max_retries: how many requests may be repeated before anything lands.
        failure: the error with which the last request ended, if one has failed.
        retries: how many requests were repeated since something landed.
    """

    in_doubt: bool
    max_retries: int
    failure: APIError | None = None
    retries: int = 0

    def failed(self, error: APIError) -> None:
        """Note how a request has ended.

        Raises:
            APIError: `error`; nothing is in doubt, and a retry would fail too or is one too many.
        """
        self.failure = error
        # The cases are those of the table in `_async/append.py`: 3 turns doubt on, 2 leaves it.
        self.in_doubt = self.in_doubt or may_have_happened(error)
        if not self.in_doubt and (self.retries >= self.max_retries or not _may_pass(error)):
            raise error

    def check_retries(self) -> None:
        """Raise the last failure if, now that it is known what has landed, the rest is not sent."""
        # `>` where `failed` has `>=`: here the retry that is asked about has been counted already.
        failure = self.failure
        if failure is not None and (self.retries > self.max_retries or not _may_pass(failure)):
            raise failure

    def delay(self) -> float:
        """Return for how many seconds to wait before the next request."""
        failure = self.failure
        headers = failure.response.headers if isinstance(failure, APIStatusError) else None
        return delay_before_retry(self.retries, headers)

    def time_to_settle(self, timeout: float | None) -> float:
        """Return for how many seconds after the last failure a request may still arrive.

        A server, proxy or gateway that gave up on a request, whatever it has said, may have passed
        it on; so may the process before, if the append is resumed. No later than the client's own
        `timeout` for a response, None for no limit, and no later than two seconds.
        """
        if self.failure is not None and not may_have_happened(self.failure):
            return 0.0
        return LONGEST_TO_SETTLE if timeout is None else min(timeout, LONGEST_TO_SETTLE)


@dataclass
class Batch(Attempts):
    """The items of one request, until all of them have landed.

    Attributes:
        left: the items that have not landed, as far as is known.
        given_up: how many requests for it may have happened, as far as this process knows.
        claimed_ids: the ids in a response that holds as many items as were sent, and other ones.
    """

    _: KW_ONLY
    left: Items
    given_up: int = 0
    claimed_ids: Sequence[str | None] = ()

    def landed(self, count: int) -> None:
        """Take the first `count` items out. Progress was made, so retries count anew."""
        if count:
            self.left, self.retries = self.left[count:], 0


def id_of(item: ConversationItem) -> str | None:
    """Return the id of a stored item; None if it has none."""
    value = getattr(item, "id", None)
    return value if isinstance(value, str) and value else None


def ids_of(items: Iterable[ConversationItem]) -> list[str | None]:
    """Return the ids of stored items."""
    return [id_of(item) for item in items]


def batch_size(waiting: Sequence[Mapping[str, Any]], *, ended: bool) -> int:
    """Return how many of the waiting items make the next batch; `ended` if no more will come.

    At most 20, and not a `reasoning` item at the end while others follow: the service refuses one
    that is parted from the item it led to.
    """
    size = most = min(len(waiting), MAX_ITEMS)
    if ended and most == len(waiting):
        return most
    while size and is_reasoning(waiting[size - 1]):
        size -= 1
    # More reasoning than fits into a request has to be parted somewhere.
    return size or most


def is_reasoning(item: Mapping[str, Any]) -> bool:
    """Tell whether the item belongs to the one after it."""
    return item.get("type") == "reasoning"


def may_have_happened(error: OpenAIError) -> bool:
    """Tell whether the request that ended in this error can have added some of its items.

    A redirect (3xx) that was not followed may be what a service sends after it has done the work
    (303, RFC 9110, 15.4.4).
    """
    if isinstance(error, APIConnectionError):
        return not error.never_sent
    if isinstance(error, APIStatusError):
        return error.status_code == 408 or not 400 <= error.status_code < 500
    if isinstance(error, RequestAbortedError):
        return error.stage == "in flight"
    # A response that cannot be read is left: the request had succeeded.
    return not isinstance(error, InvalidArgumentError | ClientClosedError)


def kind_and_status(error: BaseException) -> str:
    """Return the kind of an error and its status: its text may quote a response."""
    status: object = getattr(error, "status_code", None)
    return type(error).__name__ + ("" if status is None else f" (status {status})")


def counted_from(first: int, error: InvalidArgumentError) -> InvalidArgumentError:
    """Return an error about `items[n]` of a batch that begins at `first` as one of the append."""
    found = re.match(r"items\[(\d+)\]", error.argument)
    if found is None:
        return error
    argument = f"items[{first + int(found[1])}]{error.argument[found.end() :]}"
    return mismatch(argument, error.expected, error.received)


def _may_pass(error: APIError) -> bool:
    # As for a PUT, which does no harm twice: what has happened is read before each retry.
    return not isinstance(error, APIStatusError) or retry_after_response(
        "PUT", error.status_code, error.code, error.response.headers
    )
