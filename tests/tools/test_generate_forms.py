"""One meaning written in several ways, all of which must come out typed and be read back whole."""

from types import ModuleType
from typing import Any

import pytest

from tools.generate.normalize import normalize

from .tiny import document, object_, package, ref

TEXT = {"type": "string"}
NULL = {"type": "null"}
A = object_({"type": {"type": "string", "enum": ["a"]}, "x": TEXT})
B = object_({"type": {"const": "b"}, "y": TEXT})
LIST_OF_A = {"type": "array", "items": ref("A")}
MAP_OF_A = {"type": "object", "additionalProperties": ref("A")}


def kind(*values: Any, **more: Any) -> dict[str, Any]:
    return {"enum": list(values), **more}


SCHEMAS: dict[str, Any] = {
    "A": A,
    "B": B,
    # a table named after it would have the name of the alias itself
    "U": {"oneOf": [ref("A"), ref("B")]},
    "OnlyU": {"allOf": [ref("U")]},
    "Short": TEXT,
    "Mapped": {
        "oneOf": [ref("One"), ref("Two")],
        "discriminator": {
            "propertyName": "type",
            "mapping": {"one": "#/components/schemas/One", "two": "#/components/schemas/Two"},
        },
    },
    "One": object_({"type": TEXT, "x": TEXT}),
    "Two": object_({"type": TEXT, "x": TEXT}),
    "Grown": {"allOf": [ref("A")], "type": "object", "properties": {"more": TEXT}},
    "Holder": object_(
        {},
        {
            "yes": {"const": True},
            "nothing": {"const": None},
            "half": {"type": "number", "enum": [0.5, 1]},
            "mixed": kind("auto", 1, None),
            "loose": {"type": "array"},
            "open": True,
            "maybe": {"allOf": [ref("A")], "nullable": True},
            "text": {"allOf": [ref("Short"), {"maxLength": 3}]},
            "wrong_default": {**kind("p", type="string"), "default": "q"},
            "any_of": {"anyOf": [{"allOf": [ref("A")], "description": "d"}, NULL]},
            "both": {"allOf": [ref("U"), {"type": "object"}]},
            "rows": {"type": "array", "items": LIST_OF_A},
            "by_name": {"type": "object", "additionalProperties": LIST_OF_A},
            "deep": {"type": "object", "additionalProperties": MAP_OF_A},
            "maps": {"type": "array", "items": MAP_OF_A},
            "parts": {"oneOf": [TEXT, {"type": "array", "items": {"oneOf": [ref("U"), TEXT]}}]},
            "free": {"oneOf": [ref("A"), {"type": "object", "additionalProperties": TEXT}]},
            "either": {
                "type": "object",
                "properties": {"p": TEXT, "q": TEXT},
                "anyOf": [{"required": ["p"]}, {"required": ["q"]}],
            },
        },
    ),
    "Rest": {**object_({"id": TEXT}), "additionalProperties": ref("A")},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return package(tmp_path_factory.mktemp("forms"), document(SCHEMAS))


AN_A = {"type": "a", "x": "1"}


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("rows", [[AN_A], []], lambda rows: rows[0][0]),
        ("by_name", {"k": [AN_A]}, lambda by_name: by_name["k"][0]),
        ("deep", {"k": {"l": AN_A}}, lambda deep: deep["k"]["l"]),
        ("maps", [{"k": AN_A}], lambda maps: maps[0]["k"]),
        ("maybe", AN_A, lambda maybe: maybe),
        ("both", AN_A, lambda both: both),
        ("any_of", AN_A, lambda any_of: any_of),
        ("parts", ["s", AN_A, {"type": "b", "y": "2"}], lambda parts: parts[1]),
        ("free", AN_A, lambda free: free),
    ],
)
def test_objects_are_decoded_at_any_depth(
    made: ModuleType, field: str, value: Any, found: Any
) -> None:
    holder = made.models.Holder.from_dict({field: value})
    assert type(found(getattr(holder, field))) is made.models.A
    assert holder.to_dict() == {field: value}


@pytest.mark.parametrize(
    ("field", "annotation"),
    [
        ("yes", "bool | None"),
        ("nothing", "None"),
        ("half", "float | None"),
        ("mixed", "int | Literal['auto'] | str | Literal[1] | None"),
        ("loose", "list[Any] | None"),
        ("open", "Any"),
        ("maybe", "models.A | models.RawObject | None"),
        ("text", "str | None"),
        ("both", "models.U | None"),
        ("rows", "list[list[models.A | models.RawObject]] | None"),
    ],
)
def test_no_type_is_lost(made: ModuleType, field: str, annotation: str) -> None:
    there = made.models.Holder.__annotations__[field].replace('"', "'")
    assert set(there.split(" | ")) == set(annotation.split(" | "))


def test_a_free_object_beside_known_kinds_stays_a_dictionary(made: ModuleType) -> None:
    for value in ({"k": "v"}, {"type": "other"}, {}):
        assert made.models.Holder.from_dict({"free": value}).free == value
    broken = made.models.Holder.from_dict({"free": {"type": "a"}})
    assert broken.free.missing == ("x",)


def test_a_mapping_alone_tells_kinds_apart(made: ModuleType) -> None:
    for value, name in (("one", "One"), ("two", "Two")):
        decoded = made.decode("Mapped", {"type": value, "x": "1"})
        assert type(decoded).__name__ == name


def test_fields_beside_an_all_of_are_kept(made: ModuleType) -> None:
    grown = made.models.Grown.from_dict({**AN_A, "more": "m"})
    assert (grown.x, grown.more) == ("1", "m")
    assert type(made.decode("OnlyU", AN_A)) is made.models.A


def test_described_values_of_undeclared_keys_are_decoded(made: ModuleType) -> None:
    rest = made.models.Rest.from_dict({"id": "1", "other": AN_A})
    assert type(rest.additional_properties["other"]) is made.models.A
    assert rest.to_dict() == {"id": "1", "other": AN_A}
    assert made.models.Rest(id="1").additional_properties == {}


def test_references_and_what_a_path_says_are_put_into_the_operations() -> None:
    spec = document({"A": A}, ref("A"))
    item = spec["paths"]["/things/{thing_id}"]
    (one,) = item["get"].pop("parameters")
    events = {"text/event-stream": {"schema": ref("A")}}
    response = item["get"]["responses"]["200"]
    response["content"] = {**events, **response["content"]}
    spec["components"]["parameters"] = {"Id": one}
    spec["components"]["responses"] = {"Response": response}
    item["parameters"] = [{"$ref": "#/components/parameters/Id"}]
    item["get"]["responses"]["200"] = {"$ref": "#/components/responses/Response"}
    item["summary"] = "s"
    plain = normalize(spec)["paths"]["/things/{thing_id}"]
    assert list(plain) == ["get"]
    assert plain["get"]["parameters"] == [one]
    content = plain["get"]["responses"]["200"]["content"]
    assert list(content) == ["application/json", "text/event-stream"]
    assert "parameters" in item  # the document itself stays as it is
