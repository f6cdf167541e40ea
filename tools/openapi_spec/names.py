"""Give schemas the names that people import, by where they stand and not by upstream's names.

`spec/names.yaml` has a line for each, `Name: place`. A place begins with an operation, with a name
of an earlier line or with upstream's own name of a schema, and goes on as the change report writes
places:

`createResponse → 200`, `createResponse → events`   a response; the events that it is streamed as
`createResponse(body)`, `createResponse(include)`   the body; a parameter
`Response.output`, `Response.output[]`              a field; the elements of a list
`InputItem[type=message !id]`                       the one member of a union, and of unions in it,
                                                    whose `type` may be that, and that has no `id`

A place of an operation that is not selected is left out. A `?` at the end allows that there is no
such place, or that its schema has a name already: some versions lack the part. What is written out
at the place becomes a component.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from tools.errors import ToolError
from tools.fetch import fetch
from tools.openapi import SCHEMAS, UNIONS, Operation, operations, rebuild, resolve, walk
from tools.plain import parse
from tools.values import Json, canonical, is_object

FILE = "spec/names.yaml"
# `Type0` of a union's member, and the digit by which upstream parts equal names; `make generate`
# takes them off where it can.
ADDED = re.compile(r"Type\d+(?=[A-Z]|$)|(?<=[a-z])\d$")
_PLACE = re.compile(r"([\w.-]+?)((?: → \w+|\([^)]*\)|\.\w+|\[[^]]*\])*)(\??)")
_STEP = re.compile(r" → (\w+)|\(([^)]*)\)|\.(\w+)|\[([^]]*)\]")


def line(name: str, place: str) -> str:
    """Return what to write in `spec/names.yaml` so that the schema at `place` has a name."""
    return f"`{name}: {place}` in {FILE}"


def read_names(path: Path) -> dict[str, str]:
    """Return the names with their places; none where there is no file.

    Raises:
        ToolError: an entry is not a name with a place.
    """
    names = parse(fetch(str(path)), path.name) if path.exists() else {}
    if not is_object(names):
        raise ToolError(f"{FILE}: expected names with their places, got {names!r:.60}.")
    for name, place in names.items():
        if not (isinstance(place, str) and _PLACE.fullmatch(place) and name.isidentifier()):
            raise ToolError(
                f"{FILE}: {name}: expected a place such as `createConversation → 200` or "
                f"`Response.output[]`, got {place!r:.60}."
            )
    return names


def name_schemas(document: Json, names: Mapping[str, str]) -> tuple[Json, list[str]]:
    """Return a copy of `document` with schemas called as `names` has it, and the names left out.

    Raises:
        ToolError: a place that has no `?` matches nothing or several schemas, or its schema or its
            name is taken.
    """
    result = deepcopy(document)
    called: dict[str, str] = {}
    skipped: list[str] = []
    for name, place in names.items():
        found, wrong = found_at(result, name, place, called)
        if not wrong:
            called[found] = name
        elif place.endswith("?") or not _selected(result, place):
            skipped.append(f"the name {name}: {wrong}")
        else:
            raise ToolError(f"{FILE}: {name}: {wrong}. Correct the line `{name}: {place}`.")
    schemas = result.get("components", {}).get("schemas", {})
    # a component that is nothing but a reference to one of these goes, and so does its name
    ends = {alias: _end(alias, schemas) for alias in schemas}
    called |= {alias: called[end] for alias, end in ends.items() if end in called}
    for name in names:
        same = [one for one, end in ends.items() if end == one and called.get(one, one) == name]
        if len(same) > 1:
            other = next(one for one in same if one not in called)
            raise ToolError(
                f"{FILE}: `{name}: {names[name]}` names a schema, and upstream has another one of "
                f"this name. Give that one a name of its own: add {line(f'{name}Object', other)}."
            )
    return _renamed(result, called), skipped


def _selected(document: Json, place: str) -> bool:
    """Tell whether the operation that a place begins with is there; true of any other place."""
    start, steps = _start(place)
    of_schema = not steps or steps[0] in ".[?"
    return of_schema or any(one.name == start for one in operations(document))


def _start(place: str) -> tuple[str, str]:
    match = _PLACE.fullmatch(place)
    return (match[1], match[2]) if match else (place, "")


def found_at(document: Json, name: str, place: str, called: dict[str, str]) -> tuple[str, str]:
    """Return the schema at a place by upstream's name, made a component; or what is wrong."""
    schemas = document["components"].setdefault("schemas", {})
    nodes: dict[str, Json] = {}
    for node in at(document, place.removesuffix("?"), called):
        use = plain(node)
        nodes[str(use.get("$ref") or canonical(use))] = use
    if len(nodes) != 1:
        return "", f"its place matches {f'{len(nodes)} schemas' if nodes else 'nothing'}"
    ((ref, node),) = nodes.items()
    if "$ref" in node:
        found = _end(ref.removeprefix(SCHEMAS), schemas)
        taken = f"the schema at its place has the name {called.get(found)} already"
        return found, taken if found in called else ""
    found = name if schemas.get(name, node) == node else f"{name}-inline"
    whole = deepcopy(node)
    for same in [one for one in walk(document, "document") if one.value == whole]:
        if same.place[:-1] != ("components", "schemas"):
            same.value.clear()
            same.value["$ref"] = SCHEMAS + found
    schemas[found] = whole
    return found, ""


