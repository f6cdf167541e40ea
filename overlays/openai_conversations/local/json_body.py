"""Bytes to JSON and back, and all that can be wrong with the bytes."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import chain
from json.encoder import encode_basestring_ascii as _encode_text
from typing import Any

from .._schema.values import JsonObject, is_object
from .errors import ServiceError, invalid_request

#: Deeper than any valid request, and far from the recursion limits of Python.
MAX_DEPTH = 64

_REASONS: dict[type, str] = {
    RecursionError: "nested too deeply",
    UnicodeEncodeError: "half of a surrogate pair is not a character",
}
#: `json.dumps` makes an encoder each time, which takes longer than to encode an event.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class JsonText(str):
    """JSON that `to_text` has made, to be sent as it is."""

    __slots__ = ()


#: What writes a field of a response by its type; `_encode` does all others, and these at more cost.
_ENCODERS: dict[type, Callable[[Any], str]] = {
    JsonText: str,
    str: _encode_text,
    bool: {True: "true", False: "false"}.__getitem__,
}


def to_text(value: Any) -> JsonText:
    """Return compact JSON; all outside ASCII is escaped, so that it survives any store."""
    return JsonText(_encode(value))


def encode_json(value: Any) -> bytes:
    """Return compact JSON; all outside ASCII is escaped, so that it survives any store."""
    return _encode(value).encode("ascii")


def encode_response(value: JsonObject | JsonText) -> bytes:
    """Return a response as `encode_json` does; it may be a `JsonText`, and so may its fields."""
    if isinstance(value, JsonText):
        return value.encode("ascii")
    if JsonText not in map(type, value.values()):
        return encode_json(value)
    fields = [
        f"{_encode_text(name)}:{_ENCODERS.get(one.__class__, _encode)(one)}"
        for name, one in value.items()
    ]
    return f"{{{','.join(fields)}}}".encode("ascii")


def decode_body(body: bytes, headers: Mapping[str, str]) -> JsonObject:
    """Return the JSON object of a request body: one that can be stored and sent again.

    Another content type is a 415, all but a JSON object a 400.
    """
    media_type = headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        message = f"Unsupported content type: '{media_type:.100}'; send 'application/json'."
        raise ServiceError(415, message, code="unsupported_content_type")
    try:
        # Given bytes, json would guess at UTF-16 and UTF-32; the API knows UTF-8 only.
        text = body.decode("utf-8")
        value = json.loads(text) if text.startswith("\ufeff") else _decode(text)  # loads refuses it
        _check_depth(value, body)
        if _SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        reason = _REASONS.get(type(error), str(error))
        message = f"The request body could not be read as JSON: {reason:.200}."
        raise invalid_request(None, message, "invalid_json") from None
    if not is_object(value):
        raise invalid_request(None, "The request body must be a JSON object.", "invalid_json")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    value = dict(pairs)
    if len(value) != len(pairs):  # parsers differ in which one they take
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the name {twice!r:.80} is there twice in an object")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text:.40} is not a number that JSON can hold")
    return value


#: As with the encoder: `json.loads` makes one each time.
_decode = json.JSONDecoder(
    parse_float=_finite, parse_constant=_finite, object_pairs_hook=_unique
).decode


def _check_depth(value: Any, body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return  # The common case, at the cost of two searches.
    layer: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        nested = [one.values() if is_object(one) else one for one in layer]
        layer = [one for one in chain.from_iterable(nested) if isinstance(one, (dict, list))]
    if layer:
        raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
