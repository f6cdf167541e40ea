"""What the generator does not read stops the run with its name and place; what it reads works."""

import copy
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tools.errors import ToolError
from tools.generate.build import build

from .tiny import document, object_, package, ref, root

TEXT = {"type": "string"}
A = object_({"type": {"type": "string", "enum": ["a"]}, "x": TEXT})
OPERATION = "#/paths/~1things~1{thing_id}/get"
SCHEMA = "#/components/schemas/Thing"


def spec(schemas: dict[str, Any] | None = None, **operation: Any) -> dict[str, Any]:
    """Return a document whose operation has these keywords beside its own."""
    whole = document({"A": A, **(schemas or {})})
    whole["paths"]["/things/{thing_id}"]["get"].update(copy.deepcopy(operation))
    return whole


def refused(folder: Path, whole: dict[str, Any]) -> str:
    """Return what the run says when it stops, having written nothing."""
    with pytest.raises(ToolError) as caught:
        build(root(folder / "root", whole), folder / "made")
    assert not (folder / "made").exists()
    assert "spec/fixes.overlay.yaml" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("$anchor", "a"),
        ("$defs", {"B": TEXT}),
        ("$dynamicAnchor", "a"),
        ("$dynamicRef", "#a"),
        ("$id", "https://example.test/thing"),
        ("$schema", "https://json-schema.org/draft/2019-09/schema"),
        ("additionalItems", TEXT),
        ("contains", TEXT),
        ("contentSchema", TEXT),
        ("definitions", {"B": TEXT}),
        ("dependencies", {"x": ["y"]}),
        ("dependentRequired", {"x": ["y"]}),
        ("dependentSchemas", {"x": object_({"y": TEXT})}),
        ("else", TEXT),
        ("if", TEXT),
        ("maxContains", 1),
        ("not", TEXT),
        ("patternProperties", {"^y": TEXT}),
        ("prefixItems", [TEXT]),
        ("then", TEXT),
        ("unevaluatedItems", False),
        ("unevaluatedProperties", TEXT),
        ("unheard", 1),
    ],
)
def test_a_schema(tmp_path: Path, keyword: str, value: Any) -> None:
    said = refused(tmp_path, spec({"Thing": {**A, keyword: value}}))
    assert f"{SCHEMA}: the generator does not read {keyword} of this schema." in said


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$ref": ref("A")["$ref"], "properties": {"more": TEXT}}, "read properties beside $ref"),
        ({"$ref": ref("A")["$ref"], "type": "object"}, "read type beside $ref"),
        ({**A, "discriminator": {"propertyName": "type"}}, "read a discriminator without"),
        (
            {"oneOf": [ref("A")], "discriminator": {"propertyName": "type", "x": 1}},
            "read x of this",
        ),
        (
            {"type": "object", "additionalProperties": TEXT, "propertyNames": {"enum": ["y"]}},
            "which names propertyNames allows",
        ),
        ({**TEXT, "readOnly": True, "writeOnly": True}, "is readOnly and writeOnly"),
        (object_({"x": False}), "`False` is not an object"),
        (
            {
                "oneOf": [ref("A"), object_({"type": {"const": "b"}})],
                "discriminator": {"propertyName": "type", "mapping": {"c": ref("A")["$ref"]}},
            },
            "the discriminator has 'c' for #/components/schemas/A",
        ),
    ],
)
def test_a_form_of_a_schema(tmp_path: Path, schema: dict[str, Any], said: str) -> None:
    assert said in refused(tmp_path, spec({"Thing": schema}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"const": 1}, {"const": 2}),
        ({"const": 1}, {"const": True}),
        ({"type": "boolean", "enum": [True]}, {"const": False}),
        ({"const": None}, {"const": "n"}),
        ({"type": "number", "const": 0.5}, {"const": 1}),
    ],
)
@pytest.mark.parametrize("name", ["version", "type"])
def test_a_union_of_other_constants(tmp_path: Path, one: Any, other: Any, name: str) -> None:
    members = [object_({name: one, "a": TEXT}), object_({name: other}, {"a": TEXT})]
    said = refused(tmp_path, spec({"Thing": {"oneOf": members}}))
    assert f"{SCHEMA}: has members that differ by {name!r}" in said


