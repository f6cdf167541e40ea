"""Nulls that the service refuses, left out of items at any depth.

Servers that are compatible with the service send null where it sends nothing, and so do other
libraries (`model_dump`). Where null may stand is read off the generated `TypedDict`s of what goes
in, which are loaded with the first item that holds a null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType
from typing import Any, cast, get_args, get_type_hints, is_typeddict

from openai_conversations_api import params


def without_refused_nulls(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item without the nulls that no input form of its `type` allows.

    A null in a field that is unknown, or below a value of free form, stays. An item from which
    nothing is left out is returned itself.
    """
    cleaned: dict[str, Any] = _cleaned(item, _members(params.InputItemParam))
    return item if cleaned == item else cleaned


def _cleaned(value: Any, types: frozenset[Any]) -> Any:
    """Return a value of one of these types, with nulls left out of the objects in it."""
    if isinstance(value, list):
        return [_cleaned(each, types) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    every_form = [_fields(each) for each in types if is_typeddict(each)]
    forms = [fields for fields in every_form if _fits(given, fields)]
    cleaned: dict[str, Any] = {}
    for key, inner in given.items():
        allowed = frozenset[Any]().union(*(fields.get(key, ()) for fields in forms))
        if inner is None and allowed and not allowed & {NoneType, object, Any}:
            continue
        cleaned[key] = _cleaned(inner, allowed) if allowed else inner
    return cleaned


def _fits(value: Mapping[str, Any], fields: Mapping[str, frozenset[Any]]) -> bool:
    """Return whether the `type` of an object, if it has both, is that of a `TypedDict`."""
    kinds = fields.get("type", frozenset())
    return not kinds or value.get("type") in (None, *kinds)


class _Models:
    """Stands for the models in annotations: to import all of them would take 0.3 seconds."""

    def __getattr__(self, name: str) -> Any:
        return _Models


@cache
def _fields(form: Any) -> dict[str, frozenset[Any]]:
    hints = get_type_hints(form, localns={"models": _Models()})
    return {name: _members(hint) for name, hint in hints.items()}


def _members(hint: Any) -> frozenset[Any]:
    """Return the types that an annotation allows: of a union, and of the elements of a sequence."""
    return frozenset(_each_member(hint))


def _each_member(hint: Any) -> Iterator[Any]:
    inner = get_args(hint)
    for each in inner:
        yield from _each_member(each)
    if not inner:
        yield hint
