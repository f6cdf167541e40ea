"""Names of the OpenAPI document that a person has to know: each is still in it.

Most of what the package knows of the document comes out of the generated package. What is left is
in the lists below, each with the reason where it is used; a name that upstream changes is noticed
here.
"""

from __future__ import annotations

from openai_conversations._append.matching import _TEXTS, SHOWN_ON_DEMAND
from openai_conversations._request import validation
from openai_conversations._request.operations import _BY_NAME
from openai_conversations._response.output_items import _ITEMS, _PLACES

from tests.document import Schema, alternatives, fields, members, operations, resolve, schemas, tags
from tests.overlay.input_schemas import input_kinds


def events() -> dict[str, dict[str, Schema]]:
    """Return the fields of each event of a stream, by its type."""
    union = members(schemas()["ResponseStreamEvent"])
    return {tag: fields(event)[0] for event in union for tag in tags(event)}


def field_of_body(operation_id: str, name: str) -> Schema:
    """Return the schema of a field of the body."""
    operation = next(o for _, _, o in operations() if o["operationId"] == operation_id)
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    return resolve(fields(body)[0][name])


def every_parameter() -> set[str]:
    """Return the names of all parameters of the query and fields of bodies."""
    found: set[str] = set()
    for _, _, operation in operations():
        found |= {one["name"] for one in operation.get("parameters", ())}
        for content in operation.get("requestBody", {}).get("content", {}).values():
            found |= fields(content["schema"])[0].keys()
    return found


def test_parameters_that_are_checked_by_name() -> None:
    assert {*_BY_NAME, "order", "stream", "starting_after"} <= every_parameter()


def test_limits() -> None:
    pages = [
        one["schema"]["maximum"]
        for _, _, operation in operations()
        for one in operation.get("parameters", ())
        if one["name"] == "limit"
    ]
    assert {*pages} == {validation.MAX_LIMIT}
    assert field_of_body("createConversationItems", "items")["maxItems"] == validation.MAX_ITEMS
    (form,) = input_kinds()["function_call_output"]
    lengths = {one.get("maxLength") for one in alternatives(fields(form)[0]["call_id"])}
    assert lengths == {validation.MAX_CALL_ID_LENGTH, None}


def test_places_of_the_texts_of_a_stream() -> None:
    known = events()
    assert known.keys() >= {*_ITEMS}
    items = {tag: fields(m)[0] for m in members(schemas()["OutputItem"]) for tag in tags(m)}
    for stem, place in _PLACES.items():
        ends = [
            known[f"{stem}.{end}"] for end in ("added", "delta", "done") if f"{stem}.{end}" in known
        ]
        assert len(ends) == 2, stem
        wanted = {"part"} if not place.text else {place.text}
        assert wanted <= ends[1].keys()
        assert {place.position} - {""} <= ends[0].keys()
        assert {place.parts or place.text} <= items[place.item].keys()
        if place.part:
            held = items[place.item][place.parts]["items"]
            parts = [held, *members(held)]
            assert any(place.part in tags(part) and place.text in fields(part)[0] for part in parts)


def test_what_is_shown_on_demand_is_the_documents() -> None:
    paths = schemas()["IncludeEnum"]["enum"]
    assert {path.rpartition(".")[2] for path in paths} == SHOWN_ON_DEMAND


def test_kinds_of_items_and_parts() -> None:
    assert {"message", "reasoning"} <= input_kinds().keys()
    parts = {
        tag
        for part in members(schemas()["Message"]["properties"]["content"]["items"])
        for tag in tags(part)
    }
    assert parts >= _TEXTS
