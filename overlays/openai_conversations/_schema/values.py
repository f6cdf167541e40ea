"""What a JSON value is: the names, the narrowing, and the equality that JSON Schema means.

Python calls ``True`` an integer and says that ``1 == True``; JSON does not. Every place that
looks at a value of unknown shape asks here, so that the difference is made once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

JsonObject = dict[str, Any]


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Whether a decoded JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether a decoded JSON value is an array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value given by a caller in Python can stand for a JSON object."""
    return isinstance(value, Mapping)


def type_names(value: object) -> tuple[str, ...]:
    """The JSON Schema types a value has, the most telling first: ``3`` is integer and number."""
    if value is None:
        return ("null",)
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, str):
        return ("string",)
    if isinstance(value, int):
        return ("integer", "number")
    if isinstance(value, float):
        return ("integer", "number") if value.is_integer() else ("number",)
    return ("array",) if isinstance(value, list) else ("object",)


def equal(left: object, right: object) -> bool:
    """Equality of two JSON values: ``1`` equals ``1.0`` but neither equals ``true``."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_array(left) and is_array(right):
        return len(left) == len(right) and all(map(equal, left, right))
    if is_object(left) and is_object(right):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return left == right


def named(types: tuple[str, ...] | frozenset[str]) -> str:
    """Type names as a phrase for a message: ``a string or an array``."""
    words = ["null" if name == "null" else f"{_article(name)} {name}" for name in sorted(types)]
    return " or ".join(words) if words else "nothing"


def _article(name: str) -> str:
    return "an" if name[0] in "aeiou" else "a"
