"""A small JSON Schema validator for the project's OpenAPI document.

The base install is httpx and attrs, so a validator from a library is not available at run time;
the tests compare this one with `jsonschema`. It covers the part of JSON Schema 2020-12 that the
OpenAPI document uses. Schemas are compiled once, at the first use, to closures that return the
problems of a value: an empty tuple, and no more work than that, if there are none.

`oneOf` means "at least one" here. The document's unions overlap (a plain user message fits both
`EasyInputMessage` and `InputMessage`), so read to the letter they would refuse such values.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from .._request.validation import describe
from .unions import Check, UnionCheck
from .values import REQUIRED, Problem, is_array, is_mapping, is_object, json_equal, wrong_type

#: Keywords that say nothing about whether a value is valid.
ANNOTATIONS = frozenset({
    "title", "description", "default", "example", "examples", "deprecated", "readOnly",
    "writeOnly", "format", "discriminator", "externalDocs", "xml", "$schema", "$id", "$comment",
})  # fmt: skip


class Validator:
    """Compiles the schemas of one decoded OpenAPI document, into which `$ref` points."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        # Keyed by identity, and the schema kept beside it so that an identity is never reused.
        self._compiled: dict[int, tuple[object, Check]] = {}

    def problems(self, schema: Any, value: Any) -> list[Problem]:
        """Return what keeps a value from fitting a schema; empty if it fits."""
        return list(self.check(schema)(value))

    def resolve(self, reference: str) -> Any:
        """Return the part of the document that a `#/…` reference points to, or a KeyError."""
        target: Any = self._document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return target

    def check(self, schema: Any) -> Check:
        """Return the compiled form of a schema."""
        known = self._compiled.get(id(schema))
        if known is None:
            known = self._compiled[id(schema)] = (schema, self._compile(schema))
        return known[1]

    def _compile(self, schema: Any) -> Check:
        if not is_mapping(schema):
            return _anything if schema is not False else _nothing
        checks: list[Check] = []
        for keyword, operand in schema.items():
            if keyword in _SIMPLE:
                checks.append(_SIMPLE[keyword](operand))
            elif keyword in _APPLIED:
                checks.append(_APPLIED[keyword](self.check(operand)))
            elif keyword in ("anyOf", "oneOf"):
                checks.append(UnionCheck(operand, self.check, self.resolve))
            elif keyword == "allOf":
                checks.extend(self.check(part) for part in operand)
            elif keyword == "$ref":
                checks.append(self._reference(operand))
            elif keyword == "properties":
                checks.append(_properties({k: self.check(v) for k, v in operand.items()}))
            elif keyword == "additionalProperties":
                checks.append(_additional(schema.get("properties", {}), self.check(operand)))
        together = _together(checks)
        return _type(schema["type"], together) if "type" in schema else together

    def _reference(self, reference: str) -> Check:
        # Resolved when it is first used: schemas refer to each other in circles.
        target = cache(lambda: self.check(self.resolve(reference)))
        return lambda value: target()(value)


def _anything(value: Any) -> Sequence[Problem]:
    return ()


def _nothing(value: Any) -> Sequence[Problem]:
    return (Problem((), "is not allowed here", "unknown_parameter", unknown=True),)


def _together(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    return lambda value: [problem for check in checks for problem in check(value)]


def _type(declared: str | Sequence[str], rest: Check) -> Check:
    names = frozenset([declared] if isinstance(declared, str) else declared)
    return lambda value: wrong_type(names, value) or rest(value)


def _when(applies: Callable[[object], bool], check: Check) -> Check:
    """Restrict a check to the values that its keyword speaks about; others have no problems."""
    return lambda value: check(value) if applies(value) else ()


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _enum(allowed: Sequence[Any]) -> Check:
    texts = frozenset(value for value in allowed if isinstance(value, str))
    others = [value for value in allowed if not isinstance(value, str)]
    listing = ", ".join(repr(value) for value in allowed)

    def check(value: Any) -> Sequence[Problem]:
        if value in texts if _is_text(value) else any(json_equal(value, one) for one in others):
            return ()
        message = f"expected one of {listing}, got {describe(value)}"
        return (Problem((), message, unknown=bool(texts) and _is_text(value)),)

    return check


def _bound(
    applies: Callable[[object], bool], measure: Callable[[Any], float], keyword: str, phrase: str
) -> Callable[[Any], Check]:
    is_beyond = operator.lt if keyword.startswith("min") else operator.gt

    def compile_bound(limit: Any) -> Check:
        def check(value: Any) -> Sequence[Problem]:
            size = measure(value)
            if not is_beyond(size, limit):
                return ()
            return (Problem((), phrase.format(limit=limit, size=size)),)

        return _when(applies, check)

    return compile_bound


def _pattern(source: str) -> Check:
    search = re.compile(source).search
    problem = f"must match the pattern {source}, got"
    return _when(
        _is_text, lambda v: () if search(v) else (Problem((), f"{problem} {describe(v)}"),)
    )


def _required(names: Sequence[str]) -> Check:
    missing = [(name, Problem((name,), *REQUIRED)) for name in names]
    return _when(is_object, lambda value: [one for name, one in missing if name not in value])


def _items(inner: Check) -> Check:
    return _when(is_array, lambda v: [p.under(n) for n, one in enumerate(v) for p in inner(one)])


def _properties(inner: Mapping[str, Check]) -> Check:
    def check(value: Mapping[str, Any]) -> Sequence[Problem]:
        # No list is made for an object without problems: this runs for every one of a body.
        found: Sequence[Problem] = ()
        for name, one in value.items():
            if (known := inner.get(name)) is not None and (bad := known(one)):
                found = [*found, *(problem.under(name) for problem in bad)]
        return found

    return _when(is_object, check)


def _additional(declared: Mapping[str, Any], inner: Check) -> Check:
    def check(value: Mapping[str, Any]) -> Sequence[Problem]:
        others = [(name, one) for name, one in value.items() if name not in declared]
        return [problem.under(name) for name, one in others for problem in inner(one)]

    return _when(is_object, check)


def _property_names(inner: Check) -> Check:
    def check(value: Mapping[str, Any]) -> Sequence[Problem]:
        bad = [(name, problem) for name in value for problem in inner(name)]
        return [Problem((name,), f"bad name: {one.message}", one.code) for name, one in bad]

    return _when(is_object, check)


_SIMPLE: dict[str, Callable[[Any], Check]] = {
    "enum": _enum,
    "const": lambda allowed: _enum([allowed]),
    "required": _required,
    "pattern": _pattern,
    "minimum": _bound(_is_number, operator.pos, "minimum", "must be at least {limit}, got {size}"),
    "maximum": _bound(_is_number, operator.pos, "maximum", "must be at most {limit}, got {size}"),
}
_SIMPLE.update(
    (end + unit, _bound(applies, len, end, f"must have {{limit}} {what} or {more}, got {{size}}"))
    for unit, applies, what in (
        ("Length", _is_text, "characters"),
        ("Items", is_array, "entries"),
        ("Properties", is_object, "keys"),
    )
    for end, more in (("min", "more"), ("max", "fewer"))
)
#: Keywords whose operand is one schema, for all elements or for all names.
_APPLIED: dict[str, Callable[[Check], Check]] = {"items": _items, "propertyNames": _property_names}

#: All keywords with an effect, or known to have none; the tests look for others.
KEYWORDS = (
    ANNOTATIONS
    | frozenset(_SIMPLE)
    | frozenset(_APPLIED)
    | {"type", "properties", "additionalProperties", "anyOf", "oneOf", "allOf", "$ref"}
)
