"""The small types that signatures share: what is left out, and what every request takes.

Those of httpx and httpx2 are described by their attributes. So a program type-checks with either of
the two installed, and is told of an argument that is of neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, TypedDict, TypeGuard, TypeVar

from openai_conversations_api import Omit, omit

from ..abort import AbortSignal
from .validation import unexpected_keyword

__all__ = ["Omit", "omit"]

_T = TypeVar("_T")

Headers: TypeAlias = Mapping[str, str | Omit]
QueryValue: TypeAlias = str | int | float | bool | Sequence[str | int | float | bool] | None
Query: TypeAlias = Mapping[str, QueryValue]
Body: TypeAlias = Mapping[str, object]


class URL(Protocol):
    """`httpx.URL` or `httpx2.URL`."""

    @property
    def raw_scheme(self) -> bytes: ...

    @property
    def raw_host(self) -> bytes: ...

    @property
    def raw_path(self) -> bytes: ...


class Timeouts(Protocol):
    """`httpx.Timeout` or `httpx2.Timeout`."""

    def as_dict(self) -> dict[str, float | None]: ...


class _AnyHttpClient(Protocol):
    @property
    def is_closed(self) -> bool: ...

    @property
    def timeout(self) -> Timeouts: ...

    def build_request(self, method: str, url: str) -> Any: ...


class HttpClient(_AnyHttpClient, Protocol):
    """`httpx.Client` or `httpx2.Client`."""

    def send(self, request: Any, *, stream: bool = False) -> Any: ...

    def close(self) -> None: ...


class AsyncHttpClient(_AnyHttpClient, Protocol):
    """`httpx.AsyncClient` or `httpx2.AsyncClient`."""

    async def send(self, request: Any, *, stream: bool = False) -> Any: ...

    async def aclose(self) -> None: ...


Timeout: TypeAlias = float | Timeouts | None
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
    """Seconds, or a `Timeout` of httpx or httpx2; None for no limit. Default: the client's."""


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


def bound_options(options: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Return the keywords with which a method passes its `GetOptions` on to others.

    Args:
        options, method: as of `to_options`.

    Raises:
        InvalidArgumentError: as of `to_options`.
    """
    bound = to_options(options, method)._asdict()
    del bound["extra_body"]
    return bound


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
