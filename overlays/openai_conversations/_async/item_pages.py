"""The items of a conversation, page by page, for work on all of them."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, get_args

from openai_conversations_api import models

from .._append.state import id_of
from .._request.validation import MAX_LIMIT
from ..errors import BadRequestError, NotFoundError, OpenAIError
from .append_requests import read_again
from .pages import AsyncPage

_CHANGED = (
    "the last item that was read is not in the conversation: it was deleted, or a response was one "
    "to another request; do it again"
)

#: All that an item can show: the values of `include` that the OpenAPI document has.
EVERYTHING: tuple[str, ...] = get_args(get_args(models.IncludeEnum)[0])


class AsyncItemPages:
    """Reads a conversation page by page; reads a page again that is not a list of items.

    A page is given when the service has said what follows its last item. That it knows the item
    shows that the page is one of this conversation, and not the response to another request.

    Args:
        list_items: `items.list`, bound to the conversation.
        options: of each request: `order`, `include`, and those of `GetOptions`.
        max_retries: how often a page is read again.
    """

    def __init__(
        self,
        list_items: Callable[..., Awaitable[AsyncPage[Any]]],
        options: Mapping[str, Any],
        max_retries: int,
    ) -> None:
        self._list_items = list_items
        self._max_retries = max_retries
        self._options: dict[str, Any] = {"limit": MAX_LIMIT, **options}
        self._ahead: AsyncPage[Any] | None = None
        # Hashes of where pages begin, of 8 bytes each.
        self._begins = array("q")

    async def next(self) -> list[Any] | None:
        """Return the items of the next page; None after the last one.

        Raises:
            OpenAIError: as of `items.list`, after all retries; the service does not know the last
                item of the page, or would have the reader go on without end.
        """
        if not self._begins:
            self._begins.append(0)
            self._ahead = await self._read()
        page, self._ahead = self._ahead, None
        if page is None:
            return None
        last_id = (id_of(page.data[-1]) if page.data else None) or page.last_id
        more = page.has_next_page()
        if more and (not last_id or hash(last_id) in self._begins):
            raise OpenAIError("the service says that there are more items, and not where")
        if last_id:
            self._begins.append(hash(last_id))
            try:
                # Not `get_next_page`, which goes on at another place if the item was deleted.
                then = await self._read(after=last_id, limit=MAX_LIMIT if more else 1)
            except (BadRequestError, NotFoundError) as error:
                raise OpenAIError(_CHANGED) from error
            self._ahead = then if more else None
        return page.data

    async def _read(self, **place: object) -> AsyncPage[Any]:
        read = partial(self._list_items, **{**self._options, **place})
        return await read_again(read, self._max_retries, self._options["abort"])


def read_everything(
    items: Any, conversation_id: str, options: Mapping[str, Any], max_retries: int
) -> AsyncItemPages:
    """Return the pages of a conversation, oldest item first, with all that items can show.

    Args:
        items: has the method `list` of `items`.
        conversation_id: the conversation.
        options, max_retries: as of `AsyncItemPages`.
    """
    everything = {**options, "order": "asc", "include": EVERYTHING}
    return AsyncItemPages(partial(items.list, conversation_id), everything, max_retries)
