"""What is refused before anything is sent, and what the refusal says."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_conversations._request import validation as _checks
from openai_conversations.errors import InvalidArgumentError, OpenAIError


@pytest.mark.parametrize("value", ["conv_1", "a/b", "..a", "ключ", "x" * 5000, "%2e%2e"])
def test_ids_that_can_stand_in_a_path(value: str) -> None:
    assert _checks.check_id(value, "item_id") is value


@pytest.mark.parametrize(
    "value", ["", " ", ".", "..", "a b", "a\nb", "a\x00b", "a\u2028b", "\ud800", None, 7, b"conv_1"]
)
def test_ids_that_cannot(value: object) -> None:
    with pytest.raises(InvalidArgumentError, match=r"item_id: expected an id") as caught:
        _checks.check_id(value, "item_id")
    assert caught.value.argument == "item_id"
    assert isinstance(caught.value, OpenAIError | ValueError)


def test_call_ids_have_64_characters_at_most() -> None:
    assert _checks.check_call_id("c" * 64) == "c" * 64
    with pytest.raises(InvalidArgumentError, match=r"call_id: expected at most 64 characters"):
        _checks.check_call_id("c" * 65)


def test_twenty_items_are_allowed_and_one_more_is_not() -> None:
    _checks.check_item_count(range(20))
    with pytest.raises(InvalidArgumentError) as caught:
        _checks.check_item_count(range(21))
    assert caught.value.received == "21 items"
    assert "at most 20 items" in str(caught.value)
    assert "client.conversations.items.append" in str(caught.value)


def test_metadata_at_its_limits() -> None:
    metadata = {f"{n:064}": "v" * 512 for n in range(16)}
    assert _checks.check_metadata(metadata) is metadata
    assert _checks.check_metadata(MappingProxyType({"topic": ""})) == {"topic": ""}


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (None, "metadata: expected a mapping of strings to strings, got None"),
        ([("a", "b")], "metadata: expected a mapping of strings to strings, got list of length 1"),
        ({str(n): "" for n in range(17)}, "metadata: expected at most 16 keys, got 17 keys"),
        ({7: "x"}, "metadata: expected keys that are strings, got 7"),
        ({"k" * 65: "x"}, "metadata: expected keys of at most 64 characters, got a string of 65"),
        ({"topic": "v" * 513}, "metadata['topic']: expected at most 512 characters, got 513"),
        ({"topic": 7}, "metadata['topic']: expected a string, got a value of type int"),
        ({"topic": None}, "metadata['topic']: expected a string, got a value of type NoneType"),
    ],
)
def test_metadata_beyond_its_limits(metadata: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        _checks.check_metadata(metadata)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("limit", [1, 20, 100])
def test_limits_of_a_page(limit: int) -> None:
    assert _checks.check_limit(limit) == limit


@pytest.mark.parametrize("limit", [0, 101, -1, True, 20.0, "20", None])
def test_limits_that_no_page_has(limit: object) -> None:
    with pytest.raises(InvalidArgumentError, match=r"limit: expected a whole number from 1 to 100"):
        _checks.check_limit(limit)


def test_a_value_is_one_of_those_that_are_listed() -> None:
    assert _checks.check_one_of("asc", "order", ["asc", "desc"]) == "asc"
    for wrong in ("ASC", "", None, ["asc"]):
        with pytest.raises(InvalidArgumentError, match=r"order: expected 'asc' or 'desc'"):
            _checks.check_one_of(wrong, "order", ["asc", "desc"])


def test_include_is_a_list_of_strings_and_new_values_pass() -> None:
    values = ("reasoning.encrypted_content", "of.a.newer.service")
    assert _checks.check_strings(values, "include") == list(values)
    assert _checks.check_strings(iter(values), "include") == list(values)
    for wrong in ("reasoning.encrypted_content", b"x", None, {"a": 1}, 7):
        with pytest.raises(InvalidArgumentError, match=r"^include: expected a list of strings"):
            _checks.check_strings(wrong, "include")
    with pytest.raises(InvalidArgumentError, match=r"^include\[1\]: expected a string"):
        _checks.check_strings(["reasoning.encrypted_content", 7], "include")


def test_no_error_shows_a_secret() -> None:
    key = "sk-proj-0123456789"
    metadata = {key: "x" * 513, "k": "v" * 2000}
    for call in (
        lambda: _checks.check_id(key + " ", "conversation_id"),
        lambda: _checks.check_one_of(key, "order", ["asc", "desc"]),
        lambda: _checks.check_metadata(metadata),
        lambda: _checks.check_metadata({key * 5: "x"}),
    ):
        with pytest.raises(InvalidArgumentError) as caught:
            call()
        assert "0123" not in str(caught.value)


@given(st.one_of(st.text(), st.binary(), st.lists(st.text()), st.none(), st.floats()))
def test_every_description_is_short(value: object) -> None:
    assert len(_checks.describe(value)) < 80
