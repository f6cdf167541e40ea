"""`client.responses.input_items`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from .._request import operations as operations
from .._request.types import Body, Headers, Omit, Options, Query, Timeout, omit
from .._request.validation import check_id
from .._transport.concurrency_async import AsyncPaginator, first_page
from .pages import AsyncListing, AsyncPage
from .resource import AsyncResource

if TYPE_CHECKING:
    from openai_conversations_api.models import IncludeEnum, ItemResource

    from ..abort import AbortSignal
    from .with_raw_response import AsyncInputItemsWithRawResponse
    from .with_streaming_response import AsyncInputItemsWithStreamingResponse


class AsyncInputItems(AsyncResource):
    """The items that went into a response. What is raised is said at `AsyncConversations`."""

    @cached_property
    def with_raw_response(self) -> AsyncInputItemsWithRawResponse:
        """The same methods, returning a `RawResponse`: status, headers, bytes and `.parse()`."""
        from .with_raw_response import AsyncInputItemsWithRawResponse

        return AsyncInputItemsWithRawResponse(self._client)

    @cached_property
    def with_streaming_response(self) -> AsyncInputItemsWithStreamingResponse:
        """The same methods, for `with` statements: an `AsyncAPIResponse`, its body not yet read."""
        from .with_streaming_response import AsyncInputItemsWithStreamingResponse

        return AsyncInputItemsWithStreamingResponse(self._client)

    def list(
        self,
        response_id: str,
        *,
        after: str | Omit = omit,
        limit: int | Omit = omit,
        order: Literal["asc", "desc"] | Omit = omit,
        include: Sequence[IncludeEnum] | Omit = omit,
        max_items: int | None = None,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> AsyncPaginator[AsyncPage[ItemResource], ItemResource]:
        """List what a response was asked (listInputItems).

        Args:
            response_id: the response's id.
            after: begin behind the item with this id.
            limit: size of a page, 1 to 100; the service takes 20. It does not limit the total.
            order: "asc", oldest first, or "desc", newest first; the service takes "desc".
            include: extra data to put into the items.
            max_items: end after this many items, over all pages.

        Returns:
            The first page; iterating over it goes on through the following ones.

        Raises:
            NotFoundError: there is no such response.
        """
        options = Options(extra_headers, extra_query, extra_body, timeout, abort)
        listing: AsyncListing[ItemResource] = AsyncListing(
            self._client,
            operations.list_input_items,
            {"response_id": check_id(response_id, "response_id")},
            options,
            after=after,
            limit=limit,
            order=order,
            include=include,
            max_items=max_items,
        )

        async def first() -> AsyncPage[ItemResource]:
            return self._result(await listing.first(unread=self._streamed), options)

        return first_page(first)
