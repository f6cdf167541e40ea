"""What can be said of a schema without a value: the types it admits, the tags it demands.

A union of thirty kinds of items is checked by looking at ``type`` first. What is collected here
are necessary conditions only, so that skipping a variant never changes the verdict; it makes the
check fast and the error precise ("unknown type" instead of thirty complaints).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .values import is_mapping, type_names

Resolve = Callable[[str], Any]
Names = frozenset[str]


def admitted_types(schema: Any, resolve: Resolve, seen: Names = frozenset()) -> Names | None:
    """The JSON types a valid value may have, or None where the schema does not say."""
    if not is_mapping(schema):
        return None
    found: Names | None = None
    for part, seen_there in _all_of(schema, resolve, seen):
        found = _both(found, admitted_types(part, resolve, seen_there))
    if (declared := schema.get("type")) is not None:
        names = frozenset([declared] if isinstance(declared, str) else declared)
        found = _both(found, names | {"integer"} if "number" in names else names)
    if "enum" in schema or "const" in schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        found = _both(found, frozenset(name for value in values for name in type_names(value)))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            found = _both(found, _any([admitted_types(s, resolve, seen) for s in schema[keyword]]))
    return found


def admitted_tags(
    schema: Any, key: str, resolve: Resolve, seen: Names = frozenset()
) -> Names | None:
    """The strings that an object may have under ``key``, or None where any may stand there."""
    if not is_mapping(schema):
        return None
    found: Names | None = None
    for part, seen_there in _all_of(schema, resolve, seen):
        found = _both(found, admitted_tags(part, key, resolve, seen_there))
    properties = schema.get("properties")
    if is_mapping(properties) and key in properties:
        found = _both(found, _strings(properties[key], resolve, frozenset()))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            parts = [admitted_tags(s, key, resolve, seen) for s in schema[keyword]]
            found = _both(found, _any(parts))
    return found


def required_names(schema: Any, resolve: Resolve, seen: Names = frozenset()) -> Names:
    """The property names that every valid object has."""
    if not is_mapping(schema):
        return frozenset()
    found = frozenset[str](schema.get("required", ()))
    for part, seen_there in _all_of(schema, resolve, seen):
        found |= required_names(part, resolve, seen_there)
    for keyword in ("anyOf", "oneOf"):
        if schema.get(keyword):
            parts = [required_names(s, resolve, seen) for s in schema[keyword]]
            found |= parts[0].intersection(*parts[1:])
    return found


def _strings(schema: Any, resolve: Resolve, seen: Names) -> Names | None:
    if not is_mapping(schema):
        return None
    found: Names | None = None
    for part, seen_there in _all_of(schema, resolve, seen):
        found = _both(found, _strings(part, resolve, seen_there))
    if "enum" in schema or "const" in schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        found = _both(found, frozenset(value for value in values if isinstance(value, str)))
    elif "string" not in (schema.get("type") or "string"):
        found = frozenset()
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            found = _both(found, _any([_strings(s, resolve, seen) for s in schema[keyword]]))
    return found


def _all_of(schema: Mapping[str, Any], resolve: Resolve, seen: Names) -> list[tuple[Any, Names]]:
    """The schemas that hold together with this one; a reference back to itself says nothing new."""
    parts: list[tuple[Any, Names]] = [(part, seen) for part in schema.get("allOf", ())]
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        parts.append((resolve(reference), seen | {reference}))
    return parts


def _both(left: Names | None, right: Names | None) -> Names | None:
    if left is None or right is None:
        return right if left is None else left
    return left & right


def _any(parts: list[Names | None]) -> Names | None:
    known = [part for part in parts if part is not None]
    return frozenset[str]().union(*known) if len(known) == len(parts) else None
