"""A generated class behaves as a good value class: made by keyword, copied, compared, shown."""

from __future__ import annotations

import copy
import inspect
import keyword
import pickle
import subprocess
import sys
from contextlib import suppress
from types import FrameType
from typing import Any, cast

import attrs
import pytest
from openai_conversations_api import RawObject, encode, models
from openai_conversations_api.errors import ArgumentsError
from openai_conversations_api.types import Extra, Model

from tests.document import fields, object_schemas, python_name, resolve, schemas
from tests.offenders import check_drawn, check_each
from tests.strategies import disturbed, for_schema

HUGE = ["x" * 5000] * 500


def class_of(name: str) -> type[Model]:
    found: type[Model] = getattr(models, python_name(name))
    return found


def attribute(field: str) -> str:
    """Return the Python name of a JSON field; a keyword gets an underscore."""
    return f"{field}_" if keyword.iskeyword(field) else field


def test_copies_and_pickles_are_equal_and_encode_the_same() -> None:
    def check(name: str, value: Any) -> None:
        model = class_of(name).from_dict(value)
        pickled = [pickle.loads(pickle.dumps(model, p)) for p in (2, pickle.HIGHEST_PROTOCOL)]
        for twin in (copy.copy(model), copy.deepcopy(model), *pickled):
            assert twin is not model
            assert twin == model
            assert encode(twin) == value
        assert model != object()

    check_drawn(object_schemas(), disturbed, check)


def test_a_state_with_other_fields_is_read_as_its_json_is() -> None:
    """Take a pickle of the class as it was before the document gained a field, or lost one."""

    def check(name: str, value: Any) -> None:
        kind = class_of(name)
        for field in sorted(kind._FIELDS):
            older = kind.from_dict(value).__getstate__()
            del older[attribute(field)]
            extra = older["_extra"] or Extra({}, (), ())
            older["_extra"] = Extra(
                {**extra.unknown, **{key: value[key] for key in (field,) if key in value}},
                tuple(key for key in extra.nulls if key != field),
                tuple(key for key in extra.missing if key != field),
            )
            newer = kind.__new__(kind)
            newer.__setstate__(older | {"lost": RawObject({"a": [1]}), "yield_": 1, "absent": None})
            expected = {**value, "lost": {"a": [1]}, "yield": 1}
            assert newer == kind.from_dict(expected)
            assert encode(newer) == expected

    check_drawn(object_schemas(), disturbed, check)


def test_constructing_from_required_fields_alone() -> None:
    """Name no sentinel, and send nothing that was not given, but the constant `type`."""

    def check(name: str, value: Any) -> None:
        properties, required = fields(schemas()[name])
        given = {field: value[field] for field in required}
        model = class_of(name)(**{attribute(field): item for field, item in given.items()})
        encoded = model.to_dict()
        added = {field: encoded.pop(field) for field in list(encoded) if field not in given}
        assert encoded == given
        for field, constant in added.items():
            schema = resolve(properties[field])
            assert [constant] == schema.get("enum", [schema.get("default")]), field

    check_drawn(object_schemas(), for_schema, check)


def test_what_is_absent_reads_as_none() -> None:
    def check(name: str) -> None:
        properties, _ = fields(schemas()[name])
        model = class_of(name).from_dict({})
        for field in properties:
            if not isinstance(getattr(type(model), attribute(field), None), property):
                # the output of a response is a list even so
                nothing = [] if (name, field) == ("Response", "output") else None
                assert getattr(model, attribute(field)) == nothing

    check_each(object_schemas(), check)


def test_the_repr_is_short_however_large_the_object_is() -> None:
    def check(name: str) -> None:
        properties, _ = fields(schemas()[name])
        large = dict.fromkeys(properties, HUGE) | {"unknown": HUGE}
        for value in (large, dict.fromkeys(properties, HUGE[0]), dict.fromkeys(properties, 10**50)):
            shown = repr(class_of(name).from_dict(value))
            assert shown.startswith(f"{python_name(name)}(")
            assert len(shown) <= 200

    check_each(object_schemas(), check)


@pytest.mark.docstrings
def test_every_documented_field_is_a_parameter_and_is_explained() -> None:
    def check(name: str) -> None:
        properties, required = fields(schemas()[name])
        model = class_of(name)
        parameters = inspect.signature(model).parameters
        assert set(parameters) == {attribute(field) for field in properties}
        needed = {n for n, p in parameters.items() if p.default is inspect.Parameter.empty}
        assert needed <= {attribute(field) for field in required}
        assert inspect.getdoc(model)

    check_each(object_schemas(), check)


