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


def classes_of(value: object) -> list[type[Any]]:
    """Return the classes of httpx or httpx2 that a value is an instance of, the nearest first."""
    return [c for c in type(value).__mro__ if c.__module__ in ("httpx", "httpx2")]


def library_of(value: object) -> Any:
    """Return the module that a value has its class from; httpx for one that has it from neither."""
    found = classes_of(value)
    return sys.modules[found[0].__module__] if found else httpx


@cache
def as_byte_stream(kind: type[_T], library: Any) -> type[_T]:
    """Return a class that iterates over bytes as one that responses of a library take for a body.

    Args:
        kind: has `__iter__` and `close`, or `__aiter__` and `aclose`.
        library: httpx or httpx2.
    """
    return type(kind.__name__, (kind, library.SyncByteStream, library.AsyncByteStream), {})
