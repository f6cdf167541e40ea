"""Find for each schema of a document a place where it stands, as `spec/names.yaml` writes it."""

from collections.abc import Iterator

from tools.openapi import SCHEMAS, Operation, operations, resolve
from tools.openapi_spec.names import at, fields_of, members_of, parts_of, plain
from tools.values import Json, is_object


def places(document: Json) -> dict[str, str]:
    """Return the names of component schemas, each with the nearest place that is its alone.

    A schema that no field, list or union leads to (a part of an `allOf`) is not among them. A place
    begins with an operation, or with a schema that comes before in the result.
    """
    found: dict[str, str] = {}
    waiting = [place for one in operations(document) for place in _starts(document, one)]
    for place in waiting:
        nodes = at(document, place, {})
        if len(nodes) != 1:
            continue
        name = str(plain(nodes[0]).get("$ref", "")).removeprefix(SCHEMAS)
        if name and name in found:
            continue
        if name:
            found[name] = place
        waiting += [(name or place) + step for step in _steps(document, nodes[0])]
    return found


def _starts(document: Json, one: Operation) -> Iterator[str]:
    yield from (f"{one.name} → 200", f"{one.name} → events", f"{one.name}(body)")
    for _, name in one.parameters(document):
        yield f"{one.name}({name.removesuffix('[]')})"


def _steps(document: Json, node: Json) -> Iterator[str]:
    """Yield the steps that lead further from a schema."""
    for part in parts_of(document, node):
        fields = part.get("properties", {})
        yield from (f".{name}" for name, field in fields.items() if is_object(field))
    inner = list(members_of(document, node))
    if any(is_object(part.get("items")) for one in inner for part in parts_of(document, one)):
        yield "[]"
    if len(inner) > 1:
        for kind in (kind for one in inner for kind in fields_of(document, one, "type")):
            whole = resolve(document, kind)
            values = whole.get("enum", [whole["const"]] if "const" in whole else [])
            yield from (f"[type={value}]" for value in values if " " not in str(value))
