"""Query strings and header lines: what HTTP allows in them, checked before anything is sent.

httpx would raise its own errors for a header that cannot be encoded, and h11 would quote it, key
and all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from urllib.parse import quote

from ..errors import InvalidArgumentError
from .types import Headers, Omit, Query
from .validation import describe, invalid


def check_headers(headers: Headers | None, argument: str) -> Iterator[tuple[str, str | Omit]]:
    """The entries of a mapping of headers; their values are checked by `check_header`."""
    if headers is None:
        return
    if not isinstance(cast(object, headers), Mapping):
        raise invalid(argument, "a mapping of names to values", headers)
    yield from headers.items()


def check_header(name: object, value: object, argument: str) -> tuple[bytes, bytes]:
    """A header as bytes.

    Raises:
        InvalidArgumentError: naming `argument`, never showing the value.
    """
    if (
        not isinstance(name, str)
        or not name.isascii()
        or not name.replace("-", "").replace("_", "").replace(".", "").isalnum()
    ):
        raise invalid(argument, "a name of ASCII letters, digits and hyphens", name)
    if not isinstance(value, str):
        raise invalid(argument, "a string", value)
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise InvalidArgumentError(
            argument,
            expected="visible ASCII characters, no space at either end",
            received=f"a text of {len(value)} characters",
        )
    return name.encode(), value.encode()


def encode_query(query: Query | None, argument: str = "extra_query") -> str:
    """A query string, without its question mark. None is left out; a list repeats `name[]`.

    Raises:
        InvalidArgumentError: naming the entry that is neither a string, a number, a bool nor a
            list of them.
    """
    if not query:
        return ""
    if not isinstance(cast(object, query), Mapping):
        raise invalid(argument, "a mapping of names to values", query)
    pairs: list[str] = []
    for name, value in query.items():
        if value is None or isinstance(cast(object, value), Omit):
            continue
        place = f"{argument}[{name!r}]"
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            pairs += [f"{_quote(name, place)}%5B%5D={_quote(v, place)}" for v in value]
        else:
            pairs.append(f"{_quote(name, place)}={_quote(value, place)}")
    return "&".join(pairs)


def _quote(value: object, argument: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        expected = "a string, a number, a bool or a list of them"
        raise InvalidArgumentError(argument, expected=expected, received=describe(value))
    return quoted(str(value), argument)


def quoted(text: str, argument: str) -> str:
    """Text percent-encoded for a URL.

    Raises:
        InvalidArgumentError: it is no Unicode (half of a surrogate pair), naming `argument`.
    """
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        expected = "Unicode text, without half surrogate pairs"
        raise InvalidArgumentError(argument, expected=expected, received=ascii(text)[:60]) from None
