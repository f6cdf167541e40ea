"""What the service gives and does not take: for each object that goes in, what comes out besides.

An object that goes in is compared with each that comes out in its place and has its `type`: fields
that only come out, and values of its optional fields that do. Objects that share a `type` on the
way in also say by which values and shapes they are told apart.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from .code import Code, code, joined, literal
from .decoding import Decoding
from .names import json_name
from .types import NONE, Array, Enum, Node, Ref, Types, flat

_NO_MARKS = Code("{}, {}")


@dataclass
class InputForm:
    """One object that goes in; `output_only` has None for a field, or else values of it."""

    output_only: dict[str, set[str] | None] = field(default_factory=dict[str, set[str] | None])
    marks: Code = _NO_MARKS

    @property
    def source(self) -> Code:
        """The arguments of the generated `InputForm`."""
        entries = (
            code("{}: {}", literal(name), literal(values and sorted(values)))
            for name, values in sorted(self.output_only.items())
        )
        return code("{{{}}}, {}", joined(entries, ", "), self.marks)


class InputForms:
    """Compares what goes in with what comes out."""

    def __init__(self, decoding: Decoding) -> None:
        self._types: Types = decoding.types
        self._decoding = decoding
        self._compared: set[tuple[Code, Code]] = set()
        self.found: dict[Code, InputForm] = {}
        """By the name of the class."""

    def add(self, sent: Node, received: Iterable[Node]) -> None:
        """Compare a union that goes in with those that come out in its place."""
        kinds = Counter(k for name in _objects(sent) for k in self._types.constant(name))
        for name in _objects(sent):
            if any(kinds[kind] > 1 for kind in self._types.constant(name)):
                self._form(name).marks = self._decoding.marks(name)
        for node in received:
            self._compare(sent, node)

    def _form(self, name: Code) -> InputForm:
        return self.found.setdefault(name, InputForm())

    def _compare(self, sent: Node, received: Node) -> None:
        for pair in product(_objects(sent), _objects(received)):
            first, second = (set(self._types.constant(name)) for name in pair)
            same_kind = not (first and second) or first & second
            if same_kind and pair[0] != pair[1] and pair not in self._compared:
                self._compared.add(pair)
                self._compare_fields(*pair)

    def _compare_fields(self, one: Code, other: Code) -> None:
        taken = {json_name(prop): prop for prop in self._types.fields(one)}
        for prop in self._types.fields(other):
            name = json_name(prop)
            if name not in taken:
                self._form(one).output_only[name] = None
                continue
            node, given = self._types.node(taken[name]), self._types.node(prop)
            known = _values(node)
            # A value of a field that is required cannot be left out.
            if known and not taken[name].required and (more := _values(given) - known):
                only = self._form(one).output_only.setdefault(name, set())
                if only is not None:
                    only |= more
            self._compare(node, given)


def _objects(node: Node) -> Iterator[Code]:
    """Yield the classes of a node, of the members of a union and of the elements of a list."""
    for member in flat([node]):
        match member:
            case Ref(name):
                yield name
            case Array(item):
                yield from _objects(item)
            case _:
                pass


def _values(node: Node) -> set[str]:
    """Return the strings that a node lists; none where it may be something else, null apart."""
    members = [member for member in flat([node]) if member != NONE]
    known = [v for m in members if isinstance(m, Enum) for v in m.values]
    closed = all(isinstance(member, Enum) for member in members)
    return {value for value in known if isinstance(value, str)} if closed else set()
