"""`client.responses.input_items` and `client.responses.input_tokens`."""

from __future__ import annotations

from typing import Unpack

from openai_conversations_api import models

from .. import params as p
from .._request import operations
from .._request.signatures import describe
from .._transport.concurrency_async import AsyncPaginator
from .pages import AsyncPage
from .resource import AsyncRawView, AsyncResource, AsyncStreamingView, AsyncViewMethod


class AsyncInputItems(
    AsyncResource["AsyncInputItemsWithRawResponse", "AsyncInputItemsWithStreamingResponse"]
):
    """The input of stored responses."""

    @describe(operations.list_input_items)
    def list(
        self,
        response_id: str,
        *,
        max_items: int | None = None,
        **params: Unpack[p.InputItemListParams],
    ) -> AsyncPaginator[AsyncPage[models.ItemResource], models.ItemResource]:
        """List the input items of a response (listInputItems).

        `limit` is the size of one page; `max_items` ends the list after so many, over all pages.

        Returns:
            The first page; iterating over it goes on through the following ones.

        Raises:
            NotFoundError: there is no such response.
        """
        return self._list(operations.list_input_items, params, max_items, response_id=response_id)


class _AsyncInputItemsView:
    list = AsyncViewMethod(AsyncInputItems.list)


class AsyncInputItemsWithRawResponse(
    AsyncRawView[AsyncInputItems], _AsyncInputItemsView, of=AsyncInputItems
):
    """`AsyncInputItems`, each method returning a `RawResponse`."""


class AsyncInputItemsWithStreamingResponse(
    AsyncStreamingView[AsyncInputItems], _AsyncInputItemsView, of=AsyncInputItems
):
    """`AsyncInputItems`, each method giving an `AsyncAPIResponse`."""


class AsyncInputTokens(
    AsyncResource["AsyncInputTokensWithRawResponse", "AsyncInputTokensWithStreamingResponse"]
):
    """The number of tokens of an input."""

    @describe(operations.count_input_tokens)
    async def count(self, **params: Unpack[p.InputTokenCountParams]) -> models.TokenCounts:
        """Count the tokens that a request would take (getInputTokenCounts).

        Returns:
            The number, in `.input_tokens`.
        """
        return await self._send(operations.count_input_tokens, params)


class _AsyncInputTokensView:
    count = AsyncViewMethod(AsyncInputTokens.count)


class AsyncInputTokensWithRawResponse(
    AsyncRawView[AsyncInputTokens], _AsyncInputTokensView, of=AsyncInputTokens
):
    """`AsyncInputTokens`, each method returning a `RawResponse`."""


class AsyncInputTokensWithStreamingResponse(
    AsyncStreamingView[AsyncInputTokens], _AsyncInputTokensView, of=AsyncInputTokens
):
    """`AsyncInputTokens`, each method giving an `AsyncAPIResponse`."""
