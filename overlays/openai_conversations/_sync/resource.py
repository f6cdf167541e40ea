# Made from _async/resource.py by tools/unasync. Do not edit.
"""What `conversations`, `items` and `responses` share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from .._response.raw_response import RawResponse
from .api_response import APIResponse
from .context_managers import ResponseContextManager

if TYPE_CHECKING:
    from .._request.request import OperationRequest
    from .._request.types import Options
    from .client import Client
    from .streams import Stream

_T = TypeVar("_T")
_P = ParamSpec("_P")


class Resource:
    """A group of operations of one client."""

    def __init__(self, client: Client, *, raw: bool = False, streamed: bool = False) -> None:
        """
        Args:
            raw: have all calls return the `RawResponse`.
            streamed: have all calls return an `APIResponse`.
        """
        self._client = client
        self._raw = raw
        self._streamed = streamed

    def _run(self, call: OperationRequest[_T], options: Options) -> _T:
        if self._streamed:
            call = call._replace(unread=True)
        return self._result(self._client.send(call, options), options)

    def _follow(
        self, call: OperationRequest[_T], options: Options, *, resumed: bool
    ) -> Stream:
        reply = self._client.open(call, options, resumed=resumed)
        return self._result(reply, options, events=True)

    def _result(self, reply: RawResponse[_T], options: Options, *, events: bool = False) -> _T:
        if self._streamed:
            return cast(_T, APIResponse(reply, options.abort, events=events))
        return cast(_T, reply) if self._raw else reply.parse()


def returns_raw(method: Callable[_P, _T]) -> Callable[_P, RawResponse[_T]]:
    """Gives a method of a resource made with `raw=True` the type that it has."""
    return cast(Callable[_P, RawResponse[_T]], method)


def streamed(
    method: Callable[_P, _T],
) -> Callable[_P, ResponseContextManager[APIResponse[_T]]]:
    """Makes a method of a resource with `streamed=True` one for `with` statements."""

    @wraps(method)
    def managed(
        *args: _P.args, **kwargs: _P.kwargs
    ) -> ResponseContextManager[APIResponse[_T]]:
        def send() -> APIResponse[_T]:
            return cast(APIResponse[_T], method(*args, **kwargs))

        return ResponseContextManager(send)

    return managed
