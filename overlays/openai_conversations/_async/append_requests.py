"""The requests of an append, each of which is believed only if it fits what was asked for.

They go out through the methods of `items`, as those of any other program do.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from .._append.matching import count_landed
from .._append.state import Batch, id_of, ids_of, kind_and_status
from .._request.types import omit
from .._transport.concurrency_async import sleep
from .._transport.log import logger
from .._transport.retries import delay_before_retry
from ..abort import AbortSignal
from ..errors import (
    APIResponseValidationError,
    NotFoundError,
    OpenAIError,
)

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem, ConversationItemList

    from .._response.raw_response import RawResponse


_T = TypeVar("_T")


class AsyncItemMethods(NamedTuple):
    """The methods of `items` that an append needs, bound to its conversation and options.

    Attributes:
        create: gives the raw response, and never sends a request a second time: between two
            attempts the conversation may have to be read, so the append counts them itself.
        list: gives the items, and retries as the client does.
        delete: retries as the client does.
    """

    create: Callable[..., Awaitable[RawResponse[ConversationItemList]]]
    list: Callable[..., AsyncIterable[ConversationItem]]
    delete: Callable[..., Awaitable[object]]


@dataclass(eq=False, repr=False)
class AsyncAppendRequests:
    """Sends the requests of one append.

    Args:
        methods: what sends them.
        conversation_id, abort, max_retries: as of `AsyncAppend`.
    """

    methods: AsyncItemMethods
    conversation_id: str
    abort: AbortSignal | None
    max_retries: int

    async def create(self, batch: Batch, last_id: str | None) -> list[ConversationItem]:
        """Send a batch once; return the items as stored, which are those that were sent.

        Args:
            batch: gets the ids of a response that holds as many items and other ones.
            last_id: with which item the conversation ended before.

        Raises:
            APIResponseValidationError: the response does not hold what was sent, so it may be one
                to another request.
            OpenAIError: others, as of `items.create`.
        """
        sent = batch.left
        response = await self.methods.create(items=sent)
        stored = cast("list[ConversationItem] | None", response.parse().data)
        if not isinstance(stored, list) or len(stored) != len(sent) or id_of(stored[-1]) is None:
            message = f"the response does not hold the {len(sent)} items that were sent"
        elif count_landed(sent, [item.to_dict() for item in stored]) < len(
            sent
        ) or last_id in ids_of(stored):
            batch.claimed_ids = ids_of(stored)
            message = f"the response holds {len(sent)} other items than were sent"
        else:
            return stored
        raise APIResponseValidationError(response.http_response, None, message=message)

    async def newest_id(self) -> str | None:
        """Return the id of the item with which the conversation ends; None if it is empty.

        Raises:
            OpenAIError: the item has no id, or the conversation cannot be read.
        """
        items = await self.read(1, "desc", omit)
        if items and id_of(items[0]) is None:
            raise OpenAIError(
                f"the last item of {self.conversation_id} has no id, so what is appended after it "
                "could not be found again; nothing was sent"
            )
        return id_of(items[0]) if items else None

    async def read(self, count: int, order: str, after: object) -> list[ConversationItem]:
        """Return up to `count` items; read again what is not a list of items.

        Raises:
            OpenAIError: as of `items.list`, after all retries.
        """

        async def read() -> list[ConversationItem]:
            listed = self.methods.list(after=after, limit=count, max_items=count, order=order)
            return [item async for item in listed]

        return await read_again(read, self.max_retries, self.abort)

    async def delete(self, ids: Iterable[str | None]) -> None:
        """Delete the items with these ids, as far as they are there.

        Raises:
            OpenAIError: as of `items.delete`.
        """
        for item_id in filter(None, ids):
            with suppress(NotFoundError):
                await self.methods.delete(item_id)


async def read_again(
    read: Callable[[], Awaitable[_T]], max_retries: int, abort: AbortSignal | None
) -> _T:
    """Return what a function reads; read again where the response is not what was asked for.

    Raises:
        OpenAIError: as of the function; all other failures have been retried by the client.
    """
    retries = 0
    while True:
        try:
            return await read()
        except APIResponseValidationError as error:
            if retries >= max_retries:
                raise
            await pause(delay_before_retry(retries), abort, error)
        retries += 1


async def pause(seconds: float, abort: AbortSignal | None, failure: OpenAIError | None) -> None:
    """Wait after a failure, or a reading, before going on.

    Raises:
        RequestAbortedError: the signal was set.
    """
    after = "reading" if failure is None else kind_and_status(failure)
    logger.info("going on in %.2f s after: %s", seconds, after)
    await sleep(seconds, abort, failure)