def test_constants_beside_a_type_do_not_matter(tmp_path: Path) -> None:
    members = {
        name: object_({"type": {"const": name}, "version": {"const": number}})
        for name, number in (("One", 1), ("Two", 2))
    }
    made = package(tmp_path, spec({**members, "Thing": {"oneOf": [ref("One"), ref("Two")]}}))
    for name, number in (("One", 1), ("Two", 2)):
        thing = made.decode("Thing", {"type": name, "version": number})
        assert type(thing).__name__ == name


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"servers": [{"url": "https://files.example.test"}]}, "read servers of this operation"),
        ({"callbacks": {"done": {"{$url}": {}}}}, "read callbacks of this operation"),
        ({"security": []}, "security asks for no key"),
        ({"operationId": ""}, "has no operationId"),
    ],
)
def test_an_operation(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    assert said in refused(tmp_path, spec(**changed))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"style": "matrix"}, "'thing_id' has the style matrix"),
        ({"style": "label"}, "'thing_id' has the style label"),
        ({"schema": {"type": "array", "items": TEXT}}, "'thing_id' may be array"),
        ({"schema": {"type": "number"}}, "'thing_id' may be number"),
        ({"schema": {}}, "'thing_id' may be anything"),
        ({"in": "query", "style": "spaceDelimited"}, "'thing_id' has the style spaceDelimited"),
        ({"in": "query", "style": "deepObject", "schema": ref("A")}, "the style deepObject"),
        ({"in": "query", "schema": {"type": "array", "items": ref("A")}}, "is a list of object"),
        ({"in": "query", "allowReserved": True}, "cannot do allowReserved True"),
        ({"in": "header", "schema": {"type": "array", "items": TEXT}}, "'thing_id' may be array"),
        ({"in": "header", "name": "a b"}, "'a b' is not a name that a header can have"),
        ({"in": "header", "name": "Content-Length"}, "is a header that the transport sets"),
        ({"in": "cookie"}, "goes into the cookie"),
        ({"in": "query", "content": {"application/json": {"schema": TEXT}}}, "read content of"),
        ({"in": "query"}, "the path has ['thing_id'], and the parameters of the path are []"),
    ],
)
def test_a_parameter(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    whole = spec()
    (parameter,) = whole["paths"]["/things/{thing_id}"]["get"]["parameters"]
    parameter.update(changed)
    assert said in refused(tmp_path, whole)


def body(**media: Any) -> dict[str, Any]:
    return {"description": "-", "content": {"application/json": media}}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"responses": {"200": body(itemSchema=ref("A"))}}, "read itemSchema of this mediaType"),
        ({"responses": {"200": {**body(), "links": {"next": {}}}}}, "read links of this response"),
        (
            {"responses": {"200": {"$ref": "#/components/responses/R", "content": {}}}},
            "read content beside $ref of this response",
        ),
        ({"requestBody": body(schema=ref("A"), encoding={})}, "read encoding of this mediaType"),
        (
            {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": ref("A")},
                        "application/vnd.a+json": {"schema": TEXT},
                    }
                }
            },
            "its request has different JSON bodies",
        ),
        (
            {"responses": {"200": body(schema=ref("A")), "2XX": body(schema=TEXT)}},
            "its responses 200, 2XX have different bodies",
        ),
    ],
)
def test_a_body(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    whole = spec(**changed)
    whole["components"]["responses"] = {"R": body()}
    assert said in refused(tmp_path, whole)


@pytest.mark.parametrize(
    ("place", "keyword", "value"),
    [
        ((), "webhooks", {"done": {}}),
        (("components",), "examples", {"a b": {}}),
        ((), "jsonSchemaDialect", "https://json-schema.org/draft/2019-09/schema"),
        (("paths", "/things/{thing_id}"), "servers", [{"url": "https://other.test"}]),
        (("paths", "/things/{thing_id}"), "query", {}),
        (("components",), "callbacks", {}),
        (("servers", 0), "variables", {}),
        (("components", "securitySchemes", "Key"), "in", "header"),
        (("components", "securitySchemes", "Key"), "scheme", "basic"),
        (("components", "securitySchemes", "Key"), "type", "oauth2"),
    ],
)
def test_the_rest(tmp_path: Path, place: tuple[Any, ...], keyword: str, value: Any) -> None:
    whole = spec()
    whole["components"]["securitySchemes"] = {"Key": {"type": "http", "scheme": "bearer"}}
    part: Any = whole
    for step in place:
        part = part[step]
    part[keyword] = value
    said = refused(tmp_path, whole)
    assert "#" + "".join(f"/{str(step).replace('/', '~1')}" for step in place) in said
    assert keyword in said


@pytest.mark.parametrize(
    ("keyword", "changed"),
    [
        ("readOnly", {"requestBody": body(schema=ref("Thing"))}),
        (
            "writeOnly",
            {"responses": {"200": body(schema={"type": "array", "items": ref("Thing")})}},
        ),
    ],
)
def test_a_property_that_only_goes_the_other_way(
    tmp_path: Path, keyword: str, changed: dict[str, Any]
) -> None:
    schemas = {"Thing": object_({"x": {**TEXT, keyword: True}})}
    said = refused(tmp_path, spec(schemas, **changed))
    assert f"{SCHEMA}: requires 'x' in a" in said
    assert f"and it is {keyword}" in said
    other = {"readOnly": "writeOnly", "writeOnly": "readOnly"}[keyword]
    schemas = {"Thing": object_({"x": {**TEXT, other: True}}, {"y": {**TEXT, keyword: True}})}
    build(root(tmp_path / "good", spec(schemas, **changed)), tmp_path / "good" / "made")


@pytest.mark.parametrize(
    "url",
    [
        *("", "/v1", "example.test", "file:///etc", "https://", "https://u:p@example.test"),
        *("https://example.test?a=b", "https://example.test#f", "https://a b", "https://[::1"),
        *("javascript:alert(1)", "https://{host}", "https://example.test\n", "https://a\\b"),
    ],
)
def test_a_server_that_nothing_can_be_sent_to(tmp_path: Path, url: str) -> None:
    assert "servers: no URL to send to" in refused(tmp_path, {**spec(), "servers": [{"url": url}]})


@pytest.mark.parametrize(
    "path",
    [
        "things/{thing_id}",
        "/../{thing_id}",
        "/./{thing_id}",
        "/%2e./{thing_id}",
        "@b/{thing_id}",
    ],
)
def test_a_path_that_leads_elsewhere(tmp_path: Path, path: str) -> None:
    whole = spec()
    whole["paths"] = {path: whole["paths"]["/things/{thing_id}"]}
    assert "leads elsewhere than below the server's URL" in refused(tmp_path, whole)


def endpoint(folder: Path, whole: dict[str, Any]) -> Any:
    return import_module(f"{package(folder, whole).__name__}.api.things.get_thing")


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, [5, 0, -1], ["5", True, 5.0, None]),
        ({"type": ["integer", "string"]}, [5, "5"], [True, 5.0, ""]),
        ({"type": "integer", "enum": [1, 2]}, [1, 3], ["1", True]),
        (TEXT, ["5"], [5, "..", " ", None]),
    ],
)
def test_a_part_of_a_path(tmp_path: Path, schema: Any, good: list[Any], bad: list[Any]) -> None:
    whole = spec()
    whole["paths"]["/things/{thing_id}"]["get"]["parameters"][0]["schema"] = schema
    made = endpoint(tmp_path, whole)
    assert [made._get_kwargs(one)["url"] for one in good] == [f"/things/{one}" for one in good]
    for one in bad:
        with pytest.raises(ValueError, match="thing_id: expected an id"):
            made._get_kwargs(one)


