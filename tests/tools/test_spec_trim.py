"""Trimming: what is kept, what goes, and what is data that nobody may touch."""

from copy import deepcopy
from pathlib import Path

import pytest

from tests.tools.spec_case import SELECTION, Json, document, folder, ref
from tools.errors import ToolError
from tools.openapi_spec import read_selection, trim
from tools.openapi_spec.selection import Selection


@pytest.fixture
def selection(tmp_path: Path) -> Selection:
    return read_selection(folder(tmp_path) / "spec" / "selection.yaml")


def test_only_the_selected_operations_and_what_they_reach_are_kept(selection: Selection) -> None:
    schemas: Json = {
        "Thing": {"properties": {"part": ref("Part")}},
        "Part": {"items": ref("Leaf")},
        "Leaf": {"type": "string"},
        "Unused": {"properties": {"leaf": ref("Leaf")}},
    }
    taken = trim(document(schemas), selection)
    assert list(taken["paths"]) == ["/things"]
    assert list(taken["paths"]["/things"]) == ["get"]
    assert list(taken["components"]["schemas"]) == ["Leaf", "Part", "Thing"]


def test_every_kind_of_reference_is_followed(selection: Selection) -> None:
    whole = document(
        {"Late": {"type": "string"}, "InHeader": {"type": "integer"}, "InBody": {}, "InQuery": {}},
        parameters=[ref("limit", "parameters")],
        requestBody=ref("Body", "requestBodies"),
        responses={"429": ref("TooMany", "responses")},
        callbacks={"late": ref("Late", "callbacks")},
    )
    body: Json = {"content": {"application/json": {"schema": ref("InBody")}}}
    late = {"{$url}": {"post": {"requestBody": {"content": {"a/b": {"schema": ref("Late")}}}}}}
    whole["components"] |= {
        "parameters": {"limit": {"name": "limit", "in": "query", "schema": ref("InQuery")}},
        "requestBodies": {"Body": body, "Unused": {}},
        "responses": {"TooMany": {"description": "", "headers": {"Wait": ref("Wait", "headers")}}},
        "headers": {"Wait": {"schema": ref("InHeader")}},
        "callbacks": {"Late": late},
    }
    kept = {section: list(held) for section, held in trim(whole, selection)["components"].items()}
    assert kept == {
        "schemas": ["InBody", "InHeader", "InQuery", "Late"],
        "responses": ["TooMany"],
        "parameters": ["limit"],
        "requestBodies": ["Body"],
        "headers": ["Wait"],
        "callbacks": ["Late"],
    }


@pytest.mark.parametrize("target", ["Part", "#/components/schemas/Part"])
def test_discriminator_mappings_are_followed_and_stay_as_written(
    selection: Selection, target: str
) -> None:
    thing = {"discriminator": {"propertyName": "type", "mapping": {"part": target}}}
    taken = trim(document({"Thing": thing, "Part": {"type": "object"}}), selection)
    assert taken["components"]["schemas"] == {"Part": {"type": "object"}, "Thing": thing}


def test_a_path_may_be_a_reference_to_its_operations(selection: Selection) -> None:
    whole = document()
    whole["components"]["pathItems"] = {"Things": whole["paths"]["/things"]}
    whole["paths"]["/things"] = ref("Things", "pathItems")
    assert trim(whole, selection) == trim(document(), selection)


def test_parameters_of_the_path_stay_with_the_operation(selection: Selection) -> None:
    whole = document()
    whole["paths"]["/things"]["parameters"] = [{"name": "a", "in": "query", "description": "x"}]
    taken = trim(whole, selection)["paths"]["/things"]
    assert taken["parameters"] == [{"name": "a", "in": "query"}]


def test_prose_titles_examples_and_extensions_go(selection: Selection) -> None:
    noise: Json = {
        "title": "T",
        "description": "D",
        "externalDocs": {"url": "u"},
        "example": {"$ref": "#/leads/nowhere"},
        "examples": [ref("Missing")],
        "x-oaiMeta": {"name": "n"},
    }
    thing: Json = {"type": "object", "properties": {"id": {"type": "string", **noise}}, **noise}
    taken = trim(document({"Thing": thing}, **{"x-oaiMeta": {}}, summary="S"), selection)
    assert taken["components"]["schemas"]["Thing"] == {
        "type": "object",
        "properties": {"id": {"type": "string"}},
    }
    assert taken["paths"]["/things"]["get"].keys() == {"operationId", "responses"}
    assert taken["info"] == {"title": "Ours", "version": "1"}
    assert taken["servers"] == [{"url": "https://example.com"}]


def test_names_and_data_are_not_keywords(selection: Selection) -> None:
    words = ["title", "description", "summary", "example", "examples", "x-tag", "default", "$ref"]
    thing: Json = {
        "type": "object",
        "properties": {word: {"type": "string"} for word in words},
        "patternProperties": {"x-.*": {"type": "string"}},
        "$defs": {"title": {"type": "string"}},
        "dependentSchemas": {"description": {"required": ["title"]}},
        "required": words,
        "default": {"title": "t", "x-tag": 1, "$ref": "#/leads/nowhere"},
        "enum": [{"description": "d"}, None, {"examples": []}],
        "const": {"title": "t"},
        "additionalProperties": False,
    }
    before = deepcopy(thing)
    assert trim(document({"Thing": thing}), selection)["components"]["schemas"]["Thing"] == before


