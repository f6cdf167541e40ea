"""Items are sent as the text that is stored, and are the same as if each had been decoded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations.local import LocalService, item_schemas
from openai_conversations.local.item_schemas import apply_include, included
from openai_conversations.local.json_body import (
    JsonText,
    decode_body,
    encode_json,
    encode_response,
    to_text,
)

from tests.local.calls import ask, new_conversation
from tests.strategies import for_schema

PARTS = [part for one in item_schemas._optional_parts().values() for part, _ in one]
#: What looks like the key of a part, in a string or as a name, and what does not.
HOSTILE = st.sampled_from(
    [
        form.format(part.rpartition(".")[2])
        for part in PARTS
        for form in ('"{}":', '{}":null', '\\"{}":[]', "{}")
    ]
)
VALUES = st.sampled_from([None, [], {}, "", [None], "null", 0])


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an item of the document or one with an optional part, and give it a hostile field."""
    if draw(st.booleans()):
        type, *path, key = draw(st.sampled_from(PARTS)).split(".")
        holder: dict[str, Any] = {key: draw(VALUES)}
        item = {"type": type, **holder}
        for name in path:  # a field that holds the part, or a type of the message's content
            item = {"type": type, name: holder, "content": [{"type": name, **holder}]}
    else:
        item = draw(for_schema("ConversationItem"))
    item[draw(HOSTILE)] = draw(VALUES | HOSTILE)
    return item


@settings(max_examples=150, deadline=None)
@given(st.lists(items(), max_size=4), st.lists(st.sampled_from(PARTS), unique=True))
def test_what_is_hidden(drawn: list[Any], include: list[str]) -> None:
    expected = [apply_include(item, include) for item in drawn]
    shown = included([to_text(item) for item in drawn], include)
    assert f"[{shown}]" == to_text(expected)


@given(st.dictionaries(st.text(), HOSTILE | st.floats(allow_nan=False, allow_infinity=False)))
def test_a_text_stands_where_its_value_would(fields: dict[str, Any]) -> None:
    texts = {name: to_text(one) if name > "m" else one for name, one in fields.items()}
    assert encode_response(texts) == encode_json(fields)
    assert encode_response(to_text(fields)) == encode_json(fields)
    assert isinstance(to_text(fields), JsonText)


def test_an_item_that_has_nothing_to_hide_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    service = LocalService()
    user = {"type": "message", "role": "user", "content": 'of "logprobs":[1] and "image_url":'}
    image = {"type": "input_image", "image_url": "https://example.com/a.png"}
    said = {"type": "message", "role": "assistant", "content": "Yes."}
    path = f"/conversations/{new_conversation(service)}/items"
    ask(service, "POST", path, {"items": [user, said]})
    monkeypatch.setattr(item_schemas, "apply_include", None)
    assert [one["role"] for one in ask(service, "GET", path).json["data"]] == ["assistant", "user"]
    monkeypatch.undo()
    ask(service, "POST", path, {"items": [user | {"content": [image]}]})
    [newest, *_] = ask(service, "GET", path).json["data"]
    assert newest["content"] == [{"type": "input_image", "detail": "auto"}]
    query = [("include[]", "message.input_image.image_url")]
    [newest, *_] = ask(service, "GET", path, query=query).json["data"]
    assert newest["content"] == [image | {"detail": "auto"}]


def test_a_body_is_what_its_text_says() -> None:
    sent = {"items": [{"text": '"logprobs":null'}]}
    assert decode_body(encode_json(sent), {}) == sent == json.loads(to_text(sent))
