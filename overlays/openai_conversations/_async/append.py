"""`client.conversations.items.append`: batch after batch, and the way on after a lost response.

The requests are in `append_requests`; the rules are in `_append`. Here is what comes between the
two: in which order things are sent, read and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import KW_ONLY, InitVar, dataclass
from typing import TYPE_CHECKING, Any

from .._append.matching import Explanation
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
    kind_and_status,
    may_have_happened,
)
from .._request.input_items import to_input_item
from .._request.types import omit
from .._request.validation import MAX_ITEMS, MAX_LIMIT, check_callback, mismatch
from .._transport.concurrency_async import Intake, Source, check_source, report
from .._transport.log import logger
from .._transport.retries import delay_before_retry
from ..abort import AbortSignal
from ..errors import (
    APIError,
    AppendUncertainError,
    ClientClosedError,
    InvalidArgumentError,
    OpenAIError,
)
from ..progress import AppendProgress, fingerprint
from .append_requests import AsyncAppendRequests, AsyncItemMethods, pause

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem
    from openai_conversations_api.params import InputItemLike

_SKIPPED_AT_ONCE = 1000


@dataclass(eq=False, repr=False)
class AsyncAppend:
    """One append, from its first item to its last; see `AsyncItems.append`.

    Args:
        methods: what sends the requests.
        conversation_id, items, on_progress, resume, abort: as of the public method.
        read_timeout: for how long a response is waited for, in seconds; None for no limit.
        max_retries: how often a batch is sent again before anything of it has landed.

    Raises:
        InvalidArgumentError: naming the argument.
    """

    methods: AsyncItemMethods
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
        check_callback(self.on_progress)
        id, total = self.conversation_id, len(items) if isinstance(items, Sized) else None
        self._resume = None if resume is None else ResumePoint.from_token(resume, id)
        self._intake = Intake(items)
        self._requests = AsyncAppendRequests(self.methods, id, self.abort, self.max_retries)
        self._state = AppendState(id, total)
        self._more_found = resume is not None
        """True if more than the current batch may be there already; only when resuming."""

    async def run(self) -> AppendResult:
        """Append everything.

        Raises:
            OpenAIError: any of its subclasses; its `append` holds the state.
        """
        try:
            if self._resume is not None:
                await self._skip(self._resume)
            await self._append_all()
        except OpenAIError as error:
            if self._state.anchored:
                error.append = self._state.progress([])
            raise
        return self._state.result

    async def _skip(self, resume: ResumePoint) -> None:
        """Go to where an earlier append had come."""
        self._state.begin_at(resume)
        requests = [*self._state.given_up, *self._state.done]
        wanted = {resume.landed - 1}.union(*(one.places for one in requests))
        kept: dict[int, dict[str, Any]] = {}
        skipped = 0
        while skipped < resume.landed:
            taken = await self._intake.take(min(resume.landed - skipped, _SKIPPED_AT_ONCE))
            if not taken:
                expected = f"the same items as before, of which {resume.landed} had landed"
                raise mismatch("items", expected, f"{skipped} items")
            for place, item in enumerate(taken, skipped):
                if place in wanted:
                    kept[place] = to_input_item(item, "items", place)
            skipped += len(taken)
        if kept and fingerprint(kept[resume.landed - 1]) != resume.print:
            received = f"another one at items[{resume.landed - 1}]"
            raise mismatch("items", "the same items as before, from the start", received)
        for one in requests:
            one.items.extend(kept[place] for place in one.places if place in kept)

    async def _append_all(self) -> None:
        waiting: Items = []
        ended = False
        while True:
            ended = ended or await self._fill(waiting, MAX_ITEMS - len(waiting))
            if not ended and is_reasoning(waiting[-1]):
                ended = await self._fill(waiting, 1)
            if not waiting:
                break
            if not self._state.anchored:
                self._state.begin_after(await self._requests.newest_id())
            size = batch_size(waiting, ended=ended)
            await self._append_batch(waiting[:size])
            del waiting[:size]
        if self._more_found:
            self._more_found = False
            await self._look_once(Batch(True, self.max_retries, left=[]))

    async def _fill(self, waiting: Items, count: int) -> bool:
        """Take up to `count` items, checked; return True if they have ended."""
        taken = await self._intake.take(count)
        first = self._state.landed + len(waiting)
        waiting += [to_input_item(item, "items", first + n) for n, item in enumerate(taken)]
        return len(taken) < count

    # -- one batch
    #
    # A batch is in doubt once a request for it may have taken effect, or from the start when an
    # append is resumed. A request ends with ...
    #
    #   1  the items as stored: as many as were sent, and each of them what was sent.
    #      1a  not in doubt: confirm them. Done.
    #      1b  in doubt: the earlier request may have arrived after the conversation was read, so
    #          look for other items beside them. None: confirm. Some: 5-9.
    #   2  an error after which nothing can have happened (429, 409, locked, never sent, 4xx).
    #      2a  not in doubt: pause and send again. Retries used up, or useless: raise it.
    #      2b  in doubt: as 3. The lock may be held by the earlier request.
    #   3  an error after which it may have happened (no response, 3xx, 408, 5xx, a response that
    #      is not JSON or does not hold what was sent): in doubt from now on. Pause, look (5-9).
    #   4  any other error (aborted, client closed, an item that JSON cannot hold): raise it. What
    #      was in flight, or in doubt before, is reported as unknown.
    #
    # A batch in doubt is looked for after the last item that is certain, and there is ...
    #
    #   5  all of it, recognised by what was sent or by the ids of the response: confirm. Done.
    #   6  its first part: confirm that, send the rest; retries count anew.
    #   7  nothing: send it again. Retries used up, or useless: raise the failure of 2b or 3.
    #   8  a second copy of a request. It was given up on, by this process or, as the token says, by
    #      one before: delete the copy, which may be cut short, and look again. It was not, so a
    #      network has delivered it twice, as a whole: report it, and go on.
    #   9  something else: read once more. The same again, or reading fails: AppendUncertainError.
    #
    # After 3 the request can still be under way, at a gateway or proxy as well. So a batch is
    # looked for a second time once as long has passed as the timeout is (two seconds at most), if
    # something of it is missing, or if two requests for it were given up on and one has arrived.

    async def _append_batch(self, items: Items) -> None:
        """See to it that a batch is in the conversation, once."""
        batch = Batch(self._more_found, self.max_retries, left=items)
        if batch.in_doubt:
            batch.given_up = self._state.doubt(items)
        waited = 0.0
        while True:
            if batch.in_doubt:
                await self._look_for(batch, waited)
                if not batch.left:  # 5
                    return
            batch.check_retries()  # 7
            if await self._send(batch):  # 1
                return
            waited = batch.delay()
            await pause(waited, self.abort, batch.failure)
            batch.retries += 1

    async def _look_for(self, batch: Batch, waited: float) -> None:
        """Confirm what of a batch has landed, and take it out of the batch (5-9).

        Args:
            waited: for how many seconds, since the last request for it has failed.
        """
        await self._look_once(batch)
        settling = batch.time_to_settle(self.read_timeout)
        rest = settling - waited
        while rest > 0 and (batch.left or (batch.given_up > 1 and not self._more_found)):
            missing = len(batch.left)
            self._state.unknown = missing
            await pause(rest, self.abort, batch.failure)
            await self._look_once(batch)
            # Until a reading shows nothing new: they may arrive one by one.
            rest = settling if 0 < len(batch.left) < missing else 0.0

    async def _look_once(self, batch: Batch) -> None:
        self._state.unknown = len(batch.left)
        found, explained = await self._read(batch)
        landed = [found[place] for place in explained.landed]
        doubled = [found[place] for place in explained.doubled]
        seen = len(landed) + len(doubled)
        if seen and id_of(found[seen - 1]) is None:
            problem = "the service lists an item without an id"
            raise self._uncertain(problem, found) from batch.failure
        self._more_found = len(found) > seen
        self._state.unknown = 0
        if doubled:
            self._state.result.doubled_ids += filter(None, ids_of(doubled))
            logger.warning("append: %d items are there twice, see doubled_ids", len(doubled))
        if landed:
            await self._confirm(batch.left[: len(landed)], landed)
        if seen:
            self._state.last_id = id_of(found[seen - 1])
        batch.landed(len(landed))

    async def _read(self, batch: Batch) -> tuple[list[ConversationItem], Explanation]:
        """Read what follows the last item that is certain, until there is nothing to put right.

        Raises:
            AppendUncertainError: it was the same twice and holds what was not sent, or second
                copies in it cannot be deleted.
        """
        before: list[str | None] | None = None
        surplus: set[str | None] = set()
        failure: APIError | ClientClosedError | None = batch.failure
        unchanged = 0
        while True:
            found = await self._following()
            ids = ids_of(found)
            if batch.left and ids == batch.claimed_ids:
                return found, Explanation(list(range(len(found))), [], [], 0)
            # A response may say that an item is deleted, and be one to another request: of a copy
            # any items may be left.
            rest = [item for item in found if id_of(item) not in surplus]
            explained = self._state.explain(batch.left, rest, resumed=self._more_found)
            surplus.update(id_of(rest[place]) for place in explained.late)
            late, strange = (
                [item_id for item_id in ids if item_id in surplus],
                explained.unexplained,
            )
            if not late and not strange:
                return found, explained
            unchanged = unchanged + 1 if ids == before else 0
            if unchanged > (0 if strange else self.max_retries):  # 9
                problem = (
                    "what follows was not sent" if strange else "a second copy cannot be deleted"
                )
                raise self._uncertain(problem, found) from failure
            before = ids
            if unchanged or strange:
                await pause(delay_before_retry(unchanged), self.abort, failure)
            if strange:
                continue
            try:  # 8
                # From the end, so that what is left, if this is the end, is the first part of one.
                await self._requests.delete(reversed(late))
            except (APIError, ClientClosedError) as error:
                failure = error

    async def _send(self, batch: Batch) -> bool:
        """Send what is left of a batch; return whether it is there, and once (1)."""
        await self._announce(len(batch.left))
        try:
            stored = await self._requests.create(batch, self._state.last_id)
        except OpenAIError as error:
            happened = may_have_happened(error)
            if not batch.in_doubt and not happened:
                self._state.unknown = 0
            if isinstance(error, APIError):
                batch.failed(error)  # 2a raises
                if happened:
                    self._state.give_up(batch)
                return False
            if isinstance(error, InvalidArgumentError):
                raise counted_from(self._state.landed, error) from None
            raise  # 4
        if batch.in_doubt:  # 1b
            # One of its requests has arrived; the others, as many as before, may do so later.
            self._state.give_up(batch)
            if set(ids_of(await self._following())) - set(ids_of(stored)):
                await self._look_once(batch)
                return not batch.left
        await self._confirm(batch.left, stored)
        return True

    async def _following(self) -> list[ConversationItem]:
        """Return what follows the last item that is certain.

        Raises:
            AppendUncertainError: it cannot be read.
        """
        try:
            return await self._requests.read(MAX_LIMIT, "asc", self._state.last_id or omit)
        except (APIError, ClientClosedError) as error:
            problem = f"the conversation cannot be read: {kind_and_status(error)}"
            raise self._uncertain(problem) from error

    # -- reports

    async def _confirm(self, sent: Items, stored: list[ConversationItem]) -> None:
        self._state.confirm(sent, stored)
        await self._report(stored)

    async def _report(self, stored: list[ConversationItem]) -> None:
        if self.on_progress is not None:
            await report(self.on_progress, self._state.progress(stored))

    async def _announce(self, count: int) -> None:
        self._state.unknown = count
        try:
            await self._report([])
        except BaseException:
            # The error is the callback's own; nothing has been sent.
            self._state.unknown = 0
            raise

    def _uncertain(
        self, problem: str, found: Sequence[ConversationItem] = ()
    ) -> AppendUncertainError:
        return AppendUncertainError(problem, self._state.progress([]), found_ids=ids_of(found))
