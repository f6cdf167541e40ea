"""Apply an OpenAPI Overlay 1.0 document, strictly.

The standard lets an action that selects nothing pass in silence, which hides that upstream has
moved on. Here such an action stops the run, as does one without a reason. Beyond the standard there
are two keys, prefixed as it asks:

`x-name`
    What errors call the action. Required, and unique in its file.
`x-optional`
    Why it is right when this action selects nothing (some versions of the upstream document
    lack the part). The action is then skipped, and the run says so.

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
_JSONPATH = JSONPathEnvironment()


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an Overlay document."""

    name: str
    reason: str
    target: JSONPathQuery
    update: Any
    remove: bool
    optional: str | None


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
    read = tuple(_action(entry, f"{path.name}: actions[{i}]") for i, entry in enumerate(actions))
    names = [action.name for action in read]
    for name in names:
        if names.count(name) > 1:
            raise ToolError(f"{path.name}: two actions have the x-name `{name}`.")
    return read


def apply(document: Json, actions: tuple[Action, ...], file: str) -> tuple[Json, list[Action]]:
    """Return a copy of `document` with all actions applied in order, and the actions skipped.

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
        except (JSONPathError, RecursionError) as error:
            raise ToolError(f"{where}: target {action.target}: {error}.") from None
        if not nodes:
            if action.optional is None:
                raise ToolError(
                    f"{where}: its target {action.target} matches nothing in the document."
                    f"{_hint(action.target, result)} If the fault is gone, remove the action; if "
                    "it has moved, correct the target."
                )
            skipped.append(action)
        for node in _ordered(nodes) if action.remove else nodes:
            if action.remove:
                _remove(node, where)
            else:
                _update(node, action.update, where)
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


def _action(entry: object, where: str) -> Action:
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
    target = text_of(entry, "target", where, "every action needs a JSONPath")
    try:
        query = _JSONPATH.compile(target)
    except JSONPathError as error:
        raise ToolError(
            f"{where}: target {target} is not a JSONPath (RFC 9535): {error}."
        ) from None
    remove = entry.get("remove", False)
    if not isinstance(remove, bool):
        raise ToolError(f"{where}: remove: expected true or false, got {remove!r}.")
    if remove == ("update" in entry):
        raise ToolError(f"{where}: needs either `update` or `remove: true`, and not both.")
    optional = None
    if "x-optional" in entry:
        optional = text_of(entry, "x-optional", where, "it says why the action may match nothing")
    return Action(name, reason, query, entry.get("update"), remove, optional)


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
