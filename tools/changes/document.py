"""An OpenAPI document as the comparison sees it: operations, schemas, and who meets which.

A change breaks or does not depending on the side it is on, so the document knows of every schema
whether callers send it, receive it, or both; and whether it is ever a value of its own or only a
part that other schemas are made of (`allOf`), in which case its changes show at those.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tools.changes.normal import (
    ANNOTATIONS,
    LISTS_OF_SCHEMAS,
    MAPS_OF_SCHEMAS,
    SCHEMA,
    Node,
    array,
    normal,
    table,
    without_prose,
)

SENT = "requests"
RECEIVED = "replies"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass
class Body:
    """What a request or an answer carries: its schemas by content type."""

    required: bool
    content: dict[str, Node]
    headers: dict[str, Node] = field(default_factory=dict[str, Node])


@dataclass
class Operation:
    """One operation with every `$ref` of its own resolved, schemas in their one spelling."""

    name: str
    route: str
    module: str
    parameters: dict[tuple[str, str], Node]
    body: Body | None
    answers: dict[str, Body]
    notes: Node


class Document:
    """A read-only view of a document; `raw` is never changed."""

    def __init__(self, raw: Node) -> None:
        self.raw = raw
        components = table(raw.get("components"))
        self.schemas = {
            name: normal(schema) for name, schema in table(components.get("schemas")).items()
        }
        self.sides: dict[str, set[str]] = {}
        self.values: set[str] = set()
        for schema, side in self._uses():
            self._reach(schema, side)

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Every operation by its operationId (by method and path where it has none)."""
        found: dict[str, Operation] = {}
        for path, item in sorted(table(self.raw.get("paths")).items()):
            for method in METHODS:
                if raw := table(table(item).get(method)):
                    operation = self._operation(path, method, raw, array(item.get("parameters")))
                    found[operation.name] = operation
        return dict(sorted(found.items()))

    def effective(self, node: Node, seen: frozenset[str] = frozenset()) -> Node:
        """The shape behind a `$ref` or an `allOf`, its parts merged into one."""
        if "$ref" in node:
            name = str(node["$ref"])
            if name in seen or name not in self.schemas:
                return {"unresolved": name}
            notes = {key: node[key] for key in ANNOTATIONS if key in node}
            return {**self.effective(self.schemas[name], seen | {name}), **notes}
        if "allOf" not in node:
            return node
        beside = {key: value for key, value in node.items() if key not in ("allOf", *ANNOTATIONS)}
        merged: Node = {}
        parts = [*node["allOf"], *([beside] if beside else [])]
        for part in parts:
            merged = _merge(merged, self.effective(part, seen))
        if not all(self.effective(part, seen).get("nullable") for part in parts):
            merged.pop("nullable", None)
        return {**merged, **{key: node[key] for key in ANNOTATIONS if key in node}}

    def _operation(self, path: str, method: str, raw: Node, shared: list[object]) -> Operation:
        parameters: dict[tuple[str, str], Node] = {}
        for given in (*shared, *array(raw.get("parameters"))):
            parameter = self._part(given)
            key = (str(parameter.get("in")), str(parameter.get("name")))
            content = table(parameter.get("content"))
            schema = next((table(media).get("schema") for media in content.values()), None)
            parameters[key] = {
                **without_prose(parameter),
                "schema": normal(parameter.get("schema", schema)),
                "content": sorted(content),
            }
        body = self._part(raw.get("requestBody"))
        security = raw.get("security", self.raw.get("security"))
        return Operation(
            name=str(raw.get("operationId") or f"{method.upper()} {path}"),
            route=f"{method.upper()} {path}",
            module=str(next(iter(array(raw.get("tags"))), "default")),
            parameters=dict(sorted(parameters.items())),
            body=self._body(body) if body else None,
            answers={
                str(status): self._body(self._part(answer))
                for status, answer in sorted(table(raw.get("responses")).items())
            },
            notes={
                "security": security,
                "deprecated": bool(raw.get("deprecated")),
                "servers": without_prose(raw.get("servers", self.raw.get("servers"))),
                "callbacks": without_prose(raw.get("callbacks")),
            },
        )

    def _body(self, raw: Node) -> Body:
        content = {
            kind: normal(table(media).get("schema"))
            for kind, media in sorted(table(raw.get("content")).items())
        }
        headers = {
            name: normal(self._part(header).get("schema"))
            for name, header in sorted(table(raw.get("headers")).items())
        }
        return Body(raw.get("required") is True, content, headers)

    def _part(self, value: object) -> Node:
        """A parameter, body, answer or header, behind however many `$ref`s it stands."""
        part, seen = table(value), set[str]()
        while "$ref" in part and str(part["$ref"]) not in seen:
            seen.add(str(part["$ref"]))
            target: object = self.raw
            for step in str(part["$ref"]).removeprefix("#/").split("/"):
                target = table(target).get(step.replace("~1", "/").replace("~0", "~"))
            part = table(target)
        return part

    def _uses(self) -> Iterator[tuple[Node, str]]:
        for operation in self.operations.values():
            for parameter in operation.parameters.values():
                yield parameter["schema"], SENT
            for schema in operation.body.content.values() if operation.body else ():
                yield schema, SENT
            for answer in operation.answers.values():
                for schema in (*answer.content.values(), *answer.headers.values()):
                    yield schema, RECEIVED

    def _reach(self, node: Node, side: str) -> None:
        """Note every component schema that `node` leads to on this side."""
        waiting = [(node, True)]
        while waiting:
            part, is_value = waiting.pop()
            name = part.get("$ref")
            if isinstance(name, str) and name in self.schemas:
                if is_value:
                    self.values.add(name)
                if side not in self.sides.setdefault(name, set()):
                    self.sides[name].add(side)
                    waiting.append((self.schemas[name], is_value))
            waiting += [(child, key != "allOf") for key, child in children(part)]


def children(node: Node) -> Iterator[tuple[str, Node]]:
    """The schemas directly inside one, each with the keyword that holds it."""
    for key in node.keys() & {"union", *LISTS_OF_SCHEMAS}:
        yield from ((key, part) for part in array(node[key]))
    for key in node.keys() & set(MAPS_OF_SCHEMAS):
        yield from ((key, part) for part in table(node[key]).values())
    for key in node.keys() & {"additionalProperties", *SCHEMA}:
        yield key, table(node[key])
    for name in table(table(node.get("discriminator")).get("mapping")).values():
        yield "discriminator", {"$ref": name}


def _merge(first: Node, second: Node) -> Node:
    """Both shapes at once. Where they disagree the second wins and the first is kept beside it."""
    merged = dict(first)
    for key, value in second.items():
        if key not in merged or merged[key] == value:
            merged[key] = value
        elif key == "required":
            merged[key] = sorted({*merged[key], *value})
        elif key == "properties":
            both = merged[key].keys() & value.keys()
            agreed = {
                name: value[name]
                if merged[key][name] == value[name]
                else {"allOf": [merged[key][name], value[name]]}
                for name in both
            }
            merged[key] = {**merged[key], **value, **agreed}
        else:
            if key not in ANNOTATIONS:
                merged["overridden"] = [*merged.get("overridden", []), {key: merged[key]}]
            merged[key] = value
    return merged
