"""The keywords that the generator reads, or may leave unread without getting anything wrong.

Every other keyword stops the run with its name and its place: a request would go to another server
than `servers` of an operation says, a value would have other types than `dependentSchemas` allows.
Names that begin with `x-` are extensions, which a reader may ignore (OpenAPI 3.1.1, section 4.9).
The document is as it stands in spec/, before normalize.py puts other forms in place.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.errors import ToolError
from tools.openapi import METHODS, UNIONS, Node, operations, resolve, walk
from tools.values import Json, is_list, is_object, kind_of

_FIX = "Change it with an action in spec/fixes.overlay.yaml."
_SHOWN = 8  # a fault in one schema shows in every place that uses it

PROSE = {"title", "summary", "description", "deprecated", "externalDocs", "$comment", "xml"}
PROSE |= {"default", "example", "examples", "readOnly", "writeOnly"}
"""Keywords that explain a value to a reader."""
LIMITS = {"format", "pattern", "minLength", "maxLength", "contentEncoding", "contentMediaType"}
LIMITS |= {"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
LIMITS |= {"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "propertyNames"}
"""Keywords that limit a value, which the service checks, and not its Python type."""

_READ = {
    "document": "openapi jsonSchemaDialect info servers security tags paths components",
    "components": "schemas responses parameters requestBodies headers securitySchemes pathItems "
    "examples",
    "info": "version termsOfService contact license",
    "server": "url",
    "tag": "name",
    "pathItem": f"$ref parameters {' '.join(METHODS)}",
    "operation": "operationId tags parameters requestBody responses security",
    "parameter": "$ref name in required schema style explode allowReserved allowEmptyValue",
    "requestBody": "$ref required content",
    "response": "$ref headers content",
    "header": "$ref required schema content style explode",
    "mediaType": "schema",
    "discriminator": "propertyName mapping",
    "securityScheme": "$ref type scheme bearerFormat",
    "schema": "type enum const properties required items additionalProperties allOf anyOf oneOf "
    f"discriminator nullable {' '.join(sorted(LIMITS))}",
}
# Keywords of which the client can do one value alone.
_VALUES: dict[tuple[str, str], tuple[object, ...]] = {
    ("document", "jsonSchemaDialect"): ("https://spec.openapis.org/oas/3.1/dialect/base",),
    ("parameter", "allowReserved"): (False,),
    ("securityScheme", "type"): ("http",),
    ("securityScheme", "scheme"): ("bearer", "Bearer"),
}


_NEEDED = {
    "document": ("openapi", "info", "paths"),
    "parameter": ("name", "in"),
    "discriminator": ("propertyName",),
    "operation": ("responses",),
}


def is_text(value: object) -> bool:
    """Tell whether a value is a string."""
    return isinstance(value, str)


def is_texts(value: object) -> bool:
    """Tell whether a value is a list of strings."""
    return is_list(value) and all(map(is_text, value))


# By kind of object and keyword, or by keyword alone: what a value that is data has to be.
_FORMS: dict[tuple[str, str], tuple[str, Callable[[Any], bool]]] = {
    **{("", key): ("a string", is_text) for key in ("$ref", "name", "in", "style", "url")},
    ("operation", "operationId"): ("a string", is_text),
    ("discriminator", "propertyName"): ("a string", is_text),
    ("discriminator", "mapping"): (
        "an object of strings",
        lambda value: is_object(value) and is_texts([*value.values()]),
    ),
    ("operation", "tags"): ("a list of strings", is_texts),
    ("components", "securitySchemes"): ("an object", is_object),
    ("schema", "type"): (
        "a string or a list of strings",
        lambda value: is_text(value) or (is_texts(value) and bool(value)),
    ),
    ("schema", "enum"): ("a list of values", lambda value: is_list(value) and bool(value)),
    ("schema", "required"): ("a list of strings", is_texts),
    ("schema", "x-also-accepts"): ("a list of strings", is_texts),
}


def refuse_keywords(document: Json) -> None:
    """Raise ToolError, with one sentence for each fault, if `document` has unread keywords."""
    for check in (_malformed, _unread):
        refuse(f"{node}: {what}" for node in walk(document, "document") for what in check(node))
    refuse(_one_way(document))


def refuse(faults: Iterable[str], result: str = "") -> None:
    """Raise ToolError with the faults, if there are any, their result, and how to fix them."""
    found = list(faults)
    if found:
        more = f" And {len(found) - _SHOWN} more." if len(found) > _SHOWN else ""
        raise ToolError(f"{result}{' '.join(found[:_SHOWN])}{more} {_FIX}")


def _malformed(node: Node) -> Iterator[str]:
    for key in () if "$ref" in node.value else _NEEDED.get(node.kind, ()):
        if key not in node.value:
            yield f"{key} is missing."
    for key, value in node.value.items():
        expected, is_form = _FORMS.get((node.kind, key)) or _FORMS.get(("", key)) or ("", is_text)
        if expected and not is_form(value):
            yield f"{key}: expected {expected}, got {kind_of(value)}."


def _unread(node: Node) -> Iterator[str]:
    value = node.value
    if node.kind not in _READ:
        return
    known = PROSE | set(_READ[node.kind].split())
    if "$ref" in value:  # its siblings would be dropped
        known = PROSE | {"$ref"} | ({"nullable", *LIMITS} if node.kind == "schema" else set())
    unread = [key for key in value if key not in known and not key.startswith("x-")]
    if unread:
        beside = " beside $ref" if "$ref" in value else ""
        yield f"the generator does not read {', '.join(unread)}{beside} of this {node.kind}."
    for key in value:
        allowed = _VALUES.get((node.kind, key))
        if allowed and value[key] not in allowed:
            yield f"the client cannot do {key} {value[key]!r:.60}, only {allowed[0]!r}."
    if node.kind == "operation" and value.get("security") == []:
        yield "security asks for no key, and the client sends the one it has."
    if {"discriminator", "properties"} <= set(value) and not any(key in value for key in UNIONS):
        yield "the generator does not read a discriminator without the list of what it tells apart."
    if set(value.get("propertyNames", ())) - PROSE - LIMITS - {"type"}:
        yield "the generator does not read which names propertyNames allows."
    if value.get("readOnly") is True and value.get("writeOnly") is True:
        yield "is readOnly and writeOnly, and so nowhere."


def _one_way(document: Json) -> Iterator[str]:
    """Find properties that are required where readOnly or writeOnly says that they never are.

    The client has one class for both ways.
    """
    for operation in operations(document):
        ways = [("readOnly", "requestBody", operation.value.get("requestBody", {}))]
        ways += [
            ("writeOnly", "response", response)
            for code, response in operation.value.get("responses", {}).items()
            if str(code).startswith("2")
        ]
        for keyword, kind, part in ways:
            for node in _reached(document, Node((*operation.place, kind), kind, part)):
                properties = node.value.get("properties", {}) if node.kind == "schema" else {}
                for name in node.value.get("required", ()) if properties else ():
                    if _has(document, properties.get(name, {}), keyword):
                        yield f"{node}: requires {name!r} in a {kind}, and it is {keyword}."


def _has(document: Json, schema: Any, keyword: str) -> bool:
    parts = (schema, resolve(document, schema))
    return any(isinstance(one, dict) and one.get(keyword) is True for one in parts)


def _reached(document: Json, start: Node) -> Iterator[Node]:
    """Yield every part below one, those behind references too, each once."""
    waiting, seen = [start], set[str]()
    while waiting:
        start = waiting.pop()
        for node in walk(start.value, start.kind, start.place):
            yield node
            ref = node.value.get("$ref")
            if isinstance(ref, str) and ref not in seen:
                seen.add(ref)
                place = tuple(ref.removeprefix("#/").split("/"))
                waiting.append(Node(place, node.kind, resolve(document, node.value)))
