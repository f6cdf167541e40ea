"""The small types that signatures share: what is left out, and what every call takes.

Apart from everything else so that any module may import it without a cycle.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard, TypeVar

if TYPE_CHECKING:
    import httpx

    from ..abort import AbortSignal

_T = TypeVar("_T")


class Omit:
    """The type of `omit`: an argument that is not sent, where None would be sent as null."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "omit"

    def __reduce__(self) -> str:
        return "omit"


omit = Omit()
"""The default of arguments that are not sent. As a header's value: do not send this header."""


def given(value: _T | Omit) -> TypeGuard[_T]:
    """Was the argument given?"""
    return value is not omit


Headers: TypeAlias = Mapping[str, "str | Omit"]
QueryValue: TypeAlias = "str | int | float | bool | Sequence[str | int | float | bool] | None"
Query: TypeAlias = Mapping[str, QueryValue]
Body: TypeAlias = Mapping[str, object]
Timeout: TypeAlias = "float | httpx.Timeout | None"
KeySource: TypeAlias = "str | Callable[[], str]"
AsyncKeySource: TypeAlias = "str | Callable[[], str] | Callable[[], Awaitable[str]]"


class Options(NamedTuple):
    """What every call takes besides its own arguments; the names are the public ones."""

    extra_headers: Headers | None = None
    extra_query: Query | None = None
    extra_body: Body | None = None
    timeout: Timeout | Omit = omit
    abort: AbortSignal | None = None


NO_OPTIONS = Options()
