"""One spelling for every schema, so that only what callers can notice is left to compare.

JSON Schema says the same thing in many ways: `const` or a list of one value, `type: [string, null]`
or a union with null, `anyOf` or `oneOf`, an `allOf` of one. `spelled` picks one of each, and `kept`
drops what no caller can notice: prose, examples, vendor extensions. The rest names a schema in the
report: by its name, its type, the kind of thing it is.
"""

from collections.abc import Iterable
from typing import Any

from tools.openapi import UNIONS
from tools.values import Json, canonical, is_list

# Keywords of a use of a schema that say something beside the shape of the value.
ANNOTATIONS = ("nullable", "default", "deprecated", "readOnly", "writeOnly")
_FLAGS = {"nullable", "deprecated", "readOnly", "writeOnly", "uniqueItems"}
_PROSE = {"title", "description", "summary", "example", "examples", "externalDocs", "$comment"}
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_MOST_SHOWN = 4


def kept(keyword: str) -> bool:
    """Tell whether a caller can notice what a keyword says."""
    return keyword not in _PROSE and keyword != "xml" and not keyword.startswith("x-")


def spelled(part: Any, kind: str) -> Any:
    """Give one part of a document, in which all parts are spelled, its spelling.

    A schema comes out with a `$ref` (the component's name), `anyOf` (the members of a union without
    null), `allOf`, or a shape of its own; `nullable` is true where null is allowed. `true` becomes
    `{}`, which allows everything, and `false` becomes `{"not": {}}`.
    """
    if kind == "discriminator":
        mapping = {key: _name(target) for key, target in part.get("mapping", {}).items()}
        return {"propertyName": part.get("propertyName"), "mapping": mapping}
    if kind != "schema" or isinstance(part, bool):
        return {} if part is True else {"not": {}} if part is False else part
    node = {key: value for key, value in part.items() if key not in _FLAGS or value is not False}
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "enum" in node:
        values = listed(node["enum"])
        node["enum"] = distinct(value for value in values if value is not None)
        node |= {"nullable": True} if None in values else {}
    if node.get("default", 0) is None:  # the same to a caller as no default
        del node["default"]
    if "$ref" in node:
        node["$ref"] = _name(node["$ref"])
    node["required"] = sorted({str(name) for name in listed(node.get("required"))})
    for empty in ("required", "properties", "allOf", "additionalProperties"):
        if not node.get(empty, True):
            del node[empty]
    if node.get("additionalProperties") == {"not": {}}:
        node["additionalProperties"] = False
    if "type" not in node and (found := _told_type(node)):
        node["type"] = found
    return _union(_one_type(_only_part(node)))


def annotations(node: Json) -> Json:
    """Return the part of a node that is about this use of the schema."""
    return {key: node[key] for key in ANNOTATIONS if key in node}


def listed(value: object) -> list[Any]:
    """Return `value` when it is a JSON array, else an empty one."""
    return value if is_list(value) else []


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return `values` sorted by their JSON text, each once."""
    found = {canonical(value): value for value in values}
    return [found[key] for key in sorted(found)]


def _name(ref: object) -> str:
    return str(ref).removeprefix("#/components/schemas/")


def _told_type(node: Json) -> str | None:
    """Return the type that a schema has without saying so."""
    if node.get("enum"):
        return _TYPES.get(type(node["enum"][0]))
    if node.keys() & {"properties", "required", "additionalProperties"}:
        return "object"
    return "array" if "items" in node else None


def _only_part(node: Json) -> Json:
    """Make an `allOf` of one part that part, and a `$ref` with a shape beside it an `allOf`."""
    parts = listed(node.get("allOf"))
    beside = {key: value for key, value in node.items() if key not in ("allOf", "$ref")}
    plain = beside.keys() <= {*ANNOTATIONS}
    if "$ref" in node and (parts or not plain):
        notes = {key: beside.pop(key) for key in annotations(node)}
        return {"allOf": [{"$ref": node["$ref"]}, *parts, *([beside] if beside else [])], **notes}
    return {**parts[0], **beside} if len(parts) == 1 and plain else node


def _one_type(node: Json) -> Json:
    """Make `type: [a, b, null]` a union of a, b and null."""
    kinds = sorted({str(kind) for kind in listed(node.get("type"))})
    if not kinds:
        return node
    notes = annotations(node)
    rest = {key: value for key, value in node.items() if key not in ("type", *notes)}
    typed = [{**rest, "type": kind} if kind != "null" else {"type": kind} for kind in kinds]
    return {"anyOf": [spelled(member, "schema") for member in typed], **notes}


def _union(node: Json) -> Json:
    """Write `anyOf` for every union, with null and unions inside unions lifted out."""
    if "anyOf" in node and "oneOf" in node:
        parts = [_union({key: node.pop(key)}) for key in UNIONS]
        return {"allOf": [*parts, node]}
    if not node.keys() & {*UNIONS}:
        return node
    rest = {key: value for key, value in node.items() if key not in UNIONS}
    members: list[Json] = []
    for member in listed(node.get("anyOf", node.get("oneOf"))):
        is_null = member.get("type") == "null"
        is_union = "anyOf" in member and member.keys() <= {"anyOf", "nullable"}
        if is_null or (is_union and "nullable" in member):
            rest["nullable"] = True
        members += member["anyOf"] if is_union else [] if is_null else [member]
    if len(members) != 1:
        return {**rest, "anyOf": members} if members else {**rest, "type": "null"}
    if rest.keys() <= {*ANNOTATIONS, "type", "discriminator"}:
        return {**members[0], **annotations(rest)}
    notes = {key: rest.pop(key) for key in annotations(rest)}
    return {"allOf": [members[0], rest], **notes}


def kind(shape: Json) -> str:
    """Return the kind of value a shape allows; kinds differ when one cannot become the other."""
    if "unresolved" in shape or "anyOf" in shape:
        return "unresolved" if "unresolved" in shape else "union"
    if shape.get("type", "object") != "object":
        return str(shape["type"])
    if "type" not in shape or shape.keys() & {"properties", "required"}:
        return str(shape.get("type", "anything"))
    return "map" if shape.get("additionalProperties") else "object"


def declared(shape: Json) -> dict[str, Json]:
    """Return the fields of an object, with those that it requires and forgets to declare."""
    return {**{name: {} for name in shape.get("required", ())}, **shape.get("properties", {})}


def named(node: Json) -> str:
    """Call a schema as a person would: `Name`, string, list of integer, one of "a", "b" …"""
    return bare(node) + (" or null" if node.get("nullable") else "")


def bare(node: Json) -> str:
    """Name a schema without its null, which is reported on its own."""
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


def values(found: Iterable[Any]) -> str:
    """Write constants as they stand in the document: `a`, `b`, `3`."""
    shown = [value if isinstance(value, str) and value else canonical(value) for value in found]
    return ", ".join(f"`{value}`" for value in shown)


def _some(parts: list[str], joint: str) -> str:
    more = f"{joint}… ({len(parts)} in all)" if len(parts) > _MOST_SHOWN else ""
    return joint.join(parts[:_MOST_SHOWN]) + more
