"""`client.conversations.items.append`: batch after batch, and what to do when an answer is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Sized
from typing import TYPE_CHECKING, Any, Literal

from .. import _operations as operations
from .._append import batch_size, counted_from, is_reasoning, may_have_happened, may_pass
from .._checks import MAX_ITEMS, MAX_LIMIT, invalid
from .._inputs import to_input_item
from .._log import logger
from .._matching import count_landed
from .._runtime_async import Intake, Source, check_source, report, sleep
from .._types import Omit, Options, omit
from ..abort import Interrupted
from ..append import AppendProgress, AppendResult, ResumePoint, fingerprint
from ..errors import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    AppendUncertainError,
    ClientClosedError,
    InvalidArgumentError,
    NotFoundError,
    OpenAIError,
    RequestAbortedError,
)
from ..retry import delay_before_retry
from .pages import AsyncListing

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem

    from .._inputs import ItemLike
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
        client,
        conversation_id,
        options,
        include=include,
        on_progress=on_progress,
        total=len(items) if isinstance(items, Sized) else None,
    )
    return await append.run(items, point)


class _AsyncAppend:
    """One append, from its first item to its last.

    What it knows at each moment: the first `landed` items are there, `last_id` is the last item
    that is certainly in the conversation, and `unknown` items after it are in doubt.
    """

    def __init__(
        self,
        client: AsyncClient,
        conversation_id: str,
        options: Options,
        *,
        include: Sequence[str] | Omit,
        on_progress: Callable[[AppendProgress], object] | None,
        total: int | None,
    ) -> None:
        self._client = client
        # Between two attempts the conversation may have to be read, so they are counted here.
        self._once = client.with_options(max_retries=0)
        self._conversation_id = conversation_id
        self._options = options
        self._include = include
        self._on_progress = on_progress
        self._total = total
        self._result = AppendResult(conversation_id, keep=total is not None)
        self._landed = 0
        self._unknown = 0
        self._last_id: str | None = None
        self._last: Mapping[str, Any] | str | None = None
        self._anchored = False
        """Is `last_id` known? Nothing has been sent before that."""
        self._more_found = False
        """May more than the current batch be there already? Only when resuming."""

    async def run(self, items: Source[ItemLike], resume: ResumePoint | None) -> AppendResult:
        """Append everything.

        Raises:
            OpenAIError: any of its subclasses; its `append` holds the account.
        """
        try:
            await self._run(Intake(items), resume)
        except OpenAIError as error:
            if self._anchored:
                error.append = self._progress([])
            raise
        return self._result

    async def _run(self, intake: Intake[ItemLike], resume: ResumePoint | None) -> None:
        if resume is not None:
            self._landed, self._last_id, self._last = resume.landed, resume.after, resume.print
            self._anchored = self._more_found = True
            await self._skip(intake, resume)
        held: _Batch = []
        ended = False
        while True:
            ended = ended or await self._fill(held, intake, MAX_ITEMS - len(held))
            if not ended and is_reasoning(held[-1]):
                ended = await self._fill(held, intake, 1)
            if not held:
                break
            if not self._anchored:
                self._last_id = await self._newest()
                self._anchored = True
            size = batch_size(held, ended=ended)
            await self._land(held[:size], in_doubt=self._more_found)
            del held[:size]
        if self._more_found and (found := await self._read()):
            raise self._uncertain("more follows than there are items", found)

    async def _skip(self, intake: Intake[ItemLike], resume: ResumePoint) -> None:
        """Go to where an earlier append had come."""
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

    async def _fill(self, held: _Batch, intake: Intake[ItemLike], count: int) -> bool:
        """Take up to `count` items; True if they have ended."""
        taken = await intake.take(count)
        first = self._landed + len(held)
        held += [to_input_item(item, "items", first + n) for n, item in enumerate(taken)]
        return len(taken) < count

    async def _land(self, batch: _Batch, *, in_doubt: bool) -> None:
        """See to it that a batch is in the conversation, once.

        Args:
            in_doubt: may it, or a part of it, be there already?
        """
        failure: APIError | None = None
        retries = 0
        while True:
            if in_doubt:
                landed = await self._find(batch, failure)
                if landed:
                    batch, retries = batch[landed:], 0
                if not batch:
                    return
            if failure is not None and (
                retries > self._client.max_retries or not may_pass(failure)
            ):
                raise failure
            try:
                stored = await self._send(batch)
            except APIError as error:
                failure = error
                in_doubt = in_doubt or may_have_happened(error)
                if not in_doubt:
                    self._unknown = 0
                    if retries >= self._client.max_retries or not may_pass(error):
                        raise
            except OpenAIError as error:
                if not in_doubt and not may_have_happened(error):
                    self._unknown = 0
                if isinstance(error, InvalidArgumentError):
                    raise counted_from(self._landed, error) from None
                raise
            else:
                if not in_doubt or await self._is_alone(batch, stored):
                    await self._confirm(batch, stored)
                    return
            await self._pause(retries, failure)
            retries += 1

    async def _send(self, batch: _Batch) -> list[ConversationItem]:
        """Send a batch once; the items as stored."""
        self._unknown = len(batch)
        await self._report([])
        call = operations.create_items.call(
            {"conversation_id": self._conversation_id, "include": self._include},
            body={"items": batch},
        )
        reply = await self._once.call(call, self._options)
        stored = reply.parse().data
        if not _has_length(stored, len(batch)) or _ids(stored)[-1] is None:
            message = f"the answer does not hold the {len(batch)} items that were sent"
            raise APIResponseValidationError(reply.http_response, None, message=message)
        return stored

    async def _pause(self, retries: int, failure: APIError | None) -> None:
        headers = failure.response.headers if isinstance(failure, APIStatusError) else None
        delay = delay_before_retry(retries, headers)
        logger.info("append: %s; going on in %.2f s", failure, delay)
        abort = self._options.abort
        try:
            await sleep(delay, abort)
        except Interrupted:
            reason = abort.reason if abort is not None else None
            raise RequestAbortedError("waiting for a retry", reason) from failure

    # -- what is there

    async def _newest(self) -> str | None:
        """The id of the last item before the append."""
        items = await self._list(1, "desc", omit)
        if not items:
            return None
        newest = _ids(items)[0]
        if newest is None:
            raise OpenAIError(
                f"the last item of {self._conversation_id} has no id, so what is appended after it "
                "could not be found again; nothing was sent"
            )
        return newest

    async def _read(self) -> list[ConversationItem]:
        """What follows the last item that is certain, oldest first."""
        after = omit if self._last_id is None else self._last_id
        try:
            return await self._list(MAX_LIMIT, "asc", after)
        except (APIError, ClientClosedError) as error:
            raise self._uncertain(f"the conversation cannot be read: {error}") from error

    async def _list(
        self, count: int, order: Literal["asc", "desc"], after: str | Omit
    ) -> list[ConversationItem]:
        listing: AsyncListing[ConversationItem] = AsyncListing(
            self._client,
            operations.list_items,
            {"conversation_id": self._conversation_id},
            self._options,
            after=after,
            limit=count,
            order=order,
            include=self._include,
            max_items=count,
        )
        page = (await listing.first()).parse()
        return [item async for item in page]

    async def _find(self, batch: _Batch, failure: APIError | None) -> int:
        """Count in what of a batch is there; how many items that is."""
        self._unknown = len(batch)
        found = await self._read()
        landed = count_landed(batch, [item.to_dict() for item in found])
        more = len(found) > landed
        if more and not (self._more_found and landed == len(batch)):
            raise self._uncertain("what follows is not what was sent", found) from failure
        self._more_found = more
        self._unknown = 0
        if landed:
            await self._confirm(batch[:landed], found[:landed])
        return landed

    async def _is_alone(self, batch: _Batch, stored: list[ConversationItem]) -> bool:
        """Has a batch that was sent again come to stand there once?

        A request that was given up on can still arrive. Then the newer copy, of which the service
        has just told the ids, is taken back, and the older one counts.
        """
        found = await self._read()
        new = set(_ids(stored))
        old = [item for item, item_id in zip(found, _ids(found), strict=True) if item_id not in new]
        if not old:
            return True
        if count_landed(batch, [item.to_dict() for item in old]) < len(old):
            raise self._uncertain("what follows is not what was sent", found)
        for item_id in _ids(stored):
            await self._take_back(item_id)
        return False

    async def _take_back(self, item_id: str | None) -> None:
        call = operations.delete_item.call(
            {"conversation_id": self._conversation_id, "item_id": item_id}
        )
        try:
            await self._client.call(call, self._options)
        except NotFoundError:
            return
        except (APIError, ClientClosedError) as error:
            raise self._uncertain(f"a second copy cannot be taken back: {error}") from error

    # -- the account

    async def _confirm(self, batch: _Batch, stored: list[ConversationItem]) -> None:
        first_id, last_id = _ids(stored)[0], _ids(stored)[-1]
        if last_id is None:
            raise self._uncertain("the service lists an item without an id", stored)
        self._landed += len(batch)
        self._unknown = 0
        self._last_id = last_id
        self._last = batch[-1]
        self._result.add(stored, first_id or last_id, last_id)
        await self._report(stored)

    async def _report(self, stored: list[ConversationItem]) -> None:
        if self._on_progress is not None:
            await report(self._on_progress, self._progress(stored))

    def _progress(self, stored: list[ConversationItem]) -> AppendProgress:
        return AppendProgress(
            conversation_id=self._conversation_id,
            landed=self._landed,
            unknown=self._unknown,
            total=self._total,
            last_id=self._last_id,
            stored=stored,
            _last=self._last,
        )

    def _uncertain(self, why: str, found: Sequence[ConversationItem] = ()) -> AppendUncertainError:
        return AppendUncertainError(why, self._progress([]), found_ids=_ids(found))


def _ids(items: Sequence[ConversationItem]) -> list[str | None]:
    ids = [getattr(item, "id", None) for item in items]
    return [value if isinstance(value, str) and value else None for value in ids]


def _has_length(value: object, length: int) -> bool:
    return isinstance(value, Sized) and len(value) == length
