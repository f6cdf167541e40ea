"""Query parameters: text in the address, typed by the document.

The document names each operation's parameters, their types and most defaults; the one that it
states in prose only, the order of a list, stands here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._schema import Operation, Parameter, problems
from .errors import invalid, misfit


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    limit: int
    ascending: bool
    after: str | None


def read_query(operation: Operation, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The operation's query parameters as typed values; unknown names are ignored.

    Lists are given by repeating a name, with or without ``[]`` behind it. Raises ServiceError 400
    that names the parameter.
    """
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        given.setdefault(re.sub(r"\[\d*\]$", "", name), []).append(text)
    values: dict[str, Any] = {}
    for parameter in operation.parameters:
        name = parameter.name.removesuffix("[]")
        if parameter.place == "query" and name in given:
            values[name] = _read(parameter, name, given[name])
        elif "default" in parameter.schema:
            values[name] = parameter.schema["default"]
    return values


def read_page(query: dict[str, Any]) -> Page:
    """The page that ``limit``, ``order`` and ``after`` ask for."""
    return Page(query["limit"], query.get("order", "desc") == "asc", query.get("after"))


def _read(parameter: Parameter, name: str, texts: list[str]) -> Any:
    declared = parameter.schema.get("type")
    value: Any
    if declared == "array":
        value = texts
    elif len(texts) > 1:
        raise invalid(name, f"'{name}' was given {len(texts)} times; once will do.")
    else:
        value = _scalar(texts[0], declared)
    if found := problems(parameter.schema, value):
        raise misfit([problem.under(name) for problem in found])
    return value


def _scalar(text: str, declared: Any) -> Any:
    # What cannot be read stays text, and then does not fit the schema.
    if declared == "integer" and re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    if declared == "boolean" and text in ("true", "false"):
        return text == "true"
    return text
