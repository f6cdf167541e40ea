"""What the package's validator is compared with: the same rules, read off the schema each time.

Nothing is compiled, kept or narrowed by Python type; a union tries every variant that its rules
leave. It shares with the package how JSON values are compared and described, and which of several
failed variants was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openai_conversations._request.validation import describe
from openai_conversations._schema.unions import TAG, _rank, admitted_tags
from openai_conversations._schema.values import (
    REQUIRED,
    Problem,
    json_equal,
    json_types,
    wrong_type,
)

SAMPLES: Mapping[str, Any] = {
    "null": None, "boolean": False, "string": "", "integer": 0, "number": 0.5, "array": [],
    "object": {},
}  # fmt: skip
SIZES = {"Length": (str, "characters"), "Items": (list, "entries"), "Properties": (dict, "keys")}


class PlainValidator:
    """Judges values by the schemas of a document, into which `$ref` points."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def resolve(self, reference: str) -> Any:
        """Return what a reference of the form `#/components/schemas/Name` points to."""
        target: Any = self._document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        return target

    def problems(self, schema: Any, value: Any) -> list[Problem]:
        """Return what is wrong with a value, in the order of the keywords."""
        if not isinstance(schema, Mapping):
            newer = Problem((), "is not allowed here", "unknown_parameter", unknown=True)
            return [newer] if schema is False else []
        names = schema.get("type", [])
        if names and (
            wrong := wrong_type(frozenset([names] if isinstance(names, str) else names), value)
        ):
            return list(wrong)
        return [
            problem
            for keyword, operand in schema.items()
            for problem in self._of_keyword(schema, keyword, operand, value)
        ]

    def _of_keyword(
        self, schema: Mapping[str, Any], keyword: str, operand: Any, value: Any
    ) -> Iterator[Problem]:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        match keyword:
            case "$ref":
                yield from self.problems(self.resolve(operand), value)
            case "allOf":
                for part in operand:
                    yield from self.problems(part, value)
            case "anyOf" | "oneOf":
                yield from self._of_union(operand, value)
            case "const":
                yield from _of_enum([operand], value)
            case "enum":
                yield from _of_enum(operand, value)
            case "minimum" if is_number and value < operand:
                yield Problem((), f"must be at least {operand}, got {value}")
            case "maximum" if is_number and value > operand:
                yield Problem((), f"must be at most {operand}, got {value}")
            case "pattern" if isinstance(value, str) and not re.search(operand, value):
                yield Problem((), f"must match the pattern {operand}, got {describe(value)}")
            case "items" if isinstance(value, list):
                for n, one in enumerate(value):
                    yield from (problem.under(n) for problem in self.problems(operand, one))
            case _ if isinstance(value, dict):
                yield from self._of_object(schema, keyword, operand, value)
        end, unit = keyword[:3], keyword[3:]
        if end in ("min", "max") and unit in SIZES and isinstance(value, SIZES[unit][0]):
            size = len(value)
            if size < operand if end == "min" else size > operand:
                more = "more" if end == "min" else "fewer"
                yield Problem((), f"must have {operand} {SIZES[unit][1]} or {more}, got {size}")

    def _of_object(
        self, schema: Mapping[str, Any], keyword: str, operand: Any, value: dict[str, Any]
    ) -> Iterator[Problem]:
        match keyword:
            case "required":
                yield from (Problem((name,), *REQUIRED) for name in operand if name not in value)
            case "properties" | "additionalProperties":
                declared = schema.get("properties", {})
                for name, one in value.items():
                    if (name in declared) == (keyword == "properties"):
                        inner = declared.get(name, operand)
                        yield from (found.under(name) for found in self.problems(inner, one))
            case "propertyNames":
                for name in value:
                    for found in self.problems(operand, name):
                        yield Problem((name,), f"bad name: {found.message}", found.code)

    def _of_union(self, variants: list[Any], value: Any) -> list[Problem]:
        # 1. Those that a value of this JSON type may fit. 2. Of these, those of its tag.
        admitted = [(one, self._types(one), admitted_tags(one, self.resolve)) for one in variants]
        fitting = [one for one in admitted if one[1] & {*json_types(value)}]
        candidates = fitting
        if isinstance(value, dict):
            tag = value.get(TAG, ...)
            if isinstance(tag, str):
                candidates = [one for one in fitting if one[2] is None or tag in one[2]]
            elif tag is ...:
                candidates = [one for one in fitting if not self._needs_tag(one[0])]
        verdicts = [self.problems(one[0], value) for one in candidates]
        if verdicts:
            return [] if [] in verdicts else min(verdicts, key=_rank)
        if not fitting:
            types = frozenset[str]().union(*(one[1] for one in admitted))
            return list(wrong_type(types - ({"integer"} if "number" in types else set()), value))
        if TAG not in value:
            return [Problem((TAG,), *REQUIRED)]
        listing = ", ".join(sorted({tag for one in fitting for tag in one[2] or ()}))
        message = f"expected one of {listing}, got {describe(value[TAG])}"
        return [Problem((TAG,), message, unknown=isinstance(value[TAG], str))]

    def _types(self, schema: Any) -> frozenset[str]:
        return frozenset(
            name
            for name, sample in SAMPLES.items()
            if not any(
                one.path == () and one.code == "invalid_type"
                for one in self.problems(schema, sample)
            )
        )

    def _needs_tag(self, schema: Any) -> bool:
        return any(
            one.path == (TAG,) and one.code == REQUIRED[1] for one in self.problems(schema, {})
        )


def _of_enum(allowed: list[Any], value: Any) -> Iterator[Problem]:
    if not any(json_equal(value, one) for one in allowed):
        listing = ", ".join(map(repr, allowed))
        is_text = isinstance(value, str)
        newer = is_text and any(isinstance(one, str) for one in allowed)
        yield Problem((), f"expected one of {listing}, got {describe(value)}", unknown=newer)
