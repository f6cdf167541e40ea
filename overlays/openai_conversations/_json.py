"""JSON in and out: the one place that chooses the library.

Reading uses orjson where it is installed (extra `fast`) and gives the same values without it: what
orjson refuses is read again by the standard library, which decides. Writing always uses the
standard library, which costs little there and treats keys, dates and NaN in one way only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def dumps(value: object) -> bytes:
    """`value` as compact UTF-8 JSON.

    Raises:
        TypeError: something in it is no JSON value.
        ValueError: a NaN, an infinity, a text that is no Unicode, or a value inside itself.
    """
    return _encode(value).encode()


def _loads_standard(data: bytes) -> Any:
    # Decoding first spares json.loads the search for UTF-16 and UTF-32; "utf-8-sig" drops a BOM.
    return json.loads(data.decode("utf-8-sig"))


def _pick_loads() -> Callable[[bytes], Any]:
    try:
        import orjson
    except ImportError:
        return _loads_standard
    parse = orjson.loads

    def loads_fast(data: bytes) -> Any:
        try:
            return parse(data)
        except ValueError:
            return _loads_standard(data)

    return loads_fast


loads = _pick_loads()
"""The value of a JSON text in UTF-8.

Raises:
    ValueError: it is no JSON, or no UTF-8.
"""
