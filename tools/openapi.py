"""The one reader of OpenAPI 3.1 documents: grammar, walking, references, operations.

`title` is a keyword of a schema, but a name when it is a key of `properties`, and plain data inside
`default`. Everything that reads or rebuilds a document has to know the difference; it is written
down once, here, after the OpenAPI 3.1.1 and JSON Schema 2020-12 specifications.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tools.errors import ToolError
from tools.values import Json, is_list, is_object, kind_of, nearest

Place = tuple[str | int, ...]
Component = tuple[str, str]
"""Section and name: `("schemas", "Message")`."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
UNIONS = ("anyOf", "oneOf")
SCHEMAS = "#/components/schemas/"

# Each kind of object, and its keywords in the order in which they are written. Without `=` a
# keyword holds data (`enum`, `required`, `mapping` …), which is never looked into. `=kind` is a
# single object, `=[kind]` a list, `={kind}` an object whose keys are free names, and `=<kind>` one
# in which `x-` keys are extensions all the same. A keyword that is not here holds data too.
_GRAMMAR = f"""
document: openapi info=info jsonSchemaDialect servers=[server] security tags=[tag]
    paths=<pathItem> webhooks={{pathItem}} components=components
components: schemas={{schema}} responses={{response}} parameters={{parameter}}
    requestBodies={{requestBody}} headers={{header}} securitySchemes={{securityScheme}}
    links={{link}} callbacks={{callback}} pathItems={{pathItem}} examples={{example}}
info: title summary description
server: url description variables={{serverVariable}}
serverVariable:
tag: name description
pathItem: $ref summary description parameters=[parameter] servers=[server]
    {" ".join(f"{method}=operation" for method in METHODS)}
operation: operationId tags summary description deprecated security servers=[server]
    parameters=[parameter] requestBody=requestBody responses=<response> callbacks={{callback}}
parameter: $ref name in description required schema=schema content={{mediaType}}
    examples={{example}}
header: $ref description required schema=schema content={{mediaType}} examples={{example}}
requestBody: $ref description required content={{mediaType}}
response: $ref description headers={{header}} content={{mediaType}} links={{link}}
mediaType: schema=schema encoding={{encoding}} examples={{example}}
encoding: contentType headers={{header}}
callback:
link: $ref server=server
example: $ref
securityScheme: $ref type scheme
discriminator: propertyName mapping
xml:
schema: $ref title type description deprecated format const enum default
    discriminator=discriminator allOf=[schema] anyOf=[schema] oneOf=[schema] not=schema if=schema
    then=schema else=schema dependentSchemas={{schema}} prefixItems=[schema] items=schema
    contains=schema unevaluatedItems=schema properties={{schema}} patternProperties={{schema}}
    propertyNames=schema additionalProperties=schema unevaluatedProperties=schema required
    contentSchema=schema xml=xml $defs={{schema}} definitions={{schema}}
"""
_KIND = re.compile(r"^(\w+):(.*(?:\n +.*)*)", re.MULTILINE)
_KEYWORD = re.compile(r"([^\s=]+)(?:=([\[{<]?)(\w+)[\]}>]?)?")

# kind -> keyword -> (shape, kind of the objects inside), or None for data.
FIELDS: dict[str, dict[str, tuple[str, str] | None]] = {
    kind: {name: (shape, inside) if inside else None for name, shape, inside in found}
    for kind, text in _KIND.findall(_GRAMMAR)
    for found in [_KEYWORD.findall(text)]
}

