"""Every response of every local service in these tests is checked against the document.

The check sits where the service responds, so it sees what goes out whichever way in a test takes.
It uses jsonschema and the document alone, none of the code that it checks. A response may be made
on another thread, so what is wrong is kept and reported at the end of the test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from openai_conversations.local.service import LocalService, ServiceRequest, ServiceResponse
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.document import document, operations

ERROR = {
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


@cache
def routes() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path pattern and path of each operation; paths without a parameter first."""
    found = sorted(operations(), key=lambda route: route[0].count("{"))
    return [
        (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path)
        for path, method, _ in found
    ]


@cache
def response_validator(
    method: str, path: str, status: int, media_type: str
) -> Draft202012Validator:
    """Return a validator of the body that the document gives an operation for a status."""
    response = document()["paths"][path][method.lower()]["responses"][str(status)]
    if "content" not in response:
        # deleteResponse: the document says nothing of its body.
        return Draft202012Validator(True)
    steps = ["paths", path, method.lower(), "responses", str(status), "content", media_type]
    pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in [*steps, "schema"])
    registry = Registry().with_resource("urn:api", DRAFT202012.create_resource(document()))
    return Draft202012Validator({"$ref": f"urn:api#/{pointer}"}, registry=registry)


@cache
def complaint(method: str, path: str, status: int, media_type: str, text: bytes) -> str | None:
    """Return what is wrong with a body, or with one event; the same one is looked at once."""
    if status >= 400:
        validator = Draft202012Validator(ERROR)
    else:
        validator = response_validator(method, path, status, media_type)
    error = best_match(validator.iter_errors(json.loads(text)))
    return None if error is None else f"{error.json_path}: {error.message[:500]}"


def problems(
    request: ServiceRequest, response: ServiceResponse, text: bytes, stream: bool
) -> list[str]:
    """Return what is wrong with a response, or with one event of a streamed one."""
    path = ""
    if response.status < 400:
        path = next(
            path
            for method, pattern, path in routes()
            if method == request.method and pattern.fullmatch(request.path)
        )
    media_type = "text/event-stream" if stream else "application/json"
    found = complaint(request.method, path, response.status, media_type, text)
    return (
        [] if found is None else [f"{request.method} {request.path} -> {response.status} {found}"]
    )


def events(chunk: bytes) -> Iterator[bytes]:
    """Yield the JSON texts of the events of a chunk; the service puts whole events into each."""
    for block in chunk.decode().split("\n\n"):
        data = [line.removeprefix("data: ") for line in block.split("\n") if line[:5] == "data:"]
        if data and data != ["[DONE]"]:
            yield "\n".join(data).encode()


@pytest.fixture(autouse=True)
def responses_fit_the_document(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test in which a local service sent something that the document does not allow."""
    wrong: list[str] = []
    handle = LocalService.handle

    def watched(chunks: Iterator[bytes], request: ServiceRequest, response: ServiceResponse) -> Any:
        try:
            for chunk in chunks:
                for event in events(chunk):
                    wrong.extend(problems(request, response, event, stream=True))
                yield chunk
        finally:
            chunks.close()  # type: ignore[attr-defined]

    def checked(self: LocalService, request: ServiceRequest) -> ServiceResponse:
        response = handle(self, request)
        headers = {name.lower(): value for name, value in response.headers}
        if not headers.get("x-request-id"):
            wrong.append(f"{request.method} {request.path} -> {response.status}: no x-request-id")
        if isinstance(response.body, bytes):
            wrong.extend(problems(request, response, response.body, stream=False))
        else:
            response.body = watched(response.body, request, response)
        return response

    monkeypatch.setattr(LocalService, "handle", checked)
    yield
    assert not wrong, "\n".join(wrong)
