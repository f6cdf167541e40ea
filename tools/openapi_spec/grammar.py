"""Which parts of an OpenAPI 3.1 document are keywords, which are names and which are data.

`title` is a keyword of a schema, but a name when it is a key of `properties`, and plain data inside
`default`. Everything that reads or rebuilds a document has to know the difference; it is written
down once, here, after the OpenAPI 3.1.1 and JSON Schema 2020-12 specifications.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tools.errors import ToolError
from tools.openapi_spec.values import Json, is_list, is_object, kind_of

Place = tuple[str | int, ...]

# one: a single object; list: an array of them; map: an object whose keys are free names;
# patterned: a map in which `x-` keys are extensions all the same (paths, responses, callbacks).
Shape = Literal["one", "list", "map", "patterned"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# kind -> keyword -> (shape, kind of what is inside). A keyword that is not here holds data
# (`enum`, `required`, `mapping` …), which is never looked into. The order is the written order.
FIELDS: dict[str, dict[str, tuple[Shape, str] | None]] = {
    "document": {
        "openapi": None,
        "info": ("one", "info"),
        "jsonSchemaDialect": None,
        "servers": ("list", "server"),
        "security": None,
        "tags": ("list", "tag"),
        "paths": ("patterned", "pathItem"),
        "webhooks": ("map", "pathItem"),
        "components": ("one", "components"),
    },
    "components": {
        "schemas": ("map", "schema"),
        "responses": ("map", "response"),
        "parameters": ("map", "parameter"),
        "requestBodies": ("map", "requestBody"),
        "headers": ("map", "header"),
        "securitySchemes": ("map", "securityScheme"),
        "links": ("map", "link"),
        "callbacks": ("map", "callback"),
        "pathItems": ("map", "pathItem"),
        "examples": ("map", "example"),
    },
    "info": {"title": None, "summary": None, "description": None},
    "server": {"url": None, "description": None, "variables": ("map", "serverVariable")},
    "serverVariable": {},
    "tag": {"name": None, "description": None},
    "pathItem": {
        "$ref": None,
        "summary": None,
        "description": None,
        "parameters": ("list", "parameter"),
        "servers": ("list", "server"),
        **dict.fromkeys(METHODS, ("one", "operation")),
    },
    "operation": {
        "operationId": None,
        "tags": None,
        "summary": None,
        "description": None,
        "deprecated": None,
        "security": None,
        "servers": ("list", "server"),
        "parameters": ("list", "parameter"),
        "requestBody": ("one", "requestBody"),
        "responses": ("patterned", "response"),
        "callbacks": ("map", "callback"),
    },
    "parameter": {
        "$ref": None,
        "name": None,
        "in": None,
        "description": None,
        "required": None,
        "schema": ("one", "schema"),
        "content": ("map", "mediaType"),
        "examples": ("map", "example"),
    },
    "header": {
        "$ref": None,
        "description": None,
        "required": None,
        "schema": ("one", "schema"),
        "content": ("map", "mediaType"),
        "examples": ("map", "example"),
    },
    "requestBody": {
        "$ref": None,
        "description": None,
        "required": None,
        "content": ("map", "mediaType"),
    },
    "response": {
        "$ref": None,
        "description": None,
        "headers": ("map", "header"),
        "content": ("map", "mediaType"),
        "links": ("map", "link"),
    },
    "mediaType": {
        "schema": ("one", "schema"),
        "encoding": ("map", "encoding"),
        "examples": ("map", "example"),
    },
    "encoding": {"contentType": None, "headers": ("map", "header")},
    "callback": {},
    "link": {"$ref": None, "server": ("one", "server")},
    "example": {"$ref": None},
    "securityScheme": {"$ref": None, "type": None, "scheme": None},
    "discriminator": {"propertyName": None, "mapping": None},
    "xml": {},
    "schema": {
        "$ref": None,
        "title": None,
        "type": None,
        "description": None,
        "deprecated": None,
        "format": None,
        "const": None,
        "enum": None,
        "default": None,
        "discriminator": ("one", "discriminator"),
        "allOf": ("list", "schema"),
        "anyOf": ("list", "schema"),
        "oneOf": ("list", "schema"),
        "not": ("one", "schema"),
        "if": ("one", "schema"),
        "then": ("one", "schema"),
        "else": ("one", "schema"),
        "dependentSchemas": ("map", "schema"),
        "prefixItems": ("list", "schema"),
        "items": ("one", "schema"),
        "contains": ("one", "schema"),
        "unevaluatedItems": ("one", "schema"),
        "properties": ("map", "schema"),
        "patternProperties": ("map", "schema"),
        "propertyNames": ("one", "schema"),
        "additionalProperties": ("one", "schema"),
        "unevaluatedProperties": ("one", "schema"),
        "required": None,
        "contentSchema": ("one", "schema"),
        "xml": ("one", "xml"),
        "$defs": ("map", "schema"),
        "definitions": ("map", "schema"),
    },
}

# Names whose order says nothing: upstream may shuffle them without a diff here.
SORTED = {"paths", "webhooks", "responses", *FIELDS["components"]}

# Keywords that, like `$ref`, describe the very same value: a cycle through these never ends.
IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")


@dataclass(frozen=True, slots=True)
class Node:
    """One object of a document: where it is, what it is, and its content."""

    place: Place
    kind: str
    value: Json


def pointer(place: Place) -> str:
    """Write a place as a JSON Pointer (RFC 6901) with a leading `#`."""
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def parts(
    value: object, keyword: str, shape: Shape, kind: str, place: Place
) -> Iterator[tuple[str | int | None, object]]:
    """The children below one keyword, as (name or index or None, content), skipping extensions."""
    if shape == "one":
        yield None, value
    elif shape == "list":
        if not is_list(value):
            raise _misshaped(place, f"a list of {kind} objects", value)
        yield from enumerate(value)
    else:
        if not is_object(value):
            raise _misshaped(place, f"an object with {kind} objects by name", value)
        names = sorted(value) if keyword in SORTED else value
        for name in names:
            if not (shape == "patterned" and name.startswith("x-")):
                yield name, value[name]


def fields(kind: str) -> dict[str, tuple[Shape, str] | None]:
    """The keywords of a kind of object."""
    return FIELDS[kind]


def walk(value: object, kind: str, place: Place = ()) -> Iterator[Node]:
    """Every object at or below `value`, parents first, in the order in which it is written."""
    content = _object(value, kind, place)
    if content is None:
        return
    yield Node(place, kind, content)
    for keyword, inside in _inside(content, kind):
        shape, child = inside
        here = (*place, keyword) if keyword else place
        held = content[keyword] if keyword else content
        for step, part in parts(held, keyword, shape, child, here):
            yield from walk(part, child, here if step is None else (*here, step))


def rebuild(value: Any, kind: str, place: Place, keep: Callable[[str], bool]) -> Any:
    """A copy of `value` without the keywords that `keep` refuses, keywords in the written order."""
    content = _object(value, kind, place)
    if content is None:
        return value
    inside = dict(_inside(content, kind))
    if "" in inside:  # a callback: its keys are expressions, there are no keywords
        shape, child = inside[""]
        return {
            str(step): rebuild(part, child, (*place, str(step)), keep)
            for step, part in parts(content, "", shape, child, place)
        }
    copy: Json = {}
    order = list(FIELDS[kind])
    rank = {keyword: index for index, keyword in enumerate(order)}
    for keyword in sorted(content, key=lambda key: (rank.get(key, len(order)), key)):
        if not keep(keyword):
            continue
        if keyword not in inside:
            copy[keyword] = _data(content[keyword])
            continue
        shape, child = inside[keyword]
        here = (*place, keyword)
        found = [
            (step, rebuild(part, child, here if step is None else (*here, step), keep))
            for step, part in parts(content[keyword], keyword, shape, child, here)
        ]
        if shape == "one":
            copy[keyword] = found[0][1]
        elif shape == "list":
            copy[keyword] = [part for _, part in found]
        else:
            copy[keyword] = {str(step): part for step, part in found}
    return copy


def _object(value: object, kind: str, place: Place) -> Json | None:
    """`value` as an object of that kind; None for the schemas `true` and `false`."""
    if kind == "schema" and isinstance(value, bool):
        return None
    if not is_object(value):
        raise _misshaped(place, f"a {kind} object", value)
    return value


def _inside(content: Json, kind: str) -> Iterator[tuple[str, tuple[Shape, str]]]:
    """The keywords of `content` that hold further objects, in the written order."""
    if kind == "callback" and "$ref" not in content:
        yield "", ("patterned", "pathItem")
        return
    for keyword, inside in FIELDS[kind].items():
        if inside is not None and keyword in content:
            yield keyword, inside


def _data(value: Any) -> Any:
    """A copy of plain data, so that no part of a document is shared with another."""
    if is_object(value):
        return {key: _data(part) for key, part in value.items()}
    if is_list(value):
        return [_data(part) for part in value]
    return value


def _misshaped(place: Place, expected: str, found: object) -> ToolError:
    return ToolError(f"{pointer(place)}: expected {expected}, found {kind_of(found)}.")
