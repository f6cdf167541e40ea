"""Python types as JSON: strict schemas, the places of what has none, and values read from texts."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Annotated, Any, Generic, Literal, TypedDict, TypeVar

import attrs
import hypothesis
import jsonschema
import pydantic
import pytest
from openai_conversations import InvalidArgumentError
from openai_conversations._structured.json_type import JsonType

from tests.overlay.python_types import NODES, TYPES, Color, Drawn, node, plain
from tests.overlay.strict_rules import check_strict

_T = TypeVar("_T")


def wrapped(json_type: JsonType, value: Any) -> Any:
    """Return the JSON value that the root of a schema describes."""
    return {"value": value} if [*json_type.schema["properties"]] == ["value"] else value


@pytest.mark.parametrize("kind", NODES)
def test_every_kind_of_class(kind: Any) -> None:
    json_type, value = JsonType.of(kind), node(kind)
    check_strict(json_type.schema)
    jsonschema.validate(plain(value), json_type.schema)
    assert json_type.parse(json.dumps(plain(value))) == value
    assert json_type.format["name"] == kind.__name__


@pytest.mark.parametrize("kind", NODES[:3])
def test_null_stands_for_a_default(kind: Any) -> None:
    json_type = JsonType.of(kind)
    written = {**plain(node(kind)), "count": None}
    jsonschema.validate(written, json_type.schema)
    found = json_type.parse(json.dumps(written))
    expected = node(kind)
    if issubclass(kind, dict):
        del expected["count"]
    assert found == expected


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(TYPES, hypothesis.strategies.data())
def test_values_of_any_type_come_back(drawn: Drawn, data: Any) -> None:
    json_type = JsonType.of(drawn.hint)
    check_strict(json_type.schema)
    value = data.draw(drawn.values)
    written = wrapped(json_type, plain(value))
    jsonschema.validate(written, json_type.schema)
    assert json_type.parse(json.dumps(written)) == value


@dataclasses.dataclass
class Box(Generic[_T]):
    """A box.

    Attributes:
        content: what is in it
    """

    content: list[_T]
    note: Annotated[str, "for the reader"] = ""


@attrs.define
class Constrained:
    number: Annotated[int, pydantic.Field(ge=1, le=5)]
    short: Annotated[str, pydantic.Field(max_length=3, description="a word")]
    code: Annotated[str, pydantic.Field(pattern="^a+$")]
    tags: Annotated[set[str], "without doubles"]
    price: decimal.Decimal
    id: uuid.UUID
    link: pydantic.AnyUrl


def test_what_the_subset_does_not_have_is_described_and_checked_when_read() -> None:
    json_type = JsonType.of(Constrained)
    check_strict(json_type.schema)
    fields = json_type.schema["properties"]
    assert fields["number"] == {"type": "integer", "minimum": 1, "maximum": 5}
    assert fields["short"] == {"type": "string", "description": "a word", "maxLength": 3}
    assert fields["code"] == {"type": "string", "pattern": "^a+$"}
    assert fields["tags"]["description"] == "without doubles (uniqueItems: true)"
    assert fields["id"]["format"] == "uuid"
    assert "format" not in fields["link"]
    value = {
        "number": 1, "short": "abcd", "code": "a", "tags": ["x"], "price": "1.5",
        "id": str(uuid.UUID(int=1)), "link": "https://example.com",
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"^short: String should have at most 3 characters$"):
        json_type.parse(json.dumps(value))
    assert json_type.parse(json.dumps({**value, "short": "abc"})).price == decimal.Decimal("1.5")


def test_descriptions_come_from_docstrings_and_annotations() -> None:
    schema = JsonType.of(Box[int]).schema
    assert schema["description"] == "A box."
    assert schema["properties"] == {
        "content": {"type": "array", "items": {"type": "integer"}, "description": "what is in it"},
        "note": {
            "anyOf": [{"type": "string", "description": "for the reader"}, {"type": "null"}],
            "description": "(null: '')",
        },
    }


class Described(pydantic.BaseModel):
    color: Color = pydantic.Field(description="of the paint")
    again: Described | None = pydantic.Field(description="itself")


def test_a_reference_with_a_description() -> None:
    schema = JsonType.of(Described).schema
    check_strict(schema)
    assert schema["properties"]["color"] == {
        "description": "of the paint", "anyOf": [{"$ref": "#/$defs/Color"}],
    }  # fmt: skip


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]


class Owner(pydantic.BaseModel):
    pet: Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]


def test_a_type_with_metadata_that_has_no_hash() -> None:
    assert JsonType.of(Annotated[Cat, []]).parse('{"kind": "cat"}') == Cat(kind="cat")


def test_a_union_with_a_discriminator() -> None:
    pet: Any = Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]
    assert JsonType.of(pet).parse('{"value": {"kind": "dog"}}') == Dog(kind="dog")
    check_strict(JsonType.of(Owner).schema)
    assert JsonType.of(Owner).parse('{"pet": {"kind": "dog"}}') == Owner(pet=Dog(kind="dog"))


@attrs.define
class Inner:
    field: dict[str, int]


@dataclasses.dataclass
class Outer:
    inner: list[Inner | None]


class Keyed(TypedDict):
    run: Callable[[], int]


class Open(pydantic.BaseModel, extra="allow"):
    name: str


class Untyped(pydantic.BaseModel):
    name: Any


class Strange:
    pass


@dataclasses.dataclass
class WithStrange:
    items: list[Strange]


@dataclasses.dataclass
class Unresolved:
    name: Nowhere  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("hint", "place", "received"),
    [
        (Inner, "Inner.field", "a dict with free keys"),
        (Outer, "Outer.inner[].field", "a dict with free keys"),
        (Keyed, "Keyed.run", "callable"),
        (Open, "Open", "a dict with free keys"),
        (Untyped, "Untyped.name", "any value"),
        (WithStrange, "WithStrange.items", "list[Strange]"),
        (Strange, "Strange", "Unable to generate pydantic-core schema for "),
        (tuple[int, str], "tuple[int, str]", "a tuple of values of different types"),
        (list, "list[]", "any value"),
        (Unresolved, "Unresolved", "name 'Nowhere' is not defined"),
    ],
)
def test_an_error_names_the_place(hint: Any, place: str, received: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        JsonType.of(hint)
    assert caught.value.argument == place
    assert caught.value.received.startswith(received)


def test_limits_of_the_service() -> None:
    make: Any = TypedDict
    many = make("Many", {f"f{n}": int for n in range(5001)})
    with pytest.raises(InvalidArgumentError, match=r"Many: expected .* at most 5000 properties"):
        JsonType.of(many)
    with pytest.raises(InvalidArgumentError, match="at most 1000 values of enums"):
        JsonType.of(Literal[tuple(range(1001))])
    with pytest.raises(InvalidArgumentError, match="at most 120000 characters"):
        JsonType.of(Literal["x" * 120_001])


@attrs.define
class Positive:
    number: int = attrs.field(validator=[attrs.validators.instance_of(int), attrs.validators.gt(0)])
    day: datetime.date = datetime.date(2027, 1, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "Invalid JSON: EOF while parsing an object at line 1 column 1"),
        ('{"number": "sk-secret"}', "number: Input should be a valid integer, .*"),
        ('{"number": 0}', "Value error, 'number' must be > 0: 0"),
        ('{"number": 1, "day": "x"}', "day: Input should be a valid date .*"),
        ('{"day": null}', "number: Field required"),
        ('{"number": 1, "more": 1}', "more: Extra inputs are not permitted"),
    ],
)
def test_a_text_of_another_form(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        JsonType.of(Positive).parse(text)
    assert re.fullmatch(problem, str(caught.value))
    assert "sk-secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_what_is_missing_is_named() -> None:
    code = """
import sys
sys.modules["pydantic"] = None
from openai_conversations import Client, Tool
from openai_conversations._structured.callable_tool import json_types
try:
    Tool.function(print)
except ValueError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "function: expected what `pip install 'openai-conversations[structured]'` installs, "
        "got no pydantic\n"
    )


def test_nothing_of_it_is_imported_before_it_is_used() -> None:
    code = """
import sys
from openai_conversations import Client, ParsedResponse
client = Client(api_key="k")
client.responses.parse
print([name for name in ("pydantic", "docstring_parser") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
