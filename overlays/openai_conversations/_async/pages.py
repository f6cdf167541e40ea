"""Lists in pages: one page at hand, and the way to the next ones.

What a server may do wrong is settled here. `last_id` is missing or null: the last item's own id
serves. `has_more` is missing: it goes on until a page is empty. A cursor comes back, or more is
promised with no way to get there: an error, not an endless loop and not a list that ends early.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Generic, TypeVar, cast

import httpx

from .._request.operations import Operation
from .._request.types import omit
from .._request.validation import check_integer, invalid
from .._response.parsing import parse_response
from ..errors import APIResponseValidationError, OpenAIError
from .http_methods import AsyncHttpMethods

_T = TypeVar("_T")


class AsyncPage(Generic[_T]):
    """One page of a list. Iterating over it goes on through all following pages.

    Attributes:
        data: the items of this page only.
        object: "list".
        has_more: whether the service has more; None if it did not say.
        first_id, last_id: ids of the first and the last item, or None.
    """

    def __init__(
        self,
        parsed: Any,
        response: httpx.Response,
        listing: AsyncListing[_T],
        number: int,
        left: Any,
    ) -> None:
        data: list[_T] = parsed.data
        if not isinstance(cast(object, data), list):
            message = "the response is not a list: it has no `data`"
            raise APIResponseValidationError(response, parsed.to_dict(), message=message)
        self.data = data if left is None else data[:left]
        self.object: str = parsed.object
        self.has_more: bool | None = parsed.has_more
        self.first_id: str | None = parsed.first_id
        self.last_id: str | None = parsed.last_id
        self._response = response
        self._listing = listing
        self._number = number
        self._left: int | None = None if left is None else left - len(self.data)

    def has_next_page(self) -> bool:
        """Return whether there is a next page; False too once `max_items` have come."""
        if self._left == 0 or self.has_more is False:
            return False
        return self.has_more is True or (bool(self.data) and self._cursor() is not None)

    async def get_next_page(self) -> AsyncPage[_T]:
        """Fetch the next page.

        Raises:
            APIResponseValidationError: the service says that there is more and does not say where,
                or sends the reader round in a circle.
            OpenAIError: there is no next page; ask `has_next_page` first.
        """
        if not self.has_next_page():
            raise OpenAIError("there is no next page; has_next_page() tells so beforehand")
        cursor = self._cursor()
        number = self._number + 1
        if cursor is None:
            problem = "the service says that there are more items, and not after which one"
        elif self._listing.cursors.setdefault(cursor, number) != number:
            problem = f"the service repeats the cursor {cursor!r}, so the list would never end"
        else:
            return await self._listing.fetch(cursor, number, self._left)
        raise APIResponseValidationError(self._response, None, message=problem)

    def iter_pages(self) -> AsyncIterator[AsyncPage[_T]]:
        """Iterate over this page and all that follow, fetched as they are reached."""
        return _AsyncPages(self)

    def __aiter__(self) -> AsyncIterator[_T]:
        return _AsyncPageItems(_AsyncPages(self))

    def _cursor(self) -> str | None:
        if isinstance(self.last_id, str) and self.last_id:
            return self.last_id
        last: object = getattr(self.data[-1], "id", None) if self.data else None
        return last if isinstance(last, str) and last else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.data)} items, has_more={self.has_more})"


class _AsyncPages(AsyncIterator[AsyncPage[_T]]):
    # Classes, not generators: one that is left half-way has nothing to clean up, which event loops
    # would do late and with a warning.
    def __init__(self, first: AsyncPage[_T]) -> None:
        self._page = first
        self._started = False

    async def __anext__(self) -> AsyncPage[_T]:
        if self._started:
            if not self._page.has_next_page():
                raise StopAsyncIteration
            self._page = await self._page.get_next_page()
        self._started = True
        return self._page


class _AsyncPageItems(AsyncIterator[_T]):
    def __init__(self, pages: _AsyncPages[_T]) -> None:
        self._pages = pages
        self._data: list[_T] = []
        self._index = 0

    async def __anext__(self) -> _T:
        while self._index >= len(self._data):
            page = await self._pages.__anext__()
            self._data, self._index = page.data, 0
        self._index += 1
        return self._data[self._index - 1]


class AsyncListing(Generic[_T]):
    """The request for a list, and the cursors that have been seen.

    Attributes:
        request: for the first page.
        options: for the request of each page.
        cursors: each with the number of the page that it leads to.
    """

    def __init__(
        self,
        client: AsyncHttpMethods,
        operation: Operation[Any],
        params: Mapping[str, Any],
        max_items: int | None,
        /,
        **path: object,
    ) -> None:
        """Check the parameters and make the request for the first page.

        Args:
            client: sends the requests.
            operation: whose response is a page.
            params: as for `Operation.request`.
            max_items: end after so many items; None for all.
            path: as for `Operation.request`.

        Raises:
            InvalidArgumentError: naming the argument.
        """
        if max_items is not None:
            expected = "a whole number above 0, or None"
            if check_integer(max_items, "max_items", expected) < 1:
                raise invalid("max_items", expected, max_items)
            if params.get("limit", omit) is omit:
                # One page is enough for most such requests.
                params = {**params, "limit": min(max_items, 100)}
        self._client = client
        self._operation = operation
        self._params = params
        self._max_items = max_items
        self._path = path
        self.request, self.options = operation.request(params, **path)
        after = params.get("after", omit)
        self.cursors = {} if after is omit else {after: 0}

    def to_first_page(self, response: httpx.Response, retries: int) -> AsyncPage[_T]:
        """Return the page of the response to `request`."""
        return self._to_page(response, retries, 0, self._max_items)

    async def fetch(self, after: str, number: int, left: int | None) -> AsyncPage[_T]:
        """Fetch a page.

        Args:
            after: the id of the item before it.
            number: of the page, from 0.
            left: how many items may still come, or None.
        """
        request, _ = self._operation.request({**self._params, "after": after}, **self._path)
        response, retries = await self._client.send(request, self.options)
        return self._to_page(response, retries, number, left)

    def _to_page(
        self, response: httpx.Response, retries: int, number: int, left: int | None
    ) -> AsyncPage[_T]:
        parsed = parse_response(self.request, response, retries, strict=self._client.strict)
        return AsyncPage(parsed, response, self, number, left)
