"""What the document says about each kind of item, looked up by the item's ``type``.

Made from the unions ``InputItem`` (what callers send) and ``ConversationItem`` with
``ItemResource`` (what comes back), so that a kind that a new document adds is known at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from .._schema import problems, schema, validator
from .._schema.unions import admitted_tags
from .._schema.values import is_mapping

Schema = Mapping[str, Any]


@cache
def input_kinds() -> frozenset[str]:
    """The types of items that callers can send."""
    return frozenset(_tags("InputItem"))


@cache
def reply_kinds() -> frozenset[str]:
    """The types of items that a conversation can hold."""
    return frozenset(_tags("ConversationItem"))


@cache
def fields(type: str) -> dict[str, list[Schema]]:
    """Every field that the document declares for a kind, sent or returned, with its schemas."""
    found: dict[str, list[Schema]] = {}
    for union in ("InputItem", "ConversationItem", "ItemResource"):
        for variant in _variants_of(union, type):
            for name, declared in _properties(variant):
                found.setdefault(name, []).append(declared)
    return found


@cache
def nullable(type: str) -> frozenset[str]:
    """The fields of a kind that may be null when it comes back."""
    return frozenset(
        name
        for variant in _variants_of("ConversationItem", type)
        for name, declared in _properties(variant)
        if not problems(declared, None)
    )


def _tags(union: str) -> Iterator[str]:
    for variant in _variants(schema(union)):
        yield from admitted_tags(variant, "type", validator().resolve) or ()


def _variants_of(union: str, type: str) -> list[Schema]:
    resolve = validator().resolve
    return [
        variant
        for variant in _variants(schema(union))
        if type in (admitted_tags(variant, "type", resolve) or ())
    ]


def _variants(one: Any) -> Iterator[Schema]:
    """The object schemas at the leaves of a union of unions."""
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
