"""The OpenAPI document with one change, in place of the one that the package carries."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from openai_conversations._schema import document

Json = dict[str, Any]
Change = Callable[[Json], None]

TEXT = json.dumps(document.document())
CARRIED: Json = json.loads(TEXT)


@contextmanager
def changed(change: Change) -> Iterator[Json]:
    """Change the document for all that is read from it at run time; give the changed one."""
    spec = json.loads(TEXT)
    change(spec)
    original = document.get_data
    document.get_data = lambda *_: json.dumps(spec).encode()  # type: ignore[assignment]
    _forget()
    try:
        yield spec
    finally:
        document.get_data = original
        _forget()


def _forget() -> None:
    """Clear each cache of what was found out of the document."""
    rooms = ("openai_conversations._schema.", "openai_conversations.local.")
    for name, module in list(sys.modules.items()):
        for one in vars(module).values() if name.startswith(rooms) else ():
            getattr(one, "cache_clear", lambda: None)()


def operation(spec: Json, operation_id: str) -> Json:
    """Return an operation of a document."""
    every = (one for shared in spec["paths"].values() for one in shared.values())
    return next(one for one in every if one["operationId"] == operation_id)


def body(spec: Json, operation_id: str) -> Json:
    """Return the schema of a request body, behind its references."""
    shape = operation(spec, operation_id)["requestBody"]["content"]["application/json"]["schema"]
    return resolved(spec, shape)


def response(spec: Json, operation_id: str, media_type: str = "application/json") -> Json:
    """Return the schema of a response, behind its references."""
    content = operation(spec, operation_id)["responses"]["200"]["content"]
    return resolved(spec, content[media_type]["schema"])


def resolved(spec: Json, shape: Json) -> Json:
    """Return the schema behind a reference."""
    while "$ref" in shape:
        shape = spec["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return shape


def objects(node: Any) -> Iterator[Json]:
    """Yield each object in a document."""
    if isinstance(node, dict):
        yield node
    if isinstance(node, (dict, list)):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from objects(inner)


def references(spec: Json, name: str) -> list[Json]:
    """Return each object in a document that refers to a schema."""
    return [one for one in objects(spec) if one.get("$ref") == f"#/components/schemas/{name}"]


def properties(spec: Json, shape: Json) -> Iterator[Json]:
    """Yield the fields of an object, as each schema that it is composed of declares them."""
    shape = resolved(spec, shape)
    if "properties" in shape:
        yield shape["properties"]
    for part in shape.get("allOf", ()):
        yield from properties(spec, part)


def add_field(spec: Json, shape: Json, name: str, field: Json, *, required: bool = False) -> None:
    """Add a field to an object."""
    shape = resolved(spec, shape)
    while "properties" not in shape:
        shape = resolved(spec, shape["allOf"][-1])
    shape["properties"][name] = field
    if required:
        shape["required"] = [*shape.get("required", ()), name]


def remove_field(spec: Json, shape: Json, name: str) -> None:
    """Remove a field from an object."""
    shape = resolved(spec, shape)
    shape.get("properties", {}).pop(name, None)
    shape["required"] = [one for one in shape.get("required", ()) if one != name]
    for part in shape.get("allOf", ()):
        remove_field(spec, part, name)


def add_variant(spec: Json, beside: str, variant: Json) -> None:
    """Add an object to each union that has one with the tag `beside`."""
    unions = [o[k] for o in objects(spec) for k in ("oneOf", "anyOf") if isinstance(o.get(k), list)]
    found = [union for union in unions if any(_has_tag(spec, one, beside) for one in union)]
    assert found
    for union in found:
        union.append(copy.deepcopy(variant))


def enums(spec: Json, *values: str) -> list[list[str]]:
    """Return each enum in a document that has one of these values."""
    found = [one["enum"] for one in objects(spec) if isinstance(one.get("enum"), list)]
    return [one for one in found if not {*values}.isdisjoint(one)]


def _has_tag(spec: Json, variant: Json, tag: str) -> bool:
    declared = resolved(spec, variant).get("properties", {}).get("type", {})
    return tag in declared.get("enum", [declared.get("const")])


# How a schema may be called otherwise and say the same.


def renamed(name: str, spec: Json) -> None:
    """Give a schema another name."""
    for place in references(spec, name):
        place["$ref"] = f"#/components/schemas/{name}Renamed"
    spec["components"]["schemas"][f"{name}Renamed"] = spec["components"]["schemas"].pop(name)


def inlined(name: str, spec: Json) -> None:
    """Write a schema at each place that refers to it."""
    whole = spec["components"]["schemas"].pop(name)
    for place in references(spec, name):
        place.clear()
        place.update(copy.deepcopy(whole))
    assert not references(spec, name)


def aliased(name: str, spec: Json) -> None:
    """Make of a schema a reference to a new one."""
    schemas = spec["components"]["schemas"]
    schemas["Renamed"] = schemas[name]
    schemas[name] = {"$ref": "#/components/schemas/Renamed"}


def split(name: str, spec: Json) -> None:
    """Make two schemas of one: half of its variants or of its fields are in a new one."""
    schemas = spec["components"]["schemas"]
    whole = schemas[name]
    for keyword in ("oneOf", "anyOf", "allOf"):
        if keyword in whole:
            half = len(whole[keyword]) // 2
            schemas["Renamed"] = {keyword: whole[keyword][half:]}
            rest = {keyword: [*whole[keyword][:half], {"$ref": "#/components/schemas/Renamed"}]}
            schemas[name] = {**whole, **rest}
            return
    if "properties" in whole:
        fields = list(whole["properties"].items())
        required = whole.get("required", [])
        moved = dict(fields[len(fields) // 2 :])
        schemas["Renamed"] = {
            "type": "object", "properties": moved, "required": [n for n in required if n in moved],
        }  # fmt: skip
        own = dict(fields[: len(fields) // 2])
        rest = {"properties": own, "required": [n for n in required if n in own]}
        schemas[name] = {"allOf": [{**whole, **rest}, {"$ref": "#/components/schemas/Renamed"}]}
        return
    half = len(whole["enum"]) // 2
    schemas["Renamed"] = {"type": "string", "enum": whole["enum"][half:]}
    schemas[name] = {
        "anyOf": [{**whole, "enum": whole["enum"][:half]}, {"$ref": "#/components/schemas/Renamed"}]
    }


def wrapped(name: str, spec: Json) -> None:
    """Refer at each place to a new union, of which the schema is a variant."""
    for place in references(spec, name):
        place["$ref"] = "#/components/schemas/Renamed"
    union = [{"allOf": [{"$ref": f"#/components/schemas/{name}"}]}]
    spec["components"]["schemas"]["Renamed"] = {"anyOf": union}


#: Takes the name of the schema, and the document.
FORMS: list[Callable[[str, Json], None]] = [renamed, inlined, aliased, split, wrapped]
