"""The operations of the document: what each takes and answers, and which one a path means.

The local service reads its routes, its parameters and the shapes of bodies from here, so that a
regenerated document changes the service without a line of code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from .spec import document, validator
from .values import is_object


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation; ``place`` is ``path``, ``query`` or ``header``."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: ``method`` in capitals, ``path`` as the document writes it.

    ``body`` is the schema of the JSON request body, or None when there is none. ``replies`` maps
    a status such as ``"200"`` to the schema of its JSON reply (None when the document gives
    none). ``event`` is the schema of one server-sent event, where the operation can stream.
    """

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Mapping[str, Any] | None
    body_required: bool
    replies: Mapping[str, Mapping[str, Any] | None]
    event: Mapping[str, Any] | None

    @property
    def segments(self) -> list[str]:
        """The parts of the path; a parameter's stands in braces."""
        return self.path.split("/")


@cache
def operations() -> dict[str, Operation]:
    """Every operation of the document by its id."""
    found = [
        _operation(path, method, shape)
        for path, methods in document()["paths"].items()
        for method, shape in methods.items()
        if is_object(shape) and "operationId" in shape
    ]
    return {operation.id: operation for operation in found}


def operation(operation_id: str) -> Operation:
    """The operation with this id; KeyError, naming those there are, when there is none."""
    try:
        return operations()[operation_id]
    except KeyError:
        known = ", ".join(operations())
        raise KeyError(
            f"no operation {operation_id!r} in the document; there are {known}"
        ) from None


def match(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that serves a request, and the decoded values of its path parameters.

    ``path`` is what follows the base URL, from its slash on; it may be percent-encoded. None when
    no operation does.
    """
    return next((hit for hit in _at(path) if hit[0].method == method.upper()), None)


def methods(path: str) -> list[str]:
    """The methods that a path answers to, sorted; empty when it is no path of the document."""
    return sorted(hit[0].method for hit in _at(path))


def _at(path: str) -> list[tuple[Operation, dict[str, str]]]:
    segments = path.split("/")
    hits: list[tuple[int, Operation, dict[str, str]]] = []
    for candidate in operations().values():
        pattern = candidate.segments
        if len(pattern) != len(segments):
            continue
        values: dict[str, str] = {}
        for expected, actual in zip(pattern, segments, strict=True):
            if expected.startswith("{") and actual:
                values[expected[1:-1]] = unquote(actual)
            elif expected != actual:
                break
        else:
            hits.append((len(values), candidate, values))
    # A literal segment beats a parameter: /responses/compact is no response called "compact".
    fewest = min((hit[0] for hit in hits), default=0)
    return [(candidate, values) for count, candidate, values in hits if count == fewest]


def _operation(path: str, method: str, shape: Mapping[str, Any]) -> Operation:
    body = _resolved(shape.get("requestBody"))
    replies = {status: _resolved(reply) for status, reply in shape["responses"].items()}
    events = [_schema(reply, "text/event-stream") for reply in replies.values()]
    return Operation(
        id=shape["operationId"],
        method=method.upper(),
        path=path,
        parameters=tuple(_parameter(_resolved(one)) for one in shape.get("parameters", ())),
        body=_schema(body, "application/json"),
        body_required=bool(body.get("required")),
        replies={status: _schema(reply, "application/json") for status, reply in replies.items()},
        event=next((event for event in events if event is not None), None),
    )


def _parameter(shape: Mapping[str, Any]) -> Parameter:
    return Parameter(shape["name"], shape["in"], bool(shape.get("required")), shape["schema"])


def _schema(holder: Mapping[str, Any], media_type: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = holder.get("content", {}).get(media_type, {}).get("schema")
    return found


def _resolved(shape: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if shape is None:
        return {}
    return validator().resolve(shape["$ref"]) if "$ref" in shape else shape
