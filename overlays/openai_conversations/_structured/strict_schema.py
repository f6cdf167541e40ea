"""JSON Schemas in the subset that the service calls strict.

Every object has to be closed and to require all of its properties; the root has to be one. A
keyword that only restricts values and is not in the subset becomes a part of the description, and
is checked when the value is parsed; one without which the schema would mean something else is an
error. Source: the service's guide to structured outputs ("Supported schemas"), and what OpenAI's
own clients refuse (`src/lib/transform.ts` of openai-node). Beside `$ref` the service takes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .._request.validation import mismatch
from .._schema.values import json_types
from ..errors import InvalidArgumentError

UNSUPPORTED = "x-unsupported"
"""A keyword in place of a schema, for a type that has none; its value names the type."""

_KEPT = frozenset({
    "type", "description", "enum", "const", "pattern", "format", "multipleOf", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "minLength", "maxLength",
})  # fmt: skip
_DROPPED = frozenset({
    "title", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
    "discriminator", "$defs", "contentEncoding", "contentMediaType", "contentSchema",
})  # fmt: skip
_APPLIED = frozenset({"properties", "required", "additionalProperties", "items", "anyOf", "oneOf"})
_REFUSED: Mapping[str, str] = {
    "prefixItems": "a tuple of values of different types",
    "patternProperties": "a dict with free keys",
    **dict.fromkeys(("allOf", "not", "if", "dependentSchemas", "dependentRequired"), "`{}`"),
}
_FORMATS = frozenset({
    "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid",
})  # fmt: skip
_MAX_PROPERTIES = 5_000
_MAX_ENUM_VALUES = 1_000
_MAX_CHARACTERS = 120_000


def to_strict(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a JSON Schema, as pydantic makes it, in the strict subset.

    Args:
        schema: with references into its own `$defs` alone. It is not changed.
        name: of the type, with which the place in an error begins.

    Raises:
        InvalidArgumentError: it cannot be written in the subset, or is larger than the service
            allows. `argument` is the place: `Event.tags[].name`.
    """
    strict = _Strict(schema.get("$defs", {}))
    root = dict(schema)
    while "$ref" in root:
        root = strict.definitions[_name(root["$ref"])]
    made = strict.convert(root, name)
    if strict.made:
        made["$defs"] = strict.made
    _check_size(made, name)
    return made


class _Strict:
    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions
        self.made: dict[str, Any] = {}

    def convert(self, schema: Mapping[str, Any], place: str) -> dict[str, Any]:
        for keyword, what in _REFUSED.items():
            if keyword in schema:
                raise _refused(place, what.format(keyword))
        if UNSUPPORTED in schema:
            raise _refused(place, schema[UNSUPPORTED])
        made: dict[str, Any] = {}
        notes: list[str] = []
        for keyword, value in schema.items():
            if keyword in _KEPT and _is_allowed(keyword, value):
                made[keyword] = value
            elif keyword not in _DROPPED | _APPLIED | {"$ref"}:
                notes.append(f"{keyword}: {json.dumps(value)}")
        if notes:
            made["description"] = f"{made.get('description', '')} ({', '.join(notes)})".strip()
        if "$ref" in schema:
            reference = {"$ref": self._define(schema["$ref"], place)}
            return {**made, "anyOf": [reference]} if made else reference
        variants = schema.get("anyOf") or schema.get("oneOf")
        if variants:
            made["anyOf"] = [self.convert(one, place) for one in variants]
        elif "type" not in schema:
            values = schema.get("enum", [schema["const"]] if "const" in schema else None)
            if values is None:
                raise _refused(place, "any value")
            types = sorted({json_types(one)[0] for one in values})
            made["type"] = types[0] if len(types) == 1 else types
        elif schema["type"] == "object":
            self._convert_object(schema, made, place)
        elif schema["type"] == "array":
            made["items"] = self.convert(schema.get("items") or {}, f"{place}[]")
        return made

    def _convert_object(self, schema: Mapping[str, Any], made: dict[str, Any], place: str) -> None:
        if schema.get("additionalProperties", False) is not False:
            raise _refused(place, "a dict with free keys")
        properties = schema.get("properties", {})
        made["properties"] = {n: self.convert(p, f"{place}.{n}") for n, p in properties.items()}
        made["required"] = list(properties)
        made["additionalProperties"] = False

    def _define(self, reference: str, place: str) -> str:
        name = _name(reference)
        if name not in self.made:
            self.made[name] = {}  # it may refer to itself
            self.made[name] = self.convert(self.definitions[name], place)
        return reference


def _name(reference: str) -> str:
    return reference.removeprefix("#/$defs/")


def _is_allowed(keyword: str, value: Any) -> bool:
    if keyword == "format":
        return value in _FORMATS
    return keyword != "pattern" or "(?" not in value  # the service has no lookarounds


def _refused(place: str, what: str) -> InvalidArgumentError:
    return mismatch(place, "a type that has a strict JSON Schema", what)


def _check_size(schema: Mapping[str, Any], name: str) -> None:
    properties = values = characters = 0
    for node in _nodes(schema):
        named = [*node.get("properties", ()), *node.get("$defs", ())]
        allowed = node.get("enum", ())
        properties += len(node.get("properties", ()))
        values += len(allowed)
        characters += sum(len(str(one)) for one in (*named, *allowed, node.get("const", "")))
    for what, size, limit in (
        ("properties", properties, _MAX_PROPERTIES),
        ("values of enums", values, _MAX_ENUM_VALUES),
        ("characters in names and values of enums", characters, _MAX_CHARACTERS),
    ):
        if size > limit:
            raise mismatch(name, f"a type whose schema has at most {limit} {what}", f"{size}")


def _nodes(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    for one in (*inner, *schema.get("anyOf", ()), *filter(None, [schema.get("items")])):
        yield from _nodes(one)
