# Made from _async/append.py by tools/unasync. Do not edit.
"""`client.conversations.items.append`: batch after batch, and the way on after a lost response.

The requests go out through the methods of `items`, as those of any other program do; the rules are
in `_append`. Here is what comes between the two: in which order things are sent, read and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Sized
from contextlib import suppress
from dataclasses import KW_ONLY, InitVar, dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

from .._append.matching import count_landed
from .._append.results import AppendResult, ResumePoint
from .._append.state import (
    AppendState,
    Batch,
    Items,
    batch_size,
    counted_from,
    id_of,
    ids_of,
    is_reasoning,
    may_have_happened,
)
from .._request.input_items import to_input_item
from .._request.types import omit
from .._request.validation import MAX_ITEMS, MAX_LIMIT, invalid, mismatch
from .._transport.concurrency_sync import Intake, Source, check_source, report, sleep
from .._transport.log import logger
from ..abort import AbortSignal, Interrupted
from ..errors import (
    APIError,
    APIResponseValidationError,
    AppendUncertainError,
    ClientClosedError,
    InvalidArgumentError,
    NotFoundError,
    OpenAIError,
    RequestAbortedError,
)
from ..progress import AppendProgress, fingerprint

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem, ConversationItemList
    from openai_conversations_api.params import InputItemLike

    from .._response.raw_response import RawResponse

_SKIPPED_AT_ONCE = 1000


class ItemMethods(NamedTuple):
    """The methods of `items` that an append needs, bound to its conversation and options.

    Attributes:
        create: gives the raw response, and never sends a request a second time: between two
            attempts the conversation may have to be read, so the append counts them itself.
        list: gives the items, and retries as the client does.
        delete: retries as the client does.
    """

    create: Callable[..., RawResponse[ConversationItemList]]
    list: Callable[..., Iterable[ConversationItem]]
    delete: Callable[..., object]


@dataclass(eq=False, repr=False)
class Append:
    """One append, from its first item to its last; see `Items.append`.

    Args:
        methods: what sends the requests.
        conversation_id, items, on_progress, resume, abort: as of the public method.
        read_timeout: for how long a response is waited for, in seconds; None for no limit.
        max_retries: how often a batch is sent again before anything of it has landed.

    Raises:
        InvalidArgumentError: naming the argument.
    """

    methods: ItemMethods
    conversation_id: str
    items: InitVar[Source[InputItemLike]]
    _: KW_ONLY
    on_progress: Callable[[AppendProgress], object] | None
    resume: InitVar[str | None]
    abort: AbortSignal | None
    read_timeout: float | None
    max_retries: int

    def __post_init__(self, items: Source[InputItemLike], resume: str | None) -> None:
        check_source(items, "items")
        if not (self.on_progress is None or callable(self.on_progress)):
            raise invalid("on_progress", "a function or None", self.on_progress)
        id, total = self.conversation_id, len(items) if isinstance(items, Sized) else None
        self._resume = None if resume is None else ResumePoint.from_token(resume, id)
        self._intake = Intake(items)
        self._state = AppendState(id, total)
        self._more_found = resume is not None
        """True if more than the current batch may be there already; only when resuming."""

    def run(self) -> AppendResult:
        """Append everything.

        Raises:
            OpenAIError: any of its subclasses; its `append` holds the state.
        """
        try:
            if self._resume is not None:
                self._skip(self._resume)
            self._append_all()
        except OpenAIError as error:
            if self._state.anchored:
                error.append = self._state.progress([])
            raise
        return self._state.result

    def _skip(self, resume: ResumePoint) -> None:
        """Go to where an earlier append had come."""
        self._state.begin_at(resume)
        left = resume.landed
        last: list[InputItemLike] = []
        while left:
            taken = self._intake.take(min(left, _SKIPPED_AT_ONCE))
            if not taken:
                expected = f"the same items as before, of which {resume.landed} had landed"
                received = f"{resume.landed - left} items"
                raise mismatch("items", expected, received)
            left -= len(taken)
            last = taken[-1:]
        if last and fingerprint(to_input_item(last[0], "items", resume.landed - 1)) != resume.print:
            received = f"another one at items[{resume.landed - 1}]"
            raise mismatch("items", "the same items as before, from the start", received)

    def _append_all(self) -> None:
        waiting: Items = []
        ended = False
        while True:
            ended = ended or self._fill(waiting, MAX_ITEMS - len(waiting))
            if not ended and is_reasoning(waiting[-1]):
                ended = self._fill(waiting, 1)
            if not waiting:
                break
            if not self._state.anchored:
                self._state.begin_after(self._newest_id())
            size = batch_size(waiting, ended=ended)
            self._append_batch(waiting[:size])
            del waiting[:size]
        if self._more_found and (found := self._following()):
            raise self._uncertain("more follows than there are items", found)

    def _fill(self, waiting: Items, count: int) -> bool:
        """Take up to `count` items, checked; return True if they have ended."""
        taken = self._intake.take(count)
        first = self._state.landed + len(waiting)
        waiting += [to_input_item(item, "items", first + n) for n, item in enumerate(taken)]
        return len(taken) < count

    # -- one batch
    #
    # A batch is in doubt once a request for it may have taken effect, or from the start when an
    # append is resumed. A request ends with ...
    #
    #   1  the items as stored.
    #      1a  not in doubt: confirm them. Done.
    #      1b  in doubt: the earlier request may have arrived after the conversation was read, so
    #          look for a second copy. None: confirm. One: delete the newer copy, pause, look (5-8).
    #   2  an error after which nothing can have happened (429, 409, locked, never sent, 4xx).
    #      2a  not in doubt: pause and send again. Retries used up, or useless: raise it.
    #      2b  in doubt: as 3. The lock may be held by the earlier request.
    #   3  an error after which it may have happened (no response, 408, 5xx, an unreadable
    #      response): in doubt from now on. Pause, look (5-8).
    #   4  any other error (aborted, client closed, an item that JSON cannot hold): raise it. What
    #      was in flight, or in doubt before, is reported as unknown.
    #
    # A batch in doubt is looked for after the last item that is certain, and there is ...
    #
    #   5  all of it: confirm. Done.
    #   6  its first part: confirm that, send the rest; retries count anew.
    #   7  nothing: send it again. Retries used up, or useless: raise the failure of 2b or 3.
    #   8  something else, or reading fails: AppendUncertainError.
    #
    # After a timeout a request can still be under way, so what is missing in 6 and 7 is looked for
    # a second time, as much later as the timeout is long (two seconds at most).

    def _append_batch(self, items: Items) -> None:
        """See to it that a batch is in the conversation, once."""
        batch = Batch(items, self._more_found, self.max_retries)
        while True:
            if batch.in_doubt:
                self._look_for(batch)
                if not batch.left:  # 5
                    return
            batch.check_retries()  # 7
            stored = self._send(batch)
            if stored is not None and not self._remove_duplicate(batch, stored):  # 1
                self._confirm(batch.left, stored)
                return
            self._sleep(batch.delay(), batch)
            batch.retries += 1

    def _look_for(self, batch: Batch) -> None:
        """Confirm what of a batch has landed, and take it out of the batch (5-8)."""
        self._look_once(batch)
        settling = batch.time_to_settle(self.read_timeout)
        if batch.left and settling:
            self._state.unknown = len(batch.left)
            self._sleep(settling, batch)
            self._look_once(batch)

    def _look_once(self, batch: Batch) -> None:
        self._state.unknown = len(batch.left)
        found = self._following()
        landed = count_landed(batch.left, [item.to_dict() for item in found])
        more = len(found) > landed
        if more and not (self._more_found and landed == len(batch.left)):  # 8
            problem = "what follows is not what was sent"
            raise self._uncertain(problem, found) from batch.failure
        if landed and id_of(found[landed - 1]) is None:
            problem = "the service lists an item without an id"
            raise self._uncertain(problem, found) from batch.failure
        self._more_found = more
        self._state.unknown = 0
        if landed:
            self._confirm(batch.left[:landed], found[:landed])
        batch.landed(landed)

    def _send(self, batch: Batch) -> list[ConversationItem] | None:
        """Send what is left of a batch; return the stored items, or None to go on (2, 3)."""
        self._announce(len(batch.left))
        try:
            return self._create(batch.left)
        except OpenAIError as error:
            if not batch.in_doubt and not may_have_happened(error):
                self._state.unknown = 0
            if isinstance(error, APIError):
                batch.failed(error)  # 2a raises
                return None
            if isinstance(error, InvalidArgumentError):
                raise counted_from(self._state.landed, error) from None
            raise  # 4

    def _remove_duplicate(self, batch: Batch, stored: list[ConversationItem]) -> bool:
        """Delete the copy just stored if there is an older one (1b); return True if there was.

        Raises:
            AppendUncertainError: it cannot be deleted, or what follows is something else.
        """
        if not batch.in_doubt:  # 1a
            return False
        found = self._following()
        new = set(ids_of(stored))
        old = [item for item in found if id_of(item) not in new]
        if not old:
            return False
        if count_landed(batch.left, [item.to_dict() for item in old]) < len(old):
            raise self._uncertain("what follows is not what was sent", found)
        try:
            for item_id in filter(None, ids_of(stored)):
                with suppress(NotFoundError):
                    self.methods.delete(item_id)
        except (APIError, ClientClosedError) as error:
            raise self._uncertain(f"a second copy cannot be deleted: {error}") from error
        return True

    def _sleep(self, delay: float, batch: Batch) -> None:
        logger.info("append: going on in %.2f s after: %s", delay, batch.failure or "a second copy")
        try:
            sleep(delay, self.abort)
        except Interrupted as stop:
            raise RequestAbortedError("waiting for a retry", stop.reason) from batch.failure

    # -- requests

    def _create(self, items: Items) -> list[ConversationItem]:
        """Send a batch once; return the items as stored."""
        response = self.methods.create(items=items)
        stored = cast("list[ConversationItem] | None", response.parse().data)
        if not isinstance(stored, list) or len(stored) != len(items) or id_of(stored[-1]) is None:
            message = f"the response does not hold the {len(items)} items that were sent"
            raise APIResponseValidationError(response.http_response, None, message=message)
        return stored

    def _newest_id(self) -> str | None:
        """Return the id of the item with which the conversation ends; None if it is empty."""
        items = self._list(1, "desc", omit)
        if items and id_of(items[0]) is None:
            raise OpenAIError(
                f"the last item of {self.conversation_id} has no id, so what is appended after it "
                "could not be found again; nothing was sent"
            )
        return id_of(items[0]) if items else None

    def _following(self) -> list[ConversationItem]:
        """Return what follows the last item that is certain, oldest first, up to a hundred."""
        try:
            return self._list(MAX_LIMIT, "asc", self._state.last_id or omit)
        except (APIError, ClientClosedError) as error:
            raise self._uncertain(f"the conversation cannot be read: {error}") from error

    def _list(self, count: int, order: str, after: object) -> list[ConversationItem]:
        listed = self.methods.list(after=after, limit=count, max_items=count, order=order)
        return [item for item in listed]

    # -- reports

    def _confirm(self, sent: Items, stored: list[ConversationItem]) -> None:
        self._state.confirm(sent, stored)
        self._report(stored)

    def _report(self, stored: list[ConversationItem]) -> None:
        if self.on_progress is not None:
            report(self.on_progress, self._state.progress(stored))

    def _announce(self, count: int) -> None:
        self._state.unknown = count
        try:
            self._report([])
        except BaseException:
            # The error is the callback's own; nothing has been sent.
            self._state.unknown = 0
            raise

    def _uncertain(
        self, problem: str, found: Sequence[ConversationItem] = ()
    ) -> AppendUncertainError:
        return AppendUncertainError(problem, self._state.progress([]), found_ids=ids_of(found))
