"""Each kind of object becomes its own class; what is no known kind is kept whole, and only that.

The kinds and the places are read from the document, so none can be forgotten.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from openai_conversations_api import RawObject, decode, encode

from tests.document import fields, python_name, schemas, variants
from tests.generated.unions import Kind, Place, kinds, places, unions
from tests.strategies import UNKNOWN_TAG, for_ref, for_schema

few_values = settings(max_examples=2, deadline=None)
UNKNOWN = {"type": UNKNOWN_TAG, "beam": {"type": "message", "width": [1, None]}}
ODD_ELEMENTS: list[Any] = [
    None,
    7,
    "text",
    [],
    {"type": ["message"]},
    {"type": None, "id": "x"},
    {"role": {}, "content": "Hi"},
    {"type": "message", "role": ["user"], "content": [], "id": 1, "status": None},
]


def documented_variant(place: Place) -> SearchStrategy[Any]:
    """Any kind that may stand there; not null, and not the string that some unions allow."""
    members = [member for several in variants(place.union).values() for member in several]
    return st.sampled_from(members).flatmap(for_ref)


def test_the_document_has_the_kinds_that_it_is_known_for() -> None:
    assert len(variants(schemas()["ConversationItem"])) >= 28
    assert len(variants(schemas()["InputItem"])) >= 29
    assert len(variants(schemas()["ResponseStreamEvent"])) >= 58


@pytest.mark.parametrize("kind", kinds(), ids=str)
@few_values
@given(data=st.data())
def test_each_kind_becomes_its_own_class(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(for_ref(kind.member, present=("type",))) | {"type": kind.tag}
    decoded = decode(python_name(kind.union), value)
    assert type(decoded).__name__ == kind.class_name
    assert decoded.type == kind.tag


@pytest.mark.parametrize("kind", kinds(), ids=str)
@settings(max_examples=1, deadline=None)
@given(data=st.data())
def test_a_kind_that_lacks_a_required_field_is_kept_whole(kind: Kind, data: st.DataObject) -> None:
    for field in set(fields(kind.member)[1]) - {"type"}:
        value = data.draw(for_ref(kind.member, present=("type",))) | {"type": kind.tag}
        del value[field]
        decoded = decode(python_name(kind.union), value)
        assert isinstance(decoded, RawObject)
        assert (decoded.type, decoded.missing, decoded.data) == (kind.tag, (field,), value)


@pytest.mark.parametrize("union", unions())
def test_an_unknown_kind_is_kept_whole(union: str) -> None:
    decoded = decode(python_name(union), UNKNOWN)
    assert isinstance(decoded, RawObject)
    assert (decoded.type, decoded.missing, decoded.to_dict()) == (UNKNOWN_TAG, (), UNKNOWN)


@pytest.mark.parametrize("place", places(), ids=str)
@few_values
@given(data=st.data())
def test_an_unknown_kind_within_leaves_the_rest_untouched(
    place: Place, data: st.DataObject
) -> None:
    value = data.draw(for_ref(schemas()[place.owner], present=(place.field,)))
    known = data.draw(documented_variant(place))
    value[place.field] = [known] if place.is_list else known
    changed = value | {place.field: [known, UNKNOWN, known] if place.is_list else UNKNOWN}

    good = decode(python_name(place.owner), value)
    odd = decode(python_name(place.owner), changed)

    held = getattr(odd, place.field)
    if place.is_list:
        before, held, after = held
        assert [before] == [after] == getattr(good, place.field)
    assert isinstance(held, RawObject)
    assert held.to_dict() == UNKNOWN
    setattr(odd, place.field, getattr(good, place.field))
    assert odd == good


@pytest.mark.parametrize("place", [p for p in places() if p.is_list], ids=str)
@few_values
@given(data=st.data())
def test_elements_that_are_no_objects_of_any_kind_are_kept_in_their_places(
    place: Place, data: st.DataObject
) -> None:
    value = data.draw(for_ref(schemas()[place.owner], present=(place.field,)))
    known = data.draw(documented_variant(place))
    value[place.field] = [known, *ODD_ELEMENTS, known]
    model = decode(python_name(place.owner), value)
    held = getattr(model, place.field)
    assert [encode(element) for element in held] == value[place.field]
    assert held[0] == held[-1]


def test_unknown_and_malformed_kinds_far_inside_a_page() -> None:
    broken: dict[str, Any] = {"type": "url_citation", "url": "https://example.org", "title": "T"}
    part = {"type": "output_text", "text": "Hi", "annotations": [UNKNOWN, broken], "logprobs": []}
    message = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [part, UNKNOWN],
    }
    page = {"object": "list", "data": [message, UNKNOWN], "has_more": False}
    decoded = decode("ConversationItemList", page)
    text, other = decoded.data[0].content
    assert text.text == "Hi"
    assert [raw.type for raw in text.annotations] == [UNKNOWN_TAG, "url_citation"]
    assert text.annotations[1].missing == ("start_index", "end_index")
    assert other.type == decoded.data[1].type == UNKNOWN_TAG
    assert decoded.first_id is None
    assert encode(decoded) == page


@pytest.mark.parametrize("union", ["InputItem", "Item"])
@pytest.mark.parametrize("name", ["InputMessage", "OutputMessage"])
@few_values
@given(data=st.data())
def test_messages_to_send_are_told_apart_by_role(
    union: str, name: str, data: st.DataObject
) -> None:
    value = data.draw(for_schema(name)) | {"type": "message"}
    assert type(decode(union, value)).__name__ == name


@pytest.mark.parametrize("name", ["InputMessageResource", "OutputMessage"])
@few_values
@given(data=st.data())
def test_messages_that_come_back_are_told_apart_by_role(name: str, data: st.DataObject) -> None:
    assert type(decode("ItemResource", data.draw(for_schema(name)))).__name__ == name


@pytest.mark.parametrize("type_", [{}, {"type": "message"}])
@pytest.mark.parametrize("role", ["user", "assistant", "system", "developer"])
def test_a_message_with_a_string_as_content_is_the_easy_form(
    role: str, type_: dict[str, str]
) -> None:
    value = {**type_, "role": role, "content": "Hello"}
    decoded = decode("InputItem", value)
    assert type(decoded).__name__ == "EasyInputMessage"
    assert decoded.content == "Hello"
    assert decoded.to_dict() == value
