"""An OpenAPI document as the comparison sees it: operations, schemas, and who meets which.

A change breaks or does not depending on the side it is on, so the document knows of every schema
whether callers send it, receive it, or both; and whether it is ever a value of its own or only a
part that other schemas are made of (`allOf`), in which case its changes show at those.
"""

from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from tools.changes.schemas import (
    ANNOTATIONS,
    annotations,
    declared,
    kept,
    kind,
    listed,
    spelled,
)
from tools.openapi import Operation, operations, rebuild, resolve, walk
from tools.values import Json, canonical

SENT, RECEIVED = "requests", "responses"
BOTH, NOBODY = frozenset({SENT, RECEIVED}), frozenset[str]()
SENDERS, READERS = frozenset({SENT}), frozenset({RECEIVED})
_OWN = {"schema", "content", "required", "name", "in"}
_TOLD = ("deprecated", "security", "servers", "callbacks")


@dataclass(frozen=True)
class Spot:
    """A place where something is met: an operation, parameter, body, response, header or field.

    `needed` is None where nobody has to fill it, so that readers may count on a value as they may
    where it is true; `is_open` where any other string is allowed besides; `about` is what it says
    beside its schema; `added` and `removed` say whom it breaks when it comes or goes.
    """

    place: str
    sides: frozenset[str]
    noun: str = ""
    schema: Json | None = None
    detail: str = ""
    needed: bool | None = None
    is_open: bool = False
    about: Json = field(default_factory=dict[str, Any])
    added: frozenset[str] = NOBODY
    removed: frozenset[str] = BOTH


Spots = dict[tuple[str, ...], Spot]
"""The key of a spot begins with the key of the spot that it is in, if any."""


class Document:
    """A read-only view of a document, every schema in its one spelling; `given` stays as it is."""

    def __init__(self, given: Json) -> None:
        raw = rebuild(given, "document", (), kept, spelled)
        self.schemas: dict[str, Json] = raw.get("components", {}).get("schemas", {})
        self.spots = {k: spot for one in operations(raw) for k, spot in _spots(one, raw).items()}
        self.operations = {key[0] for key in self.spots}
        self.sides: dict[str, set[str]] = {}
        self.values: set[str] = set()
        for spot in self.spots.values():
            for side in spot.sides:
                self._reach(spot.schema or {}, side)

    def effective(self, node: Json, seen: frozenset[str] = frozenset()) -> Json:
        """Return the shape behind a `$ref` or an `allOf`, its parts merged into one."""
        if "$ref" in node:
            name = str(node["$ref"])
            if name in seen or name not in self.schemas:
                return {"unresolved": name}
            return {**self.effective(self.schemas[name], seen | {name}), **annotations(node)}
        if "allOf" not in node:
            return node
        beside = {key: value for key, value in node.items() if key not in ("allOf", *ANNOTATIONS)}
        written = [*node["allOf"], *([beside] if beside else [])]
        parts = [self.effective(part, seen) for part in written]
        merged: Json = reduce(_merge, parts, {})
        if not all(part.get("nullable") for part in parts):
            merged.pop("nullable", None)
        return {**merged, **annotations(node)}

    def tags(self, node: Json) -> frozenset[str]:
        """Return what tells a union's member from others: each value of `type`, with each `role`.

        Empty for a member that has no such field.
        """
        fields = self.effective(node).get("properties", {})
        kinds, roles = (
            [canonical(v) for v in listed(self.effective(fields.get(name, {})).get("enum"))]
            for name in ("type", "role")
        )
        return frozenset(f"{value} {role}" for value in kinds for role in roles or [""])

    def only_kind(self, node: Json) -> str:
        """Return the kind of a member that its kind alone tells from others; "" for any other."""
        shape = self.effective(node)
        found = kind(shape)
        if found == "object":
            return "" if "$ref" in node or self.tags(node) else found
        if found in ("union", "unresolved", "anything"):
            return ""
        return f"{found}, constants" if "enum" in shape else found

    def features(self, shape: Json) -> set[str]:
        """Return what a shape has of its own: fields, constants, what its members are told by."""
        members = [tag for member in shape.get("anyOf", ()) for tag in self.tags(member)]
        return {*declared(shape), *map(str, shape.get("enum", ())), *members}

    def _reach(self, schema: Json, side: str) -> None:
        """Note every component schema that `schema` leads to on this side."""
        waiting = [(schema, True)]
        for start, is_value in waiting:
            for node in walk(start, "schema"):
                counts = node.place[-2:-1] != ("allOf",) if node.place else is_value
                mapping = node.value.get("mapping", {}) if node.kind == "discriminator" else {}
                for name in self.schemas.keys() & {node.value.get("$ref"), *mapping.values()}:
                    self.values |= {name} if counts else set()
                    if side not in self.sides.setdefault(name, set()):
                        self.sides[name].add(side)
                        waiting.append((self.schemas[name], counts))


