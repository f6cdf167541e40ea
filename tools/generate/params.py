"""Parameters of every operation: `TypedDict`s for people, and a table for the package on top.

CreateThingPath, …Query, …Header, …Body   by the place where they are sent
CreateThingParams                          all but the path, as keyword arguments
CreateThingParamsStreaming, …NonStreaming  where `stream` decides what the response is
CreateThingParamsBase                      all besides `stream` or `items`, for methods that have it
                                           as an argument of their own
"""

from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from tools.errors import ToolError
from tools.openapi_spec.names import FILE

from .accepted import Accepted, Reached
from .code import Code, code, identifier, literal
from .endpoints import Endpoints, EndpointView
from .input_forms import InputForms
from .names import attribute_name, json_name
from .template_context import Views, doc_text
from .types import BOOLEAN, NONE, Node, OneOf, Ref, flat

ALSO = "x-also-accepts"
STREAM = "stream"
STATUS = "status"
ITEMS = "items"

# What annotations call something else, so that a class body cannot have a key of the name.
_USED = {"Any", "Iterable", "Literal", "Mapping", "NotRequired", "Omit", "Sequence", "bool", "str"}
_USED |= {"SequenceNotStr", "int", "float", "models", "object", "params"}


@dataclass(frozen=True)
class Key:
    """One key of a `TypedDict`."""

    name: str
    annotation: Code
    required: bool
    doc: str

    @property
    def source(self) -> Code:
        """The annotation as it is written: in quotes where it names what comes later."""
        quoted = any(word in self.annotation for word in ("models.", "params.", "Param"))
        return literal(self.annotation) if quoted else self.annotation

    @property
    def plain(self) -> bool:
        """Whether it can be written in a class: a name that nothing else has."""
        taken = iskeyword(self.name) or self.name in _USED or self.name.startswith("__")
        return self.name.isidentifier() and self.name.isascii() and not taken


@dataclass(frozen=True)
class Dictionary:
    """One `TypedDict`. A class cannot have its `odd` keys, so that a base has them."""

    name: Code
    doc: str
    bases: tuple[Code, ...]
    keys: tuple[Key, ...]

    @property
    def total(self) -> bool:
        """Whether it has a key that is required."""
        return any(key.required for key in self.keys)

    @property
    def odd(self) -> list[Key]:
        """The keys that cannot be written in a class."""
        return [key for key in self.keys if not key.plain]


