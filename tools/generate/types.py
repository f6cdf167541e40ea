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

from .code import Code, code, identifier, joined
from .code import literal as source_of
from .names import attribute_name
from .parse import Parsed

RAW = Code("RawObject")


@dataclass(frozen=True)
class Scalar:
    """str, int, float, bool, None, or Any where the document says nothing."""

    annotation: Code


@dataclass(frozen=True)
class Enum:
    """Known values; any other of the same JSON type passes through."""

    values: tuple[str | int, ...]
    alias: Code | None = None


@dataclass(frozen=True)
class Ref:
    """A model class."""

    name: Code


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
    alias: Code | None = None


_MODELS = Code("models.")
Node: TypeAlias = Scalar | Enum | Ref | Map | Array | OneOf

NONE = Scalar(Code("None"))
ANY = Scalar(Code("Any"))
TEXT = Scalar(Code("str"))
BOOLEAN = Scalar(Code("bool"))


class Types:
    """Turns the generator's properties into nodes; knows every model and every named union."""

    def __init__(self, parsed: Parsed) -> None:
        self.models = {
            identifier(m.class_info.name, "The name of a class"): m for m in parsed.data.models
        }
        self.aliases: dict[str, Code] = {}
        self._components = parsed.components
        self._by_list: dict[int, Code] = {}
        self._by_members: dict[frozenset[Node], Code] = {}
        for component, prop in sorted(parsed.components.items()):
            name = identifier(parsed.named(component).name, f"The class of {component:.99}")
            if isinstance(prop, ModelProperty):
                if self.is_map(name):
                    self.aliases[component] = name
                continue
            if name not in self.models or self.is_map(name):
                self.aliases[component] = name
            if isinstance(prop, UnionProperty):
                self._by_list[id(prop.inner_properties)] = name
        for component, name in self.aliases.items():
            component_prop = parsed.components[component]
            if isinstance(component_prop, UnionProperty):
                members = frozenset(flat(self._members(component_prop))) - {NONE}
                if len(members) > 1 and all(isinstance(m, Ref) for m in members):
                    self._by_members.setdefault(members, name)

    @property
    def names_of_all(self) -> set[Code]:
        """Every name of a class or of an alias."""
        return {*self.models, *self.aliases.values()}

    def unions(self) -> Iterator[tuple[frozenset[Code], Code]]:
        """Yield the named unions: the classes in each, and its name."""
        for component, name in self.aliases.items():
            prop = self._components[component]
            if isinstance(prop, UnionProperty):
                refs = {m.name for m in flat(self._members(prop)) if isinstance(m, Ref)}
                yield frozenset(refs), name

    def is_map(self, name: Code) -> bool:
        """Tell whether the schema of this class declares no fields, so that a dict is all it is."""
        model = self.models.get(name)
        return model is not None and not (model.required_properties or model.optional_properties)

    def fields(self, name: Code) -> list[PropertyProtocol]:
        """Return every declared property of a model, the required ones first."""
        model = self.models[name]
        return [*(model.required_properties or ()), *(model.optional_properties or ())]

    def others(self, name: Code) -> Node:
        """Return the node of undeclared keys; ANY where the document says nothing."""
        extra = self.models[name].additional_properties
        return ANY if extra is None else self.node(extra)

    def constant(self, name: Code, field: str = "type") -> tuple[str, ...]:
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
            named = (one for one in self.aliases.values() if one == str(prop.class_info.name))
            return Enum(values, next(named, None))
        if isinstance(prop, ConstProperty):
            return Enum((prop.value.raw_value,))
        if isinstance(prop, ModelProperty):
            name = identifier(prop.class_info.name)
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
        return TEXT  # dates, UUIDs and files stay the strings that they are in JSON

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

    def annotation(self, node: Node, package: Code = _MODELS) -> Code:
        """Return the Python type of a node as source code; `package` stands before its names.

        The lazy package resolves them when `typing.get_type_hints` asks, and not before.
        """
        return joined(dict.fromkeys(self._parts(node, package)), " | ")

    def _parts(self, node: Node, package: Code) -> Iterator[Code]:
        match node:
            case Scalar(annotation):
                yield annotation
            case Enum(values, alias):
                yield code("{}{}", package, alias) if alias else literal(values)
                if alias is None:
                    yield from kinds(values)
            case Ref(name):
                yield code("{}{}", package, name)
                if self.constant(name):
                    yield code("{}{}", package, RAW)
            case Map(value):
                yield code("dict[str, {}]", self.annotation(value, package))
            case Array(item):
                yield code("list[{}]", self.annotation(item, package))
            case OneOf(members, alias):
                if alias is not None:
                    yield code("{}{}", package, alias)
                    return
                parts = [part for member in members for part in self._parts(member, package)]
                # Literal["a"] | str | RawObject | None: the general ones last
                yield from sorted(parts, key=(f"{package}{RAW}", "None").count)


_SCALARS: dict[type, Scalar] = {
    AnyProperty: ANY,
    BooleanProperty: BOOLEAN,
    IntProperty: Scalar(Code("int")),
    FloatProperty: Scalar(Code("float")),
    NoneProperty: NONE,
}


def _enum_values(node: Node) -> tuple[str | int, ...]:
    """Return the values of an enum, also of one that may be null; none for anything else."""
    if isinstance(node, OneOf) and set(node.members) - {NONE} != set(node.members):
        node = next((m for m in node.members if m != NONE), node)
    return node.values if isinstance(node, Enum) else ()


def literal(values: Iterable[str | int]) -> Code:
    """Return `Literal[…]` of the values."""
    return code("Literal[{}]", joined(map(source_of, values), ", "))


def kinds(values: Iterable[str | int]) -> list[Code]:
    """Return the names of the types of values, each once."""
    return sorted({identifier(type(value).__name__) for value in values})


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


def is_text(node: Node) -> bool:
    """Tell whether a node is a string, of any or of some values."""
    texts = isinstance(node, Enum) and all(isinstance(value, str) for value in node.values)
    return texts or node == TEXT
