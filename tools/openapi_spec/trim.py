"""Cut the upstream document down to the selected operations and what they reach.

What stays, stays exactly as it was, list orders included; only the order of keywords, paths and
components is fixed, so that upstream may shuffle them without a diff here. What the rules of the
selection drop is dropped before references are followed: a schema that only an example mentions is
not reached.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import httpx

from tools.errors import ToolError
from tools.openapi import (
    FIELDS,
    METHODS,
    Component,
    Node,
    Place,
    component,
    operations,
    pointer,
    rebuild,
    references,
    walk,
)
from tools.openapi_spec.selection import Selection
from tools.values import Json, is_list, is_object, kind_of, nearest

Keep = Callable[[str], bool]


def trim(upstream: Json, selection: Selection, *, keep_prose: bool = False) -> Json:
    """Return the part of `upstream` (an OpenAPI 3.1 document) that `selection` names.

    `upstream` is not changed.

    Raises:
        ToolError: with the place, for an operation that is neither there nor added later, or a
            reference that leads nowhere.
    """
    keep = partial(selection.keeps, keep_prose=keep_prose)
    result: Json = {"openapi": upstream["openapi"], "info": _info(upstream, selection, keep)}
    for key in ("jsonSchemaDialect", "security"):
        if key in upstream:
            result[key] = upstream[key]
    if "servers" in upstream:
        servers = {"servers": upstream["servers"]}
        result["servers"] = rebuild(servers, "document", (), keep)["servers"]
    result["paths"] = _paths(upstream, selection, keep)
    if "tags" in upstream and (tags := _tags(upstream, result["paths"], keep)):
        result["tags"] = tags
    result["components"] = _components(result, upstream, keep)
    _fill_descriptions(result)
    trimmed: Json = rebuild(result, "document")  # for the order in which it is written
    return trimmed


def prune(document: Json) -> Json:
    """Return `document` without components that nothing refers to any more."""
    rest = {key: value for key, value in document.items() if key != "components"}
    rest["components"] = _components(rest, document, lambda _: True)
    pruned: Json = rebuild(rest, "document")
    return pruned


def _info(upstream: Json, selection: Selection, keep: Keep) -> Json:
    info = upstream.get("info")
    if not is_object(info) or "version" not in info:
        raise ToolError("#/info: expected an object with title and version.")
    # OpenAPI requires a title, and upstream's is prose like any other.
    kept = rebuild(info, "info", ("info",), keep)
    return {"title": selection.title, **kept}


def _tags(upstream: Json, paths: Json, keep: Keep) -> list[Json]:
    """Return the declarations of the tags that the kept operations have."""
    tags: list[Json] = rebuild({"tags": upstream["tags"]}, "document", (), keep)["tags"]
    lists = [operation.value.get("tags") for operation in operations({"paths": paths})]
    used = [name for names in lists if is_list(names) for name in names]
    return [tag for tag in tags if str(tag.get("name")) in used]


def _paths(upstream: Json, selection: Selection, keep: Keep) -> Json:
    for path, declared in upstream["paths"].items():
        _check_path_item(declared, ("paths", path), upstream)
    ours = {route or name: name for name, route in selection.operations.items()}
    known: dict[str, str] = {}
    paths: Json = {}
    for operation in sorted(operations(upstream), key=lambda operation: operation.path):
        name, place = operation.value.get("operationId"), operation.place
        route = f"{operation.method.upper()} {operation.path}"
        wanted = route if route in ours else name
        if not isinstance(wanted, str):
            continue
        if wanted in ours and wanted in known:
            raise ToolError(
                f"{pointer(place)}: operationId `{name}` is used twice; "
                f"it is also at {known[wanted]}."
            )
        known[wanted] = pointer(place)
        if wanted in ours:
            shared = {k: v for k, v in operation.item.items() if k not in (*METHODS, "$ref")}
            kept = rebuild(shared, "pathItem", place[:2], keep)
            kept = paths.setdefault(operation.path, kept)
            named = {**operation.value, "operationId": ours[wanted]}
            kept[operation.method] = rebuild(named, "operation", place, keep)
    missing = [
        wanted
        for wanted, name in ours.items()
        if wanted not in known and name not in selection.added
    ]
    if missing:
        hints = " ".join(f"`{name}` is not there.{nearest(name, known)}" for name in missing)
        raise ToolError(
            f"#/paths: spec/selection.yaml names {len(missing)} operation(s) that the document "
            f"does not have ({len(known)} others it has). {hints}"
        )
    return paths


def _check_path_item(declared: object, place: Place, upstream: Json) -> None:
    """Raise ToolError for a path without an object, also behind a reference."""
    if is_object(declared) and "$ref" in declared and not str(place[1]).startswith("x-"):
        section, name = component(declared["$ref"], (*place, "$ref"), upstream)
        declared = upstream["components"][section][name]
    if not is_object(declared) and not str(place[1]).startswith("x-"):
        raise ToolError(f"{pointer(place)}: expected an object, found {kind_of(declared)}.")


def _components(document: Json, source: Json, keep: Keep) -> Json:
    """Return the components of `source` that `document` reaches, by section and name."""
    found: dict[Component, Any] = {}
    waiting: list[Component] = _reached(walk(document, "document"), source)
    while waiting:
        target = waiting.pop()
        if target in found:
            continue
        section, name = target
        inside = FIELDS["components"].get(section)
        if inside is None:
            raise ToolError(f"#/components/{section}: is not a section that OpenAPI 3.1 knows.")
        place: Place = ("components", section, name)
        found[target] = rebuild(source["components"][section][name], inside[1], place, keep)
        waiting += _reached(walk(found[target], inside[1], place), source)
    sections: Json = {section: {} for section in FIELDS["components"]}
    for section, name in sorted(found):
        sections[section][name] = found[section, name]
    return {section: held for section, held in sections.items() if held}


def _reached(nodes: Iterable[Node], source: Json) -> list[Component]:
    return [target for node in nodes for _, target in references(node, source)]


def _fill_descriptions(document: Json) -> None:
    """Put the status's reason phrase where OpenAPI requires a description and the prose went."""
    phrases: dict[str, set[str]] = {}
    for node in walk(document, "document"):
        if node.kind != "response" or node.place[0] == "components":
            continue
        status = str(node.place[-1])
        if "$ref" in node.value:
            name = str(node.value["$ref"]).rpartition("/")[2]
            phrases.setdefault(name, set()).add(_phrase(status))
        else:
            _describe(node.value, _phrase(status))
    for name, response in document["components"].get("responses", {}).items():
        if "$ref" not in response:
            _describe(response, " or ".join(sorted(phrases.get(name, {name}))))


def _describe(response: Json, phrase: str) -> None:
    if not response.get("description"):
        response["description"] = phrase


def _phrase(status: str) -> str:
    # httpx's table, not http.HTTPStatus: the latter's words differ between Python versions.
    if status.isdecimal() and (phrase := httpx.codes.get_reason_phrase(int(status))):
        return phrase
    families = {"1": "Informational", "2": "Success", "3": "Redirect"}
    families |= {"4": "Client error", "5": "Server error"}
    return families.get(status[:1], "Any other status")
