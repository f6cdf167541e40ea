"""What a JSON Schema allows, flattened, so that two documents can be laid side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.openapi import resolve
from tools.values import Json

Schema = Json
TAG = "type"


@dataclass
class Shape:
    """The union of all that a place allows.

    Attributes:
        types: JSON types.
        texts: strings of enumerations; `open` where any string is allowed.
        objects: the kinds of objects, as they are written.
        items: schemas of elements of lists.
    """

    types: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    open: bool = False
    objects: list[Kind] = field(default_factory=list)
    items: list[Schema] = field(default_factory=list)


@dataclass
class Kind:
    """One kind of object: the schemas of its fields, which are required, and its tags."""

    fields: dict[str, list[Schema]]
    required: set[str]
    tags: set[str]


class Document:
    """A JSON Schema or OpenAPI document, into which `$ref` points."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    def resolve(self, schema: Schema) -> Schema:
        """Follow the `$ref` of a schema."""
        return resolve(self.root, schema)

    def shape(self, schemas: list[Schema]) -> Shape:
        """Return what any of the schemas allows."""
        shape = Shape()
        for schema in schemas:
            self._add(schema, shape)
        return shape

    def _add(self, schema: Schema, shape: Shape) -> None:
        schema = self.resolve(schema)
        members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        for member in members:
            self._add(member, shape)
        types = schema.get("type", ())
        types = {types} if isinstance(types, str) else {*types}
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        texts = {value for value in values or () if isinstance(value, str)}
        if not (members and types == {"object"}):  # a type beside its variants says nothing new
            shape.types |= types or ({"string"} if texts else set())
        shape.texts |= texts
        shape.open |= "string" in types and values is None
        if "items" in schema:
            shape.items.append(schema["items"])
        if (parts := [*self._parts(schema)]) and not members:
            shape.types.add("object")
            shape.objects.append(self._kind(parts))

    def _parts(self, schema: Schema) -> Iterator[Schema]:
        schema = self.resolve(schema)
        for part in schema.get("allOf", ()):
            yield from self._parts(part)
        if "properties" in schema or "required" in schema:
            yield schema

    def _kind(self, parts: list[Schema]) -> Kind:
        fields: dict[str, list[Schema]] = {}
        for part in parts:
            for name, value in part.get("properties", {}).items():
                fields.setdefault(name, []).append(value)
        tags = self.shape(fields.get(TAG, [])).texts
        return Kind(fields, {name for part in parts for name in part.get("required", ())}, tags)
