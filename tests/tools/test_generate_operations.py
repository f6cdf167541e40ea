"""Operations that the endpoint template cannot hold whole stop the run and are named."""

import copy
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools.errors import ToolError
from tools.generate.normalize import normalize
from tools.generate.unsupported import refuse_operations

from .tiny import document, object_, package, ref

TEXT = {"type": "string"}
SCHEMAS = {"A": object_({"a": TEXT}), "B": object_({"b": TEXT})}


def response(schema: Any, kind: str = "application/json") -> dict[str, Any]:
    return {"description": "OK", "content": {kind: {"schema": schema}}}


def operation(**changed: Any) -> dict[str, Any]:
    spec = document(copy.deepcopy(SCHEMAS), ref("A"))
    get = spec["paths"]["/things/{thing_id}"]["get"]
    get["parameters"] += changed.pop("parameters", [])
    get.update(changed)
    return spec


def query(schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": "q", "in": "query", "schema": schema, **more}


LIST = {"type": "array", "items": TEXT}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"parameters": [{"name": "c", "in": "cookie", "schema": TEXT}]},
            "'c' goes into the cookie",
        ),
        ({"parameters": [{"name": "h", "in": "header", "schema": ref("A")}]}, "'h' may be object"),
        (
            {"parameters": [query(TEXT), {"name": "Q", "in": "header", "schema": TEXT}]},
            "'Q' of the header and 'q' of the query would have one name",
        ),
        ({"parameters": [query(ref("A"))]}, "'q' may be object"),
        ({"parameters": [query({"anyOf": [TEXT, ref("A")]})]}, "'q' may be object"),
        ({"parameters": [query(LIST, explode=False)]}, "'q' has the style form"),
        ({"parameters": [query(LIST, style="pipeDelimited")]}, "'q' has the style pipeDelimited"),
        ({"parameters": [{"name": "q", "in": "query", "content": {}}]}, "'q' has no schema"),
        (
            {"responses": {"200": response(ref("A")), "202": response(ref("B"))}},
            "responses 200, 202",
        ),
        (
            {"responses": {"200": response(ref("A")), "204": {"description": "-"}}},
            "responses 200, 204",
        ),
        ({"responses": {"200": response(TEXT, "text/plain")}}, "its 200 response is text/plain"),
        ({"responses": {"200": response(ref("A"), "text/event-stream")}}, "is text/event-stream"),
    ],
)
def test_what_would_be_left_out_stops_the_run(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError, match=said) as caught:
        refuse_operations(normalize(operation(**changed)))
    assert "Operation getThing: " in str(caught.value)
    assert "spec/fixes.overlay.yaml" in str(caught.value)


def test_two_operations_of_one_module_stop_the_run() -> None:
    spec = operation()
    again = copy.deepcopy(spec["paths"]["/things/{thing_id}"])
    again["get"]["operationId"] = "get_thing"
    spec["paths"]["/others/{thing_id}"] = again
    with pytest.raises(ToolError, match="getThing and get_thing would be one module"):
        refuse_operations(normalize(spec))


@pytest.mark.parametrize("servers", [[], [{"url": "https://{region}.example.test"}]])
def test_a_document_without_a_url_stops_the_run(servers: Any) -> None:
    with pytest.raises(ToolError, match="servers: no URL"):
        refuse_operations(normalize({**operation(), "servers": servers}))


def test_parameters_may_have_any_name_and_anything_may_come_back(tmp_path: Path) -> None:
    names = ["class", "body", "query", "kwargs", "client", "a-b", 'q"x', "str", "path_segment"]
    body = {
        "content": {"multipart/form-data": {"schema": ref("B")}, **response(ref("B"))["content"]}
    }
    spec = operation(
        parameters=[{**query(LIST), "name": name} for name in names],
        responses={"200": response({})},
        requestBody=body,
        operationId="things.get-one",
    )
    item = spec["paths"].pop("/things/{thing_id}")
    item["get"]["parameters"][0]["name"] = "import"
    spec["paths"]["/things/{import}/one"] = item
    made = package(tmp_path, spec)
    endpoint: Any = import_module(f"{made.__name__}.api.things.things_get_one")
    kwargs = endpoint._get_kwargs("a/b", body={"b": "1"}, query_=["1", "2"], class_=["3"])
    assert kwargs["url"] == "/things/a%2Fb/one"
    assert kwargs["params"] == [("class", "3"), ("query", "1"), ("query", "2")]
    assert kwargs["json"] == {"b": "1"}
    assert endpoint._decode({"free": [1]}) == {"free": [1]}


def test_null_gives_no_result(tmp_path: Path) -> None:
    made = package(tmp_path, operation())
    send = httpx.MockTransport(lambda _: httpx.Response(200, content=b"null"))
    with httpx.Client(transport=send) as transport:
        client = made.Client(httpx_client=transport)
        get_thing: Any = import_module(f"{made.__name__}.api.things.get_thing")
        with pytest.raises(made.DecodeError):
            get_thing.sync("1", client=client)
