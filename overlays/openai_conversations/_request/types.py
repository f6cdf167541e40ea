"""The small types that signatures share: what is left out, and what every request takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, TypedDict, TypeGuard, TypeVar

import httpx
from openai_conversations_api import Omit, omit

from ..abort import AbortSignal
from .validation import unexpected_keyword

__all__ = ["Omit", "omit"]

_T = TypeVar("_T")

Headers: TypeAlias = Mapping[str, str | Omit]
QueryValue: TypeAlias = str | int | float | bool | Sequence[str | int | float | bool] | None
Query: TypeAlias = Mapping[str, QueryValue]
Body: TypeAlias = Mapping[str, object]
Timeout: TypeAlias = float | httpx.Timeout | None
KeySource: TypeAlias = str | Callable[[], str]
AsyncKeySource: TypeAlias = str | Callable[[], str] | Callable[[], Awaitable[str]]


def given(value: _T | Omit) -> TypeGuard[_T]:
    """Return whether an argument was given."""
    return value is not omit


class WaitOptions(TypedDict, total=False):
    """The keywords that every method takes besides the parameters of its operation."""

    extra_headers: Headers | None
    """Headers to add, or to put in place of others; `omit` as a value takes one away."""
    extra_query: Query | None
    """Query parameters to add."""
    abort: AbortSignal | None
    """Ends the request when it is set."""


class GetOptions(WaitOptions, total=False):
    """The same, and how long a request may take."""

    timeout: Timeout | Omit
    """Seconds, or an `httpx.Timeout`; None for no limit. Default: the client's."""


class RequestOptions(GetOptions, total=False):
    """The same, for requests that may have a body."""

    extra_body: Body | None
    """Members to add to the JSON body, or to put in place of others."""


class Options(NamedTuple):
    """What a caller gave of `RequestOptions`, with the defaults."""

    extra_headers: Headers | None = None
    extra_query: Query | None = None
    extra_body: Body | None = None
    timeout: Timeout | Omit = omit
    abort: AbortSignal | None = None


def to_options(options: Mapping[str, Any], method: str, *, also: Sequence[str] = ()) -> Options:
    """Return the `Options` of keyword arguments.

    Args:
        options: those of `GetOptions`, by name.
        method: that got them.
        also: names of others that it takes.

    Raises:
        InvalidArgumentError: `method` does not take one of them; it names the nearest that it does.
    """
    for name in options:
        if name not in GetOptions.__annotations__:
            raise unexpected_keyword(method, name, [*GetOptions.__annotations__, *also])
    return Options(**{name: value for name, value in options.items() if value is not omit})
