"""The document as judge: does a request, or a response, fit the operation that it belongs to?

With the `jsonschema` library, which shares no code with what is tested. The client's tests use it
through `tests/contract/recorder.py`, those of the local service through `tests/local/conftest.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.document import document, operations

_AS_IT_IS, _LOOSE = "urn:openapi", "urn:openapi-with-any-of"
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string", "minLength": 1},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}


def check_request(method: str, url: httpx.URL, body: bytes) -> list[str]:
    """Return what in a request does not fit; nothing for a path that the document lacks."""
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
    return problems + _problems(_LOOSE + pointer, body)


def check_response(
    method: str, url: httpx.URL, status: int, content_type: str, content: bytes
) -> list[str]:
    """Return what in a response with a good status does not fit the operation's schema.

    Args:
        content: the body; of a stream any number of whole events.
    """
    route = _route(method, url)
    if route is None or not 200 <= status < 300:
        return []
    path, verb, operation = route
    if str(status) not in operation["responses"]:
        return [f"  response: the operation has no status {status}"]
    described = operation["responses"][str(status)].get("content", {})
    if content_type not in described:
        return [f"  response: {content_type or 'no content type'}"] if described else []
    pointer = _AS_IT_IS + _pointer(
        "paths", path, verb, "responses", str(status), "content", content_type, "schema"
    )
    if content_type != "text/event-stream":
        return _problems(pointer, content)
    return [problem for data in _events(content) for problem in _problems(pointer, data)]


def check_error(content: bytes) -> list[str]:
    """Return what in the body of an error is not as the service writes it."""
    return _described(Draft202012Validator(_ERROR), content)


def _events(content: bytes) -> Iterator[bytes]:
    for block in content.split(b"\n\n"):
        data = b"\n".join(line[6:] for line in block.split(b"\n") if line.startswith(b"data: "))
        if data and data != b"[DONE]":
            yield data


@cache
def _registry() -> Registry[Any]:
    documents = {_AS_IT_IS: document(), _LOOSE: _any_of(document())}
    return Registry().with_resources(
        (uri, Resource.from_contents(content, DRAFT202012)) for uri, content in documents.items()
    )


def _any_of(value: Any) -> Any:
    """Return a copy with `anyOf` for `oneOf`: what may be sent has forms that overlap.

    A user's message with parts and `type` is an `EasyInputMessage` and an `InputMessage` at once.
    """
    if isinstance(value, dict):
        return {"anyOf" if name == "oneOf" else name: _any_of(v) for name, v in value.items()}
    return [_any_of(inner) for inner in value] if isinstance(value, list) else value


@cache
def _validator(reference: str) -> Validator:
    return Draft202012Validator({"$ref": reference}, registry=_registry())


@cache
def _routes() -> list[tuple[re.Pattern[str], str, str, dict[str, Any]]]:
    # Pattern of the path, the path, the method, the operation; fixed paths first.
    found = [
        (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path, method.upper(), operation)
        for path, method, operation in operations()
    ]
    return sorted(found, key=lambda route: route[1].count("{"))


def _route(method: str, url: httpx.URL) -> tuple[str, str, dict[str, Any]] | None:
    path = url.raw_path.partition(b"?")[0].decode()
    path = path.partition("/v1")[2] or path
    for pattern, template, wanted, operation in _routes():
        if wanted == method and pattern.match(path):
            return template, method.lower(), operation
    return None


def _pointer(*steps: str) -> str:
    return "#/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)


@cache
def _problems(reference: str, content: bytes) -> list[str]:
    # The same text is looked at once: many tests send and get the same.
    return _described(_validator(reference), content)


def _described(validator: Validator, content: bytes) -> list[str]:
    return [
        f"  {'.'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:300]}"
        for error in list(validator.iter_errors(json.loads(content)))[:3]
    ]


def _check_query(url: httpx.URL, operation: dict[str, Any]) -> list[str]:
    parameters = {p["name"]: p for p in operation.get("parameters", ()) if p["in"] == "query"}
    problems: list[str] = []
    for name, value in url.params.multi_items():
        described = parameters.get(name)
        if described is None:
            problems.append(f"  query: {name} is not a parameter of the operation")
            continue
        schema = described["schema"]
        kind = schema.get("type")
        if kind == "integer" and not value.isdecimal():
            problems.append(f"  query: {name} is not an integer: {value}")
        elif kind == "boolean" and value not in ("true", "false"):
            problems.append(f"  query: {name} is not a boolean: {value}")
        elif value not in schema.get("enum", [value]):
            problems.append(f"  query: {name} is not one of {schema['enum']}: {value}")
    return problems
