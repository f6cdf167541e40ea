"""The rules of the strict subset of JSON Schema, written again, apart from the package.

Source: the service's guide to structured outputs, "Supported schemas".
"""

from __future__ import annotations

from typing import Any

TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}
RULES: dict[str, set[str]] = {
    "string": {"pattern", "format", "minLength", "maxLength"},
    "number": {"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "array": {"items", "minItems", "maxItems"},
    "object": {"properties", "required", "additionalProperties"},
}
RULES["integer"] = RULES["number"]
FORMATS = {
    "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid",
}  # fmt: skip


def check_strict(schema: Any) -> None:
    """Fail for a schema that the service would refuse."""
    definitions = schema.get("$defs", {})
    assert schema["type"] == "object"
    assert "anyOf" not in schema
    _check({name: value for name, value in schema.items() if name != "$defs"}, definitions)
    for one in definitions.values():
        _check(one, definitions)


def _check(schema: Any, definitions: Any) -> None:
    keywords = set(schema) - {"description"}
    if "$ref" in keywords:
        assert set(schema) == {"$ref"}
        assert schema["$ref"].removeprefix("#/$defs/") in definitions
        return
    if "anyOf" in keywords:
        assert keywords == {"anyOf"}
        assert schema["anyOf"]
        for one in schema["anyOf"]:
            _check(one, definitions)
        return
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert set(types) <= TYPES
    allowed = set[str]().union(*(RULES.get(one, set()) for one in types))
    assert keywords - {"type", "enum", "const"} <= allowed
    assert schema.get("format", "date") in FORMATS
    assert "(?" not in schema.get("pattern", "")
    if "object" in types:
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
        for one in schema["properties"].values():
            _check(one, definitions)
    if "array" in types:
        _check(schema["items"], definitions)
