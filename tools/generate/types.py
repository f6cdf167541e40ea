"""What a value may be: a small tree made from the generator's properties.

The generator's own templates know a union only as a flat list to try one by one. Here a property
becomes a tree of six node kinds that knows its annotation and, through `decoding.py`, how a JSON
value is turned into it by looking at the value rather than by trying.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty

from .names import attribute_name
from .parse import Parsed

RAW = "RawObject"


@dataclass(frozen=True)
class Scalar:
    """str, int, float, bool, None, or Any where the document says nothing."""

    annotation: str


@dataclass(frozen=True)
class Enum:
    """Known values; any other of the same JSON type passes through."""

    values: tuple[str | int, ...]
    alias: str | None = None


@dataclass(frozen=True)
class Ref:
    """A model class."""

    name: str


@dataclass(frozen=True)
class Map:
    """An object that is a plain dictionary: no declared fields."""

    value: "Node"


@dataclass(frozen=True)
class Array:
    """A list."""

    item: "Node"


@dataclass(frozen=True)
class OneOf:
    """Any of several; `alias` is the name of the component schema that says so."""

    members: tuple["Node", ...]
    alias: str | None = None


Node: TypeAlias = Scalar | Enum | Ref | Map | Array | OneOf

NONE = Scalar("None")
ANY = Scalar("Any")


class Types:
    """Turns the generator's properties into nodes; knows every model and every named union."""

    def __init__(self, parsed: Parsed) -> None:
        self.models = {str(m.class_info.name): m for m in parsed.data.models}
        self.aliases: dict[str, str] = {}
        self._components = parsed.components
        self._by_list: dict[int, str] = {}
        self._by_members: dict[frozenset[Node], str] = {}
        for component, prop in sorted(parsed.components.items()):
            if isinstance(prop, ModelProperty):
                if self.is_map(str(prop.class_info.name)):
                    self.aliases[component] = str(prop.class_info.name)
                continue
            name = str(parsed.named(component).name)
            if name not in self.models or self.is_map(name):
                self.aliases[component] = name
            if isinstance(prop, UnionProperty):
                self._by_list[id(prop.inner_properties)] = name
        for component, name in self.aliases.items():
            component_prop = parsed.components[component]
            if isinstance(component_prop, UnionProperty):
                members = frozenset(flat(self._members(component_prop))) - {NONE}
                refs = {m for m in members if isinstance(m, Ref)}
                if len(members) > 1 and refs == members:
                    self._by_members.setdefault(frozenset(members), name)

    @property
    def names_of_all(self) -> set[str]:
        """Every name of a class or of an alias."""
        return {*self.models, *self.aliases.values()}

    def unions(self) -> Iterator[tuple[frozenset[str], str]]:
        """Yield the named unions: the classes in each, and its name."""
        for component, name in self.aliases.items():
            prop = self._components[component]
            if isinstance(prop, UnionProperty):
                refs = {m.name for m in flat(self._members(prop)) if isinstance(m, Ref)}
                yield frozenset(refs), name

    def is_map(self, name: str) -> bool:
        """Tell whether the schema of this class declares no fields, so that a dict is all it is."""
        model = self.models.get(name)
        return model is not None and not (model.required_properties or model.optional_properties)

    def fields(self, name: str) -> list[PropertyProtocol]:
        """Return every declared property of a model, the required ones first."""
        model = self.models[name]
        return [*(model.required_properties or ()), *(model.optional_properties or ())]

    def others(self, name: str) -> Node:
        """Return the node of undeclared keys; ANY where the document says nothing."""
        extra = self.models[name].additional_properties
        return ANY if extra is None else self.node(extra)

    def constant(self, name: str, field: str = "type") -> tuple[str, ...]:
        """Return the values that `field` may have in this model where the document fixes them."""
        for prop in self.fields(name):
            if attribute_name(prop) == field:
                values = _enum_values(self.node(prop))
                return tuple(value for value in values if isinstance(value, str))
        return ()

    def node(self, prop: PropertyProtocol) -> Node:
        """Return the node of a property."""
        if isinstance(prop, LiteralEnumProperty):
            values = tuple(sorted(prop.values, key=lambda value: (str(type(value)), value)))
            name = str(prop.class_info.name)
            return Enum(values, name if name in self.aliases.values() else None)
        if isinstance(prop, ConstProperty):
            return Enum((prop.value.raw_value,))
        if isinstance(prop, ModelProperty):
            name = str(prop.class_info.name)
            if not self.is_map(name):
                return Ref(name)
            return Map(self.others(name))
        if isinstance(prop, ListProperty):
            return Array(self.node(prop.inner_property))
        if isinstance(prop, UnionProperty):
            return self._union(prop)
        for kind, node in _SCALARS.items():
            if isinstance(prop, kind):
                return node
        return Scalar("str")  # dates, UUIDs and files stay the strings that they are in JSON

    def _union(self, prop: UnionProperty) -> Node:
        alias = self._by_list.get(id(prop.inner_properties))
        members = self._members(prop)
        if alias is not None and alias in self.aliases.values():
            return OneOf(members, alias)
        refs = frozenset(m for m in members if isinstance(m, Ref))
        name = self._by_members.get(refs)
        if name is not None:
            rest = tuple(m for m in members if m not in refs)
            named = OneOf(tuple(m for m in members if m in refs), name)
            return OneOf((named, *rest)) if rest else named
        return members[0] if len(members) == 1 else OneOf(members)

    def _members(self, prop: UnionProperty) -> tuple[Node, ...]:
        seen: dict[Node, None] = {}
        for inner in prop.inner_properties:
            seen.setdefault(self.node(inner))
        # null last, as people write it
        return (*(m for m in seen if m != NONE), *(m for m in seen if m == NONE))

    def annotation(self, node: Node, package: str = "models.") -> str:
        """Return the Python type of a node as source code; `package` stands before its names.

        The lazy package resolves them when `typing.get_type_hints` asks, and not before.
        """
        return " | ".join(dict.fromkeys(self._parts(node, package)))

    def _parts(self, node: Node, package: str) -> Iterator[str]:
        match node:
            case Scalar(annotation):
                yield annotation
            case Enum(values, alias):
                yield f"{package}{alias}" if alias else literal(values)
                if alias is None:
                    yield from sorted({type(value).__name__ for value in values})
            case Ref(name):
                yield f"{package}{name}"
                if self.constant(name):
                    yield f"{package}{RAW}"
            case Map(value):
                yield f"dict[str, {self.annotation(value, package)}]"
            case Array(item):
                yield f"list[{self.annotation(item, package)}]"
            case OneOf(members, alias):
                if alias is not None:
                    yield f"{package}{alias}"
                    return
                parts = [part for member in members for part in self._parts(member, package)]
                # Literal["a"] | str | RawObject | None: the general ones last
                yield from sorted(parts, key=(f"{package}{RAW}", "None").count)


_SCALARS: dict[type, Scalar] = {
    AnyProperty: ANY,
    BooleanProperty: Scalar("bool"),
    IntProperty: Scalar("int"),
    FloatProperty: Scalar("float"),
    NoneProperty: NONE,
}


def _enum_values(node: Node) -> tuple[str | int, ...]:
    """Return the values of an enum, also of one that may be null; none for anything else."""
    if isinstance(node, OneOf) and set(node.members) - {NONE} != set(node.members):
        node = next((m for m in node.members if m != NONE), node)
    return node.values if isinstance(node, Enum) else ()


def literal(values: Iterable[str | int]) -> str:
    """Return `Literal[…]` of the values."""
    return f"Literal[{', '.join(repr(value) for value in values)}]"


def flat(members: Iterable[Node]) -> Iterator[Node]:
    """Yield the members, with those of nested unions in their place."""
    for member in members:
        if isinstance(member, OneOf):
            yield from flat(member.members)
        else:
            yield member


def holds_models(node: Node) -> bool:
    """Tell whether a class is anywhere in a node."""
    return any(
        isinstance(m, Ref)
        or (isinstance(m, Map) and holds_models(m.value))
        or (isinstance(m, Array) and holds_models(m.item))
        for m in flat([node])
    )
