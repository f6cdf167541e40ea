"""The annotations say what the document says: nothing it types is `Any`, no alternative is lost."""

from __future__ import annotations

import types
from collections.abc import Iterator
from keyword import iskeyword
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin, get_type_hints

from openai_conversations_api import RawObject, models
from openai_conversations_api.types import Model

from tests.document import (
    Schema,
    alternatives,
    fields,
    is_object,
    name_of,
    object_schemas,
    python_name,
    resolve,
    schemas,
)
from tests.offenders import check_each

JSON_TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "array": "list",
}
IN_PLACE = "a class of a schema written in place"
ALIASES = {name: getattr(models, name) for name in models.__all__}


def documented(schema: Schema) -> Iterator[str]:
    """Return the types that a schema allows, down to those within lists and maps."""
    name, schema = _last_name(schema), resolve(schema)
    if parts := alternatives(schema):
        for part in parts:
            for kind in documented(part):
                # A named schema that is an object or null: the class is named after it.
                yield python_name(name) if kind == IN_PLACE and name else kind
    elif is_object(schema):
        yield python_name(name) if name else IN_PLACE
    elif schema.get("type") == "object":
        yield "dict"
        extra = schema.get("additionalProperties")
        yield from documented(extra) if isinstance(extra, dict) else ["Any"]
    elif "type" not in schema:
        yield "Any"
    else:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        yield from (JSON_TYPES[kind] for kind in kinds)
        if "items" in schema:
            yield from documented(schema["items"])


def _last_name(schema: Schema) -> str | None:
    name = None
    while found := name_of(schema):
        name, schema = found, schemas()[found]
    return name


def annotated(hint: Any) -> Iterator[str]:
    """Return the types that an annotation allows, in the same words."""
    if isinstance(hint, ForwardRef):
        hint = ALIASES[hint.__forward_arg__]
    origin = get_origin(hint)
    if origin is Literal:
        yield from {"None" if value is None else type(value).__name__ for value in get_args(hint)}
    elif origin in (Union, types.UnionType):
        for part in get_args(hint):
            yield from annotated(part)
    elif origin is list:
        yield "list"
        yield from annotated(get_args(hint)[0])
    elif origin is dict:
        yield "dict"
        yield from annotated(get_args(hint)[1])
    elif hint is Any:
        yield "Any"
    elif hint is type(None):
        yield "None"
    elif hint is not RawObject:
        known = hint.__name__ in map(python_name, schemas())
        yield IN_PLACE if issubclass(hint, Model) and not known else hint.__name__


def test_fields_are_annotated_as_the_document_types_them() -> None:
    def check(name: str) -> None:
        properties, required = fields(schemas()[name])
        hints = get_type_hints(getattr(models, python_name(name)))
        for field, schema in properties.items():
            expected = set(documented(schema)) | (set() if field in required else {"None"})
            attribute = f"{field}_" if iskeyword(field) else field
            assert set(annotated(hints[attribute])) == expected, field

    check_each(object_schemas(), check)


def test_aliases_stand_for_what_the_document_says() -> None:
    def check(name: str) -> None:
        alias, expected = ALIASES[python_name(name)], set(documented({"$ref": f"#/{name}"}))
        if isinstance(alias, type):  # a class, of an object that may also be null
            expected -= {"None"}
        assert set(annotated(alias)) == expected

    check_each(sorted(set(schemas()) - set(object_schemas())), check)