def test_classes_are_slotted() -> None:
    def check(name: str) -> None:
        model: Any = class_of(name).from_dict({})
        assert attrs.has(type(model))
        assert not hasattr(model, "__dict__")
        with pytest.raises(AttributeError):
            model.no_such_field = 1

    check_each(object_schemas(), check)


def test_a_field_that_is_not_declared_is_an_attribute() -> None:
    def check(name: str, value: Any) -> None:
        more = {"x_note": [1, None], "_hidden": 1, "to_dict": 2, "x-y": 3}
        model: Any = class_of(name).from_dict(value | more)
        pickled = (pickle.dumps(model, protocol) for protocol in (0, 2, 5))
        for twin in (model, copy.deepcopy(model), *map(pickle.loads, pickled)):
            assert twin.x_note == [1, None]
            assert getattr(twin, "x-y") == 3
            assert twin.to_dict() == value | more
            assert not hasattr(twin, "_hidden")
            assert not hasattr(twin, "x_nothing")
        assert not hasattr(class_of(name).from_dict(value), "x_note")

    check_drawn(object_schemas(), for_schema, check, examples=1)


def test_an_object_with_undeclared_fields_is_one_of_its_class() -> None:
    class Own(models.Message):
        pass

    for kind in (models.Message, Own):
        value = {"type": "message", "id": "msg_1", "role": "user"}
        bare, held = kind.from_dict(value), kind.from_dict(value | {"x_note": 1})
        assert bare.__class__ is held.__class__ is kind
        assert isinstance(held, kind)
        assert repr(held).startswith(f"{kind.__name__}(")
        assert held == kind.from_dict(value | {"x_note": 1}) == copy.copy(held) != bare
        again: Any = type(held).from_dict(value | {"x_other": 2})
        assert (again.__class__, again.x_other) == (kind, 2)
        assert type(held).from_dict(value) == bare
        assert attrs.evolve(held, id="msg_1") == attrs.evolve(bare, id="msg_1")
        match held:
            case models.Message(id=found):
                assert found == "msg_1"
        # Beside `__getattr__`, Python 3.11 reads each field in seven times the time.
        assert not hasattr(type(bare), "__getattr__")


def test_an_unknown_attribute_is_an_error_from_which_python_finds_near_ones() -> None:
    for value in ({"type": "message"}, {"type": "message", "revised": 1, "_revise": 2}):
        message: Any = models.Message.from_dict(value)
        with pytest.raises(AttributeError, match="^'Message' object has no attribute 'statu") as e:
            _ = message.statu
        assert (e.value.name, e.value.obj) == ("statu", message)
        assert "status" in dir(message)
        assert "choices" not in dir(message)
        assert ("revised" in dir(message)) is ("revised" in value)


def test_a_model_that_is_not_made_yet_has_no_attributes() -> None:
    bare: Any = object.__new__(models.Message)
    for name in ("id", "_extra", "anything", "__deepcopy__"):
        assert not hasattr(bare, name)


def test_what_is_missing_can_be_asked_for() -> None:
    message = models.Message.from_dict({"type": "message", "role": "user", "id": "msg_1"})
    assert message.missing == ("status", "content")
    assert models.ResponseFormatText().missing == ()


@pytest.mark.parametrize("held", [{"output": None}, {}])
def test_the_output_of_a_response_is_a_list(held: dict[str, Any]) -> None:
    value = {"id": "resp_1", "object": "response", "store": True, **held}
    response: Any = models.Response.from_dict(value)
    assert (response.output, response.output_text, response.store) == ([], "", True)
    assert "output" in response.missing
    assert response.to_dict() == value
    message = {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}
    response.output = models.Response.from_dict({"output": [message]}).output
    assert response.output_text == "Hi"
    assert response.to_dict() == value | {"output": [message]}


@pytest.mark.parametrize(
    ("seconds", "year"),
    [
        (1_764_000_000, 2025),
        (1_764_000_000.5, 2025),
        (-1, 1969),
        (1_764_000_000_000, None),
        ("1764000000", None),
        (10**400, None),
        (1e300, None),
        (float("nan"), None),
        (True, None),
        ([], None),
        (None, None),
    ],
)
def test_a_moment_is_right_or_none(seconds: Any, year: int | None) -> None:
    response = models.Response.from_dict({"created_at": seconds})
    assert (response.created and response.created.year) == year
    assert response.created_at is seconds


