"""`make behind`: what another client's types have, and the document lacks."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tools.behind import __main__ as behind
from tools.behind.shapes import Document

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
NULL: Json = {"type": "null"}


def kind(tag: str, required: tuple[str, ...] = (), **fields: Json) -> Json:
    tagged = {"type": {"const": tag}, **fields}
    return {"type": "object", "properties": tagged, "required": ["type", *required]}


def rows(theirs: Json, ours: Json, *, sent: bool = False) -> list[tuple[str, str, str]]:
    def at(schema: Json) -> Json:
        return {"type": "object", "properties": {"at": schema}}

    comparison = behind.Comparison(Document(theirs), Document(ours), null_is_absent=not sent)
    return [*comparison.rows([at(theirs)], [at(ours)], "it")]


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (TEXT, TEXT, []),
        (
            {"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
            TEXT,
            [("it.at", "JSON type", "array")],
        ),
        ({"type": "integer"}, {"type": "number"}, []),
        ({"enum": ["a", "b"], "type": "string"}, {"enum": ["a"]}, [("it.at", "value", "b")]),
        ({"enum": ["a", "b"], "type": "string"}, {"anyOf": [TEXT, {"enum": ["a"]}]}, []),
        (TEXT, {}, []),
        (
            {"anyOf": [kind("a"), kind("b")]},
            {"oneOf": [kind("a"), kind("c")]},
            [("b", "kind", "b")],
        ),
        (kind("a", x=TEXT), kind("a"), [("a", "field", "x")]),
        (kind("a", x=TEXT), {"allOf": [kind("a"), {"properties": {"x": TEXT}}]}, []),
        (
            {"type": "array", "items": kind("a", x={"type": "boolean"})},
            {"type": "array", "items": kind("a", x=TEXT)},
            [("a.x", "JSON type", "boolean")],
        ),
        (kind("a", x=TEXT), kind("a", ("x",), x=TEXT), [("a", "may be absent", "x")]),
        (
            kind("a", ("x",), x={"anyOf": [TEXT, NULL]}),
            kind("a", ("x",), x=TEXT),
            [("a.x", "null", "null")],
        ),
    ],
)
def test_what_is_missing(theirs: Json, ours: Json, expected: list[Any]) -> None:
    for sent in (False, True):
        assert rows(theirs, ours, sent=sent) == expected


def test_in_a_response_null_and_absent_are_the_same() -> None:
    nullable = {"anyOf": [TEXT, NULL]}
    absent = (kind("a", x=TEXT), kind("a", ("x",), x=nullable))
    null = (kind("a", x=nullable), kind("a", x=TEXT))
    assert rows(*absent) == rows(*null) == []
    assert rows(*absent, sent=True) == [("a", "may be absent", "x")]
    assert rows(*null, sent=True) == [("a.x", "null", "null")]


def test_what_refers_to_itself_is_looked_at_once() -> None:
    itself = {"$ref": "#/properties/at"}
    theirs = kind("a", inner=itself, x=TEXT)
    ours = kind("a", inner=itself)
    roots = [{"type": "object", "properties": {"at": one}} for one in (theirs, ours)]
    comparison = behind.Comparison(*map(Document, roots), null_is_absent=True)
    assert [*comparison.rows([roots[0]], [roots[1]], "it")] == [("a", "field", "x")]


def test_the_document_has_what_the_openai_of_the_tests_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as caught:
        behind.main()
    printed = capsys.readouterr().out
    assert caught.value.code == 0, printed
    assert "the document has not: 0" in printed
    assert sys.modules["openai"].__version__ in printed
