"""The reader of OpenAPI documents: grammar, references, operations, canonical text."""

import itertools

import pytest

from tests.tools.spec_case import Json
from tools.errors import ToolError
from tools.openapi import FIELDS, Node, children, operations, rebuild, resolve, walk
from tools.values import canonical, cycle, digest

TEXT: Json = {"type": "string"}


def test_every_kind_of_the_grammar_is_described() -> None:
    inside = {part[1] for fields in FIELDS.values() for part in fields.values() if part}
    assert inside <= FIELDS.keys()
    assert FIELDS["schema"]["properties"] == ("{", "schema")
    assert FIELDS["operation"]["responses"] == ("<", "response")
    assert FIELDS["pathItem"]["get"] == ("", "operation")
    assert FIELDS["schema"]["enum"] is None


def test_a_walk_tells_keywords_from_names_and_data() -> None:
    schema: Json = {
        "properties": {"title": TEXT, "allOf": {"items": True}},
        "default": {"properties": {"no": 1}},
        "x-more": {"properties": 3},
    }
    found = [(str(node), node.kind) for node in walk(schema, "schema", ("s",))]
    assert found == [
        ("#/s", "schema"),
        ("#/s/properties/title", "schema"),
        ("#/s/properties/allOf", "schema"),
    ]
    inner = [child.value for node in walk(schema, "schema") for child in children(node)]
    assert inner == [TEXT, {"items": True}, True]


def test_callbacks_and_extensions_of_paths() -> None:
    callback = {"{$url}": {"post": {"responses": {"200": {"description": "x"}}}}, "x-a": 1}
    operation = {"callbacks": {"done": callback}, "responses": {"x-b": 2}}
    kinds = [node.kind for node in walk(operation, "operation")]
    assert kinds == ["operation", "callback", "pathItem", "operation", "response"]
    copy = rebuild(operation, "operation", keep=lambda keyword: keyword != "description")
    assert copy["callbacks"]["done"] == {"{$url}": {"post": {"responses": {"200": {}}}}}


def test_rebuilding_changes_inner_parts_first_and_shares_nothing() -> None:
    schema: Json = {"enum": [["a"]], "items": {"not": True}, "allOf": []}

    def change(part: object, kind: str) -> object:
        return {"was": part, "kind": kind}

    made = rebuild(schema, "schema", change=change)
    inner = {"was": {"not": {"was": True, "kind": "schema"}}, "kind": "schema"}
    assert made == {"was": {"enum": [["a"]], "items": inner, "allOf": []}, "kind": "schema"}
    assert list(made["was"]) == ["enum", "allOf", "items"]
    made["was"]["enum"][0].append("b")
    assert schema["enum"] == [["a"]]


def test_a_part_of_another_shape_is_named() -> None:
    with pytest.raises(ToolError, match=r"#/a~1b/items: expected a schema object, found 3"):
        list(walk({"items": 3}, "schema", ("a/b",)))
    with pytest.raises(ToolError, match="expected a list of schema objects, found null"):
        list(children(Node((), "schema", {"allOf": None})))


def test_references_are_followed_to_their_end() -> None:
    document: Json = {
        "components": {
            "schemas": {
                "A": {"$ref": "#/components/schemas/B%20b"},
                "B b": {"$ref": "#/components/schemas/C/oneOf/1"},
                "C": {"oneOf": [True, TEXT]},
                "X": {"$ref": "#/components/schemas/Y"},
                "Y": {"$ref": "#/components/schemas/X"},
            }
        }
    }
    assert resolve(document, {"$ref": "#/components/schemas/A"}) is TEXT
    for lost in ("X", "Nothing", "C/oneOf/2", "C/oneOf/0"):
        assert resolve(document, {"$ref": f"#/components/schemas/{lost}"}) == {}
    assert resolve(document, None) == {}


def test_operations_know_what_their_path_says() -> None:
    one, other = {"name": "a", "in": "path"}, {"name": "a", "in": "query"}
    document: Json = {
        "paths": {
            "/a": {"parameters": [one, other], "get": {"parameters": [{**one, "schema": TEXT}]}},
            "/b": {"$ref": "#/components/pathItems/B", "delete": {"operationId": "dropB"}},
            "x-c": {"get": {}},
        },
        "components": {"pathItems": {"B": {"put": {"operationId": "putB"}}}},
    }
    found = list(operations(document))
    assert [operation.name for operation in found] == ["GET /a", "putB", "dropB"]
    assert found[0].place == ("paths", "/a", "get")
    parameters = found[0].parameters(document)
    assert parameters == {("path", "a"): {**one, "schema": TEXT}, ("query", "a"): other}


def test_equal_values_have_one_canonical_text() -> None:
    assert canonical({"b": 1, "a": "ä"}) == canonical({"a": "ä", "b": 1}) == '{"a":"ä","b":1}'
    assert canonical(1) == canonical(1.0) != canonical(True)
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}) != digest({"a": 1})


def test_a_cycle_leads_from_one_to_the_next() -> None:
    assert cycle({"a": ["b"], "b": ["c"], "c": []}) == []
    loop = cycle({"a": ["b"], "b": ["c", "x"], "c": ["b"]})
    assert loop[0] == loop[-1]
    assert set(itertools.pairwise(loop)) == {("b", "c"), ("c", "b")}
