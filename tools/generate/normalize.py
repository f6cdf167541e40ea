"""The document in the few forms that the generator reads well, with the same meaning.

One thing can be written in several ways, and openapi-python-client reads some of them as nothing
or as something else. Where another form says the same, it is put in place here, so that the run
need not stop. What has no such form is refused by unsupported.py. The file in spec/ stays as it is.
"""

import re
from typing import Any
from urllib.parse import quote

from tools.openapi import UNIONS, Operation, operations, rebuild, resolve, walk
from tools.values import Json

from .keywords import LIMITS, PROSE

NULL: Json = {"type": "null"}

# Keywords that say nothing about which Python type a value has.
_SILENT = PROSE | LIMITS | {"discriminator", "nullable"}
# OpenAPI says that a header parameter of one of these names is to be ignored.
_NO_PARAMETERS = {"accept", "authorization", "content-type"}
_IN_PATH = "/:@!$&'()*+,;=~"
_ESCAPE = re.compile("%25([0-9A-Fa-f]{2})")  # was encoded already
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def normalize(document: Json) -> Json:
    """Return `document` in normal form; it is not changed itself."""
    schemas = document.get("components", {}).get("schemas", {})
    schemas = {
        name: _unwrapped(
            rebuild(schema, "schema", ("components", "schemas", name), change=_changed)
        )
        for name, schema in schemas.items()
    }
    _name_kinds(schemas)
    paths: Json = {}
    for operation in operations(document):
        item = paths.setdefault(sendable(operation.path), {})
        item[operation.method] = _operation(document, operation)
    return {**document, "paths": paths, "components": {"schemas": schemas}}


def sendable(path: str) -> str:
    """Return a path percent-encoded as RFC 3986 (section 3.3) has it, `{names}` left alone."""
    return "".join(
        part if part.startswith("{") else _ESCAPE.sub(r"%\1", quote(part, safe=_IN_PATH))
        for part in re.split(r"(\{[^{}]*\})", path)
    )


def _operation(document: Json, operation: Operation) -> Json:
    """Return an operation without references, with the parameters that its path has for all."""
    result = {
        **operation.value,
        "parameters": [
            whole
            for (place, name), whole in operation.parameters(document).items()
            if place != "header" or name.lower() not in _NO_PARAMETERS
        ],
        "responses": {
            code: _readable(resolve(document, response))
            for code, response in operation.value.get("responses", {}).items()
        },
    }
    if "requestBody" in result:
        result["requestBody"] = _readable(resolve(document, result["requestBody"]))
    changed: Json = rebuild(result, "operation", operation.place, change=_changed)
    return changed


def _readable(part: Json) -> Json:
    # the generator takes the first kind of content, and the events may stand before the object
    content = sorted(part.get("content", {}).items(), key=lambda c: "json" not in c[0])
    # without a schema it would take the JSON for nothing
    return {**part, "content": {k: {"schema": {}, **v} if "json" in k else v for k, v in content}}


def _changed(part: Any, kind: str) -> Any:
    """Change one part, of which all parts are changed already."""
    if kind != "schema" or isinstance(part, bool):
        return {} if part is True else part
    # Absent reads as None, whatever the service would do: a default changes nothing here, and one
    # that its own schema does not allow would stop the generator.
    out = {key: value for key, value in part.items() if key != "default"}
    for key in ("allOf", *UNIONS):
        if key in out:
            out[key] = [_unwrapped(member) for member in out[key]]
    for rule in (_nullable, _values, _items, _required_alone, _all_of):
        out = rule(out)
    return out


def _nullable(schema: Json) -> Json:
    """Make a union of `nullable: true`, which lives on from OpenAPI 3.0 in documents of 3.1."""
    rest = {key: value for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [_unwrapped(rest), NULL]} if schema.get("nullable") is True else rest


def _values(schema: Json) -> Json:
    """Make a union of constants that are not only strings or only integers."""
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    kinds = {_KINDS.get(type(value), "other") for value in values}
    if not kinds or "other" in kinds or kinds == {"string"} or kinds == {"integer"}:
        return schema
    if "enum" in schema and len(kinds) == 2 and "null" in kinds and kinds & {"string", "integer"}:
        return schema  # the generator's own case
    kinds -= {"integer"} if "number" in kinds else set()
    rest = {key: value for key, value in schema.items() if key not in ("const", "enum", "type")}
    members = [_of_kind(kind, values) for kind in sorted(kinds)]
    return {**rest, **members[0]} if len(members) == 1 else {**rest, "anyOf": members}


def _of_kind(kind: str, values: list[Any]) -> Json:
    own = [value for value in values if _KINDS[type(value)] == kind]
    return {"type": kind, "enum": own} if kind in ("string", "integer") else {"type": kind}


