"""A Python type as a form of JSON: its strict schema, and texts read as values of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs
from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .._request.validation import mismatch
from .records import DESCRIPTION, FieldOf, Marker, Record, record_of_function, shown
from .strict_schema import UNSUPPORTED, to_strict


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
