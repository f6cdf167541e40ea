"""Each kind of object becomes its own class; what is not a known kind is kept whole, and only that.

The kinds and the places are read from the document, so none can be forgotten.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from openai_conversations_api import RawObject, decode, encode

from tests.document import fields, python_name, schemas, variants
from tests.generated.unions import Kind, Place, kinds, places, unions
from tests.offenders import check_drawn, check_each
from tests.strategies import UNKNOWN_TAG, for_ref, for_schema

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


def of_kind(kind: Kind) -> SearchStrategy[Any]:
    """Draw values of one kind."""
    return for_ref(kind.member, present=("type",)).map(lambda value: value | {"type": kind.tag})


def owner_and_variant(place: Place) -> SearchStrategy[Any]:
    """Draw the object that has the place, and what may stand there.

    Not null, and not the string that some unions allow.
    """
    members = [member for several in variants(place.union).values() for member in several]
    return st.tuples(
        for_ref(schemas()[place.owner], present=(place.field,)),
        st.sampled_from(members).flatmap(for_ref),
    )


def test_the_document_has_the_kinds_that_it_is_known_for() -> None:
    assert len(variants(schemas()["ConversationItem"])) >= 28
    assert len(variants(schemas()["InputItem"])) >= 29
    assert len(variants(schemas()["ResponseStreamEvent"])) >= 58


def test_each_kind_becomes_its_own_class() -> None:
    def check(kind: Kind, value: Any) -> None:
        decoded = decode(python_name(kind.union), value)
        assert type(decoded).__name__ == kind.class_name
        assert decoded.type == kind.tag

    check_drawn(kinds(), of_kind, check)


def test_a_kind_that_lacks_a_required_field_is_its_class() -> None:
    def check(kind: Kind, whole: Any) -> None:
        for field in set(fields(kind.member)[1]) - {"type"}:
            value = {name: held for name, held in whole.items() if name != field}
            decoded = decode(python_name(kind.union), value)
            assert type(decoded).__name__ == kind.class_name
            assert decoded.missing == (field,)
            assert decoded.to_dict() == value

    check_drawn(kinds(), of_kind, check, examples=1)


def test_an_unknown_kind_is_kept_whole() -> None:
    def check(union: str) -> None:
        decoded = decode(python_name(union), UNKNOWN)
        assert isinstance(decoded, RawObject)
        assert (decoded.type, decoded.missing, decoded.to_dict()) == (UNKNOWN_TAG, (), UNKNOWN)

    check_each(unions(), check)


def test_an_unknown_kind_within_leaves_the_rest_untouched() -> None:
    def check(place: Place, drawn: Any) -> None:
        value, known = drawn
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

    check_drawn(places(), owner_and_variant, check)


def test_elements_that_are_not_objects_of_any_kind_are_kept_in_their_places() -> None:
    def check(place: Place, drawn: Any) -> None:
        value, known = drawn
        value[place.field] = [known, *ODD_ELEMENTS, known]
        model = decode(python_name(place.owner), value)
        held = getattr(model, place.field)
        assert [encode(element) for element in held] == value[place.field]
        assert held[0] == held[-1]

    check_drawn([place for place in places() if place.is_list], owner_and_variant, check)


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
    unknown, citation = text.annotations
    assert (unknown.type, type(citation).__name__) == (UNKNOWN_TAG, "UrlCitationBody")
    assert citation.missing == ("start_index", "end_index")
    assert other.type == decoded.data[1].type == UNKNOWN_TAG
    assert decoded.first_id is None
    assert encode(decoded) == page


def test_messages_to_send_are_told_apart_by_role() -> None:
    def check(name: str, value: Any) -> None:
        for union in ("InputItem", "Item"):
            assert type(decode(union, value | {"type": "message"})).__name__ == name

    check_drawn(["InputMessage", "OutputMessage"], for_schema, check)


def test_messages_that_come_back_are_told_apart_by_role() -> None:
    def check(name: str, value: Any) -> None:
        assert type(decode("ItemResource", value)).__name__ == name

    check_drawn(["InputMessageResource", "OutputMessage"], for_schema, check)


@pytest.mark.parametrize(
    ("union", "value", "name"),
    [
        ("ItemResource", {"role": "assistant"}, "OutputMessage"),
        ("ItemResource", {"role": "user", "content": []}, "InputMessageResource"),
        ("Item", {"role": "assistant", "content": []}, "OutputMessage"),
        ("InputItem", {"role": "user"}, "EasyInputMessage"),
        ("InputItem", {"role": "assistant", "id": "msg_1"}, "OutputMessage"),
        # The role is what tells; without it nobody knows.
        ("ItemResource", {"id": "msg_1", "content": []}, "RawObject"),
        ("Item", {}, "RawObject"),
    ],
)
def test_a_message_that_lacks_fields_is_told_by_its_role(
    union: str, value: dict[str, Any], name: str
) -> None:
    value = {"type": "message", **value}
    decoded = decode(union, value)
    assert type(decoded).__name__ == name
    assert decoded.to_dict() == value
    if name == "RawObject":
        assert "role" in decoded.missing


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
