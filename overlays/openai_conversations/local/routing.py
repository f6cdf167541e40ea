"""From an HTTP request to the operation that it means, with everything checked and typed.

The OpenAPI document names each operation's path, its parameters with types and most defaults, and
the schema of its body; the one default that it states in prose only, the order of a list, is here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._schema.document import Operation, match, methods, problems, with_nulls_exchanged
from .._schema.values import is_object
from .errors import ServiceError, invalid_request, schema_mismatch, sendable
from .http_messages import PREFIX, ServiceRequest
from .json_body import decode_body
from .newer import Newer
from .stored_items import complete_request_item, field_problems


@dataclass(frozen=True, slots=True)
class RoutedRequest:
    """A request that fits the OpenAPI document, as the rules of its operation take it."""

    operation_id: str
    path: dict[str, str]  # the decoded path parameters
    query: dict[str, Any]  # the query parameters as typed values
    body: dict[str, Any]  # the JSON body; empty if there is none

    @property
    def include(self) -> list[str]:
        """Return the optional parts of items that the query or the body asks for."""
        return self.query.get("include") or self.body.get("include") or []


def route(request: ServiceRequest, newer: Newer) -> RoutedRequest:
    """Find the operation of a request (or a 404, a 405) and check its query and body.

    `newer` tells what becomes of kinds, fields and values that the OpenAPI document does not have.
    """
    path = sendable(request.path.removeprefix(PREFIX))
    hit = match(request.method, path)
    if hit is None:
        wanted = f"{request.method} {request.path:.200}"
        if methods(path):
            raise ServiceError(405, f"Not allowed to {wanted}.", code="method_not_allowed")
        raise ServiceError(404, f"Unknown request URL: {wanted}.", code="unknown_url")
    operation, values = hit
    query = _read_query(operation, request.query)
    return RoutedRequest(operation.id, values, query, _read_body(operation, request, newer))


def _read_body(operation: Operation, request: ServiceRequest, newer: Newer) -> dict[str, Any]:
    if operation.body is None:
        return {}
    # 1. A body. 2. None, where the document requires one. 3. None, where it may be missing.
    if request.body.strip():
        body = decode_body(request.body, request.headers)
    elif operation.body_required:
        raise invalid_request(None, "A JSON body is required.", "missing_required_parameter")
    else:
        body = {}
    sent = {name: body[name] for name in ("items", "input") if isinstance(body.get(name), list)}
    whole = body | {name: [*map(complete_request_item, items)] for name, items in sent.items()}
    fitting: dict[str, Any]
    fitting, found = with_nulls_exchanged(operation.body, whole)
    for name in sent:
        fields = ((n, one) for n, item in enumerate(fitting[name]) for one in field_problems(item))
        found += [problem.under(n).under(name) for n, problem in fields]
    if found := newer.refused(operation.id, whole, found):
        raise schema_mismatch(found)
    for name, items in sent.items():
        # An id is made where the item is stored; until then it shows that the client sent none.
        for one, item in zip(items, fitting[name], strict=True):
            if is_object(one) and one.get("id") is None:
                item.pop("id", None)
    return fitting


def _read_query(operation: Operation, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the typed query parameters; those that the operation does not have are ignored."""
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        # A list repeats its name, with or without [] or [0] behind it.
        given.setdefault(re.sub(r"\[\d*\]$", "", name), []).append(sendable(text))
    values: dict[str, Any] = {}
    for parameter in operation.parameters:
        name, schema = parameter["name"].removesuffix("[]"), parameter["schema"]
        if parameter["in"] == "query" and name in given:
            values[name] = _read_parameter(schema, name, given[name])
        elif "default" in schema:
            values[name] = schema["default"]
    return values


def _read_parameter(schema: Mapping[str, Any], name: str, texts: list[str]) -> Any:
    declared = schema.get("type")
    value: Any = texts
    if declared != "array":
        if len(texts) > 1:
            message = f"Query parameter '{name}' was given {len(texts)} times; give it once."
            raise invalid_request(name, message)
        value = texts[0]
        # Text that cannot be read as its type stays text, and then does not fit the schema.
        if declared == "integer" and re.fullmatch(r"-?[0-9]{1,15}", value):
            value = int(value)
        elif declared == "boolean" and value in ("true", "false"):
            value = value == "true"
    if found := problems(schema, value):
        raise schema_mismatch([problem.under(name) for problem in found])
    return value
