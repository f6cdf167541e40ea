"""The requests of an append, without the decisions that come between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from .._append.state import id_of
from .._request import operations as operations
from .._request.types import Omit, Options, omit
from .._request.validation import MAX_LIMIT
from .._response.parsing import parse_response
from ..errors import APIResponseValidationError, NotFoundError, OpenAIError
from .pages import AsyncListing

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem

    from .client import AsyncClient


class AsyncAppendRequests:
    """What an append asks of one conversation; errors are those of any other call."""

    def __init__(
        self,
        client: AsyncClient,
        conversation_id: str,
        options: Options,
        include: Sequence[str] | Omit,
    ) -> None:
        self._client = client
        # Between two attempts the conversation may have to be read, so the append counts them.
        self._once = client.with_options(max_retries=0)
        self._conversation_id = conversation_id
        self._options = options
        self._include = include

    async def send(self, batch: list[dict[str, Any]]) -> list[ConversationItem]:
        """Send a batch once; the items as stored."""
        request, _ = operations.create_items.request(
            {"include": self._include, "items": batch}, conversation_id=self._conversation_id
        )
        response, retries = await self._once.send(request, self._options)
        stored = parse_response(request, response, retries, strict=self._once.strict).data
        if not _has_length(stored, len(batch)) or id_of(stored[-1]) is None:
            message = f"the answer does not hold the {len(batch)} items that were sent"
            raise APIResponseValidationError(response, None, message=message)
        return stored

    async def newest(self) -> str | None:
        """The id of the item with which the conversation ends; None if it is empty."""
        items = await self._list(1, "desc", omit)
        if not items:
            return None
        newest = id_of(items[0])
        if newest is None:
            raise OpenAIError(
                f"the last item of {self._conversation_id} has no id, so what is appended after it "
                "could not be found again; nothing was sent"
            )
        return newest

    async def following(self, item_id: str | None) -> list[ConversationItem]:
        """The items after this one (None: all), oldest first, up to a hundred."""
        return await self._list(MAX_LIMIT, "asc", omit if item_id is None else item_id)

    async def delete(self, item_id: str) -> None:
        """See to it that an item is not in the conversation."""
        request, _ = operations.delete_item.request(
            {}, conversation_id=self._conversation_id, item_id=item_id
        )
        try:
            await self._client.send(request, self._options)
        except NotFoundError:
            return

    async def _list(
        self, count: int, order: Literal["asc", "desc"], after: str | Omit
    ) -> list[ConversationItem]:
        params = {"after": after, "limit": count, "order": order, "include": self._include}
        listing: AsyncListing[ConversationItem] = AsyncListing(
            self._client,
            operations.list_items,
            {**params, **self._options._asdict()},
            count,
            conversation_id=self._conversation_id,
        )
        page = listing.to_first_page(*await self._client.send(listing.request, listing.options))
        return [item async for item in page]


def _has_length(value: object, length: int) -> bool:
    return isinstance(value, Sequence) and len(cast("Sequence[object]", value)) == length
