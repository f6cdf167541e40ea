"""A small JSON Schema validator for the project's own OpenAPI document.

The base install is httpx and attrs, so that a validator from elsewhere is no option at run time;
the tests hold this one against ``jsonschema``. It covers the part of JSON Schema 2020-12 that the
document uses. Schemas are compiled once, when first needed, to closures that return the problems
of a value: an empty tuple, and no more work than that, when there are none.

``oneOf`` means "at least one" here. The document's unions overlap (a plain user message fits both
``EasyInputMessage`` and ``InputMessage``), so that read to the letter it would refuse them.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .problem import Problem
from .unions import Union_
from .values import equal, is_array, is_mapping, is_object, named, type_names

Check = Callable[[Any], Sequence[Problem]]

#: Keywords that say nothing about whether a value is valid.
ANNOTATIONS = frozenset({
    "title", "description", "default", "example", "examples", "deprecated", "readOnly",
    "writeOnly", "format", "discriminator", "externalDocs", "xml", "$schema", "$id", "$comment",
})  # fmt: skip


class Validator:
    """Compiles the schemas of one document.

    ``document`` is the decoded OpenAPI document (or any JSON object) that ``$ref`` points into.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        # Keyed by identity, and the schema kept beside it so that an identity is never reused.
        self._compiled: dict[int, tuple[object, Check]] = {}

    def problems(self, schema: Any, value: Any) -> list[Problem]:
        """Everything that keeps ``value`` from fitting ``schema``; empty when it fits."""
        return list(self.check(schema)(value))

    def resolve(self, reference: str) -> Any:
        """The part of the document that a ``#/…`` reference points to; KeyError when none."""
        target: Any = self._document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return target

    def check(self, schema: Any) -> Check:
        """The compiled form of a schema."""
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
            elif keyword in ("anyOf", "oneOf"):
                checks.append(Union_(operand, self))
            elif keyword == "allOf":
                checks.extend(self.check(part) for part in operand)
            elif keyword == "$ref":
                checks.append(self._reference(operand))
            elif keyword == "items":
                checks.append(_items(self.check(operand)))
            elif keyword == "propertyNames":
                checks.append(_property_names(self.check(operand)))
            elif keyword == "properties":
                checks.append(_properties({k: self.check(v) for k, v in operand.items()}))
            elif keyword == "additionalProperties":
                checks.append(_additional(schema.get("properties", {}), self.check(operand)))
        if "type" in schema:
            return _type(schema["type"], _together(checks))
        return _together(checks)

    def _reference(self, reference: str) -> Check:
        target: Check | None = None

        def check(value: Any) -> Sequence[Problem]:
            nonlocal target
            if target is None:
                target = self.check(self.resolve(reference))
            return target(value)

        return check


def _anything(value: Any) -> Sequence[Problem]:
    return ()


def _nothing(value: Any) -> Sequence[Problem]:
    return (Problem((), "is not allowed here", "unknown_parameter"),)


