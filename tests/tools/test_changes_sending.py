"""How a request is sent: credentials, encodings, styles; what is no matter of a schema's values."""

from typing import Any

import pytest

from tests.tools.changes_documents import STRING, Json, document, fields
from tools.changes import compare

BEARER = {"type": "http", "scheme": "bearer"}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
OAUTH = {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "/", "scopes": {}}}}


def secured(security: list[Json] | None, on_operation: bool = False, **schemes: Json) -> Json:
    raw = document()
    raw["components"]["securitySchemes"] = {"b": BEARER, "k": KEY, "o": OAUTH, **schemes}
    holder = raw["paths"]["/calls/{id}"]["post"] if on_operation else raw
    holder |= {} if security is None else {"security": security}
    return raw


SECURITY: dict[str, tuple[Json, Json, str, list[str]]] = {
    "another kind": (
        secured([{"b": []}]), secured([{"b": []}], b={"type": "http", "scheme": "basic"}),
        "major", ["requests"],
    ),
    "another header": (
        secured([{"k": []}]), secured([{"k": []}], k={**KEY, "name": "X-Other"}),
        "major", ["requests"],
    ),
    "another name, nothing else": (
        secured([{"b": []}]), secured([{"c": []}], c={"type": "http", "scheme": "Bearer"}),
        "none", [],
    ),
    "said at the operation": (secured([{"b": []}]), secured([{"b": []}], True), "none", []),
    "none, said or not": (secured(None), secured([]), "none", []),
    "one more credential": (
        secured([{"b": []}]), secured([{"b": [], "k": []}]), "major", ["requests"],
    ),
    "one less": (secured([{"b": [], "k": []}]), secured([{"k": []}]), "patch", []),
    "one more alternative": (secured([{"b": []}]), secured([{"b": []}, {"k": []}]), "patch", []),
    "an alternative less": (
        secured([{"b": []}, {"k": []}]), secured([{"b": []}]), "major", ["requests"],
    ),
    "for the first time": (secured(None), secured([{"b": []}]), "major", ["requests"]),
    "no more": (secured([{"b": []}]), secured([]), "patch", []),
    "only if one likes": (secured([{"b": []}]), secured([{"b": []}, {}]), "patch", []),
    "one more scope": (
        secured([{"o": ["a"]}]), secured([{"o": ["a", "b"]}]), "major", ["requests"],
    ),
    "one scope less": (secured([{"o": ["a", "b"]}]), secured([{"o": ["a"]}]), "patch", []),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "verdict", "breaks"), SECURITY.values(), ids=SECURITY)
def test_security(old: Json, new: Json, verdict: str, breaks: list[str]):
    told = compare(old, new)
    assert (told.verdict, told.breaks) == (verdict, breaks)
    assert len(told.changes) == (verdict != "none")


def sent_as(encoding: Json | None, of_response: bool = False) -> Json:
    raw = document(fields(f=STRING), fields(f=STRING))
    operation: Any = raw["paths"]["/calls/{id}"]["post"]
    holder = operation["responses"]["200"] if of_response else operation["requestBody"]
    media = holder["content"]["application/json"]
    media |= {} if encoding is None else {"encoding": encoding}
    return raw


@pytest.mark.parametrize(
    "encoding",
    [
        {"f": {"contentType": "image/png"}},
        {"f": {"style": "deepObject"}},
        {"f": {"explode": False}},
        {"f": {"headers": {"X-A": {"schema": STRING}}}},
    ],
)
def test_another_encoding_of_a_body_breaks_senders(encoding: Json):
    for old, new in ((None, encoding), (encoding, None), (encoding, {"f": {"explode": True}})):
        told = compare(sent_as(old), sent_as(new))
        assert (told.verdict, told.breaks) == ("major", ["requests"])
        assert [one.told for _, one in told.changes] == ["`encoding` changed"]
    # OpenAPI 3.1 gives it a meaning in requests alone.
    assert compare(sent_as(None, True), sent_as(encoding, True)).verdict == "none"


@pytest.mark.parametrize("encoding", [{}, {"f": {}}])
def test_an_encoding_that_goes_without_saying_is_none(encoding: Json):
    assert compare(sent_as(None), sent_as(encoding)).verdict == "none"


@pytest.mark.parametrize(
    ("before", "after", "breaks"),
    [
        ({"type": "integer", "multipleOf": 4}, {"type": "integer", "multipleOf": 2}, []),
        ({"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 4}, ["requests"]),
        (STRING, {**STRING, "contentEncoding": "base64"}, ["requests", "responses"]),
        ({"type": "object"}, {"type": "object", "additionalProperties": STRING}, ["requests"]),
        ({"type": "object", "additionalProperties": STRING}, {"type": "object"}, ["responses"]),
        ({**STRING, "readOnly": True}, STRING, []),
        (STRING, {**STRING, "readOnly": True}, ["requests"]),
        (STRING, {**STRING, "writeOnly": True}, ["responses"]),
        ({"anyOf": [STRING, {"type": "integer"}]}, {}, ["responses"]),
        ({}, {"anyOf": [STRING, {"type": "integer"}]}, ["requests"]),
        ({"type": ["string", "null"]}, {}, ["responses"]),
    ],
)
def test_keywords_that_one_side_meets(before: Json, after: Json, breaks: list[str]):
    old, new = (document(fields(f=one), fields(f=one)) for one in (before, after))
    assert compare(old, new).breaks == breaks
