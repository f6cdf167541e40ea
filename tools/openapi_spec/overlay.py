"""Apply an OpenAPI Overlay 1.0 document, strictly.

The standard lets an action that selects nothing pass in silence, which hides that upstream has
moved on. Here such an action stops the run, as does one without a reason. Beyond the standard there
are some keys, prefixed as it asks:

`x-name`
    What errors call the action. Required, and unique in its file.
`x-optional`
    Why it is right when this action selects nothing (some versions of the upstream document
    lack the part). The action is then skipped, and the run says so.

`x-nullable`
    In the place of `update` or `remove`: what is selected is a schema, and allows null from now on.

`x-unless`
    A second JSONPath. Where it selects something in the document before any action of the file,
    the action is skipped in the same way.

A file with `x-additions: true` holds what upstream does not have yet. Its actions add the keys of
an object and the entries of a list that are not there, and change nothing that is there; one that
finds nothing to add is done, and the run says so.

`update` merges recursively: objects by key, arrays by concatenation, anything else replaces. To
replace an array, remove it in one action and put the new one in the next.
"""

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError, JSONPathQuery
from jsonpath_rfc9535.node import JSONPathNode
from jsonpath_rfc9535.selectors import NameSelector

from tools.errors import ToolError
from tools.fetch import fetch
from tools.files import text_of
from tools.openapi import walk
from tools.plain import parse
from tools.values import Json, is_list, is_object, kind_of, nearest

