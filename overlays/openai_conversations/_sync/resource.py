# Made from _async/resource.py by tools/unasync. Do not edit.
"""The common base of `conversations`, `items` and `responses`, and of their two views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial, wraps
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeAlias, TypeVar, cast, overload

import httpx

from .._request.operations import Operation
from .._request.request import OperationRequest
from .._request.types import Options, given, omit
from .._request.validation import check_bool
from .._response.parsing import parse_response
from .._response.raw_response import RawResponse
from .._transport.concurrency_sync import first_page
from ..errors import APIStatusError
from .api_response import APIResponse, ResponseContextManager
from .background import Resumption
from .body_reader import BodyReader
from .http_methods import HttpMethods
from .pages import Listing, Page
from .streams import Stream

_T = TypeVar("_T")
_P = ParamSpec("_P")
_RawViewT = TypeVar("_RawViewT")
_StreamingViewT = TypeVar("_StreamingViewT")
_ResourceT = TypeVar("_ResourceT", bound="Resource[Any, Any]")
_Form: TypeAlias = Literal["parsed", "raw", "streamed"]


class Resource(Generic[_RawViewT, _StreamingViewT]):
    """A group of operations of one client, and its two views.

    Args:
        client: sends the requests.
        form: of the results: models, `RawResponse`s or `APIResponse`s.
    """

    # The classes of the views, which set these when they are defined.
    _raw_view: Callable[..., _RawViewT]
    _streaming_view: Callable[..., _StreamingViewT]

    def __init__(self, client: HttpMethods, *, form: _Form = "parsed") -> None:
        self._client = client
        self._form: _Form = form

    @cached_property
    def with_raw_response(self) -> _RawViewT:
        """The same methods, returning a `RawResponse`: status, headers, bytes and `.parse()`."""
        return self._raw_view(type(self)(self._client, form="raw"))

    @cached_property
    def with_streaming_response(self) -> _StreamingViewT:
        """The same methods, for `with` statements: an `APIResponse`, its body not yet read."""
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
    ) -> _T:
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
    ) -> Page[Any]:
        pages: Listing[Any] = Listing(self._client, operation, params, max_items, **path)

        parse = partial(pages.to_page, 0, max_items)

        def fetch() -> Page[Any]:
            try:
                return self._deliver(pages.request, pages.options, parse)
            except APIStatusError as error:
                operation.explain(error)
                raise

        return first_page(fetch)

    def _send_stream(
        self,
        operation: Operation[Any],
        params: Mapping[str, Any],
        /,
        *,
        resume: bool = False,
        opened: Callable[..., Stream[Any]] = Stream,
        **path: object,
    ) -> Stream[Any]:
        params = {**params, "stream": True}
        if check_bool(resume, "resume"):
            resumption = Resumption(self._client, operation, params, **path)
            params, opened = resumption.first_params, partial(opened, resumption=resumption)
        request, options = operation.request(params, **path)
        checked_operation = operation.id if self._client.strict else ""
        resumed = given(params.get("starting_after", omit))

        def parse(response: httpx.Response, retries: int) -> Stream[Any]:
            body = BodyReader(response, options.abort, retries)
            return opened(body, operation=checked_operation, resumed=resumed)

        return self._deliver(request._replace(stream=True), options, parse)

    def _deliver(
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
        response, retries = self._client.send(request, options)
        if self._form == "parsed":
            return parse(response, retries)
        raw = RawResponse(response, retries, parse)
        if self._form == "raw":
            return cast(_T, raw)
        return cast(_T, APIResponse(raw, options.abort, events=request.stream))


def returns_raw(method: Callable[_P, _T]) -> Callable[_P, RawResponse[_T]]:
    """Give a method of a resource in the form "raw" the type that it has."""
    return cast(Callable[_P, RawResponse[_T]], method)


def streamed(
    method: Callable[_P, _T],
) -> Callable[_P, ResponseContextManager[APIResponse[_T]]]:
    """Make a method of a resource in the form "streamed" one for `with` statements."""

    @wraps(method)
    def managed(
        *args: _P.args, **kwargs: _P.kwargs
    ) -> ResponseContextManager[APIResponse[_T]]:
        def send() -> APIResponse[_T]:
            return cast(APIResponse[_T], method(*args, **kwargs))

        return ResponseContextManager(send)

    return managed


class _View(Generic[_ResourceT]):
    def __init__(self, resource: _ResourceT) -> None:
        self._resource = resource

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._resource!r})"


class RawView(_View[_ResourceT]):
    """The methods of a resource, returning `RawResponse`s."""

    def __init_subclass__(cls, *, of: type[Resource[Any, Any]]) -> None:
        of._raw_view = cls  # pyright: ignore[reportPrivateUsage]


class StreamingView(_View[_ResourceT]):
    """The methods of a resource, giving `APIResponse`s in `with` statements."""

    def __init_subclass__(cls, *, of: type[Resource[Any, Any]]) -> None:
        of._streaming_view = cls  # pyright: ignore[reportPrivateUsage]


class ViewMethod(Generic[_P, _T]):
    """A method of a resource as a line in the table that both of its views share."""

    def __init__(self, method: Callable[Concatenate[Any, _P], _T]) -> None:
        self._name = method.__name__
        self.__doc__ = method.__doc__

    @overload
    def __get__(
        self, view: RawView[Any], owner: Any
    ) -> Callable[_P, RawResponse[_T]]: ...

    @overload
    def __get__(
        self, view: StreamingView[Any], owner: Any
    ) -> Callable[_P, ResponseContextManager[APIResponse[_T]]]: ...

    @overload
    def __get__(self, view: None, owner: Any) -> Any: ...

    def __get__(self, view: Any, owner: Any) -> Any:
        if view is None:
            return self
        method = getattr(view._resource, self._name)
        return method if isinstance(view, RawView) else streamed(method)
