"""`anyOf` and `oneOf`: which variant a value is meant as, and what is wrong with it as that one.

A failed union could list the problems of all its variants (thirty, for an item). A reader wants
those of the one that was meant. So the variants are first narrowed by JSON type and by `type`, and
the rest is ranked by how little is wrong at the outside. The conditions for narrowing are
necessary ones, so that skipping a variant never changes the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .._request.validation import describe
from .values import REQUIRED, Problem, is_mapping, json_types, json_types_of, wrong_type

Find = Callable[[Any], Sequence[Problem]]
Resolve = Callable[[str], Any]
Names = frozenset[str]

#: The property that tells the variants of every union in the OpenAPI document apart.
TAG = "type"
#: The properties that tell what an object is.
TELLING = (TAG, "role")
_SAMPLES: Mapping[str, Any] = {
    "null": None, "boolean": False, "string": "", "integer": 0, "number": 0.5, "array": [],
    "object": {},
}  # fmt: skip


class Check(dict[type[Any], "Find | None"]):
    """A compiled schema: for each Python type what finds the problems of a value, None if all fit.

    A keyword speaks about values of one type. So a value meets the keywords of its own type alone,
    compiled when the first one of that type comes: schemas refer to each other in circles.
    """

    def __init__(self, compile_for: Callable[[type[Any]], Find | None]) -> None:
        self._compile_for = compile_for

    def __missing__(self, kind: type[Any]) -> Find | None:
        found = self[kind] = self._compile_for(kind)
        return found

    def __call__(self, value: Any) -> Sequence[Problem]:
        find = self[type(value)]
        return find(value) if find is not None else ()


def problems_by(find: Find | None, value: Any) -> Sequence[Problem]:
    """Return what a compiled schema finds in a value of the type that it was compiled for."""
    return find(value) if find is not None else ()


class Variant(NamedTuple):
    """A variant of a union, and the strings that an object may have at `TAG`; None for any."""

    check: Check
    tags: Names | None

    def admits(self, types: Sequence[str]) -> bool:
        """Return whether it says of an empty value of one of these JSON types that it may be."""
        return any(not _has(self.check(_SAMPLES[one]), (), "invalid_type") for one in types)


def find_in_union(variants: Sequence[Variant], kind: type[Any]) -> Find | None:
    """Compile a union for the values of a Python type."""
    if issubclass(kind, float):
        whole, broken = (_Narrowed(variants, kind, json_types(one)).every for one in (0.0, 0.5))
        return lambda value: problems_by(whole if value.is_integer() else broken, value)
    narrowed = _Narrowed(variants, kind, json_types_of(kind))
    return narrowed.by_tag() if issubclass(kind, dict) else narrowed.every


class _Narrowed:
    """The variants of a union that are worth checking values of some JSON types against."""

    def __init__(self, variants: Sequence[Variant], kind: type[Any], types: Sequence[str]) -> None:
        self._all = variants
        self._kind = kind
        self._fitting = [one for one in variants if one.admits(types)]
        self.every = self._any_of(self._fitting)

    def by_tag(self) -> Find:
        """Return what looks at the tag of an object first."""
        fitting, any_of = self._fitting, self._any_of
        tags = frozenset[str]().union(*(one.tags or () for one in fitting))
        # 1. a known tag; 2. an unknown one: the variants that take any; 3. none: the variants that
        # do not require one; 4. what is not a string.
        known = {
            tag: any_of([one for one in fitting if one.tags is None or tag in one.tags])
            for tag in tags
        }
        unknown = any_of([one for one in fitting if one.tags is None])
        needed = (TAG,), REQUIRED[1]
        absent = any_of([one for one in fitting if not _has(one.check({}), *needed)])
        odd = self.every

        def find(value: Mapping[str, Any]) -> Sequence[Problem]:
            tag = value.get(TAG)
            if isinstance(tag, str):
                inner = known.get(tag, unknown)
            else:
                inner = odd if TAG in value else absent
            return inner(value) if inner is not None else ()

        return find

    def _any_of(self, variants: Sequence[Variant]) -> Find | None:
        # None if one of them takes every value of this type.
        finds = [one.check[self._kind] for one in variants]
        required = [find for find in finds if find is not None]
        if len(required) < len(finds):
            return None
        if len(required) < 2:
            return required[0] if required else self._no_candidate

        def find(value: Any) -> Sequence[Problem]:
            verdicts: list[Sequence[Problem]] = []
            for one in required:
                if not (found := one(value)):
                    return ()
                verdicts.append(found)
            return min(verdicts, key=_rank)

        return find

    def _no_candidate(self, value: Any) -> Sequence[Problem]:
        if not self._fitting:
            types = frozenset[str]().union(*(admitted_types(one.check) for one in self._all))
            return wrong_type(types - ({"integer"} if "number" in types else set()), value)
        if TAG not in value:
            return (Problem((TAG,), *REQUIRED),)
        listing = ", ".join(sorted({tag for one in self._fitting for tag in one.tags or ()}))
        message = f"expected one of {listing}, got {describe(value[TAG])}"
        return (Problem((TAG,), message, unknown=isinstance(value[TAG], str)),)


def admitted_types(check: Check) -> Names:
    """Return the JSON types that a value may have, by what a check says of an empty one of each."""
    return frozenset(type for type in _SAMPLES if Variant(check, None).admits([type]))


def admitted_tags(schema: Any, resolve: Resolve) -> Names | None:
    """Return the strings that an object may have at `TAG`, or None where any may be there."""

    def own_tags(part: Mapping[str, Any]) -> Names | None:
        return admitted_strings(part.get("properties", {}).get(TAG), resolve)

    return _admitted(schema, resolve, own_tags)


def admitted_strings(schema: Any, resolve: Resolve) -> Names | None:
    """Return the strings that fit a schema, or None where any does."""
    return _admitted(schema, resolve, _own_strings)


def _admitted(
    schema: Any, resolve: Resolve, own: Callable[[Mapping[str, Any]], Names | None]
) -> Names | None:
    """Combine what `own` says of a schema and of all the schemas that it is composed of."""
    if not is_mapping(schema):
        return None
    together = [*schema.get("allOf", ()), *map(resolve, filter(None, [schema.get("$ref")]))]
    found = [own(schema), *(_admitted(part, resolve, own) for part in together)]
    for keyword in ("anyOf", "oneOf"):
        variants = [_admitted(part, resolve, own) for part in schema.get(keyword, ())]
        if variants and None not in variants:
            found.append(frozenset[str]().union(*filter(None, variants)))
    known = [names for names in found if names is not None]
    return frozenset[str].intersection(*known) if known else None


def _own_strings(schema: Mapping[str, Any]) -> Names | None:
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if values is not None:
        return frozenset(value for value in values if isinstance(value, str))
    return None if "string" in (schema.get("type") or "string") else frozenset()


def _has(found: Sequence[Problem], path: tuple[str, ...], code: str) -> bool:
    return any(problem.path == path and problem.code == code for problem in found)


def _rank(found: Sequence[Problem]) -> tuple[int, int, int, int]:
    # A wrong tag further in says that another variant was meant, the less so the further in it is.
    # A missing field does not, nor does a value that may be newer than the document.
    certain = [one for one in found if not one.unknown or {*one.path[-1:]} & {*TELLING}]
    outside = sum(len(one.path) <= 1 for one in certain)
    tags = [len(one.path) for one in found if one.path[-1:] == (TAG,)]
    return outside, len(tags), -min(tags, default=0), len(found)
