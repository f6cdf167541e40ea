"""The project's OpenAPI document, as the installed package carries it.

`openapi.json` beside this file is written by the generate step from `spec/openapi.yaml`: the same
document, compact, without its prose. The local service reads its routes, its parameters and the
schemas of bodies from here, so that a regenerated document changes the service without a line of
code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, lru_cache
from pkgutil import get_data
from typing import Any
from urllib.parse import unquote

from .validation import Validator
from .values import Problem, is_object


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the OpenAPI document; None where it declares no such schema."""

    id: str
    method: str  # in capitals
    path: str  # as the document writes it, parameters in braces
    parameters: tuple[Mapping[str, Any], ...]  # as the document writes them
    body: Mapping[str, Any] | None  # the schema of the JSON request body
    body_required: bool
    responses: Mapping[str, Mapping[str, Any] | None]  # of the JSON response, by status ("200")
    event: Mapping[str, Any] | None  # the schema of one server-sent event


@cache
def document() -> dict[str, Any]:
    """Read the whole OpenAPI document, once. Treat it as read-only: all share it."""
    # As modules are read, not through `open`: a test may have put a file system of its own there.
    content = get_data(__name__, "openapi.json")
    loaded: dict[str, Any] = json.loads(content or b"")
    return loaded


@cache
def validator() -> Validator:
    """Return the validator for the OpenAPI document, with all that it has compiled so far."""
    return Validator(document())


def schema(name: str) -> Mapping[str, Any]:
    """Return the component schema of this name; a KeyError if there is none."""
    found: Mapping[str, Any] = document()["components"]["schemas"][name]
    return found


def problems(schema: Mapping[str, Any], value: Any) -> list[Problem]:
    """Return what keeps a decoded JSON value from fitting a schema; empty if it fits."""
    return validator().problems(schema, value)


def response_problems(schema: Mapping[str, Any], value: Any) -> list[Problem]:
    """Return what keeps a response from fitting a schema, where null and absent are the same."""
    return with_nulls_exchanged(schema, value)[1]


def with_nulls_exchanged(schema: Mapping[str, Any], value: Any) -> tuple[Any, list[Problem]]:
    """Return a value that fits a schema, where null and absent are the same, and what is left.

    A field that may be absent may be null, and one that may be null may be absent: so have it the
    types of OpenAI's client. A value that fits as it is, is returned itself.
    """
    first = found = problems(schema, value)
    if not found:
        return value, found
    tried: set[tuple[str | int, ...]] = set()
    while places := {one.path for one in found if one.path} - tried:
        tried |= places
        value = deepcopy(value)
        changed = [_exchange_null(value, path) for path in places]
        found = problems(schema, value) if any(changed) else found
    left = {one.path for one in found}
    return value, [one for one in first if one.path in left] or found


def _exchange_null(value: Any, path: tuple[str | int, ...]) -> bool:
    """Remove the null at a place, or put one where nothing is; return whether there was reason."""
    *outside, name = path
    for step in outside:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    if not is_object(value) or value.get(str(name)) is not None:
        return False
    if value.pop(str(name), ...) is ...:
        value[str(name)] = None
    return True


@cache
def operations() -> dict[str, Operation]:
    """Return all operations of the OpenAPI document by their ids."""
    return {
        shape["operationId"]: _operation(path, method, shape, shared.get("parameters", ()))
        for path, shared in document()["paths"].items()
        for method, shape in shared.items()
        if is_object(shape) and "operationId" in shape
    }


def operation(operation_id: str) -> Operation:
    """Return the operation with this id; a KeyError that names those that there are if none."""
    if (found := operations().get(operation_id)) is None:
        known = ", ".join(operations())
        raise KeyError(f"the OpenAPI document has no operation {operation_id!r}; it has {known}")
    return found


def match(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """Find the operation that serves a request, with the decoded values of its path parameters.

    The method may be in any case. The path is the one below the base URL, from its slash on; it may
    be percent-encoded.
    """
    found, values = _at(path)
    operation = found.get(method.upper())
    return (operation, values) if operation is not None else None


def methods(path: str) -> list[str]:
    """Return the methods that a path takes, sorted; empty if the document has no such path."""
    return sorted(_at(path)[0])


@lru_cache  # most requests are about a few conversations
def _at(path: str) -> tuple[Mapping[str, Operation], dict[str, str]]:
    for pattern, found in _paths():
        if (hit := pattern.fullmatch(path)) is not None:
            return found, {name: unquote(text) for name, text in hit.groupdict().items()}
    return {}, {}


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Operation]]]:
    """Return the pattern of each path and its operations by method."""
    paths: dict[str, dict[str, Operation]] = {}
    for one in operations().values():
        paths.setdefault(one.path, {}).setdefault(one.method, one)
    # A literal segment beats a parameter: /responses/compact is not the response "compact".
    ordered = sorted(paths.items(), key=lambda entry: entry[0].count("{"))
    return [(_pattern(path), found) for path, found in ordered]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _operation(
    path: str, method: str, shape: Mapping[str, Any], shared: Sequence[Mapping[str, Any]]
) -> Operation:
    parameters = map(_resolved, (*shared, *shape.get("parameters", ())))
    body = _resolved(shape.get("requestBody"))
    responses = {status: _resolved(one) for status, one in shape["responses"].items()}
    events = (_schema(response, "text/event-stream") for response in responses.values())
    return Operation(
        id=shape["operationId"],
        method=method.upper(),
        path=path,
        # An operation's own parameter takes the place of one that all of its path have.
        parameters=tuple({(one["name"], one["in"]): one for one in parameters}.values()),
        body=_schema(body, "application/json"),
        body_required=bool(body.get("required")),
        responses={status: _schema(one, "application/json") for status, one in responses.items()},
        event=next(filter(None, events), None),
    )


def _schema(holder: Mapping[str, Any], media_type: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = holder.get("content", {}).get(media_type, {}).get("schema")
    return found


def _resolved(shape: Mapping[str, Any] | None) -> Mapping[str, Any]:
    while shape and "$ref" in shape:
        shape = validator().resolve(shape["$ref"])
    return shape or {}
