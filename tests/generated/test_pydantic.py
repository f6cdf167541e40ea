"""Models as the types of pydantic's fields, and the names that pydantic's models have for `to_dict`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from openai_conversations_api import decode, models
from openai_conversations_api.types import RawObject
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.document import object_schemas, python_name
from tests.offenders import check_drawn, check_each
from tests.strategies import disturbed, for_schema

MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "user",
    "status": "completed",
    "content": [{"type": "input_text", "text": "Hi", "new": 1}],
}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}
#: The unions that the service sends.
SENT = ["ConversationItem", "OutputItem", "ResponseStreamEvent", "Annotation", "OutputContent"]


class Body(BaseModel):
    item: models.Message
    history: list[models.ConversationItem] = []
    other: models.Message | models.ReasoningItem | None = None


def adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(models, name))


def test_every_class_is_read_and_written_as_it_is_without_pydantic() -> None:
    def check(name: str, value: Any) -> None:
        model, cls = adapter(python_name(name)), getattr(models, python_name(name))
        instance = cls.from_dict(value)
        for read in (model.validate_python(value), model.validate_json(json.dumps(value))):
            assert type(read) is cls
            assert read == instance
        assert model.validate_python(instance) is instance
        assert model.dump_python(instance) == value
        assert json.loads(model.dump_json(instance)) == value
        assert model.validate_python(value, strict=True) == instance

    check_drawn(object_schemas(), for_schema, check)


@pytest.mark.parametrize("strategy", [for_schema, disturbed])
def test_what_the_service_sends_is_of_the_class_that_it_is_without_pydantic(strategy: Any) -> None:
    def check(name: str, value: Any) -> None:
        union, expected = adapter(name), decode(name, value)
        if isinstance(value, dict):
            assert union.validate_python(value) == expected
            assert json.loads(union.dump_json(union.validate_json(json.dumps(value)))) == value
        else:
            with pytest.raises(ValidationError):
                union.validate_python(value)

    check_drawn(SENT, strategy, check, examples=60)


def test_a_body_comes_back_as_it_went_out() -> None:
    history = [MESSAGE, CALL, {"type": "hologram", "x": None}, {"type": "message"}]
    body = Body.model_validate({"item": MESSAGE, "history": history, "other": None})
    kinds = [models.Message, models.FunctionToolCallResource, RawObject, models.Message]
    assert [type(item) for item in body.history] == kinds
    assert body.model_dump() == {"item": MESSAGE, "history": history, "other": None}
    assert Body.model_validate_json(body.model_dump_json()) == body
    assert Body(item=body.item, history=body.history) == body


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (5, "expected a JSON object or a Message, got int"),
        ({}, "type: expected 'message', got None"),
        ({"type": ["message"]}, "type: expected 'message', got ['message']"),
        (CALL, "type: expected 'message', got 'function_call'"),
    ],
)
def test_something_else_is_an_error_of_pydantic(item: object, problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Body.model_validate({"item": item})
    assert problem in str(caught.value)


def test_what_is_required_has_to_be_there_in_strict_mode() -> None:
    lacking = {"type": "message", "id": "msg_1"}
    message = adapter("Message")
    assert message.validate_python(lacking).missing == ("status", "role", "content")
    with pytest.raises(ValidationError, match="got an object without status, role, content"):
        message.validate_python(lacking, strict=True)


def test_an_object_of_another_kind_of_the_same_type_is_not_taken_for_it_in_strict_mode() -> None:
    said = {"type": "message", "role": "assistant", "content": [], "status": "completed"}
    with pytest.raises(ValidationError, match="got one of another kind of this type"):
        adapter("InputMessage").validate_python(said, strict=True)


def test_the_schema_of_a_class_has_its_fields() -> None:
    def check(name: str) -> None:
        cls = getattr(models, python_name(name))
        schema = TypeAdapter(list[cls]).json_schema()  # type: ignore[valid-type]
        [shape] = schema["$defs"].values()
        assert shape["title"] == cls.__name__
        assert shape["properties"].keys() == cls._FIELDS
        assert set(shape.get("required", ())) == set(cls._REQUIRED)

    check_each(object_schemas(), check)
    assert adapter("Message").json_schema()["properties"]["type"] == {"const": "message"}


def test_pydantic_is_imported_only_by_itself() -> None:
    code = "import sys; from openai_conversations_api.models import Message; "
    code += "Message.from_dict({}).model_dump_json(); assert 'pydantic_core' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("make", [models.Message.from_dict, RawObject.from_dict])
def test_the_names_that_pydantics_models_have(make: Any) -> None:
    data = {**MESSAGE, "phase": None, "x": [{"deep": None, "nächste": 1}]}
    item = make(data)
    assert item.model_dump() == item.model_dump(mode="python", exclude_unset=True) == data
    bare = {**MESSAGE, "x": [{"nächste": 1}]}
    assert item.model_dump(exclude_none=True) == bare
    assert json.loads(item.model_dump_json(exclude_none=True)) == bare
    assert json.loads(item.to_json()) == data
    assert item.to_json(indent=None) == item.model_dump_json()
    assert "\n" not in item.model_dump_json()
    assert '\n  "id"' in item.to_json()
    assert "nächste" in item.to_json()
    with pytest.raises(TypeError, match="expected exclude_unset=True, got False"):
        item.model_dump(exclude_unset=False)
