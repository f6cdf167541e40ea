"""One spelling for every schema, so that only what callers can notice is left to compare.

JSON Schema says the same thing in many ways: `const` or a list of one value, `type: [string, null]`
or a union with null, `anyOf` or `oneOf`, an `allOf` of one. `normalize` picks one of each, and
drops what no caller can notice: prose, examples, vendor extensions and the order of things.
"""

from collections.abc import Iterable
from typing import Any

from tools.openapi import UNIONS, rebuild
from tools.values import Json, canonical, is_list

# Keywords of a use of a schema that say something beside the shape of the value.
ANNOTATIONS = ("nullable", "default", "deprecated", "readOnly", "writeOnly")
_FLAGS = {"nullable", "deprecated", "readOnly", "writeOnly", "uniqueItems"}
_PROSE = {"title", "description", "summary", "example", "examples", "externalDocs", "$comment"}
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_SCHEMAS = "#/components/schemas/"


def normalize(schema: object) -> Json:
    """Return the schema in its one spelling; None is a schema that allows everything.

    A result holds a `$ref` (the component's name), `anyOf` (the members of a union without null),
    `allOf`, or a shape of its own; `nullable` is true where null is allowed. `true` comes out as
    `{}`, which allows everything, and `false` as `{"not": {}}`.
    """
    spelled: Json = rebuild({} if schema is None else schema, "schema", (), kept, _spelled)
    return spelled


def kept(keyword: str) -> bool:
    """Tell whether a caller can notice what a keyword says."""
    return keyword not in _PROSE and keyword != "xml" and not keyword.startswith("x-")


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


def _spelled(part: Any, kind: str) -> Any:
    """Give one part, in which all parts are spelled, its spelling."""
    if kind == "discriminator":
        mapping = {key: _name(target) for key, target in part.get("mapping", {}).items()}
        return {"propertyName": part.get("propertyName"), "mapping": mapping}
    if kind != "schema" or isinstance(part, bool):
        return {} if part is True else {"not": {}} if part is False else part
    node = {key: value for key, value in part.items() if key not in _FLAGS or value is not False}
    _settle_values(node)
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


def _name(ref: object) -> str:
    return str(ref).removeprefix(_SCHEMAS)


def _told_type(node: Json) -> str | None:
    """Return the type that a schema has without saying so."""
    if node.get("enum"):
        return _TYPES.get(type(node["enum"][0]))
    if node.keys() & {"properties", "required", "additionalProperties"}:
        return "object"
    return "array" if "items" in node else None


def _settle_values(node: Json) -> None:
    """Make constants an enumeration of one, take null out of them, and drop a default of null."""
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "enum" in node:
        values = listed(node["enum"])
        node["enum"] = distinct(value for value in values if value is not None)
        if None in values:
            node["nullable"] = True
    if node.get("default", 0) is None:  # the same to a caller as no default
        del node["default"]


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
    """Make `type: [a, b, null]` a union of a and b that allows null."""
    kinds = {str(kind) for kind in listed(node.get("type"))}
    if not kinds:
        return node
    rest = {key: value for key, value in node.items() if key != "type"}
    if "null" in kinds:
        rest["nullable"] = True
    names = sorted(kinds - {"null"}) or ["null"]
    if len(names) == 1:
        return {**rest, "type": names[0]}
    notes = {key: rest.pop(key) for key in annotations(rest)}
    return {"anyOf": [_spelled({**rest, "type": name}, "schema") for name in names], **notes}


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
