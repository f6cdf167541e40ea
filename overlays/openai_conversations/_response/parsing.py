"""From a response to a value or an error: JSON, error bodies, and their many shapes.

The service sends errors as `{"error": {"message", "type", "param", "code"}}`. Servers that are
compatible with it also send `{"detail": ...}`, `{"error": "text"}`, HTML of a proxy, or nothing.
"""

from __future__ import annotations

import re
import reprlib
from typing import TYPE_CHECKING, Any, TypeVar

from .._request.validation import is_mapping
from ..errors import APIResponseValidationError, APIStatusError, status_error_class
from . import json as _json
from .strict import check

if TYPE_CHECKING:
    import httpx

    from .._request.request import OperationRequest

_T = TypeVar("_T")
_SHOWN = 300
# repr() itself fails on JSON that is nested deeply.
_shown = reprlib.Repr()
_shown.maxstring = _shown.maxother = _SHOWN
_shown.maxdict = _shown.maxlist = 12


def to_json(response: httpx.Response) -> Any:
    """Return the JSON value of a response that has been read.

    Raises:
        APIResponseValidationError: it is not JSON.
    """
    content = response.content
    try:
        return _json.loads(content)
    except (ValueError, RecursionError) as error:
        kind = response.headers.get("content-type") or "no content type"
        message = f"the response is not JSON ({kind}, {len(content):,} bytes)"
        if content:
            message += f": {_in_short(_decoded(content[: 4 * _SHOWN]))}"
        raise APIResponseValidationError(
            response, _decoded(content), message=message
        ) from error.with_traceback(None)


def parse_response(
    request: OperationRequest[_T], response: httpx.Response, retries: int, *, strict: bool
) -> _T:
    """Return the result of a request from its response, which has been read.

    Args:
        request: what was asked for; `decode` makes the result.
        response: with a status below 400.
        retries: how many it took; the errors tell it.
        strict: check the response against the spec first.

    Raises:
        APIResponseValidationError: the response is not JSON, not a JSON object, or (strict) does
            not fit the spec.
    """
    try:
        if not response.content and request.method == "DELETE":
            # The spec promises no body for one of the deletions.
            return request.decode(None)
        return _decode(request, response, to_json(response), strict=strict)
    except APIResponseValidationError as error:
        error.retries_taken = retries
        raise


def _decode(
    request: OperationRequest[_T], response: httpx.Response, data: Any, *, strict: bool
) -> _T:
    cause: Exception | None = None
    # All documented operations respond with an object.
    if not request.operation or is_mapping(data):
        if strict and request.operation:
            check(request.operation, data, response)
        try:
            return request.decode(data)
        except Exception as error:
            cause = error
    name, shown = request.operation or request.path, _in_short(_shown.repr(data))
    message = f"the response to {name} does not have the expected form: {shown}"
    raise APIResponseValidationError(response, data, message=message) from cause


def to_status_error(response: httpx.Response) -> APIStatusError:
    """Return the error for a response, which has been read, with a status of 400 or more."""
    content = response.content
    body: object
    try:
        body = _json.loads(content)
    except (ValueError, RecursionError):
        body = _decoded(content) or None
    if is_mapping(body) and "error" in body:
        body = body["error"]
    text = f"Error code: {response.status_code}"
    said = _message(body) or response.reason_phrase
    if said:
        text += f" - {said}"
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
