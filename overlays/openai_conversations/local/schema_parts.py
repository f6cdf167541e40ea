"""Parts of the OpenAPI document, found by where they stand and never by the name of a schema.

A schema may stand in its place, or behind `$ref`, `allOf`, `anyOf` and `oneOf`, one in the other.
So a schema that is renamed, inlined, wrapped or split is found as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._schema.document import operations, validator
from .._schema.unions import admitted_strings, admitted_tags, admitted_types

Schema = Mapping[str, Any]

#: The step of a path that leads to the elements of an array.
EACH = "[]"


def parts(one: Schema, tag: str | None = None) -> Iterator[Schema]:
    """Yield the schemas that an object of this tag, or of any, must fit; all of a union's."""
    tags = None if tag is None else admitted_tags(one, validator().resolve)
    if tags is not None and tag not in tags:
        return
    yield one
    inner = [part for keyword in ("oneOf", "anyOf", "allOf") for part in one.get(keyword, ())]
    inner += [validator().resolve(one["$ref"])] if "$ref" in one else []
    for part in inner:
        yield from parts(part, tag)


def union(schemas: Iterable[Schema]) -> Schema:
    """Return the schema of what fits any of these; of anything, if there are none."""
    distinct: list[Schema] = []
    for one in schemas:
        if one and one not in distinct:
            distinct.append(one)
    return {"anyOf": distinct} if len(distinct) > 1 else distinct[0] if distinct else {}


def fields(one: Schema, tag: str | None = None) -> dict[str, Schema]:
    """Return the fields that objects of this tag, or of any, have, each with its schema."""
    found: dict[str, list[Schema]] = {}
    for part in parts(one, tag):
        for name, declared in part.get("properties", {}).items():
            found.setdefault(name, []).append(declared)
    return {name: union(schemas) for name, schemas in found.items()}


def common_fields(one: Schema, tag: str) -> frozenset[str]:
    """Return the fields that whichever schema an object of this tag fits declares."""
    found = {*one.get("properties", ())}
    inner = [validator().resolve(one["$ref"])] if "$ref" in one else []
    for part in [*one.get("allOf", ()), *inner]:
        found |= common_fields(part, tag)
    for keyword in ("anyOf", "oneOf"):
        variants = [part for part in one.get(keyword, ()) if tag in (tags(part) or (tag,))]
        if variants:
            found |= frozenset[str].intersection(*(common_fields(part, tag) for part in variants))
    return frozenset(found)


def at(one: Schema, *path: str, tag: str | None = None) -> Schema:
    """Return the schema of what stands at a path; that of anything where nothing is declared.

    Args:
        one: The schema to begin at.
        path: Names of fields, and `EACH`.
        tag: The tag of the object that the path begins at, if it has one.
    """
    for step in path:
        if step == EACH:
            one = union(part["items"] for part in parts(one, tag) if "items" in part)
        else:
            one = fields(one, tag).get(step, {})
        tag = None
    return one


def body(operation_id: str, *path: str) -> Schema:
    """Return the schema at a path of a request body, where the document has the operation."""
    described = operations().get(operation_id)
    return at((described and described.body) or {}, *path)


def response(operation_id: str, *path: str) -> Schema:
    """Return the schema at a path of a response, where the document has the operation."""
    described = operations().get(operation_id)
    return at((described and described.responses.get("200")) or {}, *path)


def event(operation_id: str) -> Schema:
    """Return the schema of the events of a stream, where the document has the operation."""
    described = operations().get(operation_id)
    return (described and described.event) or {}


def strings(one: Schema) -> frozenset[str] | None:
    """Return the strings that fit a schema, or None where any does."""
    return admitted_strings(one, validator().resolve)


def tags(one: Schema) -> frozenset[str] | None:
    """Return the tags that an object of a schema may have, or None where any may be there."""
    return admitted_tags(one, validator().resolve)


def types(one: Schema) -> frozenset[str]:
    """Return the JSON types that a value which fits a schema may have."""
    return admitted_types(validator().check(one))


def default(one: Schema) -> Any:
    """Return the default value that a schema states, or None."""
    return next((part["default"] for part in parts(one) if "default" in part), None)
