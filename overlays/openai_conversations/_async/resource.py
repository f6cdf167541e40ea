"""The common base of `conversations`, `items` and `responses`, and of their two views."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial, wraps
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeAlias, TypeVar, cast, overload

import httpx

from .._request.operations import Operation
from .._request.request import OperationRequest
from .._request.types import Options, given, omit
from .._request.validation import check_bool
from .._response.parsing import parse_response
from .._response.raw_response import RawResponse
from .._transport.concurrency_async import AsyncPaginator, first_page
from ..errors import APIStatusError
from .api_response import AsyncAPIResponse, AsyncResponseContextManager
from .background import AsyncResumption
from .body_reader import AsyncBodyReader
from .http_methods import AsyncHttpMethods
from .pages import AsyncListing, AsyncPage
from .streams import AsyncStream

_T = TypeVar("_T")
_P = ParamSpec("_P")
_RawViewT = TypeVar("_RawViewT")
_StreamingViewT = TypeVar("_StreamingViewT")
_ResourceT = TypeVar("_ResourceT", bound="AsyncResource[Any, Any]")
_Form: TypeAlias = Literal["parsed", "raw", "streamed"]


class AsyncResource(Generic[_RawViewT, _StreamingViewT]):
    """A group of operations of one client, and its two views.

    Args:
        client: sends the requests.
        form: of the results: models, `RawResponse`s or `AsyncAPIResponse`s.
    """

    # The classes of the views, which set these when they are defined.
    _raw_view: Callable[..., _RawViewT]
    _streaming_view: Callable[..., _StreamingViewT]

    def __init__(self, client: AsyncHttpMethods, *, form: _Form = "parsed") -> None:
        self._client = client
        self._form: _Form = form

    @cached_property
    def with_raw_response(self) -> _RawViewT:
        """The same methods, returning a `RawResponse`: status, headers, bytes and `.parse()`."""
        return self._raw_view(type(self)(self._client, form="raw"))

    @cached_property
    def with_streaming_response(self) -> _StreamingViewT:
        """The same methods, for `with` statements: an `AsyncAPIResponse`, its body not yet read."""
        return self._streaming_view(type(self)(self._client, form="streamed"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._client!r})"

    def _send(
        self,
        operation: Operation[_T],
        params: Mapping[str, Any],
        /,
        *,
        read: Callable[..., Any] = parse_response,
        **path: object,
    ) -> Awaitable[_T]:
        request, options = operation.request(params, **path)
        parse: Callable[[httpx.Response, int], _T] = partial(
            read, request, strict=self._client.strict
        )
        return self._deliver(request, options, parse)

    def _list(
        self,
        operation: Operation[Any],
        params: Mapping[str, Any],
        max_items: int | None,
        /,
        **path: object,
    ) -> AsyncPaginator[AsyncPage[Any], Any]:
        pages: AsyncListing[Any] = AsyncListing(self._client, operation, params, max_items, **path)

        parse = partial(pages.to_page, 0, max_items)

        async def fetch() -> AsyncPage[Any]:
            try:
                return await self._deliver(pages.request, pages.options, parse)
            except APIStatusError as error:
                operation.explain(error)
                raise

        return first_page(fetch)

    async def _send_stream(
        self,
        operation: Operation[Any],
        params: Mapping[str, Any],
        /,
        *,
        resume: bool = False,
        opened: Callable[..., AsyncStream[Any]] = AsyncStream,
        **path: object,
    ) -> AsyncStream[Any]:
        params = {**params, "stream": True}
        if check_bool(resume, "resume"):
            resumption = AsyncResumption(self._client, operation, params, **path)
            params, opened = resumption.first_params, partial(opened, resumption=resumption)
        request, options = operation.request(params, **path)
        checked_operation = operation.id if self._client.strict else ""
        resumed = given(params.get("starting_after", omit))

        def parse(response: httpx.Response, retries: int) -> AsyncStream[Any]:
            body = AsyncBodyReader(response, options.abort, retries)
            return opened(body, operation=checked_operation, resumed=resumed)

        return await self._deliver(request._replace(stream=True), options, parse)

    async def _deliver(
        self,
        request: OperationRequest[Any],
        options: Options,
        parse: Callable[[httpx.Response, int], _T],
    ) -> _T:
        """Send a request and give its response in the form of this resource.

        The type is that of the parsed result; the views say what it is in the other two forms.
        """
        if self._form == "streamed":
            # The body is left on the connection for the caller to read.
            request = request._replace(unread=True)
        response, retries = await self._client.send(request, options)
        if self._form == "parsed":
            return parse(response, retries)
        raw = RawResponse(response, retries, parse)
        if self._form == "raw":
            return cast(_T, raw)
        return cast(_T, AsyncAPIResponse(raw, options.abort, events=request.stream))


def returns_raw(method: Callable[_P, Awaitable[_T]]) -> Callable[_P, Awaitable[RawResponse[_T]]]:
    """Give a method of a resource in the form "raw" the type that it has."""
    return cast(Callable[_P, Awaitable[RawResponse[_T]]], method)


def streamed(
    method: Callable[_P, Awaitable[_T]],
) -> Callable[_P, AsyncResponseContextManager[AsyncAPIResponse[_T]]]:
    """Make a method of a resource in the form "streamed" one for `with` statements."""

    @wraps(method)
    def managed(
        *args: _P.args, **kwargs: _P.kwargs
    ) -> AsyncResponseContextManager[AsyncAPIResponse[_T]]:
        async def send() -> AsyncAPIResponse[_T]:
            return cast(AsyncAPIResponse[_T], await method(*args, **kwargs))

        return AsyncResponseContextManager(send)

    return managed


class _AsyncView(Generic[_ResourceT]):
    def __init__(self, resource: _ResourceT) -> None:
        self._resource = resource

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._resource!r})"


class AsyncRawView(_AsyncView[_ResourceT]):
    """The methods of a resource, returning `RawResponse`s."""

    def __init_subclass__(cls, *, of: type[AsyncResource[Any, Any]]) -> None:
        of._raw_view = cls  # pyright: ignore[reportPrivateUsage]


class AsyncStreamingView(_AsyncView[_ResourceT]):
    """The methods of a resource, giving `AsyncAPIResponse`s in `with` statements."""

    def __init_subclass__(cls, *, of: type[AsyncResource[Any, Any]]) -> None:
        of._streaming_view = cls  # pyright: ignore[reportPrivateUsage]


class AsyncViewMethod(Generic[_P, _T]):
    """A method of a resource as a line in the table that both of its views share."""

    def __init__(self, method: Callable[Concatenate[Any, _P], Awaitable[_T]]) -> None:
        self._name = method.__name__
        self.__doc__ = method.__doc__

    @overload
    def __get__(
        self, view: AsyncRawView[Any], owner: Any
    ) -> Callable[_P, Awaitable[RawResponse[_T]]]: ...

    @overload
    def __get__(
        self, view: AsyncStreamingView[Any], owner: Any
    ) -> Callable[_P, AsyncResponseContextManager[AsyncAPIResponse[_T]]]: ...

    @overload
    def __get__(self, view: None, owner: Any) -> Any: ...

    def __get__(self, view: Any, owner: Any) -> Any:
        if view is None:
            return self
        method = getattr(view._resource, self._name)
        return method if isinstance(view, AsyncRawView) else streamed(method)
