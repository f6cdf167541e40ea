"""JSON values: their types, their equality, and a place in one where something is wrong.

Python calls `True` an integer and says that `1 == True`; JSON does not. All code that looks at a
value of unknown shape asks here, so that the difference is made once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

JsonObject = dict[str, Any]

#: Message and code of the problem that something is not there.
REQUIRED = ("is required", "missing_required_parameter")
#: The JSON Schema types of a Python value, the narrowest first, but for a float.
_TYPES: Mapping[type, tuple[str, ...]] = {
    type(None): ("null",), bool: ("boolean",), str: ("string",), int: ("integer", "number"),
    list: ("array",),
}  # fmt: skip


class Problem(NamedTuple):
    """A place in a JSON value and what is wrong there."""

    path: tuple[str | int, ...]  # the keys and indexes that lead there, outermost first
    message: str  # a phrase such as `expected a string, got an integer`
    code: str = "invalid_value"  # the service's error code for this sort of problem
    unknown: bool = False  # a kind, a value or a field that a newer document may have

    @property
    def param(self) -> str:
        """Return the place as the service's errors write it: `items[0].content[1].text`."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
        return text

    def under(self, step: str | int) -> Problem:
        """Return the same problem, seen from the value that holds this one at `step`."""
        return self._replace(path=(step, *self.path))


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Return whether a decoded JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Return whether a decoded JSON value is an array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Return whether a Python value can stand for a JSON object."""
    return isinstance(value, Mapping)


def json_types(value: object) -> tuple[str, ...]:
    """Return the JSON Schema types of a value, the narrowest first: `3` is integer and number."""
    if isinstance(value, float):
        return ("integer", "number") if value.is_integer() else ("number",)
    return json_types_of(type(value))


def json_types_of(kind: type[Any]) -> tuple[str, ...]:
    """Return the JSON Schema types of all values of a Python type, which is not float."""
    return _TYPES.get(kind, ("object",))


def json_equal(left: object, right: object) -> bool:
    """Return whether two JSON values are equal: `1` equals `1.0` but neither equals `true`."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_array(left) and is_array(right):
        return len(left) == len(right) and all(map(json_equal, left, right))
    if is_object(left) and is_object(right):
        return left.keys() == right.keys() and all(
            json_equal(left[key], right[key]) for key in left
        )
    return left == right


def describe_types(types: Collection[str]) -> str:
    """Return type names as a phrase for a message: `a string or an array`."""
    words = [
        "null" if name == "null" else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
        for name in sorted(types)
    ]
    return " or ".join(words) or "nothing"


def wrong_type(expected: frozenset[str], value: object) -> Sequence[Problem]:
    """Return the problem of a value that has none of the expected types; nothing if it has one."""
    own = json_types(value)
    if not expected.isdisjoint(own):
        return ()
    message = f"expected {describe_types(expected)}, got {describe_types(own[:1])}"
    return (Problem((), message, "invalid_type"),)
