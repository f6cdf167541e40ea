"""How a schema is called in the report: a name, a type, the kind of thing it is."""

from typing import Any

from tools.changes.document import Document
from tools.changes.normal import Node, array, canonical

_MOST_SHOWN = 4


def kind(shape: Node) -> str:
    """The kind of value a shape allows; two kinds differ when one cannot become the other."""
    for keyword in ("unresolved", "union"):
        if keyword in shape:
            return keyword
    if "type" in shape:
        if shape["type"] == "object" and not (shape.keys() & {"properties", "required"}):
            return "map" if shape.get("additionalProperties") else "object"
        return str(shape["type"])
    values = {type(value).__name__ for value in array(shape.get("enum"))}
    if values:
        return {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}.get(
            values.pop(), "anything"
        )
    if "required" in shape:
        return "object"
    return "array" if "items" in shape else "anything"


def tags(document: Document, node: Node) -> frozenset[str]:
    """What tells a union's member from the others: the values of its `type`, each with its `role`.

    Empty for a member that has no such field.
    """
    fields = document.effective(node).get("properties", {})
    kinds, roles = (
        [canonical(value) for value in array(document.effective(fields.get(name, {})).get("enum"))]
        for name in ("type", "role")
    )
    return frozenset(f"{kind} {role}" for kind in kinds for role in roles or [""])


def declared(shape: Node) -> dict[str, Node]:
    """The fields of an object, with those that it requires and forgets to declare."""
    return {**{name: {} for name in shape.get("required", ())}, **shape.get("properties", {})}


def named(node: Node) -> str:
    """What a person would call the schema: `Name`, string, list of integer, one of "a", "b" …"""
    suffix = " or null" if node.get("nullable") else ""
    if "$ref" in node:
        return f"`{node['$ref']}`{suffix}"
    if "union" in node:
        return _some([named(member) for member in node["union"]], " or ") + suffix
    if node.get("enum"):
        return _some([values([value]) for value in node["enum"]], ", ") + suffix
    match kind(node):
        case "array":
            return f"list of {named(node.get('items', {}))}{suffix}"
        case "map" if node.get("additionalProperties"):
            return f"map of {named(node['additionalProperties'])}{suffix}"
        case "object" | "map":
            fields = [f"`{name}`" for name in sorted(node.get("properties", {}))]
            inside = f" of {_some(fields, ', ')}" if fields else ""
            return f"object{inside}{suffix}"
        case other if "allOf" in node:
            parts = [named(part) for part in node["allOf"] if "$ref" in part]
            return (" with ".join(parts) or other) + suffix
        case other:
            return other + suffix


def values(found: list[Any]) -> str:
    """Constants as they stand in the document: `a`, `b`, `3`."""
    shown = [value if isinstance(value, str) and value else canonical(value) for value in found]
    return ", ".join(f"`{value}`" for value in shown)


def _some(parts: list[str], joint: str) -> str:
    if len(parts) > _MOST_SHOWN:
        return joint.join(parts[:_MOST_SHOWN]) + f"{joint}… ({len(parts)} in all)"
    return joint.join(parts)
