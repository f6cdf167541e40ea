"""From a response to a value or an error: JSON, error bodies, and their many shapes.

The service sends errors as `{"error": {"message", "type", "param", "code"}}`. Servers that are
compatible with it also send `{"detail": ...}`, `{"error": "text"}`, HTML of a proxy, or nothing.

msgspec reads JSON where it is installed (extra `fast`) and gives the same values as the standard
library: what msgspec refuses is read by the standard library, which decides. It is not orjson,
which is as fast but makes floats of integers beyond 64 bits without a word.
"""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_origin

import httpx

from .._request.validation import describe, invalid, is_mapping
from ..errors import APIResponseValidationError, APIStatusError, status_error_class
from .redirects import why_not_followed

if TYPE_CHECKING:
    from .._request.request import OperationRequest

_T = TypeVar("_T")
_SHOWN = 300
_JSON_TYPES: tuple[type, ...] = (dict, list, str)
_CASTS = "a model class, dict, list, str, object or the Response of the library that sends"
# repr() itself fails on JSON that is nested deeply.
_shown = reprlib.Repr()
_shown.maxstring = _shown.maxother = _SHOWN
_shown.maxdict = _shown.maxlist = 12


def loads(data: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises:
        ValueError: it is not JSON, or not UTF-8.
        RecursionError: it is nested too deeply.
    """
    try:
        return reader()(data)
    except Exception:
        pass
    return _loads_standard(data)


@cache
def reader() -> Callable[[bytes], Any]:
    """Return what reads JSON here; where it fails, `loads` may do better."""
    # Imported with the first response: making a client need not wait for it.
    try:
        from msgspec.json import Decoder
    except ImportError:
        return _loads_standard
    return Decoder().decode


def _loads_standard(data: bytes) -> Any:
    # Decoding first spares json.loads the search for UTF-16 and UTF-32. The codec "utf-8-sig" would
    # drop a BOM too, but is written in Python: on a short text, half as long again.
    return json.loads(data.decode().removeprefix("\ufeff"))


def to_json(response: httpx.Response) -> Any:
    """Return the JSON value of a response that has been read.

    Raises:
        APIResponseValidationError: it is not JSON.
    """
    content = response.content
    try:
        return loads(content)
    except (ValueError, RecursionError) as error:
        kind = response.headers.get("content-type") or "no content type"
        message = f"the response is not JSON ({kind}, {len(content):,} bytes)"
        if isinstance(error, json.JSONDecodeError) and content:
            message += f": {error.msg} at character {error.pos:,}"
    # Raised here, because the error of the JSON decoder holds the text, and would be its context.
    raise APIResponseValidationError(response, _decoded(content), message=message)


def decoder_of(cast_to: Any) -> Callable[[Any], Any]:
    """Return what makes a `cast_to` of a JSON value, and raises if the value is another one.

    Args:
        cast_to: a model class, a type of JSON values (`dict[str, str]` is any `dict`), `object` or
            `Any` for each of them.

    Raises:
        InvalidArgumentError: it is none of these.
    """
    kind: Any = get_origin(cast_to) or cast_to
    if callable(decode := getattr(kind, "from_dict", None)):
        return cast("Callable[[Any], Any]", decode)
    if kind not in (*_JSON_TYPES, object, Any):
        raise invalid("cast_to", _CASTS, cast_to)
    expected = cast("type[object]", kind if kind in _JSON_TYPES else object)

    def checked(value: object) -> object:
        if not isinstance(value, expected):
            raise TypeError(f"expected {expected.__name__}")
        return value

    return checked


def parse_response(
    request: OperationRequest[_T], response: httpx.Response, retries: int, *, strict: bool
) -> _T:
    """Return the result of a request from its response, which has been read.

    Args:
        request: what was asked for; `decode` makes the result.
        response: with a status of 200 to 299.
        retries: how many it took; the errors tell it.
        strict: check the response against the spec first.

    Raises:
        APIResponseValidationError: the response is not JSON, not a JSON object, an error in spite
            of its status, about another object than the one asked for, or (strict) does not fit the
            spec.
    """
    try:
        # The spec promises no body for one of the deletions.
        empty = not response.content and request.method == "DELETE"
        if empty and request.operation:
            return request.decode(None)
        return _decode(request, response, None if empty else to_json(response), strict=strict)
    except APIResponseValidationError as error:
        error.retries_taken = retries
        raise


def _decode(
    request: OperationRequest[_T], response: httpx.Response, data: Any, *, strict: bool
) -> _T:
    failure, accepted = "", response.status_code == 202
    # All documented operations respond with an object.
    if not request.operation or is_mapping(data):
        if request.operation:
            if data.get("id") != request.expected_id or "error" in data:
                _check_subject(request, data, response)
            if strict:
                check_strict(request.operation, data, response)
        try:
            result = request.decode(data)
            # What has an id, and came without it, is something else: a list, most likely. But not a
            # 202: the service was seen to accept a response with {"message"} (1 of 226 recorded).
            is_complete = not hasattr(type(result), "id") or getattr(result, "id", None) is not None
            if not request.operation or is_complete or accepted:
                return result
        except Exception as error:
            failure = f" ({type(error).__name__})"
    name = request.operation or request.path
    message = f"the response to {name} does not have the expected form: {describe(data)}"
    raise APIResponseValidationError(response, data, message=message + failure)


def _check_subject(
    request: OperationRequest[Any], data: Mapping[str, Any], response: httpx.Response
) -> None:
    """Raise `APIResponseValidationError` for an error, or what is about another object."""
    expected, found = request.expected_id, data.get("id")
    if found is None and (said := data.get("error")):
        message = f"the response to {request.operation} is an error, with a status of success: "
        raise APIResponseValidationError(response, said, message=message + _message(said))
    if expected and found not in (None, expected):
        message = f"the response to {request.operation} is about another object: "
        shown = _in_short(repr(found)) if isinstance(found, str) else describe(found)
        message += f"expected the id {expected!r}, got {shown}"
        raise APIResponseValidationError(response, data, message=message)
    if request.operation == "createConversation":
        # It has no id yet by which it could be known. A server, or one that is made up for a test,
        # may keep no metadata.
        sent: Mapping[str, str] = request.body.get("metadata") or {}
        kept = data.get("metadata") or sent
        if is_mapping(kept) and not sent.items() <= kept.items():
            message = f"the response to {request.operation} is about another object: "
            message += "expected the metadata that was sent, got others"
            raise APIResponseValidationError(response, data, message=message)


def check_strict(
    operation_id: str, data: Any, response: httpx.Response, *, event: bool = False
) -> None:
    """Compare a response, or one event of a stream, with the spec.

    Raises:
        APIResponseValidationError: naming the first three places that do not fit.
    """
    # `strict=True` is off by default: a service one release ahead is the normal case.
    from .._schema.document import operation, response_problems

    described = operation(operation_id)
    schema = described.event if event else described.responses.get(str(response.status_code))
    if schema is None:
        return
    found = response_problems(schema, data)
    if not found:
        return
    places = [
        f"{'.'.join(str(step) for step in problem.path) or 'the response'}: {problem.message}"
        for problem in found[:3]
    ]
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    message = f"the response to {operation_id} does not fit the spec: {'; '.join(places)}{more}"
    raise APIResponseValidationError(response, data, message=message)


def to_status_error(response: httpx.Response, key_source: str = "") -> APIStatusError:
    """Return the error for a response, which has been read, with a status that is not 2xx.

    That of a 401 says where the key came from, if `key_source` does.
    """
    content = response.content
    body: object
    try:
        body = loads(content)
    except (ValueError, RecursionError):
        body = _decoded(content) or None
    if is_mapping(body) and "error" in body:
        body = body["error"]
    text = f"Error code: {response.status_code}"
    said = why_not_followed(response) if response.status_code // 100 == 3 else ""
    said = said or _message(body) or response.reason_phrase
    if said:
        text += f" - {said}"
    if key_source and response.status_code == 401:
        text += f" (the API key came from {key_source})"
    code: object = body.get("code") if is_mapping(body) else None
    cls = status_error_class(response.status_code, code if isinstance(code, str) else None)
    return cls(text, response=response, body=body)


def _message(body: object) -> str:
    if isinstance(body, str):
        title = re.search(r"<title[^>]*>(.*?)</title", body[:4096], re.S | re.I)
        if title:
            return _in_short(title[1])
        return "" if body.lstrip()[:1] == "<" else _in_short(body)
    if is_mapping(body):
        for key in ("message", "detail", "title", "reason"):
            value: object = body.get(key)
            if isinstance(value, str) and value.strip():
                return _in_short(value)
    return "" if not body else _in_short(_shown.repr(body))


def _in_short(text: str) -> str:
    line = " ".join(text[: 4 * _SHOWN].split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace")
