"""Lists in pages: one page at hand, and the way to the next ones.

What a server may do wrong is settled here. `last_id` is missing or null: the last item's own id
serves. `has_more` is missing: it goes on until a page is empty. A cursor comes back, or more is
promised with no way to get there: an error, not an endless loop and not a list that ends early.

A cursor is the id of an item, which may be deleted before the next page is asked for. Then the list
is read on from where the page at hand began, or one before it, without what has been given.
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar, cast

import httpx

from .._request.operations import Operation
from .._request.types import omit
from .._request.validation import MAX_LIMIT, check_positive
from .._response.item_sequence import ItemSequence
from .._response.parsing import parse_response
from ..errors import (
    APIResponseValidationError,
    BadRequestError,
    NotFoundError,
    OpenAIError,
)
from .http_methods import AsyncHttpMethods

_T = TypeVar("_T")
# How many pages back it is looked for an item that has not been deleted: 13 kB for 100 items each.
_PAGES_BACK = 8


class _Stretch(NamedTuple):
    """Items that have been given: those with these ids, which follow the one with the id `after`.

    `after` is `omit` at the start of the list.
    """

    after: object
    ids: frozenset[object]


class AsyncPage(ItemSequence[_T]):
    """One page of a list. Iterating over it goes on through all following pages.

    `len(page)`, `page[0]`, `page[-1]`, `page[:3]` and `bool(page)` are about `data`, the items of
    this page only: a page without items is false.

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
        given: tuple[_Stretch, ...],
        again: _Stretch,
    ) -> None:
        data: list[_T] = parsed.data
        if not isinstance(cast(object, data), list):
            message = "the response is not a list: it has no `data`"
            raise APIResponseValidationError(response, parsed.to_dict(), message=message)
        ids = [_id_of(item) for item in data]
        self._last, self._is_empty = ids[-1] if ids else None, not ids
        seen = [id for id in ids if id in again.ids]
        if seen:
            data = [item for item, id in zip(data, ids, strict=True) if id not in again.ids]
            given = (*given, again._replace(ids=frozenset(seen)))
        here = _Stretch(seen[-1] if seen else again.after, frozenset(ids).difference(seen, [None]))
        self._given = (*given, here)[-_PAGES_BACK:]
        # Where all of them have been given, those that follow may have been, too.
        self._skip = again.ids.difference(seen) if len(seen) == len(ids) else frozenset[object]()
        self.data: list[_T] = data if left is None else data[:left]
        self.object: str = parsed.object
        self.has_more: bool | None = parsed.has_more
        self.first_id: str | None = parsed.first_id
        if seen:
            self.first_id = _id_of(data[0]) if data else None
        self.last_id: str | None = parsed.last_id
        self._response = response
        self._listing = listing
        self._number = number
        self._left: int | None = None if left is None else left - len(self.data)

    def has_next_page(self) -> bool:
        """Return whether there is a next page; False too once `max_items` have come."""
        if self._left == 0 or self.has_more is False:
            return False
        # Without `has_more`: until a page is empty, or no item tells where the next one begins.
        return self.has_more is True or (not self._is_empty and self._cursor() is not None)

    async def get_next_page(self) -> AsyncPage[_T]:
        """Fetch the next page.

        The item with which this page ends may have been deleted. Then the list is read on from an
        item before it, up to eight pages back, and what has been given is not given again.

        Raises:
            BadRequestError, NotFoundError: all of those have been deleted, too.
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
        elif self._listing.has_led_elsewhere(cursor, number):
            problem = f"the service repeats the cursor {cursor!r}, so the list would never end"
        else:
            again = _Stretch(cursor, self._skip)
            return await self._listing.fetch(again, number, self._left, self._given)
        raise APIResponseValidationError(self._response, None, message=problem)

    def iter_pages(self) -> AsyncIterator[AsyncPage[_T]]:
        """Iterate over this page and all that follow, fetched as they are reached."""
        return _AsyncPages(self)

    def __aiter__(self) -> AsyncIterator[_T]:
        return _AsyncPageItems(_AsyncPages(self))

    def _cursor(self) -> str | None:
        if isinstance(self.last_id, str) and self.last_id:
            return self.last_id
        return self._last

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

    Args:
        client: sends the requests.
        operation: whose response is a page.
        params, path: as for `Operation.request`.
        max_items: end after so many items; None for all.

    Raises:
        InvalidArgumentError: naming the argument.

    Attributes:
        request: for the first page.
        options: for the request of each page.
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
        if check_positive(max_items, "max_items") and params.get("limit", omit) is omit:
            # One page is enough for most such requests.
            params = {**params, "limit": min(cast(int, max_items), MAX_LIMIT)}
        self._client = client
        self._operation = operation
        self._params = params = {**params, **operation.own(params)}
        self._path = path
        self.request, self.options = operation.request(params, **path)
        # Of the cursors that lead to the pages, by their numbers: 8 bytes each, so that a list may
        # have any number of pages. The first one counts as seen, too: a server may lead back to it.
        self._hashes = array("q", [hash(params.get("after", omit))])

    def has_led_elsewhere(self, cursor: str, number: int) -> bool:
        """Note to which page a cursor leads; tell whether it has led to another one before."""
        if number < len(self._hashes):
            return self._hashes[number] != hash(cursor)
        repeated = hash(cursor) in self._hashes
        self._hashes.append(hash(cursor))
        return repeated

    async def fetch(
        self, again: _Stretch, number: int, left: int | None, given: tuple[_Stretch, ...]
    ) -> AsyncPage[_T]:
        """Fetch the page after an item, or after the last one before it that is still there.

        Args:
            again: the id of the item, and those of items after it that are not given again.
            number: of the page, counted from 0.
            left: how many more items may come; None for all.
            given: the last pages, up to the item.

        Raises:
            BadRequestError, NotFoundError: none of the items is there any more.
        """
        while True:
            params = {**self._params, "after": again.after}
            request, _ = self._operation.request(params, **self._path)
            try:
                response, retries = await self._client.send(request, self.options)
            except (BadRequestError, NotFoundError) as error:
                if not given or not _is_about(error, again.after):
                    raise
                given, again = given[:-1], given[-1]._replace(ids=again.ids | given[-1].ids)
            else:
                return self.to_page(number, left, response, retries, given, again)

    def to_page(
        self,
        number: int,
        left: int | None,
        response: httpx.Response,
        retries: int,
        given: tuple[_Stretch, ...] = (),
        again: _Stretch | None = None,
    ) -> AsyncPage[_T]:
        """Return the page of a response, without the items of `again`."""
        parsed = parse_response(self.request, response, retries, strict=self._client.strict)
        again = again or _Stretch(self._params.get("after", omit), frozenset())
        return AsyncPage(parsed, response, self, number, left, given, again)


def _id_of(item: object) -> str | None:
    id: object = getattr(item, "id", None)
    return id if isinstance(id, str) and id else None


def _is_about(error: BadRequestError | NotFoundError, cursor: object) -> bool:
    """Tell whether an error says that there is no item with this id.

    The local service names the parameter; a service may name the id. A 404 with neither is about
    the conversation.
    """
    return error.param == "after" or (isinstance(cursor, str) and cursor in error.message)
