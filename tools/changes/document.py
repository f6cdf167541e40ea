"""An OpenAPI document as the comparison sees it: operations, schemas, and who meets which.

A change breaks or does not depending on the side it is on, so the document knows of every schema
whether callers send it, receive it, or both; and whether it is ever a value of its own or only a
part that other schemas are made of (`allOf`), in which case its changes show at those.
"""

from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from tools.changes.normalize import ANNOTATIONS, annotations, kept, listed, normalize
from tools.openapi import Operation, operations, resolve, walk
from tools.values import Json, is_list, is_object

SENT, RECEIVED = "requests", "responses"
BOTH, NOBODY = frozenset({SENT, RECEIVED}), frozenset[str]()
SENDERS, READERS = frozenset({SENT}), frozenset({RECEIVED})
_OWN = {"schema", "content", "required", "name", "in"}
_TOLD = ("deprecated", "security", "servers", "callbacks")


@dataclass
class Slot:
    """A place where something is met: an operation, parameter, body, response, header or field.

    `needed` is None where nobody has to fill it; `about` is what it says beside its schema;
    `added` and `removed` say whom it breaks when it comes or goes.
    """

    place: str
    noun: str
    sides: frozenset[str]
    schema: Json | None = None
    detail: str = ""
    needed: bool | None = None
    about: Json = field(default_factory=dict[str, Any])
    added: frozenset[str] = NOBODY
    removed: frozenset[str] = BOTH


Slots = dict[tuple[str, ...], Slot]
"""The key of a slot begins with the key of the slot that it is in, if any."""


class Document:
    """A read-only view of a document; `raw` is never changed."""

    def __init__(self, raw: Json) -> None:
        self.raw = raw
        schemas = raw.get("components", {}).get("schemas", {})
        self.schemas = {name: normalize(schema) for name, schema in schemas.items()}
        self.slots: Slots = {}
        for operation in operations(raw):
            self.slots |= _operation_slots(operation, raw)
        self.sides: dict[str, set[str]] = {}
        self.values: set[str] = set()
        for slot in self.slots.values():
            for side in slot.sides:
                self._reach(slot.schema or {}, side)

    @property
    def operations(self) -> set[str]:
        """The names of all operations."""
        return {key[0] for key in self.slots}

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

    def _reach(self, schema: Json, side: str) -> None:
        """Note every component schema that `schema` leads to on this side."""
        waiting = [(schema, True)]
        while waiting:
            start, is_value = waiting.pop()
            for node in walk(start, "schema"):
                names = node.value.get("mapping", {}).values() if node.kind != "schema" else ()
                if node.kind == "schema" and "$ref" in node.value:
                    names = (node.value["$ref"],)
                counts = node.place[-2:-1] != ("allOf",) if node.place else is_value
                for name in names:
                    if counts and name in self.schemas:
                        self.values.add(name)
                    if name in self.schemas and side not in self.sides.setdefault(name, set()):
                        self.sides[name].add(side)
                        waiting.append((self.schemas[name], counts))


def _operation_slots(found: Operation, raw: Json) -> Slots:
    """Return an operation and all that is in it, `$ref`s of its own resolved."""
    name, route = found.name, f"{found.method.upper()} {found.path}"
    whole = {**{key: raw.get(key) for key in ("security", "servers")}, **found.value}
    about = {key: _plain(whole[key]) for key in _TOLD if whole.get(key) is not None}
    about |= {"route": route, "tag": next(iter(listed(whole.get("tags"))), "default")}
    slots: Slots = {(name,): Slot(name, "operation", BOTH, detail=route, about=about)}
    for (where, called), one in found.parameters(raw).items():
        about = {key: _plain(part) for key, part in one.items() if key not in _OWN and kept(key)}
        media = one.get("content", {})
        about |= {"content": sorted(media)} if media else {}
        schema = one.get("schema", next((part.get("schema") for part in media.values()), None))
        slots[name, "0", where, called] = _sent(
            f"{name}({called})", f"{where} parameter", one, schema=normalize(schema), about=about
        )
    if body := resolve(raw, found.value.get("requestBody")):
        place, kinds = f"{name}(body)", ", ".join(body.get("content", {}))
        slots[name, "1"] = _sent(place, "request body", body, detail=kinds)
        slots |= _content((name, "1"), body, place, SENDERS)
    for status, response in found.value.get("responses", {}).items():
        met = BOTH if status.startswith("2") else NOBODY
        whole, key, place = resolve(raw, response), (name, "2", status), f"{name} → {status}"
        slots[key] = Slot(name, f"response {status}", BOTH, added=met, removed=met)
        slots |= _content(key, whole, place, READERS)
        for header, value in whole.get("headers", {}).items():
            schema = normalize(resolve(raw, value).get("schema"))
            slots[*key, "header", header] = Slot(f"{place}({header})", "header", READERS, schema)
    return slots


def _sent(place: str, noun: str, raw: Json, **more: Any) -> Slot:
    needed = raw.get("required") is True
    return Slot(place, noun, SENDERS, needed=needed, added=SENDERS if needed else NOBODY, **more)


def _content(key: tuple[str, ...], raw: Json, place: str, sides: frozenset[str]) -> Slots:
    return {
        (*key, "content", kind): Slot(
            place, f"content {kind}", sides, normalize(media.get("schema"))
        )
        for kind, media in raw.get("content", {}).items()
    }


def _plain(value: object) -> Any:
    """Return a part that holds no schema (a server, a callback) without prose and extensions."""
    if is_list(value):
        return [_plain(item) for item in value]
    if is_object(value):
        return {key: _plain(item) for key, item in value.items() if kept(key)}
    return value


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
