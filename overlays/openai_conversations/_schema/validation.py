"""A small JSON Schema validator for the project's OpenAPI document.

The base install is httpx and attrs, so a validator from a library is not available at run time;
the tests compare this one with `jsonschema`. It covers the part of JSON Schema 2020-12 that the
OpenAPI document uses. Schemas are compiled once, at the first use, to closures that return the
problems of a value: an empty tuple, and no more work than that, if there are none. Each type of
values has a closure of its own, or none where nothing can be wrong.

`oneOf` means "at least one" here. The document's unions overlap (a plain user message fits both
`EasyInputMessage` and `InputMessage`), so read to the letter they would refuse such values.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from typing import Any, NamedTuple

from .._request.validation import describe
from .unions import Check, Find, Variant, admitted_tags, find_in_union, problems_by
from .values import REQUIRED, Problem, is_mapping, json_equal, json_types_of, wrong_type

#: Keywords that say nothing about whether a value is valid.
ANNOTATIONS = frozenset({
    "title", "description", "default", "example", "examples", "deprecated", "readOnly",
    "writeOnly", "format", "discriminator", "externalDocs", "xml", "$schema", "$id", "$comment",
})  # fmt: skip


Schema = Mapping[str, Any]
CheckOf = Callable[[Any], Check]


class Validator:
    """Compiles the schemas of one decoded OpenAPI document, into which `$ref` points."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        # Keyed by identity; a check keeps its schema, so that an identity is never reused.
        self._compiled: dict[int, Check] = {}

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
            known = self._compiled[id(schema)] = Check(partial(self._compile, schema))
        return known

    def _compile(self, schema: Any, kind: type[Any]) -> Find | None:
        if not is_mapping(schema):
            return None if schema is not False else _nothing
        finds: list[Find | None] = []
        for keyword, operand in schema.items():
            if keyword == "allOf":
                finds += [self.check(part)[kind] for part in operand]
            elif keyword in ("anyOf", "oneOf"):
                parts = [Variant(self.check(p), admitted_tags(p, self.resolve)) for p in operand]
                finds.append(find_in_union(parts, kind))
            elif keyword == "$ref":
                finds.append(self.check(self.resolve(operand))[kind])
            elif keyword == "enum" or keyword == "const":
                finds.append(_enum(operand if keyword == "enum" else [operand], kind))
            elif keyword in _KEYWORDS and _KEYWORDS[keyword].speaks_of(kind):
                finds.append(_KEYWORDS[keyword].compile(self.check, operand, schema))
        required = [find for find in finds if find is not None]
        found = reduce(_both, required) if required else None
        return _type(schema["type"], kind, found) if "type" in schema else found


def _nothing(value: Any) -> Sequence[Problem]:
    return (Problem((), "is not allowed here", "unknown_parameter", unknown=True),)


def _both(first: Find, second: Find) -> Find:
    def find(value: Any) -> Sequence[Problem]:
        # No list is made for a value without problems: this runs for every object of a body.
        found, bad = first(value), second(value)
        return [*found, *bad] if found and bad else found or bad

    return find


def _type(declared: str | Sequence[str], kind: type[Any], rest: Find | None) -> Find | None:
    names = frozenset([declared] if isinstance(declared, str) else declared)
    if not issubclass(kind, float):
        return partial(wrong_type, names) if names.isdisjoint(json_types_of(kind)) else rest
    if "number" in names:
        return rest
    return lambda value: wrong_type(names, value) or problems_by(rest, value)


def _enum(allowed: Sequence[Any], kind: type[Any]) -> Find:
    texts = frozenset(value for value in allowed if isinstance(value, str))
    others = [value for value in allowed if not isinstance(value, str)]
    listing = ", ".join(repr(value) for value in allowed)
    is_text = issubclass(kind, str)

    def find(value: Any) -> Sequence[Problem]:
        if value in texts if is_text else any(json_equal(value, one) for one in others):
            return ()
        message = f"expected one of {listing}, got {describe(value)}"
        return (Problem((), message, unknown=bool(texts) and is_text),)

    return find


def _pattern(check: CheckOf, source: str, schema: Schema) -> Find:
    search = re.compile(source).search
    problem = f"must match the pattern {source}, got"
    return lambda v: () if search(v) else (Problem((), f"{problem} {describe(v)}"),)