def _together(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if not checks:
        return _anything

    def check(value: Any) -> Sequence[Problem]:
        found: list[Problem] = []
        for one in checks:
            found.extend(one(value))
        return found

    return check


def _type(declared: str | Sequence[str], rest: Check) -> Check:
    names = frozenset([declared] if isinstance(declared, str) else declared)

    def check(value: Any) -> Sequence[Problem]:
        own = type_names(value)
        if names.isdisjoint(own):
            message = f"expected {named(names)}, got {named(own[:1])}"
            return (Problem((), message, "invalid_type"),)
        return rest(value)

    return check


def _enum(allowed: Sequence[Any]) -> Check:
    texts = frozenset(value for value in allowed if isinstance(value, str))
    others = [value for value in allowed if not isinstance(value, str)]
    listing = ", ".join(repr(value) for value in allowed)

    def check(value: Any) -> Sequence[Problem]:
        if value in texts if isinstance(value, str) else any(equal(value, one) for one in others):
            return ()
        return (Problem((), f"expected one of {listing}, got {_brief(value)}"),)

    return check


def _const(allowed: Any) -> Check:
    return _enum([allowed])


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _bound(
    measures: Callable[[Any], float | None], bad: Callable[[float, float], bool], phrase: str
) -> Callable[[Any], Check]:
    def compile_bound(limit: Any) -> Check:
        def check(value: Any) -> Sequence[Problem]:
            size = measures(value)
            if size is None or not bad(size, limit):
                return ()
            return (Problem((), phrase.format(limit=limit, size=_brief(size))),)

        return check

    return compile_bound


def _number(value: Any) -> float | None:
    return None if isinstance(value, bool) or not isinstance(value, (int, float)) else value


def _length(value: Any) -> float | None:
    return len(value) if isinstance(value, str) else None


def _count(value: Any) -> float | None:
    return len(value) if is_array(value) else None


def _size(value: Any) -> float | None:
    return len(value) if is_object(value) else None


def _pattern(source: str) -> Check:
    search = re.compile(source).search

    def check(value: Any) -> Sequence[Problem]:
        if not isinstance(value, str) or search(value):
            return ()
        return (Problem((), f"must match the pattern {source}, got {_brief(value)}"),)

    return check


def _required(names: Sequence[str]) -> Check:
    def check(value: Any) -> Sequence[Problem]:
        if not is_object(value):
            return ()
        return [
            Problem((name,), "is required", "missing_required_parameter")
            for name in names
            if name not in value
        ]

    return check


def _items(inner: Check) -> Check:
    def check(value: Any) -> Sequence[Problem]:
        if not is_array(value):
            return ()
        return [problem.under(i) for i, one in enumerate(value) for problem in inner(one)]

    return check


def _properties(inner: dict[str, Check]) -> Check:
    def check(value: Any) -> Sequence[Problem]:
        found: Sequence[Problem] = ()
        if is_object(value):
            for name, one in value.items():
                if (known := inner.get(name)) is not None and (bad := known(one)):
                    found = [*found, *(problem.under(name) for problem in bad)]
        return found

    return check


def _additional(declared: Mapping[str, Any], inner: Check) -> Check:
    def check(value: Any) -> Sequence[Problem]:
        if not is_object(value):
            return ()
        return [
            problem.under(name)
            for name, one in value.items()
            if name not in declared
            for problem in inner(one)
        ]

    return check


def _property_names(inner: Check) -> Check:
    def check(value: Any) -> Sequence[Problem]:
        if not is_object(value):
            return ()
        return [
            Problem((name,), f"bad name: {problem.message}", problem.code)
            for name in value
            for problem in inner(name)
        ]

    return check


_SIMPLE: dict[str, Callable[[Any], Check]] = {
    "enum": _enum,
    "const": _const,
    "required": _required,
    "pattern": _pattern,
    "minimum": _bound(_number, operator.lt, "must be at least {limit}, got {size}"),
    "maximum": _bound(_number, operator.gt, "must be at most {limit}, got {size}"),
    "minLength": _bound(_length, operator.lt, "must have {limit} characters or more"),
    "maxLength": _bound(_length, operator.gt, "must have {limit} characters or fewer"),
    "minItems": _bound(_count, operator.lt, "must have {limit} entries or more, got {size}"),
    "maxItems": _bound(_count, operator.gt, "must have {limit} entries or fewer, got {size}"),
    "minProperties": _bound(_size, operator.lt, "must have {limit} keys or more, got {size}"),
    "maxProperties": _bound(_size, operator.gt, "must have {limit} keys or fewer, got {size}"),
}

#: Every keyword with an effect, or known to have none; the tests look for others.
KEYWORDS = (
    ANNOTATIONS
    | frozenset(_SIMPLE)
    | {"type", "properties", "items", "additionalProperties", "propertyNames"}
    | {"anyOf", "oneOf", "allOf", "$ref"}
)
