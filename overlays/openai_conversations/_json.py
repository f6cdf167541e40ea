"""JSON in and out: the one place that chooses the library.

Reading uses orjson where it is installed (extra `fast`) and gives the same values without it: what
orjson refuses, or would round, is read by the standard library, which decides. Writing always uses
the standard library, which costs little there and treats keys, dates and NaN in one way only.
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


# orjson makes floats of integers beyond 64 bits, without a word. They have 19 digits at least; so
# the standard library reads every text with so long a number. To find one, digits become "0" and
# what may stand before a number ":"; a regular expression takes ten times as long.
_NUMBERS = bytes(
    ord("0" if chr(byte).isdecimal() else ":" if chr(byte) in ":,[- \t\n\r" else "x")
    for byte in range(256)
)
_LONG_NUMBER = b":" + b"0" * 19


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
        outline = data.translate(_NUMBERS)
        if _LONG_NUMBER in outline or outline.startswith(_LONG_NUMBER[1:]):
            return _loads_standard(data)
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
