"""Name a schema in the report: by its name, its type, the kind of thing it is."""

from typing import Any

from tools.changes.document import Document
from tools.changes.normalize import listed
from tools.values import Json, canonical

_MOST_SHOWN = 4


def kind(shape: Json) -> str:
    """Return the kind of value a shape allows; kinds differ when one cannot become the other."""
    if "unresolved" in shape or "anyOf" in shape:
        return "unresolved" if "unresolved" in shape else "union"
    if shape.get("type", "object") != "object":
        return str(shape["type"])
    if "type" not in shape or shape.keys() & {"properties", "required"}:
        return str(shape.get("type", "anything"))
    return "map" if shape.get("additionalProperties") else "object"


def tags(document: Document, node: Json) -> frozenset[str]:
    """Return what tells a union's member from others: each value of `type`, with each `role`.

    Empty for a member that has no such field.
    """
    fields = document.effective(node).get("properties", {})
    kinds, roles = (
        [canonical(value) for value in listed(document.effective(fields.get(name, {})).get("enum"))]
        for name in ("type", "role")
    )
    return frozenset(f"{kind} {role}" for kind in kinds for role in roles or [""])


def declared(shape: Json) -> dict[str, Json]:
    """Return the fields of an object, with those that it requires and forgets to declare."""
    return {**{name: {} for name in shape.get("required", ())}, **shape.get("properties", {})}


def named(node: Json) -> str:
    """Call a schema as a person would: `Name`, string, list of integer, one of "a", "b" …"""
    return _named(node) + (" or null" if node.get("nullable") else "")


def _named(node: Json) -> str:
    if "$ref" in node:
        return f"`{node['$ref']}`"
    if "anyOf" in node:
        return _some([named(member) for member in node["anyOf"]], " or ")
    if node.get("enum"):
        return _some([values([value]) for value in node["enum"]], ", ")
    found = kind(node)
    if found == "array":
        return f"list of {named(node.get('items', {}))}"
    if found == "map":
        return f"map of {named(node['additionalProperties'])}"
    if found == "object":
        fields = _some([f"`{name}`" for name in sorted(node.get("properties", {}))], ", ")
        return f"object of {fields}" if fields else "object"
    parts = [named(part) for part in node.get("allOf", ()) if "$ref" in part]
    return " with ".join(parts) or found


def bare(node: Json) -> str:
    """Name a schema without its null, which is reported on its own."""
    return named({key: value for key, value in node.items() if key != "nullable"})


def values(found: list[Any]) -> str:
    """Write constants as they stand in the document: `a`, `b`, `3`."""
    shown = [value if isinstance(value, str) and value else canonical(value) for value in found]
    return ", ".join(f"`{value}`" for value in shown)


def _some(parts: list[str], joint: str) -> str:
    more = f"{joint}… ({len(parts)} in all)" if len(parts) > _MOST_SHOWN else ""
    return joint.join(parts[:_MOST_SHOWN]) + more
