"""What a loaded document is made of, for type checkers as for people."""

from typing import Any, TypeGuard

Json = dict[str, Any]
"""A JSON object as loaded: dicts, lists, strings, numbers, booleans and None all the way down."""


def is_object(value: object) -> TypeGuard[Json]:
    """Whether a loaded value is a JSON object (whose keys are strings)."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a loaded value is a JSON array."""
    return isinstance(value, list)


def kind_of(value: object) -> str:
    """What a value is, in the words of JSON, for an error."""
    if is_object(value):
        return "an object"
    if is_list(value):
        return "a list"
    return "null" if value is None else f"{value!r:.60}"
