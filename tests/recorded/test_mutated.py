"""Strict mode stays strict: responses in which one thing is made wrong are refused.

What is made wrong is read off the document: a field of another type than it has, a kind that a
union does not know, a required field that is missing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest
from openai_conversations import APIResponseValidationError
from openai_conversations._response.parsing import check_strict

from tests.document import Schema, alternatives, fields, operations, resolve, variants
from tests.recorded.exchanges import Exchange, own, recorded

pytestmark = pytest.mark.off_contract
Json = dict[str, Any]
Change = Callable[[Any], None]
#: A value of each type that no field has which has another.
WRONG: dict[str, Any] = {
    "string": 7, "integer": "seven", "number": "seven", "boolean": "yes", "array": "[]",
}  # fmt: skip
OF_EACH = 40


def members(schema: Schema, value: Any) -> list[Schema]:
    """Return the schemas that a value may be meant as; of those with a `type`, the one it has."""
    tagged = variants(schema)
    if tagged:
        return tagged.get(value.get("type"), []) if isinstance(value, dict) else []
    found = [member for one in alternatives(schema) for member in members(one, value)]
    return found or [resolve(schema)]


def changes(schema: Schema, value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, Change]]:
    """Yield what can be made wrong in a value: the sort of it, and what does it to a copy."""
    meant = members(schema, value)
    if len(meant) != 1:
        return
    if isinstance(value, list):
        for number, element in enumerate(value):
            yield from changes(meant[0].get("items", {}), element, (*path, number))
    properties, required = fields(meant[0]) if isinstance(value, dict) else ({}, [])
    for name, inner in properties.items():
        if name not in value:
            continue
        yield from changes(inner, value[name], (*path, name))
        if name in required and not _may_be_null(inner):
            yield "missing", lambda copy, n=name: _at(copy, path).pop(n)
        kind = resolve(inner).get("type")
        if kind in WRONG:
            yield "type", lambda copy, n=name, k=kind: _at(copy, path).update({n: WRONG[k]})
    if path and variants(schema) and isinstance(value, dict):
        yield "kind", lambda copy: _at(copy, path).update(type="a kind that nobody knows")


def _may_be_null(schema: Schema) -> bool:
    """Tell whether null, and so nothing, may be there; where no type is named, anything may be."""
    several = alternatives(schema)
    named = {"type", "enum", "allOf"} & resolve(schema).keys()
    return (not several and not named) or any(one == {"type": "null"} for one in several)


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def refused(exchange: Exchange, value: Json) -> bool:
    try:
        response = httpx.Response(200, request=httpx.Request("POST", "http://localhost/v1"))
        check_strict(exchange.operation, value, response, event=exchange.is_stream)
    except APIResponseValidationError:
        return True
    return False


@pytest.mark.parametrize("source", [own, recorded])
def test_what_is_wrong_is_refused(source: Callable[[], list[Exchange]]) -> None:
    schemas = {
        (operation["operationId"], kind == "text/event-stream"): content["schema"]
        for _, _, operation in operations()
        for kind, content in operation["responses"]["200"].get("content", {}).items()
    }
    drawn = random.Random(11)
    count: dict[str, list[int]] = {"missing": [0, 0], "type": [0, 0], "kind": [0, 0]}
    taken: list[str] = []
    for exchange in source():
        if exchange.status != 200:
            continue
        schema = schemas[exchange.operation, exchange.is_stream]
        found = [(n, *one) for n, v in enumerate(exchange.values) for one in changes(schema, v)]
        for number, sort, change in drawn.sample(found, min(OF_EACH, len(found))):
            value = deepcopy(exchange.values[number])
            change(value)
            count[sort][1] += 1
            if refused(exchange, value):
                count[sort][0] += 1
            else:
                taken.append(f"{exchange}: {sort}: {json.dumps(value)[:600]}")
    shown = ", ".join(f"{sort} {refused} of {all}" for sort, (refused, all) in count.items())
    print(f"refused: {shown}")
    assert not taken, "\n".join([f"refused: {shown}", *taken[:10]])
    assert all(all_ > 20 for _, all_ in count.values()), shown
