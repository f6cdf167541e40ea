"""Tools made of functions: their definitions, arguments and outputs; and the builders of others."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import functools
import json
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import attrs
import pydantic
import pytest
from openai_conversations import (
    CallableTool,
    Client,
    Content,
    InvalidArgumentError,
    Tool,
    ToolChoice,
    models,
)

from tests import document
from tests.overlay.strict_rules import check_strict


@attrs.define
class Place:
    city: str
    country: str = "DE"


def google(place: Place, day: datetime.date, unit: Literal["C", "F"] = "C") -> dict[str, Any]:
    """Get the weather.

    From the nearest station.

    Args:
        place: where,
            as exactly as you can
        day: of the forecast
        unit: of the temperature

    Returns:
        The numbers.
    """
    return {"place": attrs.asdict(place), "day": day.isoformat(), "unit": unit}


def numpy(place: Place, day: datetime.date, unit: Literal["C", "F"] = "C") -> dict[str, Any]:
    """Get the weather.

    From the nearest station.

    Parameters
    ----------
    place : Place
        where,
        as exactly as you can
    day
        of the forecast
    unit
        of the temperature

    Returns
    -------
    The numbers.
    """
    return google(place, day, unit)


def sphinx(place: Place, day: datetime.date, unit: Literal["C", "F"] = "C") -> dict[str, Any]:
    """Get the weather.

    From the nearest station.

    :param place: where,
        as exactly as you can
    :param day: of the forecast
    :param unit: of the temperature
    :returns: The numbers.
    """
    return google(place, day, unit)


def annotated(
    place: Annotated[Place, "where,\nas exactly as you can"],
    day: Annotated[datetime.date, pydantic.Field(description="of the forecast")],
    unit: Annotated[Literal["C", "F"], "of the temperature"] = "C",
) -> dict[str, Any]:
    """Get the weather.

    From the nearest station.
    """
    return google(place, day, unit)


ARGUMENTS = {"place": {"city": "Ulm", "country": None}, "day": "2027-05-03", "unit": None}
RESULT = {"place": {"city": "Ulm", "country": "DE"}, "day": "2027-05-03", "unit": "C"}


@pytest.mark.parametrize("function", [google, numpy, sphinx, annotated])
def test_a_function_with_any_docstring(function: Callable[..., Any]) -> None:
    tool = Tool.function(function)
    sent = tool.to_dict()
    assert sent["type"] == "function"
    assert (sent["name"], sent["strict"]) == (function.__name__, True)
    assert sent["description"] == "Get the weather.\n\nFrom the nearest station."
    check_strict(sent["parameters"])
    described = [json.dumps(one) for one in sent["parameters"]["properties"].values()]
    words = ("where,\\nas exactly as you can", "of the forecast", "of the temperature")
    for word, found in zip(words, described, strict=True):
        assert word in found
    assert "(null: 'C')" in described[2]
    assert tool.call(json.dumps(ARGUMENTS)) == RESULT
    assert tool(Place("Ulm"), datetime.date(2027, 5, 3)) == RESULT


class Station:
    def __init__(self, name: str) -> None:
        self.name = name

    def measure(self, hour: int, /, *, precise: bool = False) -> str:
        return f"{self.name} {hour} {precise}"

    async def later(self, hour: int) -> str:
        return f"{self.name} {hour}"

    def __call__(self, hour: int) -> str:
        return f"{self.name} {hour}"


@Tool.function
def decorated(hour: int) -> str:
    return f"decorated {hour}"


@Tool.function(name="named", description="With a name.")
async def decorated_with(hour: int) -> str:
    return f"named {hour}"


ULM = Station("Ulm")


@pytest.mark.parametrize(
    ("tool", "name", "result"),
    [
        (Tool.function(ULM.measure), "measure", "Ulm 3 False"),
        (Tool.function(functools.partial(ULM.measure, precise=True)), "measure", "Ulm 3 True"),
        (Tool.function(functools.partial(Station.measure, ULM)), "measure", "Ulm 3 False"),
        (Tool.function(ULM, name="ulm"), "ulm", "Ulm 3"),
        (Tool.function(ULM.later), "later", "Ulm 3"),
        (decorated, "decorated", "decorated 3"),
        (decorated_with, "named", "named 3"),
    ],
)
def test_every_callable(tool: CallableTool[..., Any], name: str, result: str) -> None:
    assert tool.name == name
    assert set(tool.to_dict()["parameters"]["properties"]) - {"precise"} == {"hour"}
    found: Any = tool.call('{"hour": 3}')
    assert tool.is_async == asyncio.iscoroutine(found)
    assert (asyncio.run(found) if tool.is_async else found) == result
    bound = tool.parse_arguments('{"hour": 3}')
    direct: Any = tool(*bound.args, **bound.kwargs)
    assert (asyncio.run(direct) if tool.is_async else direct) == result


class Forecast(pydantic.BaseModel):
    """A forecast."""

    hour: int = pydantic.Field(description="of the day")


class Later(Place):
    """A place, later."""


@pytest.mark.parametrize(
    ("cls", "arguments", "value", "description"),
    [
        (Forecast, {"hour": 3}, Forecast(hour=3), "A forecast."),
        (Later, {"city": "Ulm", "country": None}, Later("Ulm"), "A place, later."),
    ],
)
def test_a_class_is_a_callable(
    cls: Any, arguments: dict[str, Any], value: object, description: str
) -> None:
    tool = Tool.function(cls)
    assert (tool.name, tool.description) == (cls.__name__, description)
    check_strict(tool.parameters)
    assert tool.call(json.dumps(arguments)) == value


def with_key(city: str, key: str = "sk-secret") -> None: ...


def test_a_default_that_looks_like_a_key_is_not_sent() -> None:
    sent = json.dumps(Tool.function(with_key).to_dict())
    assert "a string of 9 characters that looks like an API key" in sent
    assert "sk-secret" not in sent


def test_one_without_parameters() -> None:
    tool = Tool.function(lambda: 7, name="seven")
    assert tool.to_dict() == {
        "type": "function",
        "name": "seven",
        "strict": True,
        "parameters": {
            "type": "object", "properties": {}, "required": [], "additionalProperties": False,
        },
    }  # fmt: skip
    assert tool.call("{}") == 7


def with_args(first: int, *rest: int) -> None: ...


def with_keywords(**more: int) -> None: ...


def untyped(value) -> None: ...  # type: ignore[no-untyped-def]


def free(value: Mapping[str, int]) -> None: ...


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (with_args, "with_args.rest"),
        (with_keywords, "with_keywords.more"),
        (untyped, "untyped.value"),
        (free, "free.value"),
        (lambda: 1, "name"),
        (3, "function"),
        (int, "int"),
    ],
)
def test_what_cannot_be_a_tool(function: Any, argument: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Tool.function(function)
    assert caught.value.argument == argument


@pytest.mark.parametrize("arguments", ["", "[]", '{"hour": "x"}', "{}", '{"hour": 1, "day": 2}'])
def test_wrong_arguments_are_told_and_nothing_runs(arguments: str) -> None:
    ran: list[int] = []

    def ulm(hour: int) -> None:
        ran.append(hour)

    tool = Tool.function(ulm)
    with pytest.raises(InvalidArgumentError, match=r"^arguments: expected .* of ulm, got .") as e:
        tool.call(arguments)
    assert e.value.__context__ is None
    assert not ran


@dataclasses.dataclass
class Report:
    day: datetime.date
    places: list[Place]


@pytest.mark.parametrize(
    ("result", "output"),
    [
        ("plain text", "plain text"),
        (None, "null"),
        ({"größe": 1}, '{"größe": 1}'),
        (Place("Ulm"), '{"city": "Ulm", "country": "DE"}'),
        (
            Report(datetime.date(2027, 5, 3), [Place("Ulm")]),
            '{"day": "2027-05-03", "places": [{"city": "Ulm", "country": "DE"}]}',
        ),
        ([], "[]"),
        ([1, 2], "[1, 2]"),
        (map(abs, [-1, 2]), "[1, 2]"),
        (models.ItemReferenceParam(id="i"), '{"id": "i"}'),
        (Content.text("x"), [{"type": "input_text", "text": "x"}]),
        (
            [Content.text("x"), Content.image(file_id="f")],
            [
                {"type": "input_text", "text": "x"},
                {"type": "input_image", "file_id": "f", "detail": "auto"},
            ],
        ),
    ],
)
def test_outputs(result: object, output: object) -> None:
    item = decorated.output("call_1", result).to_dict()
    assert item == {"type": "function_call_output", "call_id": "call_1", "output": output}


def test_an_output_that_json_cannot_hold() -> None:
    with pytest.raises(InvalidArgumentError, match=r"^result: expected a value that JSON can hold"):
        decorated.output("call_1", object())


def test_outputs_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic_core", None)
    for result, text in [
        (None, "null"),
        ({"é": [Place("Ulm")]}, '{"é": [{"city": "Ulm", "country": "DE"}]}'),
    ]:
        assert decorated.output("call_1", result).output == text
    with pytest.raises(InvalidArgumentError, match=r"^result: expected a value that JSON can hold"):
        decorated.output("call_1", object())


@pytest.mark.parametrize("text", ["x" * 10_485_761, "half \ud83d"], ids=["long", "half"])
def test_an_output_that_cannot_be_sent(text: str) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^output: expected ") as caught:
        decorated.output("call_1", text)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("tool", [abs, 1, models.FunctionTool, "web_search"], ids=repr)
def test_a_list_of_other_than_tools(tool: Any) -> None:
    expected = r"^tools\[1\]: expected a tool .*`Tool\.function`"
    with Client.local() as client, pytest.raises(InvalidArgumentError, match=expected):
        client.responses.create(model="m", input="x", tools=[decorated, tool])


def test_every_kind_in_the_document_has_a_builder() -> None:
    for builders, union in ((Tool, "Tool"), (ToolChoice, "ToolChoiceParam")):
        kinds = document.variants(document.schemas()[union])
        assert "function" in kinds
        for kind in kinds:
            assert kind in dir(builders)
            if kind not in vars(builders):
                assert getattr(builders, kind).keywords == {"type": kind}
    with pytest.raises(AttributeError, match=r"^Tool has no 'wep_search'$"):
        Tool.wep_search  # type: ignore[attr-defined]  # noqa: B018


def test_builders_make_what_the_service_takes() -> None:
    tools: list[Any] = [
        Tool.web_search(search_context_size="low"),
        Tool.file_search(vector_store_ids=["vs_1"]),
        Tool.code_interpreter(container="c"),
    ]
    assert [tool.type for tool in tools] == ["web_search", "file_search", "code_interpreter"]
    choices: list[Any] = [
        ToolChoice.web_search_preview(),
        ToolChoice.function(decorated),
        ToolChoice.function("other"),
        ToolChoice.custom("mine"),
        ToolChoice.mcp(server_label="s"),
    ]
    assert [choice.to_dict() for choice in choices] == [
        {"type": "web_search_preview"},
        {"type": "function", "name": "decorated"},
        {"type": "function", "name": "other"},
        {"type": "custom", "name": "mine"},
        {"type": "mcp", "server_label": "s"},
    ]
    with Client.local() as client:
        for choice in choices:
            client.responses.create(model="m", input="x", tools=tools, tool_choice=choice)


def test_two_functions_of_one_name_are_refused_wherever_tools_are_given() -> None:
    """Check that the model is never offered two that its calls could not be told apart by."""
    one, other = (Tool.function(function, name="same") for function in (google, numpy))
    space = models.NamespaceToolParam(name="space", description="d", tools=[other])
    expected = "^tools: expected functions of different names, got same, same$"
    with Client.local() as client:
        responses, conversation = client.responses, client.conversations.create()
        given: dict[str, Any] = {"model": "m", "input": "x"}
        for send in (
            responses.create,
            functools.partial(responses.parse, text_format=Place),
            responses.input_tokens.count,
            functools.partial(client.conversations.run, conversation),
        ):
            with pytest.raises(InvalidArgumentError, match=expected):
                send(**given, tools=[one, other])
        # A function in a namespace is another one for the service.
        assert responses.create(**given, tools=[one, space]).is_completed
