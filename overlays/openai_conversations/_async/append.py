"""`client.conversations.items.append`: batch after batch, and what to do when an answer is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from typing import TYPE_CHECKING, Any

from .._append.matching import count_landed
from .._append.results import AppendProgress, AppendResult, ResumePoint, fingerprint
from .._append.state import (
    AppendState,
    batch_size,
    counted_from,
    id_of,
    ids_of,
    is_reasoning,
    may_have_happened,
    may_pass,
    time_to_settle,
)
from .._request.client_options import to_timeout
from .._request.input_items import to_input_item
from .._request.types import Omit, Options, given
from .._request.validation import MAX_ITEMS, invalid
from .._transport.concurrency_async import Intake, Source, check_source, report, sleep
from .._transport.log import logger
from .._transport.retries import delay_before_retry
from ..abort import AbortSignal, Interrupted
from ..errors import (
    APIError,
    APIStatusError,
    AppendUncertainError,
    ClientClosedError,
    InvalidArgumentError,
    OpenAIError,
    RequestAbortedError,
)
from .append_requests import AsyncAppendRequests

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem

    from .._request.input_items import ItemLike
    from .client import AsyncClient

_Batch = list[dict[str, Any]]
_SKIPPED_AT_ONCE = 1000


async def append_items(
    client: AsyncClient,
    conversation_id: str,
    items: Source[ItemLike],
    options: Options,
    *,
    include: Sequence[str] | Omit,
    on_progress: Callable[[AppendProgress], object] | None,
    resume: str | None,
) -> AppendResult:
    """What `items.append` does, see there.

    Raises:
        InvalidArgumentError: naming the argument.
    """
    check_source(items, "items")
    if on_progress is not None and not callable(on_progress):
        raise invalid("on_progress", "a function or None", on_progress)
    point = None if resume is None else ResumePoint.from_token(resume, conversation_id)
    append = _AsyncAppend(
        AsyncAppendRequests(client, conversation_id, options, include),
        AppendState(conversation_id, len(items) if isinstance(items, Sized) else None),
        on_progress,
        abort=options.abort,
        timeout=(to_timeout(options.timeout) if given(options.timeout) else client.timeout).read,
        max_retries=client.max_retries,
    )
    return await append.run(Intake(items), point)


class _AsyncAppend:
    """One append, from its first item to its last."""

    def __init__(
        self,
        requests: AsyncAppendRequests,
        state: AppendState,
        on_progress: Callable[[AppendProgress], object] | None,
        *,
        abort: AbortSignal | None,
        timeout: float | None,
        max_retries: int,
    ) -> None:
        self._requests = requests
        self._state = state
        self._on_progress = on_progress
        self._abort = abort
        self._timeout = timeout
        self._max_retries = max_retries
        self._more_found = False
        """May more than the current batch be there already? Only when resuming."""

    async def run(self, intake: Intake[ItemLike], resume: ResumePoint | None) -> AppendResult:
        """Append everything.

        Raises:
            OpenAIError: any of its subclasses; its `append` holds the state.
        """
        try:
            if resume is not None:
                await self._skip(intake, resume)
            await self._run(intake)
        except OpenAIError as error:
            if self._state.anchored:
                error.append = self._state.progress([])
            raise
        return self._state.result

    async def _skip(self, intake: Intake[ItemLike], resume: ResumePoint) -> None:
        """Go to where an earlier append had come."""
        self._state.begin_at(resume)
        self._more_found = True
        left = resume.landed
        last: list[ItemLike] = []
        while left:
            taken = await intake.take(min(left, _SKIPPED_AT_ONCE))
            if not taken:
                expected = f"the same items as before, of which {resume.landed} had landed"
                received = f"{resume.landed - left} items"
                raise InvalidArgumentError("items", expected=expected, received=received)
            left -= len(taken)
            last = taken[-1:]
        if last and fingerprint(to_input_item(last[0], "items", resume.landed - 1)) != resume.print:
            expected = "the same items as before, from the start"
            received = f"another one at items[{resume.landed - 1}]"
            raise InvalidArgumentError("items", expected=expected, received=received)

    async def _run(self, intake: Intake[ItemLike]) -> None:
        held: _Batch = []
        ended = False
        while True:
            ended = ended or await self._fill(held, intake, MAX_ITEMS - len(held))
            if not ended and is_reasoning(held[-1]):
                ended = await self._fill(held, intake, 1)
            if not held:
                break
            if not self._state.anchored:
                self._state.begin_after(await self._requests.newest())
            size = batch_size(held, ended=ended)
            await self._append_batch(held[:size], in_doubt=self._more_found)
            del held[:size]
        if self._more_found and (found := await self._read()):
            raise self._uncertain("more follows than there are items", found)

    async def _fill(self, held: _Batch, intake: Intake[ItemLike], count: int) -> bool:
        """Take up to `count` items; True if they have ended."""
        taken = await intake.take(count)
        first = self._state.landed + len(held)
        held += [to_input_item(item, "items", first + n) for n, item in enumerate(taken)]
        return len(taken) < count

    async def _append_batch(self, batch: _Batch, *, in_doubt: bool) -> None:
        """See to it that a batch is in the conversation, once.

        Args:
            in_doubt: may it, or a part of it, be there already?
        """
        failure: APIError | None = None
        retries = 0
        while True:
            if in_doubt:
                landed = await self._find(batch, failure)
                settling = time_to_settle(failure, self._timeout)
                if landed < len(batch) and settling:
                    self._state.unknown = len(batch) - landed
                    await self._sleep(settling, failure)
                    landed += await self._find(batch[landed:], failure)
                if landed:
                    batch, retries = batch[landed:], 0
                if not batch:
                    return
            if failure is not None and (retries > self._max_retries or not may_pass(failure)):
                raise failure
            await self._announce(len(batch))
            try:
                stored = await self._requests.send(batch)
            except APIError as error:
                failure = error
                in_doubt = in_doubt or may_have_happened(error)
                if not in_doubt:
                    self._state.unknown = 0
                    if retries >= self._max_retries or not may_pass(error):
                        raise
            except OpenAIError as error:
                if not in_doubt and not may_have_happened(error):
                    self._state.unknown = 0
                if isinstance(error, InvalidArgumentError):
                    raise counted_from(self._state.landed, error) from None
                raise
            else:
                if not in_doubt or await self._remove_duplicate(batch, stored):
                    await self._confirm(batch, stored)
                    return
            await self._pause(retries, failure)
            retries += 1

    async def _pause(self, retries: int, failure: APIError | None) -> None:
        headers = failure.response.headers if isinstance(failure, APIStatusError) else None
        delay = delay_before_retry(retries, headers)
        await self._sleep(delay, failure)

    async def _sleep(self, delay: float, failure: APIError | None) -> None:
        logger.info("append: going on in %.2f s after: %s", delay, failure or "a second copy")
        try:
            await sleep(delay, self._abort)
        except Interrupted:
            reason = self._abort.reason if self._abort is not None else None
            raise RequestAbortedError("waiting for a retry", reason) from failure

    # -- what is there

    async def _find(self, batch: _Batch, failure: APIError | None) -> int:
        """Count in what of a batch is there; how many items that is."""
        self._state.unknown = len(batch)
        found = await self._read()
        landed = count_landed(batch, [item.to_dict() for item in found])
        more = len(found) > landed
        if more and not (self._more_found and landed == len(batch)):
            raise self._uncertain("what follows is not what was sent", found) from failure
        if landed and id_of(found[landed - 1]) is None:
            raise self._uncertain("the service lists an item without an id", found) from failure
        self._more_found = more
        self._state.unknown = 0
        if landed:
            await self._confirm(batch[:landed], found[:landed])
        return landed

    async def _remove_duplicate(self, batch: _Batch, stored: list[ConversationItem]) -> bool:
        """Does a batch that was sent again stand there once?

        A request that was given up on can still arrive. Then the newer copy, of which the service
        has just told the ids, is taken back, and the older one counts.
        """
        found = await self._read()
        new = set(ids_of(stored))
        old = [
            item for item, found_id in zip(found, ids_of(found), strict=True) if found_id not in new
        ]
        if not old:
            return True
        if count_landed(batch, [item.to_dict() for item in old]) < len(old):
            raise self._uncertain("what follows is not what was sent", found)
        try:
            for item_id in ids_of(stored):
                if item_id is not None:
                    await self._requests.delete(item_id)
        except (APIError, ClientClosedError) as error:
            raise self._uncertain(f"a second copy cannot be taken back: {error}") from error
        return False

    async def _read(self) -> list[ConversationItem]:
        """What follows the last item that is certain."""
        try:
            return await self._requests.following(self._state.last_id)
        except (APIError, ClientClosedError) as error:
            raise self._uncertain(f"the conversation cannot be read: {error}") from error

    # -- what is told

    async def _confirm(self, batch: _Batch, stored: list[ConversationItem]) -> None:
        self._state.confirm(batch, stored)
        await self._report(stored)

    async def _report(self, stored: list[ConversationItem]) -> None:
        if self._on_progress is not None:
            await report(self._on_progress, self._state.progress(stored))

    async def _announce(self, count: int) -> None:
        """Report that items are about to be sent."""
        self._state.unknown = count
        try:
            await self._report([])
        except BaseException:
            # The callback's own error; nothing has been sent.
            self._state.unknown = 0
            raise

    def _uncertain(self, why: str, found: Sequence[ConversationItem] = ()) -> AppendUncertainError:
        return AppendUncertainError(why, self._state.progress([]), found_ids=ids_of(found))