@dataclass(frozen=True)
class Union:
    """A name for several types."""

    name: Code
    doc: str
    annotation: Code


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation; `key` is its name in the request."""

    name: Code
    key: str
    location: str
    required: bool
    annotation: Code
    doc: str
    boolean: bool

    @property
    def line(self) -> str:
        """The description on one line."""
        return " ".join(self.doc.split())

    def as_key(self) -> Key:
        """Return the key that stands for it in a `TypedDict`."""
        annotation = code("{}" if self.required else "{} | Omit", self.annotation)
        return Key(self.name, annotation, self.required, self.doc)


@dataclass(frozen=True)
class Operation:
    """One operation."""

    view: EndpointView
    name: Code
    module: str
    statuses: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    @property
    def doc(self) -> str:
        """The first line of its description."""
        return self.view.doc.partition("\n")[0]

    @property
    def can_stream(self) -> bool:
        """Whether its parameter `stream` decides if the response is a stream of events."""
        return self.view.events is not None and any(
            p.name == STREAM and p.boolean for p in self.parameters
        )


class Params:
    """Everything that the templates of parameters write."""

    def __init__(self, views: Views, document: dict[str, Any], endpoints: Endpoints) -> None:
        self._views = views
        found = [
            (identifier(tag, f"The tag of {endpoint.name}"), endpoints.view(endpoint))
            for tag, collection in views.parsed.data.endpoint_collections_by_tag.items()
            for endpoint in collection.endpoints
        ]
        sent, received = Reached(), Reached()
        for _, view in found:
            if view.sent is not None and (own := _only_ref(view.sent)) is not None:
                sent.add_fields(views.types, own)  # the operation's `…Body` is in its place
            elif view.sent is not None:
                sent.add(views.types, view.sent)
            received.add(views.types, view.received)
        self.accepted = Accepted(views.types, sent, received, _also(views, document))
        self.operations = sorted(
            (self._operation(tag, view) for tag, view in found), key=lambda o: o.name
        )
        self.dictionaries = [
            *(self._object(name) for name in sorted(sent.refs)),
            *(made for o in self.operations for made in _dictionaries(o)),
        ]
        docs = {alias.name: alias.doc for alias in views.aliases}
        self.unions = [
            Union(self.accepted.names[name], docs[name], self.accepted.union(name))
            for name in sorted(sent.unions)
        ]
        annotations = [p.annotation for o in self.operations for p in o.parameters]
        self.likes: list[Union] = []
        forms = InputForms(views.decoding)
        for name in sorted(sent.unions):
            like = self.accepted.like_name(name)
            if any(f"params.{like}" in annotation for annotation in annotations):
                doc = f"Everything that is accepted as `{name}`."
                self.likes.append(Union(like, doc, self.accepted.like(name)))
                same = self.accepted.received_as(name)
                forms.add(sent.unions[name], map(received.unions.__getitem__, same))
        self.input_forms = {self.accepted.names[n]: f for n, f in sorted(forms.found.items())}
        self._check_names()

    @property
    def names(self) -> list[Code]:
        """Every public name of the package of parameters."""
        unions = [*self.unions, *self.likes]
        return sorted([*(made.name for made in self.dictionaries), *(u.name for u in unions)])

    def _check_names(self) -> None:
        names = self.names
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ToolError(
                f"Two definitions of parameters would be called {', '.join(twice)}. Give one of "
                f"the schemas another name in {FILE}, or the operation in spec/selection.yaml."
            )

    def _object(self, name: Code) -> Dictionary:
        types = self._views.types
        keys = tuple(
            Key(
                json_name(prop),
                self.accepted.value(types.node(prop)),
                prop.required,
                doc_text(prop.description, width=88),
            )
            for prop in types.fields(name)
        )
        doc = doc_text(types.models[name].description, name)
        return Dictionary(self.accepted.names[name], doc, (), keys)

    def _operation(self, tag: str, view: EndpointView) -> Operation:
        result = _only_ref(view.received)
        operation = Operation(
            view,
            identifier("".join(p[:1].upper() + p[1:] for p in view.name.split("_"))),
            module=f"{tag}.{view.name}",
            statuses=() if result is None else self._views.types.constant(result, STATUS),
            parameters=tuple(self._parameters(view)),
        )
        owners: dict[str, Parameter] = {}
        for parameter in operation.parameters:
            other = owners.setdefault(parameter.name, parameter)
            if other is not parameter:
                raise ToolError(
                    f"Operation {view.id}: {parameter.key!r} of the {parameter.location} and "
                    f"{other.key!r} of the {other.location} would both be the parameter "
                    f"{parameter.name!r}. Rename or remove one of them with an action in "
                    "spec/fixes.overlay.yaml."
                )
        return operation

    def _parameters(self, view: EndpointView) -> Iterator[Parameter]:
        for one in view.arguments:
            yield self._parameter(one.name, one.key, one.location, one.node, one.required, one.doc)
        if view.sent is None:
            return
        name = _only_ref(view.sent)
        if name is None:
            doc = "The whole body."
            yield self._parameter(Code("body"), "", "body", view.sent, view.body_required, doc)
            return
        for prop in self._views.types.fields(name):
            node, required = self._views.types.node(prop), prop.required and view.body_required
            if not required:
                # its model reads absent as None, so None is accepted (and sent, as null)
                node = OneOf((node, NONE))
            attribute, doc = attribute_name(prop), doc_text(prop.description, width=88)
            yield self._parameter(attribute, json_name(prop), "body", node, required, doc)

    def _parameter(
        self, name: Code, key: str, location: str, node: Node, required: bool, doc: str
    ) -> Parameter:
        boolean = {m for m in flat([node]) if m != NONE} == {BOOLEAN}
        annotation = self.accepted.argument(node)
        return Parameter(name, key, location, required, annotation, doc, boolean)


def _dictionaries(operation: Operation) -> Iterator[Dictionary]:
    name, told = operation.name, f"`{operation.view.id}`"
    bases = []
    for location in ("path", "query", "header", "body"):
        keys = tuple(p.as_key() for p in operation.parameters if p.location == location)
        if keys:
            place = identifier(f"{name}{location.capitalize()}")
            yield Dictionary(place, f"The {location} parameters of {told}.", (), keys)
            bases += [place] if location != "path" else []
    params = identifier(f"{name}Params")
    given = [p for p in operation.parameters if p.location != "path"]
    in_front = STREAM if operation.can_stream else ITEMS
    front = next((p for p in given if p.name == in_front), None)
    if front is None:
        yield Dictionary(params, f"The parameters of {told}.", tuple(bases), ())
        return
    base = (code("{}Base", params),)
    keys = tuple(p.as_key() for p in given if p is not front)
    yield Dictionary(base[0], f"The parameters of {told} besides `{front.name}`.", (), keys)
    if operation.can_stream:
        null = Code(" | None") if "None" in front.annotation else Code("")
        no = Key(STREAM, code("Literal[False]{} | Omit", null), False, front.doc)
        yes = Key(STREAM, Code("Literal[True]"), True, front.doc)
        yield Dictionary(code("{}NonStreaming", params), f"{told} for one response.", base, (no,))
        yield Dictionary(
            code("{}Streaming", params), f"{told} for a stream of events.", base, (yes,)
        )
    yield Dictionary(params, f"The parameters of {told}.", base, (front.as_key(),))


def _only_ref(node: Node) -> Code | None:
    """Return the one class that a body is, null apart; None where it is something else."""
    first, *others = [member for member in flat([node]) if member != NONE] or [NONE]
    return first.name if isinstance(first, Ref) and not others else None


def _also(views: Views, document: dict[str, Any]) -> dict[str, list[Code]]:
    """Return for each class the others that `x-also-accepts` of its schema names."""
    result: dict[str, list[Code]] = {}
    for component, schema in document["components"]["schemas"].items():
        if ALSO not in schema:
            continue
        node = views.types.node(views.parsed.components[component])
        unknown = sorted(set(schema[ALSO]) - set(views.types.models))
        if unknown or not isinstance(node, Ref):
            what = f"names {', '.join(unknown)}" if unknown else "stands at no object"
            raise ToolError(
                f"components.schemas.{component}: {ALSO} {what}; it takes classes of the generated "
                "package, at an object with fields. Correct it in spec/fixes.overlay.yaml."
            )
        result[node.name] = list(map(identifier, schema[ALSO]))
    return result