def _spots(found: Operation, raw: Json) -> Spots:
    """Return an operation and all that is in it, `$ref`s of its own resolved."""
    name, route = found.name, f"{found.method.upper()} {found.path}"
    about = {key: part for key, part in {**raw, **found.value}.items() if key in _TOLD}
    about |= {"route": route, "tag": next(iter(listed(found.value.get("tags"))), "default")}
    spots: Spots = {(name,): Spot(name, BOTH, "operation", detail=route, about=about)}

    def content(key: tuple[str, ...], raw: Json, place: str, sides: frozenset[str]) -> None:
        for media_type, media in raw.get("content", {}).items():
            spot = Spot(place, sides, f"content {media_type}", media.get("schema", {}))
            spots[*key, "content", media_type] = spot

    for (where, called), one in found.parameters(raw).items():
        media = one.get("content", {})
        about = {key: part for key, part in one.items() if key not in _OWN}
        about |= {"content": sorted(media)} if media else {}
        schema = next((part["schema"] for part in (one, *media.values()) if "schema" in part), {})
        place, noun, needed = f"{name}({called})", f"{where} parameter", one.get("required") is True
        spot = Spot(place, SENDERS, noun, schema, needed=needed, about=about)
        spots[name, "0", where, called] = spot
    if body := resolve(raw, found.value.get("requestBody")):
        place, kinds = f"{name}(body)", ", ".join(body.get("content", {}))
        needed = body.get("required") is True
        spots[name, "1"] = Spot(place, SENDERS, "request body", detail=kinds, needed=needed)
        content((name, "1"), body, place, SENDERS)
    for status, response in found.value.get("responses", {}).items():
        met = BOTH if status.startswith("2") else NOBODY
        whole, key, place = resolve(raw, response), (name, "2", status), f"{name} → {status}"
        spots[key] = Spot(name, BOTH, f"response {status}", added=met, removed=met)
        content(key, whole, place, READERS)
        for header, value in whole.get("headers", {}).items():
            schema = resolve(raw, value).get("schema", {})
            spots[*key, "header", header] = Spot(f"{place}({header})", READERS, "header", schema)
    return spots


def _merge(first: Json, second: Json) -> Json:
    """Join both shapes. Where they disagree the second wins and the first is kept beside it."""
    merged = dict(first)
    for key, value in second.items():
        was: Any = merged.get(key, value)
        merged[key] = value
        if key == "required":
            merged[key] = sorted({*was, *value})
        elif key == "properties":
            both = {name: [was[name], value[name]] for name in was if name in value}
            agreed = {n: v[1] if v[0] == v[1] else {"allOf": v} for n, v in both.items()}
            merged[key] = {**was, **value, **agreed}
        elif was != value and key not in ANNOTATIONS:
            merged["overridden"] = [*merged.get("overridden", []), {key: was}]
    return merged
