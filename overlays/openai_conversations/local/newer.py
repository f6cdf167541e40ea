"""Kinds, fields and values that the OpenAPI document does not have: kept, or refused if strict.

A client may be newer than the document. What it sends then is kept whole, and reported once in the
log with its place. A report holds names, never a text: of a value, only a kind that looks like one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import getitem
from typing import Any

from .._schema.document import document, operation
from .._schema.unions import TELLING
from .._schema.values import JsonObject, Problem, is_array, is_object
from .places import Place
from .schema_parts import strings

logger = logging.getLogger(__name__)

#: How many reports a service makes at most: names that somebody makes up have no end.
MAX_REPORTS = 1000
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


@dataclass(eq=False)
class Newer:
    """What one service does with it."""

    strict: bool
    _reported: set[str] = field(default_factory=set[str])

    def refused(
        self, operation_id: str, body: JsonObject, found: Iterable[Problem]
    ) -> list[Problem]:
        """Return those problems of a request for which it is refused; others are reported.

        Args:
            operation_id: The operation of the request.
            body: The body; its unknown fields are added to the problems.
            found: The problems that the body has with the schema.
        """
        fields = _body_place(operation_id).unknown_fields(body)
        if not (every := dict.fromkeys([*found, *fields])):  # some are found in two ways
            return []
        refused = [one for one in every if self.strict or not _is_newer(one, body)]
        if not refused:
            for problem in every:
                self._report(operation_id, problem, body)
        return refused

    def _report(self, operation_id: str, problem: Problem, body: Any) -> None:
        steps = ["[]" if isinstance(step, int) else f".{_name(step)}" for step in problem.path]
        report = f"{''.join(steps).removeprefix('.')} of {operation_id}"
        kind = _at(body, problem.path) if problem.path[-1] == "type" else None
        if isinstance(kind, str) and _KIND.fullmatch(kind):
            report = f"{report}: {kind}"
        if report not in self._reported and len(self._reported) < MAX_REPORTS:
            self._reported.add(report)
            logger.warning("Kept what the OpenAPI document does not have, %s", report)


def _is_newer(problem: Problem, body: JsonObject) -> bool:
    # A kind or a role that the document has elsewhere is a mistake in this place.
    name = problem.path[-1] if problem.path else ""
    if not problem.unknown or name not in TELLING:
        return problem.unknown
    value = _at(body, problem.path)  # of an unknown field of such a name, anything
    return not isinstance(value, str) or value not in _known_values(name)


@cache
def _known_values(name: str) -> frozenset[str]:
    """Return the values that the document has for any field of this name."""
    known: set[str] = set()
    nodes: list[Any] = [document()]
    while nodes:
        node = nodes.pop()
        nodes += node.values() if is_object(node) else node if is_array(node) else ()
        if is_object(node) and name in node.get("properties", {}):
            known.update(strings(node["properties"][name]) or ())
    return frozenset(known)


def _at(body: Any, path: Iterable[int | str]) -> Any:
    return reduce(getitem, path, body)


def _name(step: str) -> str:
    return step if _KIND.fullmatch(step) else f"{step!a:.66}"


@cache
def _body_place(operation_id: str) -> Place:
    return Place(operation(operation_id).body or {})
