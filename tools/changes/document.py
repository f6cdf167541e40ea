"""An OpenAPI document as the comparison sees it: operations, schemas, and who meets which.

JSON Schema says the same thing in many ways: `const` or a list of one value, `type: [string, null]`
or a union with null, `anyOf` or `oneOf`, an `allOf` of one. `spelled` picks one of each, and `kept`
drops what no caller can notice: prose, examples, vendor extensions.

A change breaks or does not depending on the side it is on, so the document knows of every schema
whether callers send it, receive it, or both; and whether it is ever a value of its own or only a
part that other schemas are made of (`allOf`), in which case its changes show at those.
"""

from functools import reduce
from typing import Any

from tools.changes.spots import NOBODY, listed, spots_in
from tools.openapi import SCHEMAS, UNIONS, operations, rebuild, walk
from tools.values import Json, canonical, is_object

# Keywords of a use of a schema that say something beside the shape of the value.
ANNOTATIONS = ("nullable", "default", "deprecated", "readOnly", "writeOnly")
# Keywords that are compared on their own, because their parts need to be walked.
_WALKED = {"$ref", "anyOf", "allOf", "type", "enum", "properties", "required", "items"}
_WALKED |= {"additionalProperties", "discriminator"}
# What is the same to a caller as if it were not there.
_UNSAID: Json = {"default": None, "required": [], "properties": {}, "additionalProperties": {}}
_UNSAID |= dict.fromkeys(("nullable", "deprecated", "readOnly", "writeOnly", "uniqueItems"), False)
_UNSAID |= dict.fromkeys(("minLength", "minItems", "minProperties"), 0)
_UNSAID |= dict.fromkeys(("allowReserved", "allowEmptyValue"), False)
_PROSE = {"title", "description", "summary", "example", "examples", "externalDocs", "$comment"}
# What tells the type of a schema that does not say it.
_TELLS = {"properties": "object", "required": "object", "additionalProperties": "object"}
_TELLS |= {"items": "array"}
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


