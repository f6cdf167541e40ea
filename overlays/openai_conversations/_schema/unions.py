"""`anyOf` and `oneOf`: which variant a value is meant as, and what is wrong with it as that one.

A failed union could list the problems of all its variants (thirty, for an item). A reader wants
those of the one that was meant. So the variants are first narrowed by JSON type and by `type`, and
the rest is ranked by how little is wrong at the outside. The conditions for narrowing are
necessary ones, so that skipping a variant never changes the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from .._request.validation import describe
from .values import REQUIRED, Problem, is_mapping, is_object, json_types, wrong_type

Check = Callable[[Any], Sequence[Problem]]
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


class Variant(NamedTuple):
    """A variant and the conditions that a value must meet to be worth checking against it."""

    check: Check
    types: Names
    tags: Names | None
    needs_tag: bool


@dataclass(eq=False)
class UnionCheck:
    """A compiled union. Calling it returns the problems of a value, as any compiled schema does."""

    schemas: Sequence[Any]  # the variants
    compile_schema: Callable[[Any], Check]
    resolve: Resolve  # returns the schema that a `$ref` points to

    @cached_property
    def _variants(self) -> list[Variant]:
        # Made at the first use: unions refer to each other in circles. Types and the need of a tag
        # are what the variant itself says of an empty value of each type.
        made: list[Variant] = []
        for schema in self.schemas:
            check = self.compile_schema(schema)
            needs_tag = _has(check({}), (TAG,), REQUIRED[1])
            tags = admitted_tags(schema, self.resolve)
            made.append(Variant(check, admitted_types(check), tags, needs_tag))
        return made

    @cached_property
    def _by_tag(self) -> dict[str, list[Variant]]:
        # The common case of a tagged object, looked up instead of searched for.
        tags = {tag for variant in self._variants for tag in variant.tags or ()}
        return {tag: [v for v in self._variants if v.tags is None or tag in v.tags] for tag in tags}

    def __call__(self, value: Any) -> Sequence[Problem]:
        verdicts: list[Sequence[Problem]] = []
        for variant in self._candidates(value):
            found = variant.check(value)
            if not found:
                return ()
            verdicts.append(found)
        return min(verdicts, key=_rank) if verdicts else self._no_candidate(value)

    def _candidates(self, value: Any) -> list[Variant]:
        own = json_types(value)
        candidates = self._variants
        if is_object(value):
            tag = value.get(TAG)
            if isinstance(tag, str) and tag in self._by_tag:  # 1. a known tag
                candidates = self._by_tag[tag]
            elif isinstance(tag, str):  # 2. an unknown tag: the variants that take any
                candidates = [v for v in candidates if v.tags is None]
            elif TAG not in value:  # 3. no tag: the variants that do not require one
                candidates = [v for v in candidates if not v.needs_tag]
        return [v for v in candidates if not v.types.isdisjoint(own)]

    def _no_candidate(self, value: Any) -> Sequence[Problem]:
        own = json_types(value)
        fitting = [v for v in self._variants if not v.types.isdisjoint(own)]
        if not fitting:
            types = frozenset[str]().union(*(v.types for v in self._variants))
            return wrong_type(types - ({"integer"} if "number" in types else set()), value)
        if TAG not in value:
            return (Problem((TAG,), *REQUIRED),)
        listing = ", ".join(sorted({tag for v in fitting for tag in v.tags or ()}))
        message = f"expected one of {listing}, got {describe(value[TAG])}"
        return (Problem((TAG,), message, unknown=isinstance(value[TAG], str)),)


def admitted_types(check: Check) -> Names:
    """Return the JSON types that a value may have, by what a check says of an empty one of each."""
    found = {type: check(sample) for type, sample in _SAMPLES.items()}
    return frozenset(type for type in found if not _has(found[type], (), "invalid_type"))


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
