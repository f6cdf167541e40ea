"""Query parameters: text in the address, typed by the document.

The document names each operation's parameters and their types; the two rules that it states in
prose only (the range of ``limit``, the default of ``order``) stand here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._schema import Operation, Parameter, problems
from .errors import invalid, misfit

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


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
    return {
        parameter.name: _read(parameter, given[parameter.name])
        for parameter in operation.parameters
        if parameter.place == "query" and parameter.name in given
    }


def read_page(query: dict[str, Any]) -> Page:
    """The page that ``limit``, ``order`` and ``after`` ask for."""
    limit = query.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        code = "integer_below_min_value" if limit < 1 else "integer_above_max_value"
        message = f"Invalid 'limit': expected a value from 1 to {MAX_LIMIT}, got {limit}."
        raise invalid("limit", message, code)
    return Page(limit, query.get("order", "desc") == "asc", query.get("after"))


def _read(parameter: Parameter, texts: list[str]) -> Any:
    declared = parameter.schema.get("type")
    value: Any
    if declared == "array":
        value = texts
    elif len(texts) > 1:
        raise invalid(
            parameter.name, f"'{parameter.name}' was given {len(texts)} times; once will do."
        )
    else:
        value = _scalar(texts[0], declared)
    if found := problems(parameter.schema, value):
        raise misfit([problem.under(parameter.name) for problem in found])
    return value


def _scalar(text: str, declared: Any) -> Any:
    # What cannot be read stays text, and then does not fit the schema.
    if declared == "integer" and re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    if declared == "boolean" and text in ("true", "false"):
        return text == "true"
    return text
