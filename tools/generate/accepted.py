"""Annotations of parameters: all that an operation accepts where the document names a type.

A model says what comes out of the service. What goes in is wider: where the document has an object,
a model of it is accepted, a `TypedDict` of its keys, and where a value is a parameter of its own
also any mapping. Inside of a `TypedDict` mappings of unknown keys are not accepted, so that a
misspelt key deep inside a literal is found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .code import Code, code, identifier, joined
from .types import NONE, RAW, TEXT, Array, Enum, Map, Node, OneOf, Ref, Scalar, Types, flat, literal
from .types import kinds as kinds_of

MAPPING = Code("Mapping[str, object]")
SUFFIX = "Param"


@dataclass
class Reached:
    """The classes and the named unions of classes that values are made of."""

    refs: set[Code] = field(default_factory=set)
    unions: dict[Code, OneOf] = field(default_factory=dict)

    def add(self, types: Types, node: Node) -> None:
        """Add what `node` and everything in it consists of."""
        match node:
            case OneOf(members, alias):
                kinds = {type(member) for member in flat(members)}
                # one with lists or dictionaries besides is written out wherever it is used
                if alias is not None and Ref in kinds and not kinds & {Array, Map}:
                    self.unions[alias] = node
                for member in members:
                    self.add(types, member)
            case Map(inner) | Array(inner):
                self.add(types, inner)
            case Ref(name) if name not in self.refs:
                self.refs.add(name)
                self.add_fields(types, name)
            case _:
                pass

    def add_fields(self, types: Types, name: Code) -> None:
        """Add what the fields of a class consist of, and not the class."""
        for prop in types.fields(name):
            self.add(types, types.node(prop))
        self.add(types, types.others(name))


def param_names(names: Iterable[str]) -> dict[str, Code]:
    """Return for each class or union in `names` the name of its `TypedDict`, or union of them.

    `X` becomes `XParam`, and `YParam` stays as it is, unless `Y` is among the names and has taken
    it: then it becomes `YParamParam`.
    """
    result: dict[str, Code] = {}
    taken: set[str] = set()
    for name in sorted(names, key=lambda n: (n.endswith(SUFFIX), n)):
        given = name if name.endswith(SUFFIX) else name + SUFFIX
        while given in taken:
            given += SUFFIX
        taken.add(given)
        result[name] = identifier(given)
    return result


class Accepted:
    """Writes the annotations.

    Args:
        types: of the document.
        sent: what request bodies are made of.
        received: what responses are made of.
        also: for a class the further classes that a parameter accepts in its place.
    """

    def __init__(
        self, types: Types, sent: Reached, received: Reached, also: dict[str, list[Code]]
    ) -> None:
        self.types = types
        self.names = param_names({*sent.refs, *sent.unions})
        self._sent = sent
        self._received = received
        self._also = also

    def argument(self, node: Node) -> Code:
        """Return the annotation of a parameter."""
        return _joined(self._parts(node, inside=False))

    def value(self, node: Node) -> Code:
        """Return the annotation of a key of a `TypedDict`."""
        return _joined(self._parts(node, inside=True))

    def like_name(self, union: str) -> Code:
        """Return the name for all that a parameter of a named union accepts."""
        return identifier(f"{union.removesuffix(SUFFIX)}Like")

    def like(self, union: Code) -> Code:
        """Return the annotation of all that a parameter of a named union accepts."""
        models = (code("models.{}", name) for name in (union, *self.received_as(union)))
        return _joined([*models, self.names[union], MAPPING])

    def received_as(self, union: Code) -> list[Code]:
        """Return the named unions of responses that are accepted where `union` is.

        What comes out of the service goes in again: those most of whose members have a `type` that
        a member of `union` has as well.
        """
        kinds = self._kinds(self._sent.unions[union])
        return [
            name
            for name, node in sorted(self._received.unions.items())
            if name not in self._sent.unions
            and 2 * len(self._kinds(node) & kinds) > len(self._kinds(node))
        ]

    def union(self, union: Code) -> Code:
        """Return the annotation of the `TypedDict`s of a named union and its other members."""
        parts: list[Code] = []
        for member in flat([self._sent.unions[union]]):
            match member:
                case Ref(name):
                    parts.append(self.names[name])
                case Enum(values, alias):
                    parts.append(literal(values))
                    parts += kinds_of(values) if alias else []
                case Scalar(annotation):
                    parts.append(annotation)
        return _joined(parts)

    def _kinds(self, node: OneOf) -> set[str]:
        refs = (member for member in flat([node]) if isinstance(member, Ref))
        return {kind for ref in refs for kind in self.types.constant(ref.name)}

    def _parts(self, node: Node, *, inside: bool) -> Iterator[Code]:
        match node:
            case Scalar(annotation):
                yield annotation
            case Enum(values, alias):
                yield code("models.{}", alias) if alias else literal(values)
            case Ref(name):
                yield code("models.{}", name)
                yield self.names[name]
                if self.types.constant(name):
                    yield code("models.{}", RAW)
                if not inside:
                    yield from (code("models.{}", other) for other in self._also.get(name, ()))
                    yield MAPPING
            case Map(value):
                yield code("Mapping[str, {}]", _joined(self._parts(value, inside=True)))
            case Array(item):
                yield self._list(item, inside=inside)
            case OneOf():
                yield from self._one_of(node, inside=inside)

    def _list(self, item: Node, *, inside: bool) -> Code:
        each = _joined(self._parts(item, inside=inside))
        kinds = list(flat([item]))
        if any(isinstance(kind, Ref) for kind in kinds):
            # a list inside is sent as it is, so that it cannot be any iterable
            return code("Sequence[{}]" if inside else "Iterable[{}]", each)
        texts = any(isinstance(kind, Enum) or kind == TEXT for kind in kinds)
        return code("SequenceNotStr[{}]" if texts else "Sequence[{}]", each)

    def _one_of(self, node: OneOf, *, inside: bool) -> Iterator[Code]:
        alias = node.alias
        if alias is None or any(isinstance(m, Array | Map) for m in flat([node])):
            for member in node.members:
                yield from self._parts(member, inside=inside)
        elif alias not in self._sent.unions:
            yield code("models.{}", alias)
            if NONE in node.members:
                yield NONE.annotation
        elif inside:
            yield from (code("models.{}", alias), self.names[alias])
        else:
            yield code("params.{}", self.like_name(alias))


def _joined(parts: Iterable[Code]) -> Code:
    once = dict.fromkeys(parts)
    return joined(sorted(once, key=lambda part: part == NONE.annotation), " | ")