def test_lists_and_properties_keep_their_order_and_everything_else_has_one(
    selection: Selection,
) -> None:
    thing: Json = {
        "required": ["b", "a"],
        "properties": {"b": {}, "a": {}},
        "anyOf": [{"type": "null"}, {"type": "object"}],
        "type": "object",
    }
    shuffled = {key: thing[key] for key in reversed(thing)}
    first, second = (trim(document({"Thing": it}), selection) for it in (thing, shuffled))
    schema = first["components"]["schemas"]["Thing"]
    assert list(schema) == ["type", "anyOf", "properties", "required"]
    assert (list(schema["properties"]), schema["required"]) == (["b", "a"], ["b", "a"])
    assert str(first) == str(second)


def test_a_response_is_described_by_the_reason_phrase(selection: Selection) -> None:
    responses: Json = {
        "200": {"description": "Theirs."},
        "404": {},
        "4XX": {},
        "default": {},
        "x-ours": 1,
        "429": ref("Busy", "responses") | {"description": "Theirs."},
    }
    whole = document(responses=responses)
    whole["components"]["responses"] = {"Busy": {"description": "Theirs."}}
    taken = trim(whole, selection)
    assert taken["paths"]["/things"]["get"]["responses"] == {
        "200": {"description": "OK"},
        "404": {"description": "Not Found"},
        "4XX": {"description": "Client error"},
        "429": ref("Busy", "responses"),
        "default": {"description": "Any other status"},
    }
    assert taken["components"]["responses"] == {"Busy": {"description": "Too Many Requests"}}


def test_only_security_schemes_and_tags_in_use_are_kept(selection: Selection) -> None:
    whole = document(tags=["Things"], security=[{"Key": []}])
    whole["tags"] = [{"name": "Other"}, {"name": "Things", "description": "Theirs."}]
    whole["components"]["securitySchemes"] = {
        "Admin": {"type": "http"},
        "Key": {"type": "http", "scheme": "bearer", "description": "Theirs."},
    }
    taken = trim(whole, selection)
    assert taken["tags"] == [{"name": "Things"}]
    assert taken["components"]["securitySchemes"] == {"Key": {"type": "http", "scheme": "bearer"}}


def test_keep_prose_keeps_descriptions_and_nothing_else(selection: Selection) -> None:
    thing = {"type": "object", "title": "T", "description": "D", "examples": [1]}
    taken = trim(document({"Thing": thing}), selection, keep_prose=True)
    assert taken["components"]["schemas"]["Thing"] == {"type": "object", "description": "D"}
    assert taken["paths"]["/things"]["get"]["responses"]["200"]["description"] == "Theirs."


def test_the_input_is_left_as_it_is(selection: Selection) -> None:
    whole = document()
    trim(whole, selection)
    assert whole == document()


@pytest.mark.parametrize(
    ("selected", "message"),
    [
        ("getThink", "`getThink` is not there. Nearest: getThing"),
        ("GETTHING", "`GETTHING` is not there. Nearest: getThing"),
        ("zzz", "`zzz` is not there."),
    ],
)
def test_a_missing_operation_is_told_with_the_nearest_names(
    tmp_path: Path, selected: str, message: str
) -> None:
    text = SELECTION.replace("getThing", selected)
    chosen = read_selection(folder(tmp_path, selection=text) / "spec" / "selection.yaml")
    with pytest.raises(ToolError) as caught:
        trim(document(), chosen)
    assert message in str(caught.value)
    assert "#/paths" in str(caught.value)


def test_an_operation_id_used_twice_is_an_error(selection: Selection) -> None:
    whole = document()
    whole["paths"]["/other"]["get"]["operationId"] = "getThing"
    with pytest.raises(ToolError, match=r"#/paths/~1things/get: .*twice.*#/paths/~1other/get"):
        trim(whole, selection)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (ref("Think"), "/Thing/$ref: $ref `#/components/schemas/Think` leads nowhere; "
         "#/components/schemas has no `Think`. Nearest: Thing."),
        ({"items": {"$ref": 3}}, "/Thing/items/$ref: a $ref must be a string, found 3"),
        ({"items": {"$ref": "other.json#/a"}}, "does not point at a component of this document"),
        ({"items": {"$ref": "#/components/schemas"}}, "does not point at a single component"),
        ({"items": ref("Thing/properties/no")}, "#/components/schemas/Thing has no `properties`"),
        ({"discriminator": {"mapping": {"a": "Nope"}}}, "/discriminator/mapping/a: $ref"),
        ({"properties": ["id"]}, "/Thing/properties: expected an object with schema objects"),
        ({"anyOf": {}}, "/Thing/anyOf: expected a list of schema objects, found an object"),
        ({"properties": {"a/b": 3}}, "/Thing/properties/a~1b: expected a schema object, found 3"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(selection: Selection, schema: Json, message: str) -> None:
    with pytest.raises(ToolError) as caught:
        trim(document({"Thing": schema}), selection)
    assert message in str(caught.value)
    assert "#/components/schemas/Thing" in str(caught.value)
