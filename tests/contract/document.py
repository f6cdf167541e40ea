"""The document as judge: does a request, or a reply, fit the operation that it belongs to?

With the `jsonschema` library, which shares no code with what is tested.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import unquote

import httpx
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.document import document, operations

_URI = "urn:openapi"


@cache
def _registry() -> Registry[Any]:
    resource: Resource[Any] = Resource.from_contents(_any_of(document()), DRAFT202012)
    return Registry().with_resource(_URI, resource)


def _any_of(value: Any) -> Any:
    """A copy with `anyOf` for `oneOf`: the document says "one of" of forms that overlap.

    A user's message with parts and `type` is an `EasyInputMessage` and an `InputMessage` at once.
    """
    if isinstance(value, dict):
        return {"anyOf" if name == "oneOf" else name: _any_of(v) for name, v in value.items()}
    return [_any_of(inner) for inner in value] if isinstance(value, list) else value


@cache
def _validator(pointer: str) -> Validator:
    return Draft202012Validator({"$ref": f"{_URI}#{pointer}"}, registry=_registry())


@cache
def _routes() -> list[tuple[re.Pattern[str], str, str, dict[str, Any]]]:
    """Pattern of the path, the path, the method, the operation; fixed paths first."""
    found = [
        (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path, method.upper(), operation)
        for path, method, operation in operations()
    ]
    return sorted(found, key=lambda route: route[1].count("{"))


def _route(method: str, url: httpx.URL) -> tuple[str, str, dict[str, Any]] | None:
    raw = url.raw_path.partition(b"?")[0].decode()
    path = unquote(raw) if "%" not in raw else raw
    path = path.partition("/v1")[2] or path
    for pattern, template, wanted, operation in _routes():
        if wanted == method and pattern.match(path):
            return template, method.lower(), operation
    return None


def _pointer(*steps: str) -> str:
    return "/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)


def _problems(pointer: str, value: Any) -> list[str]:
    return [
        f"  {'.'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:300]}"
        for error in list(_validator(pointer).iter_errors(value))[:3]
    ]


def check_request(method: str, url: httpx.URL, body: bytes) -> list[str]:
    """What in a request does not fit; a request to another path is nobody's business."""
    route = _route(method, url)
    if route is None:
        return []
    path, verb, operation = route
    problems = _check_query(url, operation)
    described = operation.get("requestBody")
    if described is None:
        return [*problems, "  body: the operation takes none"] if body else problems
    if not body:
        return [*problems, "  body: missing"] if described.get("required") else problems
    pointer = _pointer("paths", path, verb, "requestBody", "content", "application/json", "schema")
    return problems + _problems(pointer, json.loads(body))


def _check_query(url: httpx.URL, operation: dict[str, Any]) -> list[str]:
    parameters = {p["name"]: p for p in operation.get("parameters", ()) if p["in"] == "query"}
    problems: list[str] = []
    for name, value in url.params.multi_items():
        described = parameters.get(name)
        if described is None:
            problems.append(f"  query: {name} is no parameter of the operation")
            continue
        schema = described["schema"]
        kind = schema.get("type")
        if kind == "integer" and not value.isdecimal():
            problems.append(f"  query: {name} is no integer: {value}")
        elif kind == "boolean" and value not in ("true", "false"):
            problems.append(f"  query: {name} is no boolean: {value}")
        elif value not in schema.get("enum", [value]):
            problems.append(f"  query: {name} is none of {schema['enum']}: {value}")
    return problems


def check_reply(
    method: str, url: httpx.URL, status: int, content_type: str, content: bytes
) -> list[str]:
    """What in a reply with a good status does not fit the operation's schema."""
    route = _route(method, url)
    if route is None or not 200 <= status < 300:
        return []
    path, verb, operation = route
    described = operation["responses"].get(str(status), {}).get("content", {})
    if content_type not in described:
        return [f"  reply: {content_type or 'no content type'}"] if described else []
    pointer = _pointer(
        "paths", path, verb, "responses", str(status), "content", content_type, "schema"
    )
    if content_type != "text/event-stream":
        return _problems(pointer, json.loads(content))
    problems: list[str] = []
    for block in content.decode().split("\n\n"):
        data = "".join(line[6:] for line in block.split("\n") if line.startswith("data: "))
        if data and data != "[DONE]":
            problems += _problems(pointer, json.loads(data))
    return problems
