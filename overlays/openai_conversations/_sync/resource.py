# Made from _async/resource.py by tools/unasync. Do not edit.
"""What `conversations`, `items` and `responses` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from ..raw import RawResponse

if TYPE_CHECKING:
    from .._call import Call
    from .._types import Options
    from .client import Client

_T = TypeVar("_T")
_P = ParamSpec("_P")


class Resource:
    """A group of operations of one client."""

    def __init__(self, client: Client, *, raw: bool = False) -> None:
        """
        Args:
            raw: have all calls return the `RawResponse`.
        """
        self._client = client
        self._raw = raw

    def _run(self, call: Call[_T], options: Options) -> _T:
        return self._result(self._client.call(call, options))

    def _result(self, reply: RawResponse[_T]) -> _T:
        return cast(_T, reply) if self._raw else reply.parse()


def returns_raw(method: Callable[_P, _T]) -> Callable[_P, RawResponse[_T]]:
    """Gives a method of a resource made with `raw=True` the type that it has."""
    return cast(Callable[_P, RawResponse[_T]], method)
