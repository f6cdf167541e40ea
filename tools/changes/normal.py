"""One spelling for every schema, so that only what callers can notice is left to compare.

JSON Schema says the same thing in many ways: `const` or a list of one value, `type: [string, null]`
or a union with null, `anyOf` or `oneOf`, an `allOf` of one. `normal` picks one of each, and drops
what no caller can notice: prose, examples, vendor extensions and the order of things.
"""

import json
from collections.abc import Iterable
from typing import Any, cast

Node = dict[str, Any]

PROSE = frozenset(
    {"title", "description", "summary", "example", "examples", "externalDocs", "$comment", "xml"}
)
# What a use of a schema may say about itself, beside the shape of the value.
ANNOTATIONS = ("nullable", "default", "deprecated", "readOnly", "writeOnly")
SCHEMAS = "#/components/schemas/"
LISTS_OF_SCHEMAS = ("allOf", "prefixItems")
SCHEMA = ("items", "not", "contains", "propertyNames", "if", "then", "else")
MAPS_OF_SCHEMAS = ("properties", "patternProperties", "dependentSchemas", "$defs")


def table(value: object) -> Node:
    """`value` when it is a JSON object, else an empty one: a malformed part compares as empty."""
    return cast(Node, value) if isinstance(value, dict) else {}


def array(value: object) -> list[Any]:
    """`value` when it is a JSON array, else an empty one."""
    return list(cast("Iterable[Any]", value)) if isinstance(value, list) else []


def canonical(value: object) -> str:
    """The JSON text of `value`, the same for equal values: 1 and true differ, 1 and 1.0 do not."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def distinct(values: Iterable[Any]) -> list[Any]:
    """`values` sorted by their JSON text, each once."""
    found = {canonical(value): value for value in values}
    return [found[key] for key in sorted(found)]


def without_prose(value: object) -> Any:
    """A part that holds no schema (a server, a security scheme) without prose and extensions."""
    if isinstance(value, dict):
        return {
            key: without_prose(item)
            for key, item in cast(Node, value).items()
            if key not in PROSE and not key.startswith("x-")
        }
    parts = array(value)
    return [without_prose(item) for item in parts] if parts else value


def normal(schema: object) -> Node:
    """The schema in its one spelling.

    A result holds a `$ref` (the component's name), `union` (the members of an `anyOf` or `oneOf`
    without null), `allOf`, or a shape of its own; `nullable` is true where null is allowed. `true`
    comes out as `{}`, which allows everything, and `false` as `{"not": {}}`.
    """
    if schema is False:
        return {"not": {}}
    node: Node = {}
    for key, value in table(schema).items():
        if key in PROSE or key.startswith("x-"):
            continue
        if key in LISTS_OF_SCHEMAS:
            node[key] = [normal(part) for part in array(value)]
        elif key in SCHEMA:
            node[key] = normal(value)
        elif key in MAPS_OF_SCHEMAS:
            node[key] = {name: normal(part) for name, part in table(value).items()}
        else:
            node[key] = value
    _spell(node)
    return _unions(_types(_only_part(node)))


def _spell(node: Node) -> None:
    """Settle, in place, the keywords that have two spellings."""
    if "$ref" in node:
        node["$ref"] = str(node["$ref"]).removeprefix(SCHEMAS)
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "enum" in node:
        values = array(node["enum"])
        node["enum"] = distinct(value for value in values if value is not None)
        if len(node["enum"]) < len(values) and None in values:
            node["nullable"] = True
    if node.get("default", 0) is None:  # the same to a caller as no default
        del node["default"]
    for flag in ("nullable", "deprecated", "readOnly", "writeOnly", "uniqueItems"):
        if node.get(flag) is False:
            del node[flag]
    node["required"] = sorted({str(name) for name in array(node.get("required"))})
    for empty in ("required", "properties", "allOf"):
        if not node.get(empty, True):
            del node[empty]
    if "additionalProperties" in node:
        rest = node.pop("additionalProperties")
        if rest is False or normal(rest):
            node["additionalProperties"] = rest is not False and normal(rest)
    if "discriminator" in node:
        said = table(node["discriminator"])
        mapping = {
            value: str(name).removeprefix(SCHEMAS)
            for value, name in table(said.get("mapping")).items()
        }
        node["discriminator"] = {"propertyName": said.get("propertyName"), "mapping": mapping}
    if "type" not in node and ("properties" in node or "additionalProperties" in node):
        node["type"] = "object"


def _only_part(node: Node) -> Node:
    """An `allOf` of one part is that part; a `$ref` with a shape beside it is an `allOf`."""
    parts = array(node.get("allOf"))
    beside = {key: value for key, value in node.items() if key not in ("allOf", "$ref")}
    plain = all(key in ANNOTATIONS for key in beside)
    if "$ref" in node and not (plain and not parts):
        notes = {key: beside.pop(key) for key in ANNOTATIONS if key in beside}
        whole = [{"$ref": node["$ref"]}, *parts, *([beside] if beside else [])]
        return {"allOf": whole, **notes}
    if len(parts) == 1 and plain:
        return {**parts[0], **beside}
    return node


def _types(node: Node) -> Node:
    """`type: [a, b, null]` becomes a union of a and b that allows null."""
    kinds = {str(kind) for kind in array(node.get("type"))}
    if not kinds:
        return node
    names = sorted(kinds - {"null"})
    rest = {key: value for key, value in node.items() if key != "type"}
    if "null" in kinds:
        rest["nullable"] = True
    if len(names) < 2:
        return {**rest, "type": names[0] if names else "null"}
    notes = {key: rest.pop(key) for key in ANNOTATIONS if key in rest}
    return {"anyOf": [{**rest, "type": name} for name in names], **notes}


def _unions(node: Node) -> Node:
    """Collect `anyOf` or `oneOf` in `union`, with null and unions inside unions lifted out."""
    if "anyOf" in node and "oneOf" in node:
        parts = [normal({key: node.pop(key)}) for key in ("anyOf", "oneOf")]
        return {"allOf": [*parts, node]}
    keyword = next((key for key in ("oneOf", "anyOf") if key in node), None)
    if keyword is None:
        return node
    rest = {key: value for key, value in node.items() if key != keyword}
    members: list[Node] = []
    for part in array(node[keyword]):
        member = normal(part)
        if member.get("type") == "null":
            rest["nullable"] = True
        elif "union" in member and set(member) <= {"union", "nullable"}:
            members += member["union"]
            if "nullable" in member:
                rest["nullable"] = True
        else:
            members.append(member)
    if len(members) != 1:
        return {**rest, "union": members} if members else {**rest, "type": "null"}
    if all(key in (*ANNOTATIONS, "type", "discriminator") for key in rest):
        rest.pop("type", None)
        rest.pop("discriminator", None)
        return {**members[0], **rest}
    notes = {key: rest.pop(key) for key in ANNOTATIONS if key in rest}
    return {"allOf": [members[0], rest], **notes}
