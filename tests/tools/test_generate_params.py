"""Parameters of small documents: what a form of the document makes of the types and the table."""

import copy
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pytest

from tools.errors import ToolError
from tools.generate.build import build

from .tiny import document, object_, package, ref, root

TEXT: dict[str, Any] = {"type": "string"}
FLAG: dict[str, Any] = {"type": "boolean"}


def content(schema: Any, kind: str = "application/json") -> dict[str, Any]:
    return {"content": {kind: {"schema": schema}}}


def spec(schemas: dict[str, Any], *, body: Any = None, **changed: Any) -> dict[str, Any]:
    """Return a document with the one operation `getThing`, with a body and more parameters."""
    whole = document(copy.deepcopy(schemas))
    operation = whole["paths"]["/things/{thing_id}"]["get"]
    operation["parameters"] += changed.pop("parameters", [])
    if body is not None:
        operation["requestBody"] = {**content(body), "required": True}
    return {**whole, **changed}


def parameters(made: ModuleType) -> dict[str, Any]:
    """Return the parameters of `getThing` by their Python names."""
    table = import_module(f"{made.__name__}._parameters")
    return {p.name: p for p in table.OPERATIONS["getThing"].parameters}


def params(made: ModuleType) -> Any:
    return import_module(f"{made.__name__}.params")


def test_a_header_has_its_name_and_is_sent(tmp_path: Path) -> None:
    headers = [
        {"name": "X-Some-Flag", "in": "header", "schema": FLAG},
        {"name": "X-Number", "in": "header", "schema": {"type": ["integer", "null"]}},
        {"name": "X-Must", "in": "header", "required": True, "schema": TEXT},
        {"name": "Authorization", "in": "header", "schema": TEXT},
    ]
    made = package(tmp_path, spec({}, parameters=headers))
    endpoint: Any = import_module(f"{made.__name__}.api.things.get_thing")
    sent = endpoint._get_kwargs("1", x_some_flag=True, x_number=3, x_must="m")
    assert sent["headers"] == {"X-Some-Flag": "true", "X-Number": "3", "X-Must": "m"}
    assert endpoint._get_kwargs("1", x_must="m")["headers"] == {"X-Must": "m"}
    assert params(made).GetThingHeader.__required_keys__ == {"x_must"}
    assert set(get_type_hints(params(made).GetThingParams)) == {"x_some_flag", "x_number", "x_must"}
    assert parameters(made)["x_must"].key == "X-Must"
    assert parameters(made)["x_must"].location == "header"


def test_a_field_of_the_body_called_as_a_parameter_stops_the_run(tmp_path: Path) -> None:
    query = {"name": "kind", "in": "query", "schema": TEXT}
    whole = spec({"A": object_({"kind": TEXT})}, body=ref("A"), parameters=[query])
    with pytest.raises(ToolError, match="Operation getThing: 'kind' of the body") as caught:
        build(root(tmp_path / "root", whole), tmp_path / "made")
    assert "spec/fixes.overlay.yaml" in str(caught.value)


@pytest.mark.parametrize("place", ["query", "body"])
def test_a_stream_is_told_by_its_form(tmp_path: Path, place: str) -> None:
    events = {
        "E": object_({"type": {"type": "string", "enum": ["e"]}}),
        "A": object_({}, {"a": TEXT}),
    }
    events["Event"] = {"anyOf": [ref("E")]}
    parts: dict[str, Any] = {"parameters": [{"name": "q", "in": "query", "schema": TEXT}]}
    if place == "query":
        parts["parameters"].append({"name": "stream", "in": "query", "schema": FLAG})
    else:
        events["A"]["properties"]["stream"] = FLAG
    whole = spec(events, body=ref("A"), **parts)
    response = whole["paths"]["/things/{thing_id}"]["get"]["responses"]["200"]
    response["content"]["text/event-stream"] = {"schema": ref("Event")}
    made = params(package(tmp_path, whole))
    assert set(made.GetThingParamsBase.__annotations__) == {"q", "a"}
    assert made.GetThingParamsStreaming.__required_keys__ == {"stream"}
    for name in ("GetThingParams", "GetThingParamsNonStreaming"):
        assert set(getattr(made, name).__annotations__) == {"q", "a", "stream"}
        assert getattr(made, name).__required_keys__ == set()


