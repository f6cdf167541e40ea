"""JSON in and out: the one place that chooses the library.

Reading uses msgspec where it is installed (extra `fast`) and gives the same values without it: what
msgspec refuses is read by the standard library, which decides. It is not orjson, which is as fast
but makes floats of integers beyond 64 bits without a word. Writing always uses the standard
library, which costs little there and treats keys, dates and NaN in one way only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def dumps(value: object) -> bytes:
    """`value` as compact UTF-8 JSON.

    Raises:
        TypeError: something in it is no JSON value.
        ValueError: a NaN, an infinity, a text that is no Unicode, or a value inside itself.
    """
    return _encode(value).encode()


def loads(data: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises:
        ValueError: it is no JSON, or no UTF-8.
        RecursionError: it is nested too deeply.
    """
    try:
        return _reader()(data)
    except Exception:
        pass
    return _loads_standard(data)


@cache
def _reader() -> Callable[[bytes], Any]:
    # Imported with the first answer: making a client need not wait for it.
    try:
        from msgspec.json import Decoder
    except ImportError:
        return _loads_standard
    return Decoder().decode


def _loads_standard(data: bytes) -> Any:
    # Decoding first spares json.loads the search for UTF-16 and UTF-32; "utf-8-sig" drops a BOM.
    return json.loads(data.decode("utf-8-sig"))
