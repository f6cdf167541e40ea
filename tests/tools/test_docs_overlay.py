"""The generated docstrings come from spec/docs.overlay.yaml: nothing may lack our words.

Read from `spec/openapi.yaml`, the document that the client is generated from, so that what a new
version of the upstream document brings along shows up here by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.document import ROOT, Schema, alternatives, fields, operations, resolve, schemas
from tools.openapi_spec.overlay import Action, read_overlay

OVERLAY = ROOT / "spec" / "docs.overlay.yaml"
# One line of a docstring: a little above the 110 that the Overlay asks of its own texts.
LONGEST = 140


def actions() -> tuple[Action, ...]:
    """Return the actions of the Overlay, as the pipeline reads them."""
    return read_overlay(OVERLAY)


def texts(part: Any, where: str = "#") -> Iterator[tuple[str, str]]:
    """Yield every summary and description at any depth, with its place in the document."""
    if isinstance(part, dict):
        for key, value in part.items():
            # A field may be called `description`; its schema is not text.
            if key in ("summary", "description") and isinstance(value, str):
                yield f"{where}/{key}", value
            else:
                yield from texts(value, f"{where}/{key}")
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from texts(value, f"{where}/{index}")


def is_explained(schema: Schema) -> bool:
    """Tell whether the schema, or the one it refers to, has a description."""
    return bool(schema.get("description") or resolve(schema).get("description"))


def test_every_operation_has_a_summary_and_a_description() -> None:
    found = list(operations())
    assert found
    for path, method, operation in found:
        assert operation.get("summary"), f"{method} {path}"
        assert operation.get("description"), f"{method} {path}"


def test_every_parameter_has_a_description() -> None:
    missing = [
        f"{method} {path}: {parameter['name']}"
        for path, method, operation in operations()
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert missing == []


def test_every_schema_has_a_description() -> None:
    assert [name for name, schema in schemas().items() if not schema.get("description")] == []


@pytest.mark.parametrize("union", ["ConversationItem", "InputItem", "ResponseStreamEvent"])
def test_every_member_of_the_unions_people_meet_is_explained(union: str) -> None:
    members = alternatives(schemas()[union])
    assert members
    for member in members:
        assert is_explained(member), member
        members.extend(alternatives(member))  # unions of unions, walked as they turn up


def test_nearly_every_field_is_explained() -> None:
    """Let a new field wait for its words, and not a new kind with all its fields."""
    all_fields = [
        (f"{name}.{field}", schema)
        for name in schemas()
        for field, schema in fields(schemas()[name])[0].items()
    ]
    missing = [name for name, schema in all_fields if not is_explained(schema)]
    assert len(missing) <= len(all_fields) * 0.02, missing


def test_the_texts_are_one_short_line_each() -> None:
    found = [
        *(text for _, _, operation in operations() for text in texts(operation)),
        *texts(schemas(), "#/components/schemas"),
    ]
    assert found
    bad = [place for place, text in found if len(text) > LONGEST or "\n" in text]
    assert bad == []


def test_every_action_explains_itself_under_a_name_of_its_own() -> None:
    names = Counter(action.name for action in actions())
    assert [name for name, count in names.items() if count > 1] == []
    for action in actions():
        assert action.reason, action.name
        assert action.optional is None or action.optional.strip(), action.name


def test_every_action_only_adds_words() -> None:
    """Check that changes of the structure stand in fixes.overlay.yaml."""
    for action in actions():
        assert not action.remove, action.name
        assert action.update.keys() <= {"summary", "description", "schema"}, action.name
        # The generator takes the docstring of an argument from the schema of its parameter.
        inner = action.update.get("schema", {})
        assert inner in ({}, {"description": action.update.get("description")}), action.name
        for _, text in texts(action.update):
            assert text.endswith("."), action.name
            assert len(text) <= 110, action.name
