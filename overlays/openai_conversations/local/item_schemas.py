"""Facts of the OpenAPI document about each type of item, and the parts that `include` asks for.

The facts come from the unions `InputItem` (sent) and `ConversationItem` with `ItemResource`
(returned), so that a type that a new document adds is known at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any

from .._schema import problems, schema, validator
from .._schema.unions import TAG, admitted_tags
from .._schema.values import is_mapping

Item = dict[str, Any]
Schema = Mapping[str, Any]


@cache
def stored_types() -> frozenset[str]:
    """Return the types of items that a conversation can hold."""
    variants = _variants(schema("ConversationItem"))
    return frozenset(tag for variant in variants for tag in _tags(variant))


@cache
def declared_fields(type: str) -> dict[str, list[Schema]]:
    """Return the fields of an item type, sent or returned, each with all its schemas."""
    found: dict[str, list[Schema]] = {}
    for union in ("InputItem", "ConversationItem", "ItemResource"):
        for name, declared in _fields(union, type):
            found.setdefault(name, []).append(declared)
    return found


@cache
def nullable_fields(type: str) -> frozenset[str]:
    """Return the fields of an item type that may be null in a response."""
    fields = _fields("ConversationItem", type)
    return frozenset(name for name, declared in fields if not problems(declared, None))


def apply_include(item: Item, include: Collection[str]) -> Item:
    """Return an item without the optional parts that `include` does not name.

    They are always stored, and the model always sees them. The item itself is not changed; it is
    what is returned if nothing had to go.
    """
    for part, hide in _HIDE.get(item["type"], {}).items():
        if part not in include:
            item = hide(item)
    return item


def _fields(union: str, type: str) -> Iterator[tuple[str, Schema]]:
    for variant in _variants(schema(union)):
        if type in _tags(variant):
            yield from _properties(variant)


def _tags(variant: Schema) -> Collection[str]:
    return admitted_tags(variant, TAG, validator().resolve) or ()


def _variants(one: Any) -> Iterator[Schema]:
    """Yield the object schemas at the leaves of a union of unions."""
    if not is_mapping(one):
        return
    if "$ref" in one:
        yield from _variants(validator().resolve(one["$ref"]))
    elif alternatives := one.get("oneOf") or one.get("anyOf"):
        for alternative in alternatives:
            yield from _variants(alternative)
    else:
        yield one


def _properties(one: Schema) -> Iterator[tuple[str, Schema]]:
    yield from one.get("properties", {}).items()
    for part in one.get("allOf", ()):
        yield from _properties(part)
    if "$ref" in one:
        yield from _properties(validator().resolve(one["$ref"]))


def _without(name: str) -> Callable[[Item], Item]:
    return lambda item: {key: value for key, value in item.items() if key != name}


def _with(name: str, value: Any) -> Callable[[Item], Item]:
    return lambda item: item | {name: value} if name in item else item


def _inside(holder: str, change: Callable[[Item], Item]) -> Callable[[Item], Item]:
    return lambda item: item | {holder: change(item[holder])} if holder in item else item


def _in_parts(type: str, change: Callable[[Item], Item]) -> Callable[[Item], Item]:
    return lambda item: (
        item
        | {"content": [change(part) if part["type"] == type else part for part in item["content"]]}
    )


#: How each part that `include` can name is left out, by the type of the item. The document names
#: eight of them, each after the place where it is.
_HIDE: Mapping[str, Mapping[str, Callable[[Item], Item]]] = {
    "message": {
        "message.input_image.image_url": _in_parts("input_image", _without("image_url")),
        "message.output_text.logprobs": _in_parts("output_text", _with("logprobs", [])),
    },
    "file_search_call": {"file_search_call.results": _with("results", None)},
    "web_search_call": {
        "web_search_call.results": _without("results"),
        "web_search_call.action.sources": _inside("action", _without("sources")),
    },
    "computer_call_output": {
        "computer_call_output.output.image_url": _inside("output", _without("image_url"))
    },
    "code_interpreter_call": {"code_interpreter_call.outputs": _with("outputs", None)},
    "reasoning": {"reasoning.encrypted_content": _without("encrypted_content")},
}
