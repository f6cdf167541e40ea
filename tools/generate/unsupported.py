"""Refuse what the generator or the endpoint template would get wrong in silence.

openapi-python-client warns of much that it cannot express; some forms of schemas it takes without a
word and writes something wrong, and our endpoint template would leave parts of an operation out.
Each is found here, before anything is written, with its place, the reason and how to fix it.

The document is normalized: nothing of an operation is a reference.
"""

import re
from collections.abc import Iterator

from openapi_python_client.strings import PythonIdentifier

from tools.errors import ToolError
from tools.openapi import UNIONS, Node, children, operations, resolve
from tools.values import Json, canonical, cycle

from .normalize import schema_kinds

FIX = "Change it with an action in spec/fixes.overlay.yaml."
EVENTS = "text/event-stream"
COMPONENTS = "#/components/schemas/"

# Keywords that hold schemas and that the generator reads, without `properties`.
_INNER = ("items", "additionalProperties", "allOf", *UNIONS)
# Keywords that say which values there are and that the generator does not read.
_UNREAD = ("$recursiveRef", "$dynamicRef", "patternProperties", "prefixItems", "not", "if", "$defs")
_JSON = re.compile(r"application/([\w.-]+\+)?json\b")


def refuse_schemas(document: Json) -> None:
    """Raise ToolError, with one sentence for each fault, if a schema of `document` has any."""
    known = document.get("components", {}).get("schemas", {})
    start = {"paths": document.get("paths", {}), "components": {"schemas": known}}
    schemas = list(_schemas(Node((), "document", start)))
    found = [f"{node}: {what}" for node in schemas for what in _unreadable(node, known)]
    if not found:  # the other checks follow references
        objects = [node for node in schemas if not isinstance(node.value, bool)]
        found = [f"{node}: {what}" for node in objects for what in _misread(document, node.value)]
        found += [*_endless(known), *_same_but_for_case(known)]
    if found:
        raise ToolError(f"{' '.join(found)} {FIX}")


def _schemas(node: Node) -> Iterator[Node]:
    """Yield every schema at or below `node` that the generator reads, `true` and `false` too."""
    if node.kind == "schema":
        yield node
    for child in children(node):
        if node.kind != "schema" or child.place[len(node.place)] in ("properties", *_INNER):
            yield from _schemas(child)


def _unreadable(node: Node, known: Json) -> Iterator[str]:
    if isinstance(node.value, bool):
        if node.place[-1] != "additionalProperties":
            yield f"the schema `{node.value!r}` is not an object, and has no Python type."
    elif "$ref" in node.value:
        ref = node.value["$ref"]
        if not isinstance(ref, str) or ref.removeprefix(COMPONENTS) not in known:
            yield (
                f"$ref `{ref}` does not name a schema of components.schemas. A part of a schema "
                "can be referred to only when it is a schema of its own."
            )


def _misread(document: Json, schema: Json) -> Iterator[str]:
    present = [key for key in _UNREAD if key in schema]
    if present:
        yield f"the generator does not read {', '.join(present)}."
    union = next((key for key in UNIONS if key in schema), "")
    if union and schema.get("properties"):
        yield f"has properties beside {union}, and the generator drops the properties."
    elif union and schema.get("allOf"):
        yield f"has allOf beside {union}, and the generator mixes the two."
    members = [resolve(document, member) for member in schema.get("allOf", ())]
    if len(members) > 1 and any(key in member for member in members for key in UNIONS):
        yield "an allOf has a union as a member, and the generator drops that union."
    name = schema.get("discriminator", {}).get("propertyName", "type")
    if name != "type":
        yield f"is told apart by {name!r}, and the templates look at 'type'."


def _endless(known: Json) -> Iterator[str]:
    """Find schemas that come back to themselves with no object in between that has fields."""

    def steps(schema: Json) -> Iterator[str]:
        if "$ref" in schema:
            yield schema["$ref"].removeprefix(COMPONENTS)
        if not schema.get("properties"):
            for child in children(Node((), "schema", schema)):
                if child.place[0] in _INNER and not isinstance(child.value, bool):
                    yield from steps(child.value)

    for name in dict.fromkeys(cycle({name: list(steps(known[name])) for name in known})):
        yield (
            f"{COMPONENTS}{name}: holds itself as a list, a dictionary or a member, "
            "with no object that has fields in between, which the generator cannot write."
        )


def _same_but_for_case(known: Json) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name in known:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            yield (
                f"{COMPONENTS}{name}: differs from {other} by case alone, and one file "
                "would overwrite the other."
            )


def refuse_operations(document: Json) -> None:
    """Raise ToolError, with one sentence for each fault, if an operation has any."""
    servers = document.get("servers") or [{}]
    url = servers[0].get("url", "")
    found = [] if url and "{" not in url else [f"servers: no URL to send to, found {url!r}."]
    modules: dict[str, str] = {}
    for operation in operations(document):
        name = operation.name
        other = modules.setdefault(plain_name(name), name)
        if other != name:
            found.append(f"Operations {other} and {name} would be one module.")
        faults = [*_parameters(document, operation.value), *_responses(operation.value)]
        found += [f"Operation {name}: {what}" for what in faults]
    if found:
        raise ToolError(f"{' '.join(found)} {FIX}")


def plain_name(name: str) -> str:
    """Return an operationId without the characters that a module's name does not keep of it."""
    return re.sub(r"[\W_]", "", name).lower()


def _parameters(document: Json, operation: Json) -> Iterator[str]:
    names: dict[str, Json] = {}
    for parameter in operation.get("parameters", ()):
        told, place = f"parameter {parameter['name']!r}", parameter["in"]
        other = names.setdefault(PythonIdentifier(parameter["name"], "field_"), parameter)
        if other is not parameter:
            # the generator would add the place to both names, also to the one that was there before
            yield (
                f"{told} of the {place} and {other['name']!r} of the {other['in']} would "
                "have one name in Python."
            )
        if place not in ("path", "query", "header"):
            yield f"{told} goes into the {place}, where the template puts none."
            continue
        if "schema" not in parameter:
            yield f"{told} has no schema."
            continue
        kinds = schema_kinds(document, parameter["schema"])
        is_form = parameter.get("style", "form") == "form"
        split = "array" in kinds and parameter.get("explode", True) is False
        if place == "query" and (split or not is_form):
            yield f"{told} is not sent as `name=a&name=b`, the one form the template knows."
        if place != "path" and "object" in kinds:
            yield f"{told} is an object, which the template cannot put into a {place}."


def _responses(operation: Json) -> Iterator[str]:
    responses = operation["responses"]
    good = {code: one for code, one in responses.items() if str(code).startswith("2")}
    results = set()
    for code, response in (good or {"default": responses.get("default", {})}).items():
        content = response.get("content", {})
        bodies = [value for kind, value in content.items() if _JSON.match(kind)]
        if content and not bodies:
            yield f"its {code} response is {', '.join(content)}, and the template reads JSON."
        results.add(canonical(bodies[0].get("schema") if bodies else None))
        events = content.get(EVENTS, {}).get("schema")
        if events is not None and set(events) != {"$ref"}:
            yield "the events that it streams have no schema of their own in components.schemas."
    if len(results) > 1:
        codes = ", ".join(good)
        yield f"its responses {codes} have different bodies, and the template knows one result."
