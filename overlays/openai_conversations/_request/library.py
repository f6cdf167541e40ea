"""The library that an object is of: httpx, or httpx2, which has the same names.

This package sends with httpx, unless `http_client=` is a client of httpx2: then requests, responses
and the causes of errors are httpx2's. It is not imported for that: an object of it says that it is
there.
"""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from typing import Any, TypeVar

import httpx

_T = TypeVar("_T")


def names_of(value: object) -> tuple[tuple[Any, str], ...]:
    """Return where a value has its classes from: module (httpx or httpx2) and name, nearest first.

    The module's own name for a class counts: openai-python writes its name over `__module__` of
    what it exports, `Timeout` among it.
    """
    kind: Any = type(value)
    return _names(kind)


@lru_cache(maxsize=256)  # values of any class come here
def _names(kind: type) -> tuple[tuple[Any, str], ...]:
    libraries = [found for found in (httpx, sys.modules.get("httpx2")) if found is not None]
    return tuple(
        (library, one.__name__)
        for one in kind.__mro__
        for library in libraries
        if vars(library).get(one.__name__) is one
    )


def library_of(value: object) -> Any:
    """Return the module that a value has its class from; httpx for one that has it from neither."""
    names = names_of(value)
    return names[0][0] if names else httpx


@cache
def as_byte_stream(kind: type[_T], library: Any) -> type[_T]:
    """Return a class that iterates over bytes as one that responses of a library take for a body.

    Args:
        kind: has `__iter__` and `close`, or `__aiter__` and `aclose`.
        library: httpx or httpx2.
    """
    return type(kind.__name__, (kind, library.SyncByteStream, library.AsyncByteStream), {})
