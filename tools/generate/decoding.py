"""How a JSON value becomes what a node says: the source code for it, and the tables behind it.

A union of objects is decoded through a `Dispatch` table from `type` to class (runtime in
`types.py.jinja`). One table serves every place with the same members.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.errors import ToolError

from .code import Code, code, identifier, joined, literal
from .names import constant_name, json_name
from .types import ANY, TEXT, Array, Enum, Map, Node, OneOf, Ref, Types, flat, holds_models

_EACH = Code("each")


@dataclass
class Table:
    """A dispatch table: its constant's name, and what its constructor gets.

    `plain` where any other object is documented too, and stays a dictionary.
    """

    name: Code
    names: dict[str, Code | list[Code]]
    untyped: list[Code]
    plain: bool


@dataclass
class Decoding:
    """Writes decoding expressions; collects the tables that they need."""

    types: Types
    tables: dict[tuple[frozenset[str], bool], Table] = field(default_factory=dict)

    def sorted_tables(self) -> list[Table]:
        """Return the tables that were needed so far, by their names."""
        return sorted(self.tables.values(), key=lambda table: table.name)

    def expression(self, node: Node, value: Code, owner: str) -> Code:
        """Source that decodes `value`; `value` itself where JSON already is what people get.

        `owner` names the place (`Message.content`) in an error, and in a new table's name.
        """
        result = value
        parts = list(flat([node]))
        lists = [m.item for m in parts if isinstance(m, Array)]
        if lists:
            items = OneOf(tuple(lists)) if len(lists) > 1 else lists[0]
            result = self._list(items, result, owner)
        return self._object(parts, result, owner, many=False)

    def _list(self, item: Node, value: Code, owner: str) -> Code:
        parts = list(flat([item]))
        if any(isinstance(m, Array | Map) and holds_models(m) for m in parts):
            inner = self.expression(item, _EACH, owner)
            return code("decode_each(lambda each: {}, {})", inner, value)
        return self._object(parts, value, owner, many=True)

    def _object(self, parts: Sequence[Node], value: Code, owner: str, *, many: bool) -> Code:
        refs = [m.name for m in parts if isinstance(m, Ref)]
        maps = [m for m in parts if isinstance(m, Map)]
        deep = [m for m in maps if holds_models(m.value)]
        if deep and (refs or len(maps) > 1):
            raise ToolError(
                f"{owner}: a dictionary of objects beside other kinds of objects cannot be told "
                "apart. Give it a discriminator, or a schema of its own, with an action in "
                "spec/fixes.overlay.yaml."
            )
        if deep:
            inner = self.expression(deep[0].value, _EACH, owner)
            return code("decode_values(lambda each: {}, {})", inner, value)
        if not refs:
            return value
        plain = bool(maps) or ANY in parts
        if len(refs) == 1 and not self.types.constant(refs[0]) and not plain:
            name = literal(refs[0])
            return code("decode_models({}, {})" if many else "decode_model({}, {})", name, value)
        table = self._table(refs, owner, plain=plain)
        return code("decode_many({}, {})" if many else "decode_one({}, {})", table.name, value)

    def _table(self, refs: list[Code], owner: str, *, plain: bool) -> Table:
        key = (frozenset(refs), plain)
        if key not in self.tables:
            names = (alias for members, alias in self.types.unions() if members == key[0])
            name = self._free_name(constant_name(next(names, owner)))
            self.tables[key] = self._new_table(name, refs, owner, plain=plain)
        return self.tables[key]

    def _free_name(self, name: str) -> Code:
        """Return `name`, with underscores where a class, an alias or another table is called so."""
        taken = {table.name for table in self.tables.values()} | self.types.names_of_all
        while name in taken or name == "TYPE_CHECKING" or not name.isidentifier():
            name = f"{name}_" if name.isidentifier() else f"TABLE_{name}"
        return identifier(name)

    def _new_table(self, name: Code, refs: list[Code], owner: str, *, plain: bool) -> Table:
        shared: dict[str, list[Code]] = {}
        untyped: list[Code] = []
        for ref in refs:
            for value in self.types.constant(ref):
                shared.setdefault(value, []).append(ref)
            if "type" not in self.required(ref) or not self.types.constant(ref):
                untyped.append(ref)
        names: dict[str, Code | list[Code]] = {}
        for value, sharing in shared.items():
            names[value] = sharing[0] if len(sharing) == 1 else self._narrowest_first(sharing)
            self._distinct(sharing, f"{owner}, type {value!r}")
        self._distinct(untyped, f"{owner}, without a type")
        return Table(name, names, self._narrowest_first(untyped), plain)

    def required(self, ref: Code) -> list[str]:
        """JSON names of a model's required fields."""
        return [json_name(p) for p in self.types.fields(ref) if p.required]

    def variant(self, ref: Code) -> Code:
        """Source of the `Variant` that tells this model from others with the same `type`."""
        required = tuple(self.required(ref))
        return code("Variant({}, {}, {})", literal(ref), required, self.marks(ref))

    def marks(self, ref: Code) -> Code:
        """Source of the values and of the shapes that tell this model from others."""
        values: dict[str, list[str]] = {}
        shapes: dict[str, Code] = {}
        for prop in self.types.fields(ref):
            name = json_name(prop)
            match self.types.node(prop):
                case Enum(known) if name == "role" or (len(known) == 1 and name != "type"):
                    texts = sorted(v for v in known if isinstance(v, str))
                    values |= {name: texts} if len(texts) == len(known) else {}
                case Array():
                    shapes[name] = Code("list")
                case one if one == TEXT:
                    shapes[name] = Code("str")
        listed = joined((code("{}: frozenset({})", n, v) for n, v in values.items()), ", ")
        shaped = joined((code("{}: {}", n, t) for n, t in shapes.items()), ", ")
        return code("{{{}}}, {{{}}}", listed, shaped)

    def _narrowest_first(self, refs: list[Code]) -> list[Code]:
        def width(ref: Code) -> tuple[int, int]:
            free = sum(isinstance(self.types.node(p), OneOf) for p in self.types.fields(ref))
            return (-len(self.required(ref)), free)

        return sorted(refs, key=width)

    def _distinct(self, refs: list[Code], place: str) -> None:
        seen: dict[str, str] = {}
        for ref in refs:
            same = seen.setdefault(self.variant(ref).replace(ref, ""), ref)
            if same != ref:
                raise ToolError(
                    f"{place}: {same} and {ref} cannot be told apart: same required fields, same "
                    "roles and constants, same shapes. Remove one of them from the union, or give "
                    "them different types, with an action in spec/fixes.overlay.yaml."
                )
