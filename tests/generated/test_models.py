"""A generated class behaves as a good value class: made by keyword, copied, compared, shown."""

from __future__ import annotations

import copy
import inspect
import keyword
import pickle
from typing import Any

import attrs
import pytest
from openai_conversations_api import RawObject, encode, models
from openai_conversations_api.types import Model

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
                assert getattr(model, attribute(field)) is None

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