def _end(name: str, schemas: Json) -> str:
    """Return the schema that a component is, however many are nothing but a reference before it."""
    seen: set[str] = set()
    while name not in seen and is_object(whole := schemas.get(name)) and [*whole] == ["$ref"]:
        seen.add(name)
        name = str(whole["$ref"]).removeprefix(SCHEMAS)
    return name


def _renamed(document: Json, called: dict[str, str]) -> Json:
    """Return `document` with other names for its schemas, wherever they are referred to."""

    def moved(target: Any) -> Any:
        bare = str(target).removeprefix(SCHEMAS)
        name, slash, rest = bare.partition("/")
        return str(target).removesuffix(bare) + called.get(name, name) + slash + rest

    def change(part: Any, kind: str) -> Any:
        if is_object(part) and isinstance(part.get("$ref"), str):
            part["$ref"] = moved(part["$ref"])
        if kind == "discriminator" and is_object(part.get("mapping")):
            part["mapping"] = {key: moved(target) for key, target in part["mapping"].items()}
        return part

    result: Json = rebuild(document, "document", change=change)
    schemas = document.get("components", {}).get("schemas", {})
    for name in schemas:
        if name in called:
            schema = result["components"]["schemas"].pop(name)
            if _end(name, schemas) == name:
                result["components"]["schemas"][called[name]] = schema
    return result


def at(document: Json, place: str, called: dict[str, str]) -> list[Json]:
    """Return the uses of schemas at a place, as they are written there."""
    start, steps = _start(place)
    upstream = {ours: theirs for theirs, ours in called.items()}.get(start, start)
    nodes: list[Json] = [{"$ref": SCHEMAS + upstream}]
    found = [one for one in operations(document) if one.name == start]
    for status, sent, field, member in _STEP.findall(steps):
        if status:
            nodes = [schema for one in found for schema in _received(document, one, status)]
        elif sent:
            nodes = [schema for one in found for schema in _sent(document, one, sent)]
        elif field:
            nodes = [inner for node in nodes for inner in fields_of(document, node, field)]
        else:
            nodes = [inner for node in nodes for inner in members_of(document, node)]
            if member:
                nodes = [m for m in nodes if all(_holds(document, m, c) for c in member.split())]
            else:
                parts = [part for one in nodes for part in parts_of(document, one)]
                nodes = [part["items"] for part in parts if is_object(part.get("items"))]
    return nodes


def _received(document: Json, operation: Operation, status: str) -> Iterator[Json]:
    mime = "text/event-stream" if status == "events" else "application/json"
    responses = operation.value.get("responses", {})
    found = resolve(document, responses.get("200" if status == "events" else status))
    yield from _content(found, mime)


def _sent(document: Json, operation: Operation, name: str) -> Iterator[Json]:
    if name == "body":
        body = resolve(document, operation.value.get("requestBody"))
        yield from _content(body, "application/json")
    for (_, called), parameter in operation.parameters(document).items():
        if called.removesuffix("[]") == name and is_object(parameter.get("schema")):
            yield parameter["schema"]


def _content(holder: Json, mime: str) -> Iterator[Json]:
    media = holder.get("content", {}).get(mime)
    if is_object(media) and is_object(media.get("schema")):
        yield media["schema"]


def plain(node: Json) -> Json:
    """Return a use of a schema without the null beside it, or the `allOf` of one around it."""
    for key in ("allOf", *UNIONS):
        members = [one for one in node.get(key, ()) if one != {"type": "null"}]
        if len(members) == 1 and is_object(members[0]) and "properties" not in node:
            return plain(members[0])
    return node


def parts_of(document: Json, node: Json) -> Iterator[Json]:
    """Yield a schema itself and the members of its `allOf`, references followed."""
    whole = resolve(document, node)
    inner = plain(whole)
    if inner is not whole:
        yield from parts_of(document, inner)
        return
    yield whole
    for part in whole.get("allOf", ()):
        yield from parts_of(document, part)


def fields_of(document: Json, node: Json, name: str) -> Iterator[Json]:
    """Yield the schemas that a field has in a schema and in the members of its `allOf`."""
    for part in parts_of(document, node):
        if is_object(part.get("properties")) and is_object(part["properties"].get(name)):
            yield part["properties"][name]


def members_of(document: Json, node: Json) -> Iterator[Json]:
    """Yield the members of a union and of the unions in it; the schema itself where it is none."""
    inner = [
        one for part in parts_of(document, node) for key in UNIONS for one in part.get(key, ())
    ]
    if not inner:
        yield node
    for one in inner:
        yield from members_of(document, one)


def _holds(document: Json, member: Json, condition: str) -> bool:
    """Tell whether a member has a field (`id`), or a value is allowed in it (`type=message`)."""
    name, equals, value = condition.removeprefix("!").partition("=")
    fields = list(fields_of(document, member, name))
    found = bool(fields) and not equals
    for one in (inner for field in fields for inner in members_of(document, field) if equals):
        found |= any(value in p.get("enum", [p.get("const")]) for p in parts_of(document, one))
    return found is not condition.startswith("!")
