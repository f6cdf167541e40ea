"""The document in the few forms that the generator reads well, with the same meaning.

One thing can be written in several ways, and openapi-python-client reads some of them as nothing
or as something else. Where another form says the same, it is put in place here, so that the run
need not stop. What has no such form is refused by faults.py. The file in spec/ stays as it is.
"""

from collections.abc import Callable
from typing import Any

from .faults import Json, referred

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
UNIONS = ("anyOf", "oneOf")
NULL: Json = {"type": "null"}

# Keywords that limit or explain a value and say nothing about which Python type it has.
_SILENT = {"default", "deprecated", "description", "format", "pattern", "summary", "title"}
_SILENT |= {"maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "nullable"}
_SILENT |= {"readOnly", "uniqueItems", "writeOnly", "discriminator", "example", "examples"}
# OpenAPI says that a header parameter of one of these names is to be ignored.
_NO_PARAMETERS = {"accept", "authorization", "content-type"}
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def normal(document: Json) -> Json:
    """`document` in normal form; it is not changed itself."""
    components = document.get("components", {})
    schemas = {name: _schema(s) for name, s in components.get("schemas", {}).items()}
    schemas = {name: _unwrapped(schema) for name, schema in schemas.items()}
    _name_kinds(schemas)
    paths = {path: _path_item(document, item) for path, item in document["paths"].items()}
    return {**document, "paths": paths, "components": {**components, "schemas": schemas}}


def _path_item(document: Json, item: Json) -> Json:
    """The operations of a path; what the path says for all of them goes into each."""
    return {
        method: _operation(document, item[method], item.get("parameters", []))
        for method in METHODS
        if method in item
    }


def _operation(document: Json, operation: Json, shared: list[Json]) -> Json:
    parameters: dict[tuple[str, str], Json] = {}
    for parameter in (*shared, *operation.get("parameters", ())):
        whole = referred(document, parameter)
        if whole["in"] != "header" or whole["name"].lower() not in _NO_PARAMETERS:
            parameters[whole["in"], whole["name"]] = _with_schemas(whole)
    result = {**operation, "parameters": list(parameters.values())}
    if "requestBody" in operation:
        result["requestBody"] = _with_schemas(referred(document, operation["requestBody"]))
    responses = operation.get("responses", {}).items()
    result["responses"] = {
        code: _json_first(_with_schemas(referred(document, response)))
        for code, response in responses
    }
    return result


def _json_first(response: Json) -> Json:
    # the generator takes the first kind of content, and the events may stand before the object
    content = response.get("content", {})
    return {**response, "content": dict(sorted(content.items(), key=lambda c: "json" not in c[0]))}


def _with_schemas(node: Any) -> Any:
    """A part of an operation with every schema in it in normal form."""
    if isinstance(node, list):
        return [_with_schemas(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {k: _schema(v) if k == "schema" else _with_schemas(v) for k, v in node.items()}


def _schema(schema: Any) -> Any:
    """One schema and all in it. A schema that is no object is left for faults.py."""
    if schema is True:
        return {}
    if not isinstance(schema, dict):
        return schema
    out = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(out.get(key), dict) or (key == "items" and out.get(key) is True):
            out[key] = _schema(out[key])
    if "properties" in out:
        out["properties"] = {name: _schema(value) for name, value in out["properties"].items()}
    for key in ("allOf", *UNIONS):
        if key in out:
            out[key] = [_unwrapped(_schema(member)) for member in out[key]]
    for rule in _RULES:
        out = rule(out)
    return out


def _without_default(schema: Json) -> Json:
    # Absent reads as None, whatever the service would do: a default changes nothing here, and one
    # that its own schema does not allow would stop the generator.
    return {key: value for key, value in schema.items() if key != "default"}


def _nullable(schema: Json) -> Json:
    """`nullable: true` of OpenAPI 3.0, which lives on in documents that call themselves 3.1."""
    rest = {key: value for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [_unwrapped(rest), NULL]} if schema.get("nullable") is True else rest


def _values(schema: Json) -> Json:
    """Constants and enumerations that are not only strings or only integers."""
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
    """`anyOf: [{required: [a]}, {required: [b]}]` says which fields go together, and no type."""
    for key in UNIONS:
        members = schema.get(key)
        if members and all(isinstance(m, dict) and set(m) == {"required"} for m in members):
            schema = {k: v for k, v in schema.items() if k != key}
    return schema


def _all_of(schema: Json) -> Json:
    """An allOf without members that say nothing, and with the fields that stand beside it."""
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
    """The one member of an allOf, anyOf or oneOf that has no other."""
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
    """Where a discriminator alone says which `type` a schema has, let the schema say it too."""
    mappings = [s["discriminator"] for s in _all_within(schemas) if "discriminator" in s]
    found: dict[int, tuple[Json, list[str]]] = {}
    for discriminator in mappings:
        for value, target in discriminator.get("mapping", {}).items():
            schema = schemas.get(target.rsplit("/", 1)[-1])
            field = (schema or {}).get("properties", {}).get(discriminator["propertyName"], {})
            if field.get("type") == "string" and not set(field) - _SILENT - {"type"}:
                values = found.setdefault(id(field), (field, []))[1]
                values += [value] if value not in values else []
    for field, values in found.values():
        field["enum"] = values


def _all_within(node: Any) -> list[Json]:
    if isinstance(node, list):
        return [found for value in node for found in _all_within(value)]
    if not isinstance(node, dict):
        return []
    inside = [found for value in node.values() for found in _all_within(value)]
    return [node, *inside] if isinstance(node.get("discriminator"), dict) else inside


_RULES: tuple[Callable[[Json], Json], ...] = (
    _without_default,
    _nullable,
    _values,
    _items,
    _required_alone,
    _all_of,
)
