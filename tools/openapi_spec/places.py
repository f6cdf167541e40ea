"""Find for each schema of a document a place where it stands, as `spec/names.yaml` writes it."""

from collections.abc import Iterator

from tools.openapi import operations, resolve
from tools.openapi_spec.names import at, members_of, parts_of, plain
from tools.values import Json, is_object

_PREFIX = "#/components/schemas/"


def places(document: Json) -> dict[str, str]:
    """Return the names of component schemas, each with the nearest place that is its alone.

    A schema that no field, list or union leads to (a part of an `allOf`) is not among them. A place
    begins with an operation, or with a schema that comes before in the result.
    """
    found: dict[str, str] = {}
    waiting = [place for one in operations(document) for place in _starts(document, one.name)]
    for place in waiting:
        nodes = at(document, place, {})
        if len(nodes) != 1:
            continue
        name = str(plain(nodes[0]).get("$ref", "")).removeprefix(_PREFIX)
        if name and name in found:
            continue
        if name:
            found[name] = place
        waiting += [(name or place) + step for step in _steps(document, nodes[0])]
    return found


def _starts(document: Json, operation: str) -> Iterator[str]:
    yield from (f"{operation} → 200", f"{operation} → events", f"{operation}(body)")
    for one in operations(document):
        if one.name == operation:
            names = (name.removesuffix("[]") for _, name in one.parameters(document))
            yield from (f"{operation}({name})" for name in names)


def _steps(document: Json, node: Json) -> Iterator[str]:
    """Yield the steps that lead further from a schema."""
    for part in parts_of(document, node):
        fields = part.get("properties", {})
        yield from (f".{name}" for name, field in fields.items() if is_object(field))
    inner = list(members_of(document, node))
    if any(is_object(part.get("items")) for one in inner for part in parts_of(document, one)):
        yield "[]"
    if len(inner) > 1:
        for one in inner:
            kinds = [part.get("properties", {}).get("type", {}) for part in parts_of(document, one)]
            for kind in kinds:
                whole = resolve(document, kind)
                values = whole.get("enum", [whole["const"]] if "const" in whole else [])
                yield from (f"[type={value}]" for value in values if " " not in str(value))
