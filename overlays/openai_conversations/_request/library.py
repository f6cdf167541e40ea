"""The library that an object is of: httpx, or httpx2, which has the same names.

This package sends with httpx, unless `http_client=` is a client of httpx2: then requests, responses
and the causes of errors are httpx2's. It is not imported for that: an object of it says that it is
there.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, TypeVar

import httpx

_T = TypeVar("_T")


def class_of(value: object) -> type[Any] | None:
    """Return the class of httpx or httpx2 that a value is an instance of, or None."""
    return next((c for c in type(value).__mro__ if c.__module__ in ("httpx", "httpx2")), None)


def library_of(value: object) -> Any:
    """Return the module whose class `class_of` finds; httpx for a value that is of neither."""
    found = class_of(value)
    return httpx if found is None else sys.modules[found.__module__]


@cache
def as_byte_stream(kind: type[_T], library: Any) -> type[_T]:
    """Return a class of iterators as one of byte streams of a library; it takes no others."""
    return type(kind.__name__, (kind, library.SyncByteStream, library.AsyncByteStream), {})
