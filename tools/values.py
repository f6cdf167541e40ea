"""JSON values as loaded, and what is asked of them everywhere: kinds, equality, names, cycles."""

import difflib
import hashlib
import json
from collections.abc import Hashable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeGuard, TypeVar

T = TypeVar("T", bound=Hashable)
Json = dict[str, Any]
"""A JSON object as loaded: dicts, lists, strings, numbers, booleans and None all the way down."""


def is_object(value: object) -> TypeGuard[Json]:
    """Tell whether a loaded value is a JSON object (whose keys are strings)."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Tell whether a loaded value is a JSON array."""
    return isinstance(value, list)


def kind_of(value: object) -> str:
    """Say in the words of JSON what kind of value this is, for an error."""
    if is_object(value):
        return "an object"
    if is_list(value):
        return "a list"
    return "null" if value is None else f"{value!r:.60}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint for an error: the known names most like `name`, or nothing."""
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(str(candidate).casefold(), str(candidate))
    close = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)
    return f" Nearest: {', '.join(folded[key] for key in close)}." if close else ""


def printable(text: str) -> str:
    """Return `text` with all that does not show escaped: line ends, controls, half surrogates."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def cycle(edges: Mapping[T, Iterable[T]]) -> list[T]:
    """Return names that lead from one to the next and back to the first; none if there are none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def canonical(value: object) -> str:
    """Return the JSON text of `value`: equal values have equal text, 1 and 1.0 too, 1 and true not.

    The order of keys does not count. Only a number that stands alone may be written as another.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def digest(value: object) -> str:
    """Return the sha256 of the canonical JSON text, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
