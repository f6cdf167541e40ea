"""JSON in: the one place that chooses the library.

msgspec reads where it is installed (extra `fast`) and gives the same values as the standard
library: what msgspec refuses is read by the standard library, which decides. It is not orjson,
which is as fast but makes floats of integers beyond 64 bits without a word.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any


def loads(data: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises:
        ValueError: it is not JSON, or not UTF-8.
        RecursionError: it is nested too deeply.
    """
    try:
        return _reader()(data)
    except Exception:
        pass
    return _loads_standard(data)


@cache
def _reader() -> Callable[[bytes], Any]:
    # Imported with the first response: making a client need not wait for it.
    try:
        from msgspec.json import Decoder
    except ImportError:
        return _loads_standard
    return Decoder().decode


def _loads_standard(data: bytes) -> Any:
    # Decoding first spares json.loads the search for UTF-16 and UTF-32; "utf-8-sig" drops a BOM.
    return json.loads(data.decode("utf-8-sig"))