class Document:
    """A read-only view of a document, every schema in its one spelling; `given` stays as it is."""

    def __init__(self, given: Json) -> None:
        raw = rebuild(given, "document", (), kept, spelled)
        self.given: Json = given.get("components", {}).get("schemas", {})
        self.schemas: dict[str, Json] = raw.get("components", {}).get("schemas", {})
        self.spots = {k: spot for one in operations(raw) for k, spot in spots_in(one, raw).items()}
        self.operations = {key[0] for key in self.spots}
        self.sides: dict[str, frozenset[str]] = {}
        self.values: set[str] = set()
        waiting = [(s.schema or {}, True, side) for s in self.spots.values() for side in s.sides]
        for start, is_value, side in waiting:
            for node in walk(start, "schema"):
                counts = node.place[-2:-1] != ("allOf",) if node.place else is_value
                mapping = node.value.get("mapping", {}) if node.kind == "discriminator" else {}
                for name in self.schemas.keys() & {node.value.get("$ref"), *mapping.values()}:
                    self.values |= {name} if counts else set()
                    if side not in self.sides.get(name, NOBODY):
                        self.sides[name] = self.sides.get(name, NOBODY) | {side}
                        waiting.append((self.schemas[name], counts, side))

    def effective(self, node: Json, seen: frozenset[str] = frozenset()) -> Json:
        """Return the shape behind a `$ref` or an `allOf`, its parts merged into one."""
        if "$ref" in node:
            name = str(node["$ref"])
            if name in seen or name not in self.schemas:
                return {"unresolved": name}
            return {**self.effective(self.schemas[name], seen | {name}), **annotations(node)}
        if "allOf" not in node:
            return node
        beside = {key: value for key, value in node.items() if key not in ("allOf", *ANNOTATIONS)}
        parts = [self.effective(part, seen) for part in (*node["allOf"], beside) if part]
        merged: Json = reduce(_merge, parts, {})
        if not all(part.get("nullable") for part in parts):
            merged.pop("nullable", None)
        return {**merged, **annotations(node)}

    def tags(self, node: Json) -> frozenset[str]:
        """Return what tells a union's member from others: each value of `type`, with each `role`.

        Empty for a member that has no such field.
        """
        fields = self.effective(node).get("properties", {})
        kinds, roles = (
            [canonical(value) for value in self.effective(fields.get(name, {})).get("enum", ())]
            for name in ("type", "role")
        )
        return frozenset(f"{value} {role}" for value in kinds for role in roles or [""])

    def has_constant(self, node: Json, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Tell whether each member of a union, and of unions in it, has constants at a field."""
        shape, ref = self.effective(node), str(node.get("$ref", ""))
        if members := shape.get("anyOf"):
            rest = {*seen, ref} if ref else seen
            inside = (self.has_constant(part, name, frozenset(rest)) for part in members)
            return ref not in seen and all(inside)
        field = shape.get("properties", {}).get(name, {})
        return name in shape.get("required", ()) and "enum" in self.effective(field)

    def features(self, shape: Json) -> frozenset[str]:
        """Return what a shape has of its own: fields, constants, what its members are told by."""
        members = [tag for member in shape.get("anyOf", ()) for tag in self.tags(member)]
        return frozenset({*declared(shape), *map(str, shape.get("enum", ())), *members})


def _merge(first: Json, second: Json) -> Json:
    """Join both shapes. Where they disagree the second wins and the first is kept beside it."""
    merged = {**first, **second}
    for key in sorted(first.keys() & second.keys()):
        was, now = first[key], second[key]
        if key == "required":
            merged[key] = sorted({*was, *now})
        elif key == "properties":
            odd = [name for name in was if name in now and was[name] != now[name]]
            merged[key] = {**was, **now, **{n: {"allOf": [was[n], now[n]]} for n in odd}}
        elif was != now and key not in ANNOTATIONS:
            merged["overridden"] = [*merged.get("overridden", []), {key: was}]
    return merged


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
        said = part.get("mapping")
        mapping = said if is_object(said) else {}
        mapping = {key: str(to).removeprefix(SCHEMAS) for key, to in mapping.items()}
        return {"propertyName": part.get("propertyName"), "mapping": mapping}
    if isinstance(part, bool):
        return {} if part else {"not": {}}
    node = {key: said for key, said in part.items() if key not in _UNSAID or said != _UNSAID[key]}
    if kind != "schema":
        return node
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "enum" in node:
        values = listed(node["enum"])
        node["enum"] = sorted((value for value in values if value is not None), key=canonical)
        node |= {"nullable": True} if None in values else {}
    if "$ref" in node:
        node["$ref"] = str(node["$ref"]).removeprefix(SCHEMAS)
    if "required" in node:
        node["required"] = sorted(map(str, listed(node["required"])))
    if node.get("additionalProperties") == {"not": {}}:
        node["additionalProperties"] = False
    told = [_TYPES.get(type(value)) for value in node.get("enum", ())[:1]]
    if type_told := next(iter([*told, *(_TELLS[key] for key in _TELLS if key in node)]), None):
        node.setdefault("type", type_told)
    return _union(_one_type(_only_part(node)))


def annotations(node: Json) -> Json:
    """Return the part of a node that is about this use of the schema."""
    return {key: node[key] for key in ANNOTATIONS if key in node}


def constraints(node: Json) -> Json:
    """Return the part of a node that only says which values of a kind are allowed."""
    return {key: part for key, part in node.items() if key not in (*ANNOTATIONS, *_WALKED)}


def _only_part(node: Json) -> Json:
    """Make an `allOf` of one part that part, and a `$ref` with a shape beside it an `allOf`."""
    rest = {key: value for key, value in node.items() if key not in ("allOf", "$ref")}
    parts = [*([{"$ref": node["$ref"]}] if "$ref" in node else []), *listed(node.get("allOf"))]
    if len(parts) == 1 and rest.keys() <= {*ANNOTATIONS}:
        return {**parts[0], **rest}
    return {**rest, "allOf": parts} if parts else node


def _one_type(node: Json) -> Json:
    """Make `type: [a, b, null]` a union of a, b and null."""
    kinds = sorted({str(kind) for kind in listed(node.get("type"))})
    if not kinds:
        return node
    notes = annotations(node)
    rest = {key: value for key, value in node.items() if key not in ("type", *notes)}
    return {"anyOf": [_union({**rest, "type": kind}) for kind in kinds], **notes}


def _union(node: Json) -> Json:
    """Write `anyOf` for every union, with null and unions inside unions lifted out."""
    if "anyOf" in node and "oneOf" in node:
        return {"allOf": [*(_union({key: node.pop(key)}) for key in UNIONS), node]}
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
        rest = annotations(rest)
    return _only_part({**rest, "allOf": members})


def kind(shape: Json) -> str:
    """Return the kind of value a shape allows; kinds differ when one cannot become the other."""
    if "unresolved" in shape or "anyOf" in shape:
        return "unresolved" if "unresolved" in shape else "union"
    if shape.get("type", "object") != "object":
        return str(shape["type"])
    return str(shape.get("type", "anything"))


def has_class(shape: Json) -> bool:
    """Tell whether a schema of this shape has a name of its own in the generated package."""
    return kind(shape) in ("object", "union") or "enum" in shape


def declared(shape: Json) -> dict[str, Json]:
    """Return the fields of an object, with those that it requires and forgets to declare."""
    return {**{name: {} for name in shape.get("required", ())}, **shape.get("properties", {})}
