"""``anyOf`` and ``oneOf``: which variant a value means, and what is wrong with it as that one.

A union that fails could list the complaints of every variant. People want those of the one they
meant, so the variants are first narrowed by JSON type and by ``type`` (both necessary conditions:
see ``shapes``), then ranked by how little is wrong on the outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from .problem import Problem
from .shapes import Names, admitted_tags, admitted_types, required_names
from .values import is_object, named, type_names

Check = Callable[[Any], Sequence[Problem]]

#: The property that tells the variants of every union in the document apart.
TAG = "type"


class Compiler(Protocol):
    """What a union needs of the validator."""

    def check(self, schema: Any) -> Check: ...
    def resolve(self, reference: str) -> Any: ...


class Variant(NamedTuple):
    """A variant and the conditions that a value must meet to be worth checking against it."""

    check: Check
    types: Names | None
    tags: Names | None
    needs_tag: bool


class Union_:  # noqa: N801 - `Union` means something else to every reader of Python
    """A compiled union. Calling it gives the problems of a value, like any compiled schema."""

    def __init__(self, schemas: Sequence[Any], compiler: Compiler) -> None:
        self._schemas = schemas
        self._compiler = compiler

    @cached_property
    def _variants(self) -> list[Variant]:
        # Made at the first use: unions refer to each other in circles.
        resolve = self._compiler.resolve
        return [
            Variant(
                self._compiler.check(schema),
                admitted_types(schema, resolve),
                admitted_tags(schema, TAG, resolve),
                TAG in required_names(schema, resolve),
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
        return best if best is not None else (self._unlike_all(value),)

    def _candidates(self, value: Any) -> list[Variant]:
        own = type_names(value)
        candidates = self._variants
        if is_object(value):
            tag = value.get(TAG)
            if isinstance(tag, str) and tag in self._by_tag:
                candidates = self._by_tag[tag]
            elif TAG not in value:
                candidates = [v for v in candidates if not v.needs_tag]
            elif isinstance(tag, str):
                candidates = [v for v in candidates if v.tags is None]
        return [v for v in candidates if v.types is None or not v.types.isdisjoint(own)]

    def _unlike_all(self, value: Any) -> Problem:
        fitting = [
            v
            for v in self._variants
            if v.types is None or not v.types.isdisjoint(type_names(value))
        ]
        if not fitting:
            types = frozenset[str]().union(*(v.types or () for v in self._variants))
            types -= {"integer"} if "number" in types else frozenset()
            message = f"expected {named(types)}, got {named(type_names(value)[:1])}"
            return Problem((), message, "invalid_type")
        if TAG not in value:
            return Problem((TAG,), "is required", "missing_required_parameter")
        listing = ", ".join(sorted({tag for v in fitting for tag in v.tags or ()}))
        return Problem((TAG,), f"expected one of {listing}, got {value[TAG]!r:.80}")


def _rank(found: Sequence[Problem]) -> tuple[int, int, int]:
    # A wrong tag further in says that another variant was meant; a missing field does not.
    outside = sum(len(problem.path) <= 1 for problem in found)
    tags = sum(problem.path[-1:] == (TAG,) for problem in found)
    return outside, tags, len(found)
