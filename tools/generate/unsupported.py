"""Refuse what the generator or the endpoint template would get wrong in silence.

openapi-python-client warns of much that it cannot express; some forms of schemas it takes without a
word and writes something wrong, and our endpoint template would leave parts of an operation out.
Each is found here, before anything is written, with its place, the reason and how to fix it.

The document is normalized: nothing of an operation is a reference.
"""

import re
from collections.abc import Iterator
from itertools import combinations
from urllib.parse import unquote, urlsplit

from openapi_python_client.strings import PythonIdentifier

from tools.openapi import SCHEMAS, UNIONS, Node, Operation, children, operations, resolve, walk
from tools.values import Json, canonical, cycle

from .keywords import refuse
from .normalize import alternatives, properties_of, schema_kinds

EVENTS = "text/event-stream"

# Keywords that hold schemas and that the generator reads, without `properties`.
_INNER = ("items", "additionalProperties", "allOf", *UNIONS)
# By the location of a parameter: its style, and the JSON types that are sent in it.
_SENT = {"path": ("simple", {"string", "integer"})}
_SENT["header"] = ("simple", {"string", "integer", "number", "boolean", "null"})
_SENT["query"] = ("form", _SENT["header"][1] | {"array"})
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
# Headers that say where a request ends, and where it goes.
_FRAMING = {"connection", "content-length", "host", "transfer-encoding", "upgrade", "te", "trailer"}
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
    refuse(found)


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
        if not isinstance(ref, str) or ref.removeprefix(SCHEMAS) not in known:
            yield (
                f"$ref `{ref}` does not name a schema of components.schemas. A part of a schema "
                "can be referred to only when it is a schema of its own."
            )


def _misread(document: Json, schema: Json) -> Iterator[str]:
    union = next((key for key in UNIONS if key in schema), "")
    if union and schema.get("properties"):
        yield f"has properties beside {union}, and the generator drops the properties."
    elif union and schema.get("allOf"):
        yield f"has allOf beside {union}, and the generator mixes the two."
    members = [resolve(document, member) for member in schema.get("allOf", ())]
    if len(members) > 1 and any(key in member for member in members for key in UNIONS):
        yield "an allOf has a union as a member, and the generator drops that union."
    discriminator = schema.get("discriminator", {})
    name = discriminator.get("propertyName", "type")
    if name != "type":
        yield f"is told apart by {name!r}, and the templates look at 'type'."
    for value, target in discriminator.get("mapping", {}).items():
        schemas = document["components"]["schemas"]
        field = properties_of(document, schemas.get(target.rsplit("/", 1)[-1], {})).get(name, {})
        if canonical(value) not in _constants(resolve(document, field)):
            yield f"the discriminator has {value!r} for {target}, which has another {name!r}."


def refuse_unions(document: Json) -> None:
    """Raise ToolError if members of a union differ by a constant that is not a string.

    The templates tell members apart by strings, and would take one for the other. `document` is not
    normalized, which would leave nothing of a constant that is true or false.
    """
    unions = (node for node in walk(document, "document") if node.kind == "schema")
    refuse(f"{node}: {what}" for node in unions for what in _told_apart(document, node.value))


def _told_apart(document: Json, schema: Json) -> Iterator[str]:
    objects = [properties_of(document, one) for _, one in alternatives(document, schema)]
    members = [{n: _constants(resolve(document, one)) for n, one in o.items()} for o in objects]
    for one, other in combinations([{n: v for n, v in m.items() if v} for m in members], 2):
        both = sorted(one.keys() & other.keys())
        apart = {name: one[name] | other[name] for name in both if not one[name] & other[name]}
        others = [name for name, values in apart.items() if any(v[0] != '"' for v in values)]
        if others and ("type" in others or len(others) == len(apart)):
            yield f"has members that differ by {others[0]!r}, whose values are not strings."
            return


def _constants(schema: Json) -> set[str]:
    """Return the values, as JSON, that a schema lists; nothing where it lists none."""
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return {canonical(value) for value in values}


def _endless(known: Json) -> Iterator[str]:
    """Find schemas that come back to themselves with no object in between that has fields."""

    def steps(schema: Json) -> Iterator[str]:
        if "$ref" in schema:
            yield schema["$ref"].removeprefix(SCHEMAS)
        if not schema.get("properties"):
            for child in children(Node((), "schema", schema)):
                if child.place[0] in _INNER and not isinstance(child.value, bool):
                    yield from steps(child.value)

    for name in dict.fromkeys(cycle({name: list(steps(known[name])) for name in known})):
        yield (
            f"{SCHEMAS}{name}: holds itself as a list, a dictionary or a member, "
            "with no object that has fields in between, which the generator cannot write."
        )