def test_keys_that_are_not_names_of_python_stay_as_they_are(tmp_path: Path) -> None:
    inner = object_({"from": TEXT, "a-b": TEXT}, {"str": TEXT, "models": ref("Other")})
    whole = spec(
        {
            "Inner": inner,
            "Other": object_({"x": TEXT}),
            "A": object_({"inner": ref("Inner"), "from": TEXT}),
        },
        body=ref("A"),
    )
    made = package(tmp_path, whole)
    found = params(made).InnerParam
    assert found.__required_keys__ == {"from", "a-b"}
    assert set(get_type_hints(found)) == {"from", "a-b", "str", "models"}
    assert set(get_type_hints(params(made).GetThingParams)) == {"inner", "from_"}
    assert parameters(made)["from_"].key == "from"


def test_a_body_of_no_single_object_is_one_parameter(tmp_path: Path) -> None:
    made = package(
        tmp_path, spec({"A": object_({"a": TEXT})}, body={"type": "array", "items": ref("A")})
    )
    body = parameters(made)["body"]
    assert (body.key, body.required) == ("", True)
    assert params(made).GetThingParams.__required_keys__ == {"body"}


def test_one_name_is_given_once(tmp_path: Path) -> None:
    schemas = {
        "Thing": object_({"a": TEXT}),
        "ThingParam": object_({"b": TEXT}),
        "Loose": object_({"c": ref("Loose")}),
        "A": object_({"one": ref("Thing"), "two": ref("ThingParam"), "three": ref("Loose")}),
    }
    made = params(package(tmp_path, spec(schemas, body=ref("A"))))
    assert set(made.ThingParam.__annotations__) == {"a"}
    assert set(made.ThingParamParam.__annotations__) == {"b"}
    assert get_type_hints(made.LooseParam)
    whole = spec(
        {
            "GetThingBody": object_({}, {"x": ref("GetThingParams")}),
            "GetThingParams": object_({"a": TEXT}),
        },
        body=ref("GetThingBody"),
    )
    assert params(package(tmp_path / "second", whole)).GetThingParamsParam


def test_kinds_that_come_out_go_in_again(tmp_path: Path) -> None:
    def kind(name: str, **fields: Any) -> dict[str, Any]:
        return object_({"type": {"type": "string", "enum": [name]}, **fields})

    schemas = {
        "A": kind("a"),
        "B": kind("b"),
        "C": kind("c"),
        "AOut": kind("a", id=TEXT),
        "BOut": kind("b", id=TEXT),
        "In": {"anyOf": [ref("A"), ref("B")]},
        "Out": {"anyOf": [ref("AOut"), ref("BOut"), ref("C")]},
        "Other": {"anyOf": [ref("A"), ref("C")]},
        "Body": object_({"items": {"type": "array", "items": ref("In")}}),
        "Response": object_({"out": ref("Out"), "other": ref("Other")}),
    }
    whole = spec(schemas, body=ref("Body"))
    whole["paths"]["/things/{thing_id}"]["get"]["responses"]["200"].update(content(ref("Response")))
    made = package(tmp_path, whole)
    names = {kind.__name__ for kind in params(made).InLike.__args__}
    assert names == {"A", "B", "AOut", "BOut", "C", "AParam", "BParam", "Mapping", "RawObject"}
    assert parameters(made)["items"].annotation == "Iterable[params.InLike]"


def test_what_else_is_accepted_is_named_in_the_document(tmp_path: Path) -> None:
    schemas = {
        "A": object_({"b": ref("B")}),
        "B": object_({"id": TEXT}),
        "C": object_({"id": TEXT, "x": TEXT}),
    }
    schemas["B"]["x-also-accepts"] = ["C"]
    made = package(tmp_path, spec(schemas, body=ref("A")))
    assert "models.C" in parameters(made)["b"].annotation
    schemas["B"]["x-also-accepts"] = ["D"]
    with pytest.raises(ToolError, match=r"components\.schemas\.B: x-also-accepts names D"):
        build(root(tmp_path / "root2", spec(schemas, body=ref("A"))), tmp_path / "made2")
    schemas["S"] = {"type": "string", "x-also-accepts": ["C"]}
    del schemas["B"]["x-also-accepts"]
    with pytest.raises(ToolError, match=r"components\.schemas\.S: x-also-accepts stands at no"):
        build(root(tmp_path / "root3", spec(schemas, body=ref("A"))), tmp_path / "made3")
