# Made from _async/response_inputs.py by tools/unasync. Do not edit.
"""`client.responses.input_items` and `client.responses.input_tokens`."""

from __future__ import annotations

from typing import Unpack

from openai_conversations_api import models

from .. import params as p
from .._request import operations
from .._request.signatures import describe
from .pages import Page
from .resource import RawView, Resource, StreamingView, ViewMethod


class InputItems(
    Resource["InputItemsWithRawResponse", "InputItemsWithStreamingResponse"]
):
    """The input of stored responses."""

    @describe(operations.list_input_items)
    def list(
        self,
        response_id: str,
        *,
        max_items: int | None = None,
        **params: Unpack[p.InputItemListParams],
    ) -> Page[models.ItemResource]:
        """List the input items of a response (listInputItems).

        `limit` is the size of one page; `max_items` ends the list after so many, over all pages.

        Returns:
            The first page; iterating over it goes on through the following ones.

        Raises:
            NotFoundError: there is no such response.
        """
        return self._list(operations.list_input_items, params, max_items, response_id=response_id)


class _InputItemsView:
    list = ViewMethod(InputItems.list)


class InputItemsWithRawResponse(
    RawView[InputItems], _InputItemsView, of=InputItems
):
    """`InputItems`, each method returning a `RawResponse`."""


class InputItemsWithStreamingResponse(
    StreamingView[InputItems], _InputItemsView, of=InputItems
):
    """`InputItems`, each method giving an `APIResponse`."""


class InputTokens(
    Resource["InputTokensWithRawResponse", "InputTokensWithStreamingResponse"]
):
    """The number of tokens of an input."""

    @describe(operations.count_input_tokens)
    def count(self, **params: Unpack[p.InputTokenCountParams]) -> models.TokenCounts:
        """Count the tokens that a request would take (getInputTokenCounts).

        Returns:
            The number, in `.input_tokens`.
        """
        return self._send(operations.count_input_tokens, params)


class _InputTokensView:
    count = ViewMethod(InputTokens.count)


class InputTokensWithRawResponse(
    RawView[InputTokens], _InputTokensView, of=InputTokens
):
    """`InputTokens`, each method returning a `RawResponse`."""


class InputTokensWithStreamingResponse(
    StreamingView[InputTokens], _InputTokensView, of=InputTokens
):
    """`InputTokens`, each method giving an `APIResponse`."""
