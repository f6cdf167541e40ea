"""Follow the references of a document: `$ref`, discriminator mappings, security schemes.

Both the trimming (what has to stay?) and the check of the result (does each lead somewhere, does
each end?) need the same answer, so it is given once.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from tools.errors import ToolError
from tools.spec.grammar import IN_PLACE, Json, Node, Place, fields, parts, pointer, walk

Component = tuple[str, str]
"""Section and name: `("schemas", "Message")`."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def references(node: Node, document: Json) -> Iterator[tuple[Place, Component]]:
    """The components that one object refers to, each with the place that does.

    Raises ToolError for one that leads nowhere or outside of the document's components.
    """
    value = node.value
    if "$ref" in value:
        yield (*node.place, "$ref"), component(value["$ref"], (*node.place, "$ref"), document)
    if node.kind == "discriminator":
        mapping = value.get("mapping") or {}
        place = (*node.place, "mapping")
        if not isinstance(mapping, dict):
            raise ToolError(f"{pointer(place)}: expected an object, found {mapping!r:.60}.")
        for key, target in mapping.items():
            # A mapping may name a schema bare; a reference is what has a slash or a hash in it.
            bare = isinstance(target, str) and _NAME.fullmatch(target)
            ref = f"#/components/schemas/{target}" if bare else target
            yield (*place, key), component(ref, (*place, key), document)
    if node.kind in ("operation", "document"):
        yield from _security(node, document)


def component(ref: object, place: Place, document: Json) -> Component:
    """The component that holds what `ref` points at."""
    if not isinstance(ref, str):
        raise ToolError(f"{pointer(place)}: a $ref must be a string, found {ref!r:.60}.")
    if not ref.startswith("#/components/"):
        raise ToolError(
            f"{pointer(place)}: $ref `{ref}` does not point at a component of this document "
            "(#/components/…), and nothing else can be kept when the document is trimmed."
        )
    steps = [_decoded(step) for step in ref[2:].split("/")]
    found: Any = document
    for depth, step in enumerate(steps):
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            known = list(found) if isinstance(found, dict) else []
            raise ToolError(
                f"{pointer(place)}: $ref `{ref}` leads nowhere; "
                f"{pointer(tuple(steps[:depth]))} has no `{step}`.{nearest(step, known)}"
            )
    if len(steps) < 3:
        raise ToolError(f"{pointer(place)}: $ref `{ref}` points at no single component.")
    return steps[1], steps[2]


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for an error: the known names most like `name`, or nothing."""
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(str(candidate).casefold(), str(candidate))
    close = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)
    return f" Nearest: {', '.join(folded[key] for key in close)}." if close else ""


def check(document: Json) -> None:
    """Raise ToolError for a reference that leads nowhere, or a cycle that holds no value."""
    for node in walk(document, "document"):
        for _ in references(node, document):
            pass
    _check_cycles(document)


def _security(node: Node, document: Json) -> Iterator[tuple[Place, Component]]:
    schemes = document.get("components", {}).get("securitySchemes") or {}
    place = (*node.place, "security")
    for index, requirement in enumerate(node.value.get("security") or ()):
        for name in requirement:
            if name not in schemes:
                raise ToolError(
                    f"{pointer((*place, index))}: security scheme `{name}` is not in "
                    f"#/components/securitySchemes.{nearest(name, schemes)}"
                )
            yield (*place, index), ("securitySchemes", name)


def _check_cycles(document: Json) -> None:
    """Find a component that is, through in-place keywords alone, made of itself.

    `A = A`, `A = allOf [A, …]`, `A = anyOf [A, …]`: no value can be told from it, and no type
    written for it. A cycle through `properties` or `items` is an ordinary recursive type.
    """
    edges: dict[Component, list[tuple[Component, Place]]] = {}
    for section, held in document.get("components", {}).items():
        kind = (fields("components").get(section) or ("map", "example"))[1]
        for name, value in held.items():
            place = ("components", section, name)
            edges[section, name] = list(_in_place(value, kind, place, document))
    done: set[Component] = set()
    for start in edges:
        if start in done:
            continue
        path: list[Component] = []
        stack: list[tuple[Component, Iterator[tuple[Component, Place]]]] = [
            (start, iter(edges[start]))
        ]
        path.append(start)
        while stack:
            current, following = stack[-1]
            for target, place in following:
                if target in path:
                    loop = [name for _, name in path[path.index(target) :]] + [target[1]]
                    raise ToolError(
                        f"{pointer(place)}: a cycle that cannot be expressed, "
                        f"{' -> '.join(loop)}: it consists of itself, with no property or list "
                        "in between."
                    )
                if target not in done:
                    path.append(target)
                    stack.append((target, iter(edges.get(target, ()))))
                    break
            else:
                done.add(current)
                path.pop()
                stack.pop()


def _in_place(
    value: object, kind: str, place: Place, document: Json
) -> Iterator[tuple[Component, Place]]:
    if not isinstance(value, dict):
        return
    ref = value.get("$ref")
    # A reference to a part of a component says nothing about the component as a whole.
    if isinstance(ref, str) and ref.count("/") == 3:
        yield component(ref, (*place, "$ref"), document), (*place, "$ref")
    for keyword in IN_PLACE[1:] if kind == "schema" else ():
        if keyword in value:
            shape, child = fields(kind)[keyword] or ("one", "schema")
            here = (*place, keyword)
            for step, part in parts(value[keyword], keyword, shape, child, here):
                there = here if step is None else (*here, step)
                yield from _in_place(part, child, there, document)


def _decoded(step: str) -> str:
    return unquote(step).replace("~1", "/").replace("~0", "~")
