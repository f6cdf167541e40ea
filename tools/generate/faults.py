"""Faults of a document that the generator passes over in silence, each found before it runs.

openapi-python-client warns of much that it cannot express; these it takes without a word and
writes something wrong. Each is an error here that names the schema, the reason and the cure.
"""

from collections.abc import Callable, Iterator
from typing import Any

from tools.errors import ToolError

Json = dict[str, Any]
Place = str
CURE = "Change it with an action in spec/fixes.overlay.yaml."

COMPONENTS = "#/components/schemas/"

# Keywords that say what a value is and that the generator does not read.
UNREAD = ("$recursiveRef", "$dynamicRef", "patternProperties", "prefixItems", "not", "if", "$defs")


def refuse(document: Json) -> None:
    """Raise ToolError, with one sentence for each fault, if `document` has any."""
    found = []
    for place, schema in schemas(document):
        if not isinstance(schema, dict):
            found.append(f"{place}: the schema `{schema!r}` is no object, and has no Python type.")
        elif "$ref" in schema:
            found += _dangling(document, place, schema["$ref"])
    if not found:  # the other checks follow references
        found += [
            f"{place}: {what}"
            for place, schema in schemas(document)
            for check in _CHECKS
            if (what := check(document, place, schema))
        ]
        found += _endless(document)
        found += _same_but_for_case(document)
    if found:
        raise ToolError(f"{' '.join(found)} {CURE}")


def _dangling(document: Json, place: Place, ref: Any) -> list[str]:
    known = document.get("components", {}).get("schemas", {})
    if isinstance(ref, str) and ref.removeprefix(COMPONENTS) in known:
        return []
    return [
        f"{place}: $ref `{ref}` names no schema of components.schemas. A part of a schema can be "
        "referred to only when it is a schema of its own."
    ]


def schemas(document: Json) -> Iterator[tuple[Place, Json]]:
    """Every schema of the document, components first, with the place it stands in."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from _within(f"components.schemas.{name}", schema)
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            yield from _in_operation(f"{method.upper()} {path}", operation)


def referred(document: Json, node: Json) -> Json:
    """A parameter, body or response, looked up in the components where it is a reference."""
    while "$ref" in node:
        section, name = node["$ref"].rsplit("/", 2)[1:]
        node = document["components"][section][name]
    return node


def _in_operation(place: Place, node: Any) -> Iterator[tuple[Place, Json]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "schema":
                yield from _within(f"{place}.schema", value)
            else:
                yield from _in_operation(f"{place}.{key}", value)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _in_operation(f"{place}[{index}]", value)


def _within(place: Place, schema: Any) -> Iterator[tuple[Place, Json]]:
    yield place, schema
    if not isinstance(schema, dict):
        return
    for name, inner in schema.get("properties", {}).items():
        yield from _within(f"{place}.{name}", inner)
    for key in ("items", "additionalProperties"):
        if key in schema and (key == "items" or not isinstance(schema[key], bool)):
            yield from _within(f"{place}.{key}", schema[key])
    for key in ("allOf", "anyOf", "oneOf"):
        for index, inner in enumerate(schema.get(key, ())):
            yield from _within(f"{place}.{key}[{index}]", inner)


def resolve(document: Json, schema: Json) -> Json:
    """What a `$ref` refers to, however many lie between."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _unread_keyword(_: Json, __: Place, schema: Json) -> str:
    present = [key for key in UNREAD if key in schema]
    return f"the generator does not read {', '.join(present)}." if present else ""


def _union_beside_fields(_: Json, __: Place, schema: Json) -> str:
    union = "anyOf" if "anyOf" in schema else "oneOf" if "oneOf" in schema else ""
    if union and schema.get("properties"):
        return f"has properties beside {union}, and the generator drops the properties."
    if union and schema.get("allOf"):
        return f"has allOf beside {union}, and the generator mixes the two."
    return ""


def _union_in_all_of(document: Json, _: Place, schema: Json) -> str:
    if len(schema.get("allOf", ())) > 1:
        for member in schema["allOf"]:
            whole = resolve(document, member)
            if "anyOf" in whole or "oneOf" in whole:
                return "an allOf has a union as a member, and the generator drops that union."
    return ""


def _discriminator_not_type(_: Json, __: Place, schema: Json) -> str:
    name = schema.get("discriminator", {}).get("propertyName", "type")
    return "" if name == "type" else f"is told apart by {name!r}, and the templates look at 'type'."


def _endless(document: Json) -> list[str]:
    """Schemas that come back to themselves with no object in between that has fields."""
    known = document.get("components", {}).get("schemas", {})

    def steps(schema: Json) -> Iterator[str]:
        if "$ref" in schema:
            yield schema["$ref"].removeprefix(COMPONENTS)
        if schema.get("properties"):
            return
        inner = [schema.get("items"), schema.get("additionalProperties")]
        for key in ("allOf", "anyOf", "oneOf"):
            inner += schema.get(key, ())
        for one in inner:
            if isinstance(one, dict):
                yield from steps(one)

    found = []
    for name in known:
        seen: set[str] = set()
        waiting = list(steps(known[name]))
        while waiting:
            step = waiting.pop()
            if step not in seen:
                seen.add(step)
                waiting += steps(known[step])
        if name in seen:
            found.append(
                f"components.schemas.{name}: holds itself as a list, a dictionary or a member, "
                "with no object that has fields in between, which the generator cannot write."
            )
    return found


def _same_but_for_case(document: Json) -> list[str]:
    seen: dict[str, str] = {}
    out = []
    for name in document.get("components", {}).get("schemas", {}):
        other = seen.setdefault(name.lower(), name)
        if other != name:
            out.append(
                f"components.schemas.{name}: differs from {other} by case alone, and one file "
                "would overwrite the other."
            )
    return out


_CHECKS: tuple[Callable[[Json, Place, Json], str], ...] = (
    _unread_keyword,
    _union_beside_fields,
    _union_in_all_of,
    _discriminator_not_type,
)
