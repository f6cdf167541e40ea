"""The document's schemas of items that go in, closed: what they do not name is refused.

The service refuses fields that it does not know; JSON Schema allows them unless it is told not to.
Two schemas that both fit are not a fault here (`oneOf` is read as `anyOf`): `EasyInputMessage` and
`InputMessage` overlap by design.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.document import Schema, fields, members, schemas, tags

#: Lengths are limited on the way in only; what a service gave out is what it takes.
_IGNORED = frozenset({"discriminator", "minLength", "maxLength", "pattern"})


def input_kinds() -> dict[str, list[Schema]]:
    """Return the schemas of items that go in, by their `type`."""
    table: dict[str, list[Schema]] = {}
    for member in members(schemas()["InputItem"]):
        for tag in tags(member) or enum_of_nullable_type(member):
            table.setdefault(tag, []).append(member)
    return table


def enum_of_nullable_type(member: Schema) -> list[str]:
    """Return the `type` of a schema in which it may also be null, as in a reference."""
    choices = fields(member)[0].get("type", {}).get("anyOf", ())
    return [value for choice in choices for value in choice.get("enum", ())]


def is_input_item(item: dict[str, Any]) -> bool:
    """Say whether one of the input schemas with the item's `type` allows it."""
    return _validator(item.get("type", "message")).is_valid(item)


@cache
def _validator(tag: str) -> Draft202012Validator:
    closed = {name: _closed(schema) for name, schema in schemas().items()}
    allowed = [_closed(member) for member in input_kinds()[tag]]
    return Draft202012Validator({"anyOf": allowed, "components": {"schemas": closed}})


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("properties") or "allOf" in schema:  # no fields at all: of any shape
        properties, required = fields(schema)
        known = {name: _closed(properties.get(name, {})) for name in [*properties, *required]}
        return {
            "type": "object",
            "properties": known,
            "required": required,
            "additionalProperties": schema.get("additionalProperties", False),
        }
    return {
        ("anyOf" if key == "oneOf" else key): _closed(value)
        for key, value in schema.items()
        if key not in _IGNORED
    }
