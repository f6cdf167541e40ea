"""Whatever a server sends comes back unchanged: for every schema, documented values and odd ones.

The values are drawn from the document (`tests/strategies.py`); only `decode` and `encode` of the
generated package are under test.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from jsonschema import Draft202012Validator
from openai_conversations_api import decode, encode, models
from openai_conversations_api.types import Model

from tests.document import document, object_schemas, python_name, schemas
from tests.offenders import check_drawn, check_each
from tests.strategies import disturbed, for_schema


def text(value: Any) -> str:
    """JSON text, which tells 1 from true and 1.0; keys sorted, because objects have no order.

    Raises TypeError for anything that is not plain JSON.
    """
    return json.dumps(value, sort_keys=True, allow_nan=False)


def check_round_trip(name: str, value: Any) -> None:
    before = deepcopy(value)
    decoded = decode(python_name(name), value)
    assert text(encode(decoded)) == text(before)
    if isinstance(getattr(models, python_name(name)), type) and isinstance(decoded, Model):
        assert type(decoded).__name__ == python_name(name)
        assert text(decoded.to_dict()) == text(before)
    assert text(value) == text(before), "decoding changed its input"
    assert decode(python_name(name), before) == decoded


def test_documented_values_come_back_unchanged() -> None:
    check_drawn(schemas(), for_schema, check_round_trip, examples=10)


def test_what_real_servers_send_comes_back_unchanged() -> None:
    check_drawn(schemas(), disturbed, check_round_trip, examples=10)


def test_an_empty_object_decodes_and_stays_empty() -> None:
    def check(name: str) -> None:
        model = getattr(models, python_name(name)).from_dict({})
        assert model.to_dict() == {}
        assert model.additional_properties == {}

    check_each(object_schemas(), check)


def loose(schema: Any) -> Any:
    """Return the schema with `oneOf` read as `anyOf`: several of the document's alternatives overlap."""
    if isinstance(schema, dict):
        return {("anyOf" if k == "oneOf" else k): loose(v) for k, v in schema.items()}
    return [loose(part) for part in schema] if isinstance(schema, list) else schema


def test_documented_values_are_what_the_document_allows() -> None:
    """Hold the strategies to the document: they prove something only if they draw what the document means."""
    components = loose(document()["components"])

    def check(name: str, value: Any) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        Draft202012Validator(schema).validate(value)

    check_drawn(schemas(), for_schema, check, examples=3)