# Names whose order says nothing: upstream may shuffle them without a diff here.
_SORTED = {"paths", "webhooks", "responses", *FIELDS["components"]}
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a document: where it is, its kind, and its content as loaded."""

    place: Place
    kind: str
    value: Any

    def __str__(self) -> str:
        return pointer(self.place)


def pointer(place: Place) -> str:
    """Write a place as a JSON Pointer (RFC 6901) with a leading `#`."""
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def children(node: Node) -> Iterator[Node]:
    """Yield the parts directly inside one, in the written order, whatever they hold.

    Raises:
        ToolError: with the place, for a list or an object that is none.
    """
    if _holds_parts(node):
        for keyword in _keywords(node):
            yield from (child for _, child in _below(node, keyword))


def walk(value: object, kind: str, place: Place = ()) -> Iterator[Node]:
    """Yield every object at or below `value`, parents first, in the written order.

    The schemas `true` and `false` are passed over.

    Raises:
        ToolError: with the place, for a part that is not the object or list expected there.
    """
    node = Node(place, kind, value)
    if _holds_parts(node):
        yield node
        for child in children(node):
            yield from walk(child.value, child.kind, child.place)


def rebuild(
    value: Any,
    kind: str,
    place: Place = (),
    keep: Callable[[str], bool] = lambda _: True,
    change: Callable[[Any, str], Any] = lambda value, _: value,
) -> Any:
    """Return a copy of `value`, its keywords in the written order.

    Args:
        value: the part; its content stays as it is.
        kind: its kind.
        place: where it is, for errors.
        keep: tells of each keyword whether it stays.
        change: called with every finished part and its kind, inner ones first; its result is used.

    Raises:
        ToolError: as `walk` does.
    """
    node = Node(place, kind, value)
    if not _holds_parts(node):
        return change(value, kind)
    order = {keyword: rank for rank, keyword in enumerate(FIELDS[kind])}
    inside = list(_keywords(node))
    if inside == [""]:  # a callback: its keys are expressions
        return change({str(step): _rebuilt(c, keep, change) for step, c in _below(node, "")}, kind)
    copy: Json = {}
    for keyword in sorted(value, key=lambda key: (order.get(key, len(order)), key)):
        if not keep(keyword):
            continue
        held = value[keyword]
        if keyword not in inside:
            copy[keyword] = deepcopy(held)
            continue
        found = [(step, _rebuilt(child, keep, change)) for step, child in _below(node, keyword)]
        if is_list(held):
            copy[keyword] = [part for _, part in found]
        elif found and found[0][0] is None:
            copy[keyword] = found[0][1]
        else:
            copy[keyword] = {str(step): part for step, part in found}
    return change(copy, kind)


def _rebuilt(node: Node, keep: Callable[[str], bool], change: Callable[[Any, str], Any]) -> Any:
    return rebuild(node.value, node.kind, node.place, keep, change)


def _holds_parts(node: Node) -> bool:
    """Tell whether a part is an object; the schemas `true` and `false` are none."""
    if node.kind == "schema" and isinstance(node.value, bool):
        return False
    _expect(node.value, node.place, is_object, f"a {node.kind} object")
    return True


def _keywords(node: Node) -> Iterator[str]:
    """Yield the keywords of an object that hold further objects."""
    if node.kind == "callback" and "$ref" not in node.value:
        yield ""
    else:
        yield from (k for k, inside in FIELDS[node.kind].items() if inside and k in node.value)


def _below(node: Node, keyword: str) -> Iterator[tuple[str | int | None, Node]]:
    """Yield the parts below one keyword, each with its name, its index, or None."""
    shape, kind = FIELDS[node.kind].get(keyword) or ("<", "pathItem")
    held = node.value[keyword] if keyword else node.value
    here = (*node.place, keyword) if keyword else node.place
    if not shape:
        yield None, Node(here, kind, held)
    elif shape == "[":
        _expect(held, here, is_list, f"a list of {kind} objects")
        yield from ((index, Node((*here, index), kind, part)) for index, part in enumerate(held))
    else:
        _expect(held, here, is_object, f"an object with {kind} objects by name")
        for name in sorted(held) if keyword in _SORTED else held:
            if not (shape == "<" and name.startswith("x-")):
                yield name, Node((*here, name), kind, held[name])


def _expect(value: Any, place: Place, test: Callable[[object], bool], expected: str) -> Any:
    if not test(value):
        raise ToolError(f"{pointer(place)}: expected {expected}, found {kind_of(value)}.")
    return value


def references(node: Node, document: Json) -> Iterator[tuple[Place, Component]]:
    """Yield the components that one object refers to, each with the place that does.

    Both the trimming (what has to stay?) and the validation of the result (does each lead
    somewhere?) ask this, of `$ref`, discriminator mappings and security schemes.

    Raises:
        ToolError: for one that leads nowhere or outside of the document's components.
    """
    value = node.value
    if "$ref" in value:
        yield (*node.place, "$ref"), component(value["$ref"], (*node.place, "$ref"), document)
    if node.kind == "discriminator":
        place = (*node.place, "mapping")
        for key, target in _expect(value.get("mapping", {}), place, is_object, "an object").items():
            # A mapping may name a schema bare; a reference is what has a slash or a hash in it.
            bare = isinstance(target, str) and _NAME.fullmatch(target)
            ref = SCHEMAS + target if bare else target
            yield (*place, key), component(ref, (*place, key), document)
    if node.kind in ("operation", "document"):
        yield from _security(node, document)


def component(ref: object, place: Place, document: Json) -> Component:
    """Return the component that holds the part `ref` points at; `place` is for errors.

    Raises:
        ToolError: when it is not a reference, leads nowhere, or to no single component.
    """
    if not isinstance(ref, str):
        raise ToolError(f"{pointer(place)}: a $ref must be a string, found {ref!r:.60}.")
    if not ref.startswith("#/components/"):
        raise ToolError(
            f"{pointer(place)}: $ref `{ref}` does not point at a component of this document "
            "(#/components/…), and nothing else can be kept when the document is trimmed."
        )
    steps, met = _follow(ref, document)
    if len(met) <= len(steps):
        step, known = steps[len(met) - 1], list(met[-1]) if is_object(met[-1]) else []
        raise ToolError(
            f"{pointer(place)}: $ref `{ref}` leads nowhere; "
            f"{pointer(tuple(steps[: len(met) - 1]))} has no `{step}`.{nearest(step, known)}"
        )
    if len(steps) < 3:
        raise ToolError(f"{pointer(place)}: $ref `{ref}` does not point at a single component.")
    return steps[1], steps[2]


def resolve(document: Json, part: Any) -> Json:
    """Return an object itself, however many `$ref`s stand before it.

    Empty for anything else, and for references that lead nowhere or in a circle.
    """
    seen: set[str] = set()
    while is_object(part) and "$ref" in part:
        ref = str(part["$ref"])
        steps, met = _follow(ref, document)
        if ref in seen or len(met) <= len(steps):
            return {}
        seen.add(ref)
        part = met[-1]
    return part if is_object(part) else {}


def _follow(ref: str, document: Json) -> tuple[list[str], list[Any]]:
    """Return the steps of a reference, and the parts that they lead through as far as they do."""
    steps = [
        unquote(s).replace("~1", "/").replace("~0", "~") for s in ref.removeprefix("#/").split("/")
    ]
    met: list[Any] = [document]
    for step in steps:
        if is_object(met[-1]) and step in met[-1]:
            met.append(met[-1][step])
        elif is_list(met[-1]) and step.isdecimal() and int(step) < len(met[-1]):
            met.append(met[-1][int(step)])
        else:
            break
    return steps, met


def _security(node: Node, document: Json) -> Iterator[tuple[Place, Component]]:
    held: Place = ("components", "securitySchemes")
    schemes = _expect(document.get("components", {}), held[:1], is_object, "an object")
    schemes = _expect(schemes.get("securitySchemes", {}), held, is_object, "an object")
    place = (*node.place, "security")
    required = _expect(node.value.get("security", []), place, is_list, "a list")
    for index, requirement in enumerate(required):
        for name in _expect(requirement, (*place, index), is_object, "an object"):
            if name not in schemes:
                raise ToolError(
                    f"{pointer((*place, index))}: security scheme `{name}` is not in "
                    f"#/components/securitySchemes.{nearest(name, schemes)}"
                )
            yield (*place, index), ("securitySchemes", name)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document; `item` is what its path says, `value` what it says itself."""

    path: str
    method: str
    item: Json
    value: Json

    @property
    def name(self) -> str:
        """Its operationId; method and path where it has none."""
        return str(self.value.get("operationId") or f"{self.method.upper()} {self.path}")

    @property
    def place(self) -> Place:
        """Where it is in the document."""
        return "paths", self.path, self.method

    def parameters(self, document: Json) -> dict[tuple[str, str], Json]:
        """Return its parameters by location and name, those of its path included, resolved."""
        shared, own = (part.get("parameters") or [] for part in (self.item, self.value))
        whole = [resolve(document, parameter) for parameter in (*shared, *own)]
        return {(str(one.get("in")), str(one.get("name"))): one for one in whole}


def operations(document: Json) -> Iterator[Operation]:
    """Yield every operation, path items that are references followed."""
    for path, declared in document.get("paths", {}).items():
        if path.startswith("x-"):
            continue
        item = {**resolve(document, declared), **(declared if is_object(declared) else {})}
        for method in METHODS:
            if is_object(item.get(method)):
                yield Operation(path, method, item, item[method])
