"""Facts of the OpenAPI document about each type of item, and the parts that `include` asks for.

The facts come from the unions `InputItem` (sent) and `ConversationItem` with `ItemResource`
(returned), so that a type that a new document adds is known at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from .._schema.document import problems, schema, validator
from .._schema.unions import admitted_tags

Item = dict[str, Any]
Schema = Mapping[str, Any]

#: The schemas of an item that is sent, and that is returned.
ITEM_UNIONS = ("InputItem", "ConversationItem", "ItemResource")

#: The optional parts that are not left out but empty.
_EMPTY: Mapping[str, Any] = {
    "message.output_text.logprobs": [],
    "file_search_call.results": None,
    "code_interpreter_call.outputs": None,
}


@cache
def stored_types() -> frozenset[str]:
    """Return the types of items that a conversation can hold."""
    return _types("ConversationItem")


@cache
def sent_types() -> frozenset[str]:
    """Return the types of items that a request can hold."""
    return _types("InputItem")


@cache
def input_parts() -> frozenset[str]:
    """Return the types of the parts that a user's message can hold."""
    return _types("InputContent")


def _types(union: str) -> frozenset[str]:
    return admitted_tags(schema(union), validator().resolve) or frozenset()


@cache
def declared_fields(type: str) -> dict[str, Schema]:
    """Return the fields of an item type, sent or returned, each with its schemas as a union."""
    found: dict[str, list[Schema]] = {}
    for union in ITEM_UNIONS:
        for name, declared in _fields(union, type):
            found.setdefault(name, []).append(declared)
    return {name: {"anyOf": schemas} for name, schemas in found.items()}


@cache
def nullable_fields(type: str) -> frozenset[str]:
    """Return the fields of an item type that may be null in a response."""
    fields = _fields("ConversationItem", type)
    return frozenset(name for name, declared in fields if not problems(declared, None))


@cache
def default_fields(type: str) -> Item:
    """Return the fields that a stored item must have, with the values for one that lacks them."""
    parts = list(object_schemas(schema("ItemResource"), type))
    required = {name for part in parts for name in part.get("required", ())}
    defaults: Item = dict.fromkeys(sorted(required & nullable_fields(type)))
    return defaults | ({"status": "completed"} if "status" in required else {})


def apply_include(item: Item, include: Collection[str]) -> Item:
    """Return an item without the optional parts that `include` does not name.

    They are always stored, and the model always sees them. The item itself is not changed; it is
    what is returned if nothing had to go.
    """
    for part in schema("IncludeEnum")["enum"]:
        # It has the form `type.field` or `type.field.field`.
        if part.startswith(f"{item['type']}.") and part not in include:
            item = _hide(item, part.split(".")[1:], part)
    return item


def _hide(value: Item, path: list[str], part: str) -> Item:
    name, *rest = path
    if name in ("input_image", "output_text"):  # the content parts of this type
        content = [_hide(p, rest, part) if p["type"] == name else p for p in value["content"]]
        return value | {"content": content}
    if name not in value:
        return value
    if rest:
        return value | {name: _hide(value[name], rest, part)}
    if part in _EMPTY:
        return value | {name: _EMPTY[part]}
    return {key: field for key, field in value.items() if key != name}


def _fields(union: str, type: str) -> Iterator[tuple[str, Schema]]:
    for part in object_schemas(schema(union), type):
        yield from part.get("properties", {}).items()


def item_tag(item: Mapping[str, Any]) -> str | None:
    """Return the type of an item (of a message it may be missing), or of any object; or None."""
    tag = item.get("type")
    if tag is None and "role" in item:
        return "message"
    return tag if isinstance(tag, str) else None


def object_schemas(one: Schema, type: str | None) -> Iterator[Schema]:
    """Yield the schemas that an object of this type, or of any, must fit; all of a union's."""
    tags = None if type is None else admitted_tags(one, validator().resolve)
    if tags is not None and type not in tags:
        return
    yield one
    parts = [part for keyword in ("oneOf", "anyOf", "allOf") for part in one.get(keyword, ())]
    parts += [validator().resolve(one["$ref"])] if "$ref" in one else []
    for part in parts:
        yield from object_schemas(part, type)
