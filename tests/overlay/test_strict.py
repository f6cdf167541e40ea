"""Strict mode on responses: null and absent are the same there, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from openai_conversations._schema.document import response_problems, schema

from tests.document import Schema, alternatives, fields, object_schemas, resolve, schemas
from tests.offenders import check_drawn
from tests.strategies import for_schema

RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "parallel_tool_calls": True,
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "output": [],
}


def may_be_null(schema: Schema) -> bool:
    return {"type": "null"} in (resolve(one) for one in alternatives(schema))


def test_a_field_that_may_be_absent_may_be_null_and_the_reverse() -> None:
    def check(name: str, value: Any) -> None:
        properties, required = fields(schemas()[name])
        assert response_problems(schema(name), value) == []
        for field in properties:
            without = {key: held for key, held in value.items() if key != field}
            if field not in required:
                assert response_problems(schema(name), without | {field: None}) == [], field
            elif may_be_null(properties[field]):
                assert response_problems(schema(name), without) == [], field

    check_drawn(object_schemas(), for_schema, check, examples=1)


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"id": None}, "id", "expected a string, got null"),
        ({"output": None}, "output", "expected an array, got null"),
        ({"parallel_tool_calls": 1}, "parallel_tool_calls", "expected a boolean"),
        ({"output": [None]}, "output[0]", "expected an object, got null"),
        ({"output": [{"type": "message", "id": None}]}, "output[0].id", "expected a string"),
        ({"output": [{"type": "hologram"}]}, "output[0].type", "expected one of"),
    ],
)
def test_all_else_is_refused(changes: dict[str, Any], place: str, message: str) -> None:
    found = response_problems(schema("Response"), RESPONSE | changes)
    assert place in [problem.param for problem in found]
    assert any(message in problem.message for problem in found)


def test_what_is_looked_at_is_not_changed() -> None:
    response = RESPONSE | {"status": None, "output": [{"type": "message", "phase": None}]}
    del response["error"]
    before = repr(response)
    response_problems(schema("Response"), response)
    assert repr(response) == before
