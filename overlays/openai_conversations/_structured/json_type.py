"""A Python type as a form of JSON: its strict schema, and texts read as values of it.

The service takes a subset of JSON Schema, which it calls strict: every object has to be closed and
to require all of its properties; the root has to be one. A keyword that only restricts values and
is not in the subset becomes a part of the description, and is checked when the value is parsed; one
without which the schema would mean something else is an error. Source: the service's guide to
structured outputs ("Supported schemas"), and what OpenAI's own clients refuse
(`src/lib/transform.ts` of openai-node). Beside `$ref` the service takes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import attrs
from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .._request.validation import mismatch
from .._schema.values import json_types
from ..errors import InvalidArgumentError
from .records import DESCRIPTION, FieldOf, Marker, Record, record_of_function, shown

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


class JsonType:
    """What a text of JSON has to be, and the value that it stands for.

    Attributes:
        name: of the type.
        schema: the strict JSON Schema. Where the type is not an object, its value is in an object's
            only property, `value`, because the root of a strict schema has to be an object.
    """

    def __init__(self, name: str, marked: Any) -> None:
        """Build the schema of a type that a `Marker` has marked.

        Raises:
            InvalidArgumentError: it has no strict schema; `argument` is the place that has none.
        """
        self.name = name
        try:
            self._adapter: TypeAdapter[Any] = TypeAdapter(marked)
            schema = self._adapter.json_schema(schema_generator=_Schemas)
        except (PydanticSchemaGenerationError, PydanticUserError) as error:
            received = error.message.partition(". ")[0]
            raise mismatch(name, "a type that has a strict JSON Schema", received) from None
        self.schema = to_strict(schema, name)

    @staticmethod
    def of(hint: Any) -> JsonType:
        """Return a type as a `JsonType`: a pydantic model, an attrs class, a dataclass, …"""
        try:
            hash(hint)
        except TypeError:  # metadata of `Annotated` may be anything
            return _of.__wrapped__(hint)
        return _of(hint)

    @staticmethod
    def of_function(function: Callable[..., Any]) -> JsonType:
        """Return the parameters of a function as a `JsonType` of `inspect.BoundArguments`."""
        record = record_of_function(function)
        return JsonType(record.name, Marker().marked(record))

    @property
    def format(self) -> dict[str, Any]:
        """`text.format` of a request."""
        name = re.sub(r"[^a-zA-Z0-9_-]+", "_", self.name).strip("_")[:64] or "output"
        return {"type": "json_schema", "name": name, "strict": True, "schema": self.schema}

    def parse(self, text: str) -> Any:
        """Return the value of a text.

        Raises:
            ValueError: it is not JSON, or not a value of the type. The message has the places and
                what is wrong there; values only where a validator of the type names them.
        """
        try:
            return self._adapter.validate_json(text)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
        # Raised here, because that exception holds the text.
        raise ValueError("; ".join(_described(one["loc"], one["msg"]) for one in problems))


@lru_cache(maxsize=256)
def _of(hint: Any) -> JsonType:
    name = shown(hint)
    made = JsonType(name, Marker().mark(hint))
    if "properties" in made.schema:
        return made
    record = Record(name, [FieldOf("value", hint, attrs.NOTHING)], _value, None, {})
    return JsonType(name, Marker().marked(record))


def _value(value: Any) -> Any:
    return value


class _Schemas(GenerateJsonSchema):
    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        made = super().typed_dict_schema(schema)
        if description := schema.get("metadata", {}).get(DESCRIPTION):
            made["description"] = description
        return made

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        return {UNSUPPORTED: schema.get("cls_repr") or schema["type"]}


def _described(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, place))}: {message}" if place else message


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
