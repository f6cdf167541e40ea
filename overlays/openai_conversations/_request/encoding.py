"""Query strings and header lines, checked before anything is sent.

httpx would raise its own errors for a header that cannot be encoded, and h11 would quote it, key
and all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import cast
from urllib.parse import quote

from .types import Omit, Query
from .validation import check_mapping, describe, invalid, mismatch

_OF_THE_CONNECTION = re.compile(
    "connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade"
)


def check_header(name: object, value: object, argument: str) -> tuple[bytes, bytes]:
    """Return a header as bytes; an error names `argument` and never shows the value."""
    check_header_name(name, argument)
    if not isinstance(value, str):
        raise invalid(argument, "a string", value)
    if not value.isascii() or not value.isprintable() or value != value.strip():
        expected = "visible ASCII characters, no space at either end"
        raise mismatch(argument, expected, f"a string of {len(value)} characters")
    return str(name).encode(), value.encode()


def check_header_name(name: object, argument: str) -> str:
    """Return the name of a header, in lower case, if a caller may give it.

    Refused are those that say how a message is framed or how far a connection goes (RFC 9110, 7.6.1
    and 8.6; RFC 9112, 6): the content is known here, and a length or a host of another request
    would make a request of a part of it.
    """
    if (
        not isinstance(name, str)
        or not name.isascii()
        or not name.replace("-", "").replace("_", "").replace(".", "").isalnum()
    ):
        raise invalid(argument, "a name of ASCII letters, digits and hyphens", name)
    if _OF_THE_CONNECTION.fullmatch(name.lower()):
        raise mismatch(argument, "a header that is not of the connection", name)
    return name.lower()


def encode_query(query: Query | None, argument: str = "extra_query") -> str:
    """Return a query string without its question mark. None is left out; a list repeats `name[]`.

    Raises:
        InvalidArgumentError: naming the entry that is neither a string, a number, a bool nor a
            list of them.
    """
    pairs: list[str] = []
    for name, value in check_mapping(query, argument, "a mapping of names to values").items():
        if value is None or isinstance(cast(object, value), Omit):
            continue
        place = f"{argument}[{describe(name)}]"
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            # As openai-python sends lists: with brackets, which are percent-encoded.
            values = cast("Sequence[object]", value)
            pairs += [f"{quote_value(name, place)}%5B%5D={quote_value(v, place)}" for v in values]
        else:
            pairs.append(f"{quote_value(name, place)}={quote_value(value, place)}")
    return "&".join(pairs)


def quote_value(value: object, argument: str) -> str:
    """Return a query value percent-encoded."""
    if isinstance(value, bool):  # before int, which it is one of
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        raise invalid(argument, "a finite number", value)
    if not isinstance(value, str | int | float):
        raise invalid(argument, "a string, a number, a bool or a list of them", value)
    try:
        text = str(value)
    except ValueError:  # Python does not print integers of more than 4300 digits
        raise invalid(argument, "a shorter number", value) from None
    return quoted(text, argument)


def quoted(text: str, argument: str) -> str:
    """Return text percent-encoded for a URL.

    Raises:
        InvalidArgumentError: it is not Unicode (half of a surrogate pair), naming `argument`.
    """
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        expected = "Unicode text, without half surrogate pairs"
        raise mismatch(argument, expected, ascii(text)[:60]) from None