def test_json_without_a_schema_is_anything(tmp_path: Path) -> None:
    content = {"content": {"application/json": {}}}
    whole = spec(
        responses={"200": {"description": "-", **content}},
        requestBody={"required": True, **content},
    )
    made = endpoint(tmp_path, whole)
    assert made.sync.__annotations__["return"] == "Any"
    assert made._decode({"a": [1]}) == {"a": [1]}
    assert made._get_kwargs("1", body=[1])["json"] == [1]


def test_a_path_item_may_be_a_reference(tmp_path: Path) -> None:
    whole = spec()
    item = whole["paths"]["/things/{thing_id}"]
    item["parameters"] = item["get"].pop("parameters")
    whole["components"]["pathItems"] = {"Thing": item}
    whole["paths"] = {"/things/{thing_id}": {"$ref": "#/components/pathItems/Thing"}}
    assert endpoint(tmp_path, whole)._get_kwargs("1")["url"] == "/things/1"


def test_null_beside_a_reference_counts(tmp_path: Path) -> None:
    held = {"Holder": object_({"a": {**ref("A"), "nullable": True, "description": "d"}})}
    made = package(tmp_path, spec(held))
    assert "None" in made.models.Holder.__annotations__["a"]


def test_a_discriminator_has_the_names_of_schemas(tmp_path: Path) -> None:
    named = {name: object_({"type": TEXT, "x": TEXT}) for name in ("One", "Two")}
    told = {"propertyName": "type", "mapping": {"second": "Two"}}
    union = {"oneOf": [ref("One"), ref("Two")], "discriminator": told}
    made = package(tmp_path, spec({**named, "Thing": union}))
    for value, name in (("One", "One"), ("second", "Two")):
        assert type(made.decode("Thing", {"type": value, "x": "1"})).__name__ == name
