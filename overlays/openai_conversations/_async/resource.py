"""What `conversations`, `items` and `responses` share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from ..raw import RawResponse

if TYPE_CHECKING:
    from .._call import Call
    from .._types import Options
    from .client import AsyncClient

_T = TypeVar("_T")
_P = ParamSpec("_P")


class AsyncResource:
    """A group of operations of one client."""

    def __init__(self, client: AsyncClient, *, raw: bool = False) -> None:
        """
        Args:
            raw: have all calls return the `RawResponse`.
        """
        self._client = client
        self._raw = raw

    async def _run(self, call: Call[_T], options: Options) -> _T:
        return self._result(await self._client.call(call, options))

    def _result(self, reply: RawResponse[_T]) -> _T:
        return cast(_T, reply) if self._raw else reply.parse()


def returns_raw(method: Callable[_P, Awaitable[_T]]) -> Callable[_P, Awaitable[RawResponse[_T]]]:
    """Gives a method of a resource made with `raw=True` the type that it has."""
    return cast(Callable[_P, Awaitable[RawResponse[_T]]], method)
