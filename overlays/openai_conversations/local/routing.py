"""From an HTTP request to the operation that it means, with everything checked and typed.

The OpenAPI document names each operation's path, its parameters with types and most defaults, and
the schema of its body; the one default that it states in prose only, the order of a list, is here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from .._schema.document import (
    Operation,
    match,
    methods,
    operation,
    problems,
    with_nulls_exchanged,
)
from .._schema.values import REQUIRED, Problem
from .errors import ServiceError, invalid_request, schema_mismatch, sendable
from .http_messages import PREFIX, ServiceRequest
from .item_schemas import ITEM_FIELDS
from .json_body import decode_body
from .newer import Newer
from .schema_parts import EACH, Schema, default, types
from .stored_items import complete_request_item, field_problems, remove_filled_in_ids


@dataclass(slots=True)
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


def route(request: ServiceRequest, newer: Newer, served: Collection[str]) -> RoutedRequest:
    """Find the operation of a request (or a 404, a 405, a 501) and check its query and body.

    Args:
        request: The request.
        newer: What becomes of kinds, fields and values that the OpenAPI document does not have.
        served: The ids of the operations that there are rules for.
    """
    path = sendable(request.path.removeprefix(PREFIX))
    hit = match(request.method, path)
    if hit is None:
        wanted = f"{request.method} {request.path:.200}"
        if methods(path):
            raise ServiceError(405, f"Not allowed to {wanted}.", code="method_not_allowed")
        raise ServiceError(404, f"Unknown request URL: {wanted}.", code="unknown_url")
    found, values = hit
    if found.id not in served:
        message = f"The local service has no rule for the operation {found.id}."
        raise ServiceError(501, message, type="server_error", code="not_implemented")
    query = _read_query(found.id, request.query)
    return RoutedRequest(found.id, values, query, _read_body(found, request, newer))


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
    sent = {name: body[name] for name in ITEM_FIELDS if isinstance(body.get(name), list)}
    whole = body | {name: [*map(complete_request_item, items)] for name, items in sent.items()}
    fitting: dict[str, Any]
    fitting, found = with_nulls_exchanged(operation.body, whole)
    fits = not found
    for name in sent:
        for n, item in enumerate(fitting[name]):
            if bad := field_problems(item, fits=fits):
                found += [problem.under(n).under(name) for problem in bad]
    if found := newer.refused(operation.id, whole, found):
        raise schema_mismatch(found)
    for name, items in sent.items():
        remove_filled_in_ids(items, fitting[name])
    return fitting


def _read_query(operation_id: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the typed query parameters; those that the operation does not have are ignored."""
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        # A list repeats its name, with or without [] or [0] behind it.
        given.setdefault(re.sub(r"\[\d*\]$", "", name), []).append(sendable(text))
    values: dict[str, Any] = {}
    for name, one in _query_parameters(operation_id).items():
        if name in given:
            values[name] = one.read(name, given[name])
        elif one.required:
            raise schema_mismatch([Problem((name,), *REQUIRED)])
        elif one.default is not None:
            values[name] = one.default
    return values


class _QueryParameter(NamedTuple):
    schema: Schema
    types: frozenset[str]  # the JSON types that it may have
    required: bool
    default: Any

    def read(self, name: str, texts: list[str]) -> Any:
        """Return the typed value of a parameter, or raise a 400."""
        value: Any = texts
        if "array" not in self.types:
            if len(texts) > 1:
                message = f"Query parameter '{name}' was given {len(texts)} times; give it once."
                raise invalid_request(name, message)
            value = self._typed(texts[0])
        if found := problems(self.schema, value):
            raise schema_mismatch([problem.under(name) for problem in found])
        return value

    def _typed(self, text: str) -> Any:
        # Text that cannot be read as its type stays text, and then does not fit the schema.
        if self.types & {"integer", "number"} and re.fullmatch(r"-?[0-9]{1,15}", text):
            return int(text)
        if "number" in self.types and re.fullmatch(r"-?[0-9]{1,15}[.][0-9]{1,15}", text):
            return float(text)
        if "boolean" in self.types and text in ("true", "false"):
            return text == "true"
        return text


@cache
def _query_parameters(operation_id: str) -> Mapping[str, _QueryParameter]:
    """Return the query parameters of an operation by their names, without `[]` behind them."""
    found: dict[str, _QueryParameter] = {}
    for one in operation(operation_id).parameters:
        if one["in"] == "query":
            schema = one.get("schema", {})
            required = bool(one.get("required"))
            parameter = _QueryParameter(schema, types(schema), required, default(schema))
            found[one["name"].removesuffix(EACH)] = parameter
    return found