def _required(check: CheckOf, names: Sequence[str], schema: Schema) -> Find:
    missing = [(name, Problem((name,), *REQUIRED)) for name in names]
    all_of_them = frozenset(names)

    def find(value: Mapping[str, Any]) -> Sequence[Problem]:
        if value.keys() >= all_of_them:
            return ()
        return [problem for name, problem in missing if name not in value]

    return find


def _items(check: CheckOf, operand: Any, schema: Schema) -> Find:
    inner = check(operand)

    def find(value: Sequence[Any]) -> Sequence[Problem]:
        found: Sequence[Problem] = ()
        for n, one in enumerate(value):
            if (known := inner[type(one)]) is not None and (bad := known(one)):
                found = [*found, *(problem.under(n) for problem in bad)]
        return found

    return find


def _properties(check: CheckOf, operand: Mapping[str, Any], schema: Schema) -> Find:
    declared = {name: check(one) for name, one in operand.items()}

    def find(value: Mapping[str, Any]) -> Sequence[Problem]:
        found: Sequence[Problem] = ()
        for name, one in value.items():
            if (
                (inner := declared.get(name)) is not None
                and (known := inner[type(one)]) is not None
                and (bad := known(one))
            ):
                found = [*found, *(problem.under(name) for problem in bad)]
        return found

    return find


def _additional(check: CheckOf, operand: Any, schema: Schema) -> Find:
    declared: Mapping[str, Any] = schema.get("properties", {})
    inner = check(operand)

    def find(value: Mapping[str, Any]) -> Sequence[Problem]:
        others = [(name, one) for name, one in value.items() if name not in declared]
        return [problem.under(name) for name, one in others for problem in inner(one)]

    return find


def _property_names(check: CheckOf, operand: Any, schema: Schema) -> Find:
    inner = check(operand)

    def find(value: Mapping[str, Any]) -> Sequence[Problem]:
        bad = [(name, problem) for name in value for problem in inner(name)]
        return [Problem((name,), f"bad name: {one.message}", one.code) for name, one in bad]

    return find


class _Keyword(NamedTuple):
    """A keyword that speaks about values of some types; others have no problems with it."""

    types: tuple[type, ...]
    compile: Callable[[CheckOf, Any, Schema], Find]

    def speaks_of(self, kind: type[Any]) -> bool:
        return issubclass(kind, self.types) and not issubclass(kind, bool)


def _bound(
    types: tuple[type, ...],
    measure: Callable[[Any], float],
    is_beyond: Callable[[float, float], bool],
    phrase: str,
) -> _Keyword:
    def compile_bound(check: CheckOf, limit: float, schema: Schema) -> Find:
        def find(value: Any) -> Sequence[Problem]:
            size = measure(value)
            if not is_beyond(size, limit):
                return ()
            return (Problem((), f"must {phrase.format(limit)}, got {size}"),)

        return find

    return _Keyword(types, compile_bound)


_KEYWORDS = {
    "required": _Keyword((dict,), _required),
    "properties": _Keyword((dict,), _properties),
    "additionalProperties": _Keyword((dict,), _additional),
    "propertyNames": _Keyword((dict,), _property_names),
    "items": _Keyword((list,), _items),
    "pattern": _Keyword((str,), _pattern),
    "minimum": _bound((int, float), operator.pos, operator.lt, "be at least {}"),
    "maximum": _bound((int, float), operator.pos, operator.gt, "be at most {}"),
    "minLength": _bound((str,), len, operator.lt, "have {} characters or more"),
    "maxLength": _bound((str,), len, operator.gt, "have {} characters or fewer"),
    "minItems": _bound((list,), len, operator.lt, "have {} entries or more"),
    "maxItems": _bound((list,), len, operator.gt, "have {} entries or fewer"),
    "minProperties": _bound((dict,), len, operator.lt, "have {} keys or more"),
    "maxProperties": _bound((dict,), len, operator.gt, "have {} keys or fewer"),
}

#: All keywords with an effect, or known to have none; the tests look for others.
KEYWORDS = (
    ANNOTATIONS
    | frozenset(_KEYWORDS)
    | {"type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"}
)
