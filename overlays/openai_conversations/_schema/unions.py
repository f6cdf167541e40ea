"""`anyOf` and `oneOf`: which variant a value is meant as, and what is wrong with it as that one.

A failed union could list the problems of all its variants (thirty, for an item). A reader wants
those of the one that was meant. So the variants are first narrowed by JSON type and by `type`, and
the rest is ranked by how little is wrong at the outside. The conditions for narrowing are
necessary ones, so that skipping a variant never changes the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from .values import Problem, describe_types, is_mapping, is_object, json_types

Check = Callable[[Any], Sequence[Problem]]
Resolve = Callable[[str], Any]
Names = frozenset[str]

#: The property that tells the variants of every union in the OpenAPI document apart.
TAG = "type"


class Variant(NamedTuple):
    """A variant and the conditions that a value must meet to be worth checking against it."""

    check: Check
    types: Names | None
    tags: Names | None
    needs_tag: bool

    def admits(self, types: tuple[str, ...]) -> bool:
        """Return whether a value of these JSON types can fit."""
        return self.types is None or not self.types.isdisjoint(types)


class UnionCheck:
    """A compiled union. Calling it returns the problems of a value, as any compiled schema does.

    Args:
        schemas: The variants.
        compile_schema: Compiles one of them.
        resolve: Returns the schema that a `$ref` points to.
    """

    def __init__(
        self, schemas: Sequence[Any], compile_schema: Callable[[Any], Check], resolve: Resolve
    ) -> None:
        self._schemas = schemas
        self._compile = compile_schema
        self._resolve = resolve

    @cached_property
    def _variants(self) -> list[Variant]:
        # Made at the first use: unions refer to each other in circles.
        resolve = self._resolve
        return [
            Variant(
                self._compile(schema),
                admitted_types(schema, resolve),
                admitted_tags(schema, TAG, resolve),
                requires(schema, TAG, resolve),
            )
            for schema in self._schemas
        ]

    @cached_property
    def _by_tag(self) -> dict[str, list[Variant]]:
        # The common case of a tagged object, looked up instead of searched for.
        tags = {tag for variant in self._variants for tag in variant.tags or ()}
        return {tag: [v for v in self._variants if v.tags is None or tag in v.tags] for tag in tags}

    def __call__(self, value: Any) -> Sequence[Problem]:
        best: Sequence[Problem] | None = None
        for variant in self._candidates(value):
            found = variant.check(value)
            if not found:
                return ()
            if best is None or _rank(found) < _rank(best):
                best = found
        return best if best is not None else (self._no_candidate(value),)

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
        return [v for v in candidates if v.admits(own)]

    def _no_candidate(self, value: Any) -> Problem:
        own = json_types(value)
        fitting = [v for v in self._variants if v.admits(own)]
        if not fitting:
            types = frozenset[str]().union(*(v.types or () for v in self._variants))
            types -= {"integer"} if "number" in types else frozenset()
            message = f"expected {describe_types(types)}, got {describe_types(own[:1])}"
            return Problem((), message, "invalid_type")
        if TAG not in value:
            return Problem((TAG,), "is required", "missing_required_parameter")
        listing = ", ".join(sorted({tag for v in fitting for tag in v.tags or ()}))
        return Problem((TAG,), f"expected one of {listing}, got {value[TAG]!r:.80}")


def admitted_types(schema: Any, resolve: Resolve) -> Names | None:
    """Return the JSON types that a valid value may have, or None where the schema does not say."""
    return _admitted(schema, resolve, _own_types)


def admitted_tags(schema: Any, key: str, resolve: Resolve) -> Names | None:
    """Return the strings that an object may have at `key`, or None where any may be there."""

    def own_tags(part: Mapping[str, Any]) -> Names | None:
        properties = part.get("properties")
        if not is_mapping(properties) or key not in properties:
            return None
        return _admitted(properties[key], resolve, _own_strings)

    return _admitted(schema, resolve, own_tags)


def requires(schema: Any, name: str, resolve: Resolve, seen: Names = frozenset()) -> bool:
    """Return whether every valid object has a property of this name."""
    if not is_mapping(schema):
        return False
    return (
        name in schema.get("required", ())
        or any(
            requires(part, name, resolve, known) for part, known in _parts(schema, resolve, seen)
        )
        or any(
            schema.get(keyword) and all(requires(s, name, resolve, seen) for s in schema[keyword])
            for keyword in ("anyOf", "oneOf")
        )
    )


def _admitted(
    schema: Any,
    resolve: Resolve,
    own: Callable[[Mapping[str, Any]], Names | None],
    seen: Names = frozenset(),
) -> Names | None:
    """Combine what `own` says of a schema and of all the schemas that it is composed of."""
    if not is_mapping(schema):
        return None
    found = own(schema)
    for part, known in _parts(schema, resolve, seen):
        found = _both(found, _admitted(part, resolve, own, known))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            variants = [_admitted(s, resolve, own, seen) for s in schema[keyword]]
            known_variants = [names for names in variants if names is not None]
            if len(known_variants) == len(variants):
                found = _both(found, frozenset[str]().union(*known_variants))
    return found


def _parts(schema: Mapping[str, Any], resolve: Resolve, seen: Names) -> list[tuple[Any, Names]]:
    """Return the schemas that hold together with this one; one that refers back to itself once."""
    parts: list[tuple[Any, Names]] = [(part, seen) for part in schema.get("allOf", ())]
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        parts.append((resolve(reference), seen | {reference}))
    return parts


def _both(left: Names | None, right: Names | None) -> Names | None:
    if left is None or right is None:
        return right if left is None else left
    return left & right


def _own_types(schema: Mapping[str, Any]) -> Names | None:
    found: Names | None = None
    if (declared := schema.get("type")) is not None:
        found = frozenset([declared] if isinstance(declared, str) else declared)
        found |= {"integer"} if "number" in found else frozenset()
    if (values := _listed(schema)) is not None:
        found = _both(found, frozenset(name for value in values for name in json_types(value)))
    return found


def _own_strings(schema: Mapping[str, Any]) -> Names | None:
    if (values := _listed(schema)) is not None:
        return frozenset(value for value in values if isinstance(value, str))
    return None if "string" in (schema.get("type") or "string") else frozenset()


def _listed(schema: Mapping[str, Any]) -> Sequence[Any] | None:
    values: Sequence[Any] | None = schema.get("enum")
    return [schema["const"]] if values is None and "const" in schema else values


def _rank(found: Sequence[Problem]) -> tuple[int, int, int]:
    # A wrong tag further in says that another variant was meant; a missing field does not.
    outside = sum(len(problem.path) <= 1 for problem in found)
    tags = sum(problem.path[-1:] == (TAG,) for problem in found)
    return outside, tags, len(found)
