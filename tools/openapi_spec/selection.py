"""Read `spec/selection.yaml`: which operations are kept, and the general trimming rules."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tools.errors import ToolError
from tools.fetch import fetch
from tools.files import text_of
from tools.openapi import Operation
from tools.plain import parse
from tools.values import is_list, is_object

_ROUTE = re.compile(r"[A-Z]+ /\S*")


@dataclass(frozen=True, slots=True)
class Rule:
    """Keywords that go, and why. `prose` ones stay when somebody asks to keep the prose."""

    drop: tuple[str, ...]
    reason: str
    prose: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """What is taken from the upstream document."""

    repository: str
    title: str
    operations: dict[str, str]
    """Our operationIds, each with its method and path, or "" where it is upstream's own name."""
    rules: tuple[Rule, ...]
    added: frozenset[str] = frozenset()
    """Those of the operations that upstream may lack, because an addition has them."""

    def name_of(self, operation: Operation) -> str:
        """Return our name of an operation of a document; its own where it is not selected."""
        routes = {route: name for name, route in self.operations.items()}
        return routes.get(f"{operation.method.upper()} {operation.path}", operation.name)

    def keeps(self, keyword: str, *, keep_prose: bool = False) -> bool:
        """Tell whether a keyword survives the rules."""
        return not any(
            fnmatchcase(keyword, pattern)
            for rule in self.rules
            if not (rule.prose and keep_prose)
            for pattern in rule.drop
        )


def read_selection(path: Path) -> Selection:
    """Read the file; ToolError names the entry that is not as it should be."""
    content = parse(fetch(str(path)), path.name)
    top = _mapping(content, path.name, "the file", {"repository", "title", "operations", "rules"})
    operations: list[tuple[str, str]] = []
    added: list[str] = []
    for where, entry in _entries(top, path.name, "operations"):
        group = _mapping(entry, path.name, where, {"keep", "reason", "added"})
        text_of(group, "reason", f"{path.name}: {where}")
        kept = _operations(group, path.name, where)
        operations += kept
        if _switch(group, path.name, where, "added"):
            added += [name for name, _ in kept]
    names = [name for name, _ in operations]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ToolError(f"{path.name}: operations: named twice: {', '.join(twice)}.")
    rules: list[Rule] = []
    for where, entry in _entries(top, path.name, "rules"):
        rule = _mapping(entry, path.name, where, {"drop", "reason", "prose"})
        prose = _switch(rule, path.name, where, "prose")
        reason = text_of(rule, "reason", f"{path.name}: {where}")
        rules.append(Rule(tuple(_names(rule, path.name, where, "drop")), reason, prose))
    repository = text_of(top, "repository", path.name)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ToolError(f"{path.name}: repository: expected owner/name, got {repository!r}.")
    title = text_of(top, "title", path.name)
    return Selection(repository, title, dict(operations), tuple(rules), frozenset(added))


def _mapping(value: object, name: str, where: str, allowed: set[str]) -> dict[str, Any]:
    if not is_object(value):
        raise ToolError(f"{name}: {where}: expected an object, got {value!r:.60}.")
    unknown = sorted(str(key) for key in value if key not in allowed)
    if unknown:
        raise ToolError(
            f"{name}: {where}: unknown key {', '.join(unknown)}; "
            f"expected {', '.join(sorted(allowed))}."
        )
    return value


def _entries(top: dict[str, Any], name: str, key: str) -> list[tuple[str, object]]:
    value = top.get(key)
    if not is_list(value) or not value:
        raise ToolError(f"{name}: {key}: expected a list with at least one entry.")
    return [(f"{key}[{index}]", entry) for index, entry in enumerate(value)]


def _switch(entry: dict[str, Any], name: str, where: str, key: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise ToolError(f"{name}: {where}.{key}: expected true or false, got {value!r}.")
    return value


def _operations(entry: dict[str, Any], name: str, where: str) -> list[tuple[str, str]]:
    kept = entry.get("keep")
    if not is_object(kept):
        return [(one, "") for one in _names(entry, name, where, "keep")]
    for operation, route in kept.items():
        if not isinstance(route, str) or not _ROUTE.fullmatch(route):
            raise ToolError(
                f"{name}: {where}.keep.{operation}: expected a method and a path such as "
                f"`GET /things`, got {route!r:.60}."
            )
    return [*kept.items()]


def _names(entry: dict[str, Any], name: str, where: str, key: str) -> list[str]:
    value = entry.get(key)
    if not is_list(value) or not value or not all(isinstance(v, str) for v in value):
        raise ToolError(f"{name}: {where}.{key}: expected a list of names, got {value!r:.60}.")
    return value
