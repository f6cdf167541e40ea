"""Validate a document: find faults that would otherwise pass in silence, and say how to fix them.

A reference that leads nowhere, a component made of itself, a keyword of an older JSON Schema: with
any of these the client would be wrong without a word, so they stop the run. A required property
that is declared nowhere only costs its type: it is noted.
"""

import re
from collections.abc import Iterator
from typing import Any

from tools.errors import ToolError
from tools.openapi import (
    FIELDS,
    UNIONS,
    Component,
    Node,
    Place,
    children,
    component,
    pointer,
    references,
    resolve,
    walk,
)
from tools.values import Json, cycle, is_list, is_object

# Keywords that, like `$ref`, describe the very same value: a cycle through these never ends.
IN_PLACE = ("allOf", *UNIONS, "not", "if", "then", "else", "dependentSchemas")

# What OpenAPI allows as the name of a component; files and classes get their names from it.
_COMPONENT = re.compile(r"[A-Za-z0-9._-]{1,128}")
_FOREIGN = ("$recursiveRef", "$dynamicRef")
_NAMES = {"schema": ("required",), "operation": ("tags",)}
_ACTION = "add an action to spec/fixes.overlay.yaml that"


def validate(document: Json) -> None:
    """Raise ToolError, with the place, for a fault that would make the client wrong in silence."""
    for node in walk(document, "document"):
        for _ in references(node, document):
            pass  # each raises by itself when it leads nowhere
        _check_data(node)
    _check_cycles(document)


def _check_data(node: Node) -> None:
    for section, held in node.value.items() if node.kind == "components" else ():
        for name in held:
            if not _COMPONENT.fullmatch(name):
                raise ToolError(
                    f"{pointer((*node.place, section, name))}: a component's name consists of up "
                    f"to 128 of the characters A-Z, a-z, 0-9, `.`, `-` and `_`; {_ACTION} renames "
                    "it."
                )
    for keyword in _FOREIGN if node.kind == "schema" else ():
        if keyword in node.value:
            # Both keywords point at the schema around them, unless there is an anchor further out.
            around = pointer(node.place[:3])
            raise ToolError(
                f"{node}: `{keyword}` would be read as a schema for anything; "
                f"{_ACTION} puts a plain $ref in its place (most likely to {around})."
            )
    for keyword in _NAMES.get(node.kind, ()):
        names: object = node.value.get(keyword, [])
        if not is_list(names) or not all(isinstance(name, str) for name in names):
            raise ToolError(
                f"{pointer((*node.place, keyword))}: expected a list of names, found "
                f"{names!r:.60}; {_ACTION} corrects it."
            )


def undeclared(document: Json) -> Iterator[str]:
    """Yield a note for each object that requires properties which it does not declare."""
    for node in walk(document, "document"):
        # A member of an allOf may require what another member declares; the whole is looked at.
        if node.kind != "schema" or "allOf" in node.place[-2:]:
            continue
        declared, required = _properties(node.value, document)
        missing = [name for name in required if name not in declared]
        if declared and missing:
            yield (
                f"{node} requires {', '.join(missing)} and does not declare it: it "
                f"will have no type. To give it one, {_ACTION} declares it."
            )


def _properties(schema: Json, document: Json) -> tuple[dict[str, None], dict[str, None]]:
    """Return the names that a schema declares and requires, references and members included."""
    declared: dict[str, None] = dict.fromkeys(schema.get("properties", ()))
    required: dict[str, None] = dict.fromkeys(schema.get("required", ()))
    parts: list[tuple[Any, bool]] = [(part, True) for part in schema.get("allOf", ())]
    parts += [(part, False) for key in UNIONS for part in schema.get(key, ())]
    if "$ref" in schema:
        parts.append((resolve(document, schema), True))
    for part, counts in parts:
        if is_object(part):
            more, needed = _properties(part, document)
            declared |= more
            required |= needed if counts else {}
    return declared, required


def _check_cycles(document: Json) -> None:
    """Find a component that is, through in-place keywords alone, made of itself.

    `A = A`, `A = allOf [A, …]`, `A = anyOf [A, …]`: no value can be told from it, and no type
    written for it. A cycle through `properties` or `items` is an ordinary recursive type.
    """
    edges: dict[Component, list[tuple[Component, Place]]] = {}
    for section, inside in FIELDS["components"].items():
        for name, value in document.get("components", {}).get(section, {}).items():
            node = Node(("components", section, name), inside[1] if inside else "", value)
            edges[section, name] = list(_in_place(node, document))
    loop = cycle({name: [target for target, _ in found] for name, found in edges.items()})
    if loop:
        place = dict(edges[loop[-2]])[loop[-1]]
        raise ToolError(
            f"{pointer(place)}: a cycle that cannot be expressed, "
            f"{' -> '.join(name for _, name in loop)}: it consists of itself, with no property or "
            f"list in between; {_ACTION} cuts it."
        )


def _in_place(node: Node, document: Json) -> Iterator[tuple[Component, Place]]:
    """Yield the components that describe the very same value as `node` does."""
    if not is_object(node.value):
        return
    ref, place = node.value.get("$ref"), (*node.place, "$ref")
    # A reference to a part of a component says nothing about the component as a whole.
    if isinstance(ref, str) and ref.count("/") == 3:
        yield component(ref, place, document), place
    for child in children(node) if node.kind == "schema" else ():
        if child.place[len(node.place)] in IN_PLACE:
            yield from _in_place(child, document)