def _same_but_for_case(known: Json) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name in known:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            yield (
                f"{SCHEMAS}{name}: differs from {other} by case alone, and one file "
                "would overwrite the other."
            )


def refuse_operations(document: Json) -> None:
    """Raise ToolError, with one sentence for each fault, if an operation has any."""
    servers = document.get("servers") or [{}]
    url = servers[0].get("url", "")
    found = [] if _is_address(url) else [f"servers: no URL to send to, found {url!r}."]
    modules: dict[str, str] = {}
    for operation in operations(document):
        name = operation.name
        other = modules.setdefault(plain_name(name), name)
        if other != name:
            found.append(f"Operations {other} and {name} would be one module.")
        value = operation.value
        faults = [*_path(operation), *_parameters(document, value), *_bodies(value)]
        found += [f"Operation {name}: {what}" for what in faults]
    refuse(found)


def _is_address(url: object) -> bool:
    """Tell whether requests can be sent below a URL: absolute, of a host, and nothing after it."""
    try:
        parts = urlsplit(url if isinstance(url, str) and re.fullmatch(r"[!-z~]+", url) else "")
        return bool(
            parts.scheme in ("http", "https")
            and parts.hostname
            and re.fullmatch(r"[\w.-]+(:\d+)?|\[[\da-fA-F:.]+\](:\d+)?", parts.netloc)
            and not parts.query
            and not parts.fragment
            and url == parts.geturl()
        )
    except ValueError:
        return False


def plain_name(name: str) -> str:
    """Return an operationId without the characters that a module's name does not keep of it."""
    return re.sub(r"[\W_]", "", name).lower()


def _path(operation: Operation) -> Iterator[str]:
    if not operation.value.get("operationId"):
        yield "has no operationId to be called by."
    steps = operation.path.split("/")
    if steps[0] or {".", ".."} & set(map(unquote, steps)):
        yield f"the path {operation.path!r} leads elsewhere than below the server's URL."
    names = re.findall(r"\{([^{}]*)\}", operation.path)
    given = [p["name"] for p in operation.value.get("parameters", ()) if p["in"] == "path"]
    if sorted(names) != sorted(given):
        yield f"the path has {names}, and the parameters of the path are {given}."


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
        if place not in _SENT:
            yield f"{told} goes into the {place}, where the template puts none."
        elif "schema" not in parameter:
            yield f"{told} has no schema."
        else:
            yield from (f"{told} {what}" for what in _unsendable(document, parameter))


def _unsendable(document: Json, parameter: Json) -> Iterator[str]:
    place = parameter["in"]
    style, sent = _SENT[place]
    schema = parameter["schema"]
    if other := schema_kinds(document, schema) - sent:
        yield f"may be {', '.join(sorted(other))}, which the template cannot put into a {place}."
    lists = [one for _, one in alternatives(document, schema) if "items" in one]
    kinds = set().union(*(schema_kinds(document, one["items"]) for one in lists))
    if kinds - _SENT["header"][1]:
        yield f"is a list of {', '.join(sorted(kinds))}, and the template sends lists of texts."
    told = parameter.get("style", style)
    if told != style or (lists and parameter.get("explode", True) is not True):
        yield f"has the style {told}, and the template knows {style}, `name=a&name=b` for a list."
    if place == "header" and not _TOKEN.fullmatch(parameter["name"]):
        yield "is not a name that a header can have."
    if place == "header" and parameter["name"].lower() in _FRAMING:
        yield "is a header that the transport sets."


def _bodies(operation: Json) -> Iterator[str]:
    responses = operation["responses"]
    good = {code: one for code, one in responses.items() if str(code).startswith("2")}
    results = set()
    for code, response in (good or {"default": responses.get("default", {})}).items():
        content = response.get("content", {})
        bodies = _json_bodies(content)
        if content and not bodies:
            yield f"its {code} response is {', '.join(content)}, and the template reads JSON."
        results |= bodies or {"null"}
        events = content.get(EVENTS, {}).get("schema")
        if events is not None and set(events) != {"$ref"}:
            yield "the events that it streams have no schema of their own in components.schemas."
    if len(results) > 1:
        codes = ", ".join(good)
        yield f"its responses {codes} have different bodies, and the template knows one result."
    if len(_json_bodies(operation.get("requestBody", {}).get("content", {}))) > 1:
        yield "its request has different JSON bodies, and the template knows one."


def _json_bodies(content: Json) -> set[str]:
    return {canonical(value.get("schema")) for kind, value in content.items() if _JSON.match(kind)}
