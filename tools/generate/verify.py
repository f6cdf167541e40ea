"""Verify that everything the document holds stands in the package that was made of it.

This reads the document anew, without the generator, and compares. A schema or an operation that is
not there, a field that is gone, a type that became `Any` or lost one of its alternatives: each ends
the run with its name.
"""

from pathlib import Path

from tools.openapi import operations, resolve
from tools.values import Json

from .code import identifier
from .keywords import refuse
from .names import json_name
from .normalize import alternatives, properties_of, schema_kinds
from .template_context import Views
from .types import Array, Enum, Map, Node, OneOf, Ref, Scalar, flat
from .unsupported import plain_name

_KINDS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "None": "null"}
_KINDS |= {"Any": "anything"}


def verify(views: Views, document: Json, package: Path) -> str:
    """Compare every operation, schema and field with the document, and say how many there are.

    Raises:
        ToolError: that names everything missing.
    """
    lost = [*_operations(document, package), *_schemas(views, document, package)]
    components = document["components"]["schemas"]
    check = _Fields(views, document)
    for name, schema in components.items():
        check.compare(views.types.node(views.parsed.components[name]), schema, name)
    refuse([*lost, *check.lost], "The generated package would lose something. ")
    counts = {"operations": len(list(operations(document))), "schemas": len(components)}
    return ", ".join(f"{count} of {count} {what}" for what, count in counts.items())


def _operations(document: Json, package: Path) -> list[str]:
    there = {plain_name(path.stem) for path in (package / "api").glob("*/*.py")}
    return [
        f"Operation {operation.name} is not there."
        for operation in operations(document)
        if plain_name(operation.name) not in there
    ]


def _schemas(views: Views, document: Json, package: Path) -> list[str]:
    lost = []
    owners: dict[str, str] = {}
    for component in document["components"]["schemas"]:
        name = identifier(views.parsed.named(component).name)
        other = owners.setdefault(name, component)
        if other != component:
            lost.append(f"Schemas {other} and {component} have one name, {name}.")
        if not (package / "models" / f"{views.names.get(name)}.py").exists():
            lost.append(f"Schema {component} is not there (as {name}).")
    modules = list(views.names.values())
    lost += [f"Two schemas share the module {m}." for m in set(modules) if modules.count(m) > 1]
    return sorted(lost)


class _Fields:
    """Compares nodes with schemas, all the way down through schemas without a name."""

    def __init__(self, views: Views, document: Json) -> None:
        self.types = views.types
        self.parsed = views.parsed
        self.document = document
        self.lost: list[str] = []
        self._seen: set[tuple[str, str]] = set()

    def compare(self, node: Node, schema: Json, place: str) -> None:
        made = self._kinds(node)
        wanted = schema_kinds(self.document, schema)
        if made != wanted:
            self.lost.append(f"{place} is {_listed(wanted)}, and became {_listed(made)}.")
            return
        members = alternatives(self.document, schema)
        objects = [(n, a) for n, a in members if properties_of(self.document, a)]
        refs = [m for m in flat([node]) if isinstance(m, Ref)]
        if len(refs) < len({id(one) for _, one in objects}):
            self.lost.append(f"{place} is one of {len(objects)} objects; {len(refs)} are left.")
        for ref in refs:
            # by name where the schema has one, by its fields where it has none
            one = next((o for n, o in objects if n and self.name(n) == ref.name), None)
            one = one or next((o for _, o in objects if self._same_fields(ref, o)), None)
            if one is None:
                self.lost.append(f"{place}: {ref.name} has other fields than its schema.")
            else:
                self._compare_fields(ref, one, place)
        items = [m.item for m in flat([node]) if isinstance(m, Array)]
        lists = [a["items"] for _, a in members if "items" in a]
        for item, inner in zip(items, lists, strict=False):
            self.compare(item, inner, f"{place}[]")

    def name(self, component: str) -> str:
        """Return the class of a component schema."""
        return str(self.parsed.named(component).name)

    def _same_fields(self, ref: Ref, schema: Json) -> bool:
        properties = properties_of(self.document, schema)
        constants = resolve(self.document, properties.get("type", {})).get("enum", ())
        return set(properties) == {json_name(p) for p in self.types.fields(ref.name)} and (
            not constants or set(constants) == set(self.types.constant(ref.name))
        )

    def _compare_fields(self, ref: Ref, schema: Json, place: str) -> None:
        if (ref.name, str(id(schema))) in self._seen:
            return
        self._seen.add((ref.name, str(id(schema))))
        properties = properties_of(self.document, schema)
        for prop in self.types.fields(ref.name):
            key = json_name(prop)
            self.compare(self.types.node(prop), properties[key], f"{place}.{key}")

    def _kinds(self, node: Node) -> set[str]:
        kinds: set[str] = set()
        for member in flat([node]):
            match member:
                case Scalar(annotation):
                    kinds.add(_KINDS[annotation])
                case Enum(values):
                    kinds |= {"integer" if isinstance(v, int) else "string" for v in values}
                case Ref() | Map():
                    kinds.add("object")
                case Array():
                    kinds.add("array")
                case OneOf():
                    pass
        return kinds


def _listed(kinds: set[str]) -> str:
    return " or ".join(sorted(kinds)) or "nothing"
