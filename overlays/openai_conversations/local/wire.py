"""Bytes to JSON and back, and everything that can be wrong with the bytes.

Whatever arrives, what leaves this file is a JSON value that can be stored and sent again, or a
``ServiceError`` with status 400, 413 or 415.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from .._schema.values import JsonObject, is_array, is_object
from .errors import ServiceError, invalid

#: Deeper than any valid request, and far from the recursion limits of Python.
MAX_DEPTH = 64
#: A request holds at most a few files of the size that the document allows (70 MiB each).
MAX_BODY = 256 * 2**20

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def dump(value: Any) -> bytes:
    """Compact JSON; everything outside ASCII is escaped, so that it survives any store."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def load_object(body: bytes, headers: Mapping[str, str], limit: int = MAX_BODY) -> JsonObject:
    """The JSON object that a request body holds."""
    if len(body) > limit:
        raise ServiceError(413, f"The request body has {len(body)} bytes; at most {limit} fit.")
    media_type = headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise ServiceError(
            415,
            f"Unsupported content type: '{media_type:.100}'. This operation takes "
            "'application/json'.",
            code="unsupported_content_type",
        )
    value = _load(body)
    if not is_object(value):
        raise invalid(None, "The request body must be a JSON object.", "invalid_json")
    return value


def _load(body: bytes) -> Any:
    try:
        # Bytes would make json guess at UTF-16 and UTF-32; the document knows UTF-8 only.
        value = json.loads(body.decode("utf-8"), parse_float=_float, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        message = f"The request body could not be read as JSON: {reason:.200}."
        raise invalid(None, message, "invalid_json") from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH or _SURROGATE.search(body):
        _inspect(value)
    return value


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text:.40} is out of range")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _inspect(value: Any) -> None:
    layer: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for one in layer:
            if isinstance(one, str):
                _check_text(one)
            elif is_array(one):
                inner.extend(one)
            elif is_object(one):
                inner.extend(one)
                inner.extend(one.values())
        if not inner:
            return
        layer = inner
    message = f"The request body is nested more than {MAX_DEPTH} levels deep."
    raise invalid(None, message, "invalid_json")


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        message = "The request body holds half of a surrogate pair, which is no character."
        raise invalid(None, message, "invalid_json") from None
