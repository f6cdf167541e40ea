"""Output that a request asks for in a form: JSON for a schema, or a call of a tool.

The value is the emptiest that fits: no optional fields, empty texts and lists, zero, and null
where null may stand. The schema is the client's own, so that anything may be in it; what cannot be
followed (`pattern`, `not`, `if`, `uniqueItems`) is passed over.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from typing import Any

from .._schema.document import document, problems
from .._schema.validation import Validator
from .._schema.values import is_array, is_mapping, is_object
from .ids import new_id

Schema = Mapping[str, Any]

_FORMATS: Mapping[str, str] = {
    "date": "1970-01-01", "date-time": "1970-01-01T00:00:00Z", "duration": "PT0S",
    "email": "nobody@example.com", "hostname": "example.com", "ipv4": "0.0.0.0", "ipv6": "::",
    "time": "00:00:00Z", "uri": "https://example.com/",
    "uuid": "00000000-0000-0000-0000-000000000000",
}  # fmt: skip
#: Keywords that show the type of a schema that does not name it.
_SHOWN_BY: Mapping[str, str] = {
    "properties": "object", "required": "object", "items": "array", "prefixItems": "array",
    "minItems": "array", "minLength": "string", "format": "string", "minimum": "number",
    "maximum": "number", "exclusiveMinimum": "number", "exclusiveMaximum": "number",
    "multipleOf": "number",
}  # fmt: skip


class _NoValueError(Exception):
    """Nothing fits a schema, or only what has no end."""


def required_output(
    request: Mapping[str, Any], context: Sequence[Any]
) -> str | dict[str, Any] | None:
    """Return the output that a request requires, a text of JSON or a call; None if it does not.

    Args:
        request: The decoded body; `tool_choice`, `tools` and `text.format` count.
        context: The items that the model sees: a tool that was called gives way to the next.
    """
    if (tool := _required_tool(request, context)) is not None:
        call = {"call_id": new_id("call"), "name": tool["name"]}
        if tool["type"] == "custom":
            return call | {"type": "custom_tool_call", "input": ""}
        arguments = json.dumps(emptiest(tool.get("parameters") or {"type": "object"}))
        return call | {"type": "function_call", "arguments": arguments}
    text: dict[str, Any] = request.get("text") or {}
    form: dict[str, Any] = text.get("format") or {}
    if form.get("type") not in ("json_schema", "json_object"):
        return None
    return json.dumps(emptiest(form.get("schema", {"type": "object"})))


def _required_tool(request: Mapping[str, Any], context: Sequence[Any]) -> Any:
    choice = request.get("tool_choice")
    tools = [one for one in request.get("tools") or () if one["type"] in ("function", "custom")]
    # 1. One of those allowed. 2. The one that is named. 3. Any. 4. None has to be called.
    if is_object(choice) and choice.get("type") == "allowed_tools":
        required, named = choice.get("mode") == "required", choice.get("tools") or ()
        names = [one.get("name") for one in named]
    else:
        required = choice == "required" or is_object(choice)
        names = [choice.get("name")] if is_object(choice) else [one["name"] for one in tools]
    tools = [one for one in tools if one["name"] in names] if required else []
    called = [item.get("name") for item in context]
    # A tool that ends the work of an agent comes last; the same one again and again has no end.
    return next((one for one in tools if one["name"] not in called), tools[-1] if tools else None)


def emptiest(schema: Any) -> Any:
    """Return the emptiest JSON value that fits a JSON Schema; null where none was found."""
    try:
        return _Maker(schema).value(schema, ())
    except (_NoValueError, RecursionError, LookupError, TypeError, ValueError, AttributeError):
        return None  # A schema that is not one, or that nothing fits.


def emptiest_of_document(schema: Schema) -> Any:
    """Return the emptiest value that fits a schema of the OpenAPI document: null where it may be.

    What it has to be stated for is a field that the document requires and no rule knows.
    """
    if not problems(schema, None):
        return None
    return emptiest({**schema, "components": document()["components"]})


class _Maker:
    def __init__(self, schema: Schema) -> None:
        self._validator = Validator({"#": schema, **schema})  # `#` alone is the whole schema

    def value(self, schema: Any, opened: tuple[str, ...]) -> Any:
        """Return the value for a schema, inside of the references that are `opened`."""
        if not is_mapping(schema):
            if schema is False:
                raise _NoValueError
            return None
        for keyword in ("$ref", "anyOf", "oneOf", "allOf"):
            if keyword not in schema:
                continue
            rest = {name: one for name, one in schema.items() if name != keyword}
            inner: Any = schema[keyword]
            if keyword == "$ref":
                if inner in opened:
                    raise _NoValueError  # Another variant has to end it.
                return self.value(_merged(rest, self._validator.resolve(inner)), (*opened, inner))
            if keyword == "allOf":
                return self.value(reduce(_merged, inner, rest), opened)
            return self._first([_merged(rest, one) for one in inner], opened)
        return self._plain(schema, opened)

    def _first(self, variants: Sequence[Schema], opened: tuple[str, ...]) -> Any:
        for variant in sorted(variants, key=lambda one: one.get("type") != "null"):
            with suppress(_NoValueError):
                value = self.value(variant, opened)
                if not self._validator.problems(variant, value):
                    return value
        raise _NoValueError

    def _plain(self, schema: Schema, opened: tuple[str, ...]) -> Any:
        if "const" in schema or "enum" in schema:
            allowed = [schema["const"]] if "const" in schema else schema["enum"]
            for one in allowed:
                if not self._validator.problems(schema, one):
                    return one
            raise _NoValueError
        type = schema.get("type")
        if is_array(type):
            return self._first([{**schema, "type": one} for one in type], opened)
        if type is None:
            type = next((_SHOWN_BY[name] for name in schema if name in _SHOWN_BY), "null")
        if type == "object":
            return self._object(schema, opened)
        if type == "array":
            first = list(schema.get("prefixItems", ()))
            rest = schema.get("items", {})
            wanted = range(schema.get("minItems", 0))
            return [self.value(first[n] if n < len(first) else rest, opened) for n in wanted]
        if type == "string":
            return _FORMATS.get(schema.get("format", ""), "").ljust(schema.get("minLength", 0), "x")
        if type in ("integer", "number"):
            return _number(schema, type)
        return False if type == "boolean" else None

    def _object(self, schema: Schema, opened: tuple[str, ...]) -> dict[str, Any]:
        declared = schema.get("properties", {})
        others = schema.get("additionalProperties", {})
        names = list(dict.fromkeys(schema.get("required", ())))
        more = [*(name for name in declared if name not in names), *(f"x{n}" for n in range(1000))]
        names += more[: max(schema.get("minProperties", 0) - len(names), 0)]
        return {name: self.value(declared.get(name, others), opened) for name in names}


def _number(schema: Schema, type: str) -> float:
    """Return zero, or the multiple of the step that is nearest to it within the bounds."""
    step = schema.get("multipleOf", 1)
    lows = [schema[name] for name in ("minimum", "exclusiveMinimum") if name in schema]
    highs = [schema[name] for name in ("maximum", "exclusiveMaximum") if name in schema]
    low, high = max(lows, default=-math.inf), min(highs, default=math.inf)
    value: float = 0
    if low > 0 or low == schema.get("exclusiveMinimum") == 0:
        value = math.ceil(low / step) * step
        value += step if value == schema.get("exclusiveMinimum") else 0
    elif high < 0 or high == schema.get("exclusiveMaximum") == 0:
        value = math.floor(high / step) * step
        value -= step if value == schema.get("exclusiveMaximum") else 0
    outside = (schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum"))
    if not low <= value <= high or value in outside:
        value = (low + high) / 2  # a narrow range of numbers, without a step
    return value


def _merged(left: Schema, right: Any) -> dict[str, Any]:
    """Return a schema that says what both say; of `format` and the like, what the first says."""
    merged: dict[str, Any] = dict(left)
    if not is_mapping(right):
        return merged if right is not False else {"enum": []}
    for name, one in right.items():
        if name not in left:
            merged[name] = one
        elif name in _TIGHTER:
            merged[name] = _TIGHTER[name](left[name], one)
        elif name in ("properties", "$defs"):
            both = {key: {"allOf": [left[name][key], one[key]]} for key in one if key in left[name]}
            merged[name] = {**left[name], **one, **both}
        elif name in ("items", "additionalProperties"):
            merged[name] = {"allOf": [left[name], one]}
        elif name in ("$ref", "anyOf", "oneOf", "allOf"):
            merged["allOf"] = [*merged.get("allOf", ()), {name: one}]
    return merged


def _in_both(left: list[Any], right: list[Any]) -> list[Any]:
    return [one for one in left if one in right]


def _both_types(left: Any, right: Any) -> list[str]:
    first, second = ([one] if isinstance(one, str) else one for one in (left, right))
    narrow = [one for one in ("integer",) if "number" in (*first, *second)]
    return [one for one in (*first, *narrow) if _allows(first, one) and _allows(second, one)]


def _allows(types: Sequence[str], one: str) -> bool:
    return one in types or (one == "integer" and "number" in types)


_TIGHTER: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minItems", "minLength", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxItems", "maxLength", "maxProperties"), min),
    "required": operator.add,
    "enum": _in_both,
    "type": _both_types,
}
