"""Follow the references of a document: `$ref`, discriminator mappings, security schemes.

Both the trimming (what has to stay?) and the check of the result (does each lead somewhere?) need
the same answer, so it is given once.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from tools.errors import ToolError
from tools.openapi_spec.grammar import Node, Place, pointer
from tools.openapi_spec.values import Json, is_list, is_object, kind_of

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
        mapping: object = value.get("mapping", {})
        place = (*node.place, "mapping")
        if not is_object(mapping):
            raise ToolError(f"{pointer(place)}: expected an object, found {kind_of(mapping)}.")
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
        if is_object(found) and step in found:
            found = found[step]
        elif is_list(found) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            known = list(found) if is_object(found) else []
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


def _security(node: Node, document: Json) -> Iterator[tuple[Place, Component]]:
    schemes: object = document.get("components", {}).get("securitySchemes", {})
    if not is_object(schemes):
        raise ToolError(
            f"#/components/securitySchemes: expected an object, found {kind_of(schemes)}."
        )
    place = (*node.place, "security")
    required: object = node.value.get("security", [])
    if not is_list(required):
        raise ToolError(f"{pointer(place)}: expected a list, found {kind_of(required)}.")
    for index, requirement in enumerate(required):
        if not is_object(requirement):
            raise ToolError(
                f"{pointer((*place, index))}: expected an object, found {kind_of(requirement)}."
            )
        for name in requirement:
            if name not in schemes:
                raise ToolError(
                    f"{pointer((*place, index))}: security scheme `{name}` is not in "
                    f"#/components/securitySchemes.{nearest(name, schemes)}"
                )
            yield (*place, index), ("securitySchemes", name)


def _decoded(step: str) -> str:
    return unquote(step).replace("~1", "/").replace("~0", "~")