def _items(schema: Json) -> Json:
    array = schema.get("type") == "array" and "prefixItems" not in schema
    return {**schema, "items": {}} if array and "items" not in schema else schema


def _required_alone(schema: Json) -> Json:
    """Drop `anyOf: [{required: [a]}, {required: [b]}]`: it is about fields and not about types."""
    for key in UNIONS:
        members = schema.get(key)
        if members and all(isinstance(m, dict) and set(m) == {"required"} for m in members):
            schema = {k: v for k, v in schema.items() if k != key}
    return schema


def _all_of(schema: Json) -> Json:
    """Drop members of an allOf that say nothing, and add the fields that stand beside it."""
    members = schema.get("allOf")
    if not members:
        return schema
    told = [m for m in members if not isinstance(m, dict) or set(m) - _SILENT]
    others = [m for m in told if m != {"type": "object"}]
    shorter = {**schema, "allOf": others or told or members}
    if len(shorter["allOf"]) == 1 and "properties" in schema:
        own = ("properties", "required", "additionalProperties")
        beside = {"type": "object", **{key: schema[key] for key in own if key in schema}}
        rest = {key: value for key, value in shorter.items() if key not in own}
        return {**rest, "allOf": [*shorter["allOf"], beside]}
    return _unwrapped(shorter) if len(shorter["allOf"]) < len(members) else schema


def _unwrapped(schema: Any) -> Any:
    """Return the one member of an allOf, anyOf or oneOf that has no other."""
    if not isinstance(schema, dict):
        return schema
    told = set(schema) - _SILENT - {"type"}
    for key in ("allOf", *UNIONS):
        if told == {key} and len(schema[key]) == 1:
            member = schema[key][0]
            prose = {k: schema[k] for k in ("description", "title") if k in schema}
            return member if "$ref" in member else {**member, **prose}
    return schema


def _name_kinds(schemas: Json) -> None:
    """Let a schema say which `type` it has where a discriminator alone does.

    A member that the mapping does not name has its own name as its `type`.
    """
    nodes = [node for schema in schemas.values() for node in walk(schema, "schema")]
    found: dict[int, tuple[Json, list[str]]] = {}
    for union in (node.value for node in nodes if "discriminator" in node.value):
        discriminator, mapping = union["discriminator"], union["discriminator"].get("mapping", {})
        whole = [one for key in UNIONS for one in union.get(key, ()) if isinstance(one, dict)]
        members = [one.get("$ref", "") for one in whole]
        mapped = {target.rsplit("/", 1)[-1] for target in mapping.values()}
        named = {name: name for one in members if (name := one.rsplit("/", 1)[-1]) not in mapped}
        for value, target in {**named, **mapping}.items():
            schema = schemas.get(target.rsplit("/", 1)[-1])
            field = (schema or {}).get("properties", {}).get(discriminator["propertyName"], {})
            if (
                isinstance(field, dict)
                and field.get("type") == "string"
                and not set(field) - _SILENT - {"type"}
            ):
                values = found.setdefault(id(field), (field, []))[1]
                values += [value] if value not in values else []
    for field, values in found.values():
        field["enum"] = values


def alternatives(document: Json, schema: Json) -> list[tuple[str, Json]]:
    """Return the members of a union and of the unions in it, each with its name or "".

    The schema itself where it is not a union.
    """
    name = "" if isinstance(schema, bool) else schema.get("$ref", "").rsplit("/", 1)[-1]
    whole = resolve(document, schema)
    members = [member for key in UNIONS for member in whole.get(key, ())]
    if not members:
        return [(name, whole)]
    return [a for member in members for a in alternatives(document, member)]


def properties_of(document: Json, schema: Json) -> Json:
    """Return the properties of an object, those through allOf too; the later one counts."""
    found: Json = {}
    for member in schema.get("allOf", ()):
        found |= properties_of(document, resolve(document, member))
    found |= schema.get("properties", {})
    return found


def schema_kinds(document: Json, schema: Json) -> set[str]:
    """Return the JSON types that a schema allows; `anything` where it says none."""
    return set().union(*(_own_kinds(document, one) for _, one in alternatives(document, schema)))


def _own_kinds(document: Json, schema: Json) -> set[str]:
    given: Any = schema.get("type")
    if given:
        return {given} if isinstance(given, str) else set(given)
    if schema.get("allOf"):
        kinds = [schema_kinds(document, member) - {"anything"} for member in schema["allOf"]]
        return set().union(*kinds) or {"anything"}
    if "properties" in schema:
        return {"object"}
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return {_KINDS[type(value)] for value in values} or {"anything"}