def items(*kinds: str) -> list[dict[str, Any]]:
    return [{"type": kind, "id": str(number)} for number, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("messages", "message"),
        ("function_calls", "function_call"),
        ("reasoning_items", "reasoning"),
    ],
)
def test_the_items_of_a_type_can_be_read_off_a_response(name: str, kind: str) -> None:
    output = items("message", "reasoning", "function_call", "new", "reasoning", "message")
    output += [{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]
    response = models.Response.from_dict({"output": output, "instructions": None})
    wanted = [item for item in output if item["type"] == kind]
    assert len(wanted) == 2
    assert [item.to_dict() for item in getattr(response, name)] == wanted
    assert getattr(models.Response.from_dict({"output": None}), name) == []


@pytest.mark.parametrize("status", ["completed", "failed", "in_progress", "newer", None])
def test_whether_a_response_is_completed(status: str | None) -> None:
    response = models.Response.from_dict({"status": status})
    assert response.is_completed == (status == "completed")
    assert not models.Response.from_dict({}).is_completed


def test_the_arguments_of_a_call_as_json() -> None:
    call = models.FunctionToolCall(call_id="c", name="get_weather", arguments='{"city": "Rome"}')
    assert call.arguments_json == {"city": "Rome"}
    for arguments in ("", "{", "[1]", "null", "[" * 100_000, "1" * 10_000, 7, None):
        call.arguments = cast(str, arguments)
        with pytest.raises(ArgumentsError, match=r"^the arguments of get_weather cannot be read: "):
            _ = call.arguments_json


def test_the_arguments_of_a_call_raise_an_error_of_the_package_that_is_used() -> None:
    """Check each package alone, in a process that has imported nothing else."""
    program = """
import {package}
call = {package}.models.FunctionToolCall(call_id="c", name="f", arguments="[")
try:
    call.arguments_json
except {error} as error:
    print(type(error).__module__, type(error).__name__)
"""
    for package, error, expected in (
        ("openai_conversations_api", "ValueError", "openai_conversations_api.errors"),
        ("openai_conversations", "openai_conversations.OpenAIError", "openai_conversations.errors"),
        ("openai_conversations", "ValueError", "openai_conversations.errors"),
    ):
        code = program.format(package=package, error=error)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout == f"{expected} ArgumentsError\n", done.stderr


def test_no_property_raises_whatever_a_response_holds() -> None:
    def check(name: str, value: Any) -> None:
        model = class_of(name).from_dict(value)
        for own in (one for one in dir(type(model)) if one[:1] != "_"):
            if isinstance(getattr(type(model), own), property):
                with suppress(ArgumentsError):  # its purpose
                    getattr(model, own)

    check_drawn(object_schemas(), disturbed, check, examples=3)


def test_objects_within_objects_that_lack_a_field_are_decoded_once() -> None:
    """Keep an attempt that fails from decoding what is within: that doubles with each level."""
    depth = 16
    value: dict[str, Any] = {"type": "eq"}
    for level in range(depth):
        value = {"type": "or" if level % 2 else "and", "filters": [value, {"type": "and"}]}
    made: list[str] = []

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name == "_parse":
            made.append(frame.f_code.co_filename)

    sys.setprofile(count)
    try:
        decoded = models.CompoundFilter.from_dict(value)
    finally:
        sys.setprofile(None)
    assert decoded.to_dict() == value
    assert len(made) <= 4 * (2 * depth + 1)


def test_unknown_keys_are_a_copy_of_their_own() -> None:
    message = models.Message.from_dict({"type": "message", "x": 1, "phase": None})
    assert message.additional_properties == {"x": 1}
    message.additional_properties["y"] = 2
    assert message.to_dict() == {"type": "message", "x": 1, "phase": None}


def test_a_field_that_is_set_later_is_sent() -> None:
    message = models.Message.from_dict({"type": "message", "phase": None})
    message.phase = "commentary"
    message.id = "msg_1"
    assert message.to_dict() == {"type": "message", "phase": "commentary", "id": "msg_1"}


@pytest.mark.parametrize("wrong", [None, [], "text", 7])
def test_from_dict_of_no_object_says_what_it_wants(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"Message\.from_dict: data must be a JSON object"):
        models.Message.from_dict(wrong)


def test_a_raw_object_is_a_value_too() -> None:
    raw = RawObject({"type": "hologram", "beam": HUGE, "id": "h_1"}, ("colour",))
    for twin in (copy.copy(raw), copy.deepcopy(raw), pickle.loads(pickle.dumps(raw))):
        assert twin == raw
        assert (twin.type, twin.missing, twin.to_dict()) == ("hologram", ("colour",), raw.data)
    assert len(repr(raw)) < 200
    assert raw.id == "h_1"
    with pytest.raises(AttributeError, match="no 'colour'"):
        _ = raw.colour
