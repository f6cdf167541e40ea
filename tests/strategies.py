"""Hypothesis strategies for the JSON of every schema: as documented, and as real servers send it.

`for_schema` draws what the document allows. `disturbed` takes such a value and does to it what
compatible and newer servers do: fields and variants that the document does not know, absent and
null where it wants a value, a string where it wants a list. Each value has a budget of nodes, so
that the recursive schemas end and the draws stay small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.document import Schema, alternatives, fields, is_object, resolve

Json = Any
T = TypeVar("T")

NODES = 40
UNKNOWN_TAG = "hologram"

# Besides plain words: names that a generated class could mistake for its own attributes.
_KEYS = st.sampled_from(
    ["x_note", "nächste", "", "type_", "additional_properties", "_extra", "to_dict", "missing"]
)
_TEXT = st.text(max_size=6)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    _TEXT,
)
_ANY = st.one_of(
    _SCALARS,
    st.lists(_SCALARS, max_size=2),
    st.dictionaries(_KEYS, _SCALARS, max_size=2),
    st.builds(lambda: {"type": UNKNOWN_TAG, "parts": [{"type": UNKNOWN_TAG}]}),
)
_ODD_TAGS: SearchStrategy[Json] = st.one_of(
    st.sampled_from([UNKNOWN_TAG, None, 7]),
    st.lists(st.just("message"), max_size=1),
    st.builds(dict),
)


@cache
def for_schema(name: str) -> SearchStrategy[Json]:
    """Draw JSON values that the component schema `name` allows."""
    return for_ref({"$ref": f"#/components/schemas/{name}"})


def for_ref(schema: Schema, *, present: tuple[str, ...] = ()) -> SearchStrategy[Json]:
    """Draw JSON that `schema` allows; optional fields named in `present` are always there."""
    return _documented(schema, present)


@cache
def disturbed(name: str) -> SearchStrategy[Json]:
    """Draw values of `for_schema(name)` with one to four disturbances, at any depth.

    An object stays an object, so that the value can always be given to `from_dict`.
    """
    return _disturbed(name)


@st.composite
def _documented(draw: DrawFn, schema: Schema, present: tuple[str, ...]) -> Json:
    return _Drawing(draw).value(schema, present)


@st.composite
def _disturbed(draw: DrawFn, name: str) -> Json:
    value = draw(for_schema(name))
    if not isinstance(value, dict | list):
        return draw(st.sampled_from([value, UNKNOWN_TAG]))
    for _ in range(draw(st.integers(1, 4))):
        target = draw(st.sampled_from(list(_containers(value))))
        if isinstance(target, dict):
            draw(st.sampled_from(_DICT_DISTURBANCES))(draw, target)
        else:
            _put_into_list(draw, target)
    return value


class _Drawing:
    """One value being drawn, and how many nodes it may still have."""

    def __init__(self, draw: DrawFn) -> None:
        self.draw = draw
        self.room = NODES

    def value(self, schema: Schema, present: tuple[str, ...] = ()) -> Json:
        self.room -= 1
        schema = resolve(schema)
        if "enum" in schema:
            return self.draw(_choice(tuple(schema["enum"])))
        if choices := alternatives(schema):
            return self.value(self._alternative(choices))
        if is_object(schema):
            return self._object(schema, present)
        kind = schema.get("type")
        if isinstance(kind, list):
            return self.value({**schema, "type": self.draw(_choice(tuple(kind)))})
        if kind == "object":
            return self._map(schema.get("additionalProperties", True), 2)
        if kind == "array":
            return self._array(schema)
        return self.draw(_scalar(kind, *_limits(schema)))

    def _alternative(self, choices: list[Schema]) -> Schema:
        """Draw any of them; once there is no room, return one that needs no further nodes."""
        if self.room > 0:
            return self.draw(_choice_of(len(choices), choices))
        small = [c for c in choices if not is_object(c) and not alternatives(c)]
        return (small or choices)[0]

    def _object(self, schema: Schema, present: tuple[str, ...]) -> Json:
        properties, required = fields(schema)
        optional = [name for name in properties if name not in required]
        mask = self.draw(_masks(len(optional))) if optional and self.room > 0 else 0
        taken = [name for n, name in enumerate(optional) if mask >> n & 1 or name in present]
        result = {name: self.value(properties.get(name, {})) for name in [*required, *taken]}
        if "additionalProperties" in resolve(schema):
            result |= self._map(resolve(schema)["additionalProperties"], 1)
        return result

    def _map(self, values: Schema | bool, size: int) -> dict[str, Json]:
        if values is False or self.room <= 0:
            return {}
        keys = self.draw(_key_lists(size))
        return {key: self.value(values if isinstance(values, dict) else {}) for key in keys}

    def _array(self, schema: Schema) -> list[Json]:
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", 3), least + 3) if self.room > 0 else least
        return [self.value(schema["items"]) for _ in range(self.draw(_sizes(least, most)))]


# Strategies are cached by what makes them differ: building one costs more than drawing from it.


@cache
def _choice(values: tuple[T, ...]) -> SearchStrategy[T]:
    return st.sampled_from(values)


@cache
def _sizes(least: int, most: int) -> SearchStrategy[int]:
    return st.integers(least, most)


@cache
def _masks(count: int) -> SearchStrategy[int]:
    return st.integers(0, 2**count - 1)


@cache
def _key_lists(size: int) -> SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(["key", "other", "größe"]), max_size=size, unique=True)


@cache
def _scalar(
    kind: str | None, pattern: str | None, low: float | None, high: float | None
) -> SearchStrategy[Json]:
    """Draw values of one JSON type; `low` and `high` limit a number, or the length of a string."""
    if kind == "string":
        if pattern:
            return st.from_regex(pattern, fullmatch=True)
        return st.text(min_size=int(low or 0), max_size=min(int(high or 8), int(low or 0) + 8))
    if kind == "integer":
        return st.integers(_whole(low), _whole(high))
    if kind == "number":
        numbers = st.floats(low, high, allow_nan=False, allow_infinity=False)
        return st.one_of(st.integers(_whole(low), _whole(high)), numbers)
    if kind == "boolean":
        return st.booleans()
    return st.none() if kind == "null" else _ANY


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


def _choice_of(count: int, choices: list[Schema]) -> SearchStrategy[Schema]:
    return _sizes(0, count - 1).map(choices.__getitem__)


def _limits(schema: Schema) -> tuple[str | None, float | None, float | None]:
    low = schema.get("minimum", schema.get("minLength"))
    high = schema.get("maximum", schema.get("maxLength"))
    return schema.get("pattern"), low, high


def _containers(value: Json) -> Iterator[Json]:
    """Yield every object and every list in `value`, itself included."""
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _containers(inner)


def _add_field(draw: DrawFn, target: dict[str, Json]) -> None:
    target[draw(_KEYS)] = draw(_ANY)


def _drop_field(draw: DrawFn, target: dict[str, Json]) -> None:
    if target:
        del target[draw(st.sampled_from(sorted(target)))]


def _null_field(draw: DrawFn, target: dict[str, Json]) -> None:
    if target:
        target[draw(st.sampled_from(sorted(target)))] = None


def _replace_field(draw: DrawFn, target: dict[str, Json]) -> None:
    """Set an unknown enum value, a string in place of a list, or some other wrong type."""
    if target:
        key = draw(st.sampled_from(sorted(target)))
        target[key] = draw(st.one_of(st.just(UNKNOWN_TAG), _ANY))


def _change_tag(draw: DrawFn, target: dict[str, Json]) -> None:
    """Make an unknown variant: a `type` or `role` that nobody knows or that is not a string."""
    key = draw(st.sampled_from(["type", "role"]))
    target[key] = draw(_ODD_TAGS)


def _drop_tag(draw: DrawFn, target: dict[str, Json]) -> None:
    target.pop("type", None)


def _put_into_list(draw: DrawFn, target: list[Json]) -> None:
    place = draw(st.integers(0, len(target)))
    target.insert(place, draw(_ANY))


_DICT_DISTURBANCES: list[Callable[[DrawFn, dict[str, Json]], None]] = [
    _add_field,
    _drop_field,
    _null_field,
    _replace_field,
    _change_tag,
    _drop_tag,
]
