"""The items of a conversation, page by page, for work on all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, get_args

from openai_conversations_api import models

from .._request.validation import MAX_LIMIT
from .._transport.retries import delay_before_retry
from ..errors import APIResponseValidationError
from .append_requests import pause
from .pages import AsyncPage

#: All that an item can show: the values of `include` that the OpenAPI document has.
EVERYTHING: tuple[str, ...] = get_args(get_args(models.IncludeEnum)[0])


class AsyncItemPages:
    """Reads a conversation page by page; reads a page again that is not a list of items.

    Args:
        list_items: `items.list`, bound to the conversation.
        options: of each request: `order`, `include`, and those of `GetOptions`.
        max_retries: how often a page is read again.
    """

    def __init__(
        self,
        list_items: Callable[..., Awaitable[AsyncPage[models.ConversationItem]]],
        options: Mapping[str, Any],
        max_retries: int,
    ) -> None:
        self._list_items = list_items
        self._max_retries = max_retries
        self._options: dict[str, Any] = {"limit": MAX_LIMIT, **options}
        self._page: AsyncPage[models.ConversationItem] | None = None

    async def next(self) -> list[models.ConversationItem] | None:
        """Return the items of the next page; None after the last one.

        Raises:
            OpenAIError: as of `items.list`, after all retries.
        """
        retries = 0
        while True:
            try:
                if self._page is None:
                    self._page = await self._list_items(**self._options)
                elif self._page.has_next_page():
                    self._page = await self._page.get_next_page()
                else:
                    return None
                return self._page.data
            except APIResponseValidationError as error:
                # All other failures have been retried by the client.
                if retries >= self._max_retries:
                    raise
                await pause(delay_before_retry(retries), self._options.get("abort"), error)
            retries += 1


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