_KEYS = {"target", "description", "update", "remove"}
_ABOUT = {"description", "deprecated"}
_JSONPATH = JSONPathEnvironment()


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an Overlay document."""

    name: str
    reason: str
    target: JSONPathQuery
    update: Any
    remove: bool
    nullable: bool
    optional: str | None
    unless: JSONPathQuery | None
    adds: bool


def read_overlay(path: Path) -> tuple[Action, ...]:
    """Read an Overlay file; ToolError names the action that is not as it should be."""
    content = parse(fetch(str(path)), path.name)
    if not is_object(content) or not str(content.get("overlay", "")).startswith("1.0."):
        found = content.get("overlay") if is_object(content) else None
        raise ToolError(
            f"{path.name}: is not an OpenAPI Overlay 1.0 document (overlay: {found!r}, "
            "expected 1.0.0)."
        )
    info = content.get("info")
    if not is_object(info) or not {"title", "version"} <= info.keys():
        raise ToolError(f"{path.name}: info: expected an object with title and version.")
    actions = content.get("actions")
    if not is_list(actions) or not actions:
        raise ToolError(f"{path.name}: actions: expected a list with at least one action.")
    adds = content.get("x-additions") is True
    read = tuple(
        _action(entry, f"{path.name}: actions[{i}]", adds) for i, entry in enumerate(actions)
    )
    names = [action.name for action in read]
    for name in names:
        if names.count(name) > 1:
            raise ToolError(f"{path.name}: two actions have the x-name `{name}`.")
    return read


def apply(
    document: Json, actions: tuple[Action, ...], file: str, before: Json | None = None
) -> tuple[Json, list[Action]]:
    """Return a copy of `document` with all actions applied in order, and the actions skipped.

    `before` is the document before the first action of the file, where that is not `document`.
    Skipped are actions that have nothing to do: optional ones that select nothing, those whose
    `x-unless` is met, and additions that are there.

    Raises ToolError with the action's name when it selects nothing and is not optional, or
    cannot be merged into what it selects.
    """
    result = deepcopy(document)
    skipped: list[Action] = []
    for action in actions:
        where = f"{file}: action `{action.name}`"
        try:
            # A query may select a part twice; it is changed once.
            nodes = list({node.location: node for node in action.target.find(result)}.values())
            met = action.unless and action.unless.find_one(before or document)
        except (JSONPathError, RecursionError) as error:
            raise ToolError(f"{where}: target {action.target}: {error}.") from None
        if not nodes and not met and action.optional is None:
            raise ToolError(
                f"{where}: its target {action.target} matches nothing in the document."
                f"{_hint(action.target, result)} If the fault is gone, remove the action; if "
                "it has moved, correct the target."
            )
        updates = [
            _lacking(node.value, action.update) if action.adds else action.update for node in nodes
        ]
        if met or not nodes or (action.adds and not any(updates)):
            skipped.append(action)
        elif action.remove:
            for node in _ordered(nodes):
                _remove(node, where)
        elif action.nullable:
            for node in nodes:
                _make_nullable(node, where)
        else:
            for node, update in zip(nodes, updates, strict=True):
                _update(node, update, where)
    return result, skipped


def with_enums(document: Json) -> Json:
    """Return a copy of `document` in which each constant is an enumeration of one value too.

    `const: message` and `enum: [message]` say the same, and upstream has changed from one to the
    other before. The targets of the Overlays look at `enum`.
    """
    result = deepcopy(document)
    for node in walk(result, "document"):
        if node.kind == "schema" and "const" in node.value:
            node.value.setdefault("enum", [node.value["const"]])
    return result


def without_enums(document: Json) -> Json:
    """Return a copy of `document` in which a constant is nothing but that."""
    result = deepcopy(document)
    for node in walk(result, "document"):
        if node.kind == "schema" and node.value.get("enum") == [node.value.get("const")]:
            del node.value["enum"]
    return result


def _action(entry: object, where: str, adds: bool) -> Action:
    if not is_object(entry):
        raise ToolError(f"{where}: expected an object, got {entry!r:.60}.")
    name = text_of(entry, "x-name", where, "every action needs a name of its own")
    where = f"{where} `{name}`"
    unknown = sorted(str(k) for k in entry if k not in _KEYS and not str(k).startswith("x-"))
    if unknown:
        raise ToolError(
            f"{where}: unknown key {', '.join(unknown)}; expected {', '.join(sorted(_KEYS))}."
        )
    reason = text_of(entry, "description", where, "every action needs a reason")
    query = _query(entry, "target", where)
    unless = _query(entry, "x-unless", where) if "x-unless" in entry else None
    remove, nullable = (_switch(entry, key, where) for key in ("remove", "x-nullable"))
    if remove + nullable + ("update" in entry) != 1:
        raise ToolError(
            f"{where}: needs one of `update`, `remove: true` and `x-nullable: true`, and not both."
        )
    optional = None
    if "x-optional" in entry:
        optional = text_of(entry, "x-optional", where, "it says why the action may match nothing")
    if adds and not is_object(entry.get("update")):
        raise ToolError(f"{where}: an addition is an object with what is to be added.")
    return Action(
        name, reason, query, entry.get("update"), remove, nullable, optional, unless, adds
    )


def _switch(entry: Json, key: str, where: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise ToolError(f"{where}: {key}: expected true or false, got {value!r}.")
    return value


def _query(entry: Json, key: str, where: str) -> JSONPathQuery:
    path = text_of(entry, key, where, "it is a JSONPath")
    try:
        return _JSONPATH.compile(path)
    except JSONPathError as error:
        raise ToolError(f"{where}: {key} {path} is not a JSONPath (RFC 9535): {error}.") from None


def _lacking(target: Any, update: Json) -> Any:
    """Return the part of an addition that is not there yet; all of it where it cannot be merged."""
    if not is_object(target):
        return update
    lists = {key for key, value in update.items() if is_list(value) and is_list(target.get(key))}
    entries = {key: [one for one in update[key] if one not in target[key]] for key in lists}
    return {key: value for key, value in update.items() if key not in target} | {
        key: value for key, value in entries.items() if value
    }


def _ordered(nodes: list[JSONPathNode]) -> list[JSONPathNode]:
    """Deepest and last first, so that removing one does not move what is still to be removed."""
    return sorted(
        nodes,
        key=lambda node: (
            len(node.location),
            node.location[-1] if node.location and isinstance(node.location[-1], int) else 0,
        ),
        reverse=True,
    )


def _remove(node: JSONPathNode, where: str) -> None:
    if node.parent is None:
        raise ToolError(f"{where}: the document itself cannot be removed.")
    holder: Any = node.parent.value
    key: Any = node.location[-1]
    del holder[key]


def _make_nullable(node: JSONPathNode, where: str) -> None:
    schema: Any = node.value
    if not is_object(schema):
        raise ToolError(f"{where}: {node.path()} is {kind_of(schema)}; only a schema can be null.")
    null = {"type": "null"}
    if null in schema.get("anyOf", ()):
        return
    inner = {key: schema.pop(key) for key in [*schema] if key not in _ABOUT}
    schema["anyOf"] = [*inner.pop("anyOf")] if inner.keys() == {"anyOf"} else [inner]
    schema["anyOf"].append(null)


def _update(node: JSONPathNode, update: Any, where: str) -> None:
    target: Any = node.value
    if is_list(target):
        target.append(deepcopy(update))
    elif is_object(target) and is_object(update):
        _merge(target, update, f"{where}: {node.path()}")
    else:
        raise ToolError(
            f"{where}: {node.path()} is {kind_of(target)} and the update is {kind_of(update)}; an "
            "object is merged into an object, an entry appended to a list."
        )


def _merge(target: Json, update: Json, where: str) -> None:
    for key, value in update.items():
        present = target.get(key)
        if is_object(present) and is_object(value):
            _merge(present, value, f"{where}.{key}")
        elif is_list(present) and is_list(value):
            present.extend(deepcopy(value))
        elif key in target and isinstance(present, dict | list) != isinstance(value, dict | list):
            raise ToolError(
                f"{where}: `{key}` is {kind_of(present)} and the update is {kind_of(value)}; "
                "remove it first."
            )
        else:
            target[key] = deepcopy(value)


def _hint(target: JSONPathQuery, document: Json) -> str:
    """Say where the target stops matching, and what is there instead."""
    for end in range(len(target.segments), 0, -1):
        prefix = JSONPathQuery(env=target.env, segments=target.segments[: end - 1])
        nodes = prefix.find(document)
        if not nodes:
            continue
        missing = [
            s.name for s in target.segments[end - 1].selectors if isinstance(s, NameSelector)
        ]
        known = [key for node in nodes if is_object(node.value) for key in node.value]
        near = nearest(missing[0], known) if missing else ""
        return f" It stops after {prefix}.{near}"
    return ""
