"""The items of a stream whose final response has none: what came is there, whatever is missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openai_conversations._response import output_items
from openai_conversations._response.output_items import OutputItems
from openai_conversations_api import models

Json = dict[str, Any]
REASONING: Json = {"type": "reasoning", "id": "rs_1", "summary": []}
MESSAGE: Json = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [],
}
CALL: Json = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": ""}
TEXTS = {"summary": "why", "text": "Hello", "refusal": "No", "arguments": '{"a": 1}'}


def event(kind: str, index: int, **fields: Any) -> Json:
    return {"type": f"response.{kind}", "output_index": index, **fields}


def texts(kind: str, field: str, text: str, index: int, **place: Any) -> list[Json]:
    """Return two deltas and the event that ends them."""
    halves = [text[:2], text[2:]]
    events = [event(f"{kind}.delta", index, delta=half, **place) for half in halves]
    return [*events, event(f"{kind}.done", index, **{field: text}, **place)]


def stream() -> list[list[Json]]:
    """Return the events of three items, by what any of may be missing together."""
    in_reasoning = {"item_id": "rs_1", "summary_index": 0}
    in_text = {"item_id": "msg_1", "content_index": 0}
    in_refusal = {"item_id": "msg_1", "content_index": 1}
    return [
        [event("output_item.added", 0, item=REASONING)],
        texts("reasoning_summary_text", "text", TEXTS["summary"], 0, **in_reasoning),
        [event("output_item.added", 1, item=MESSAGE)],
        texts("output_text", "text", TEXTS["text"], 1, **in_text),
        texts("refusal", "refusal", TEXTS["refusal"], 1, **in_refusal),
        [event("output_item.added", 2, item=CALL)],
        texts("function_call_arguments", "arguments", TEXTS["arguments"], 2, item_id="fc_1"),
    ]


def collected(events: list[Json]) -> list[Json]:
    items = OutputItems()
    for one in events:
        items.add(one)
    return items.all()


@given(
    st.data(),
    st.sampled_from([(), ("output_index",), ("item_id",)]),
    st.booleans(),
)
def test_what_deltas_and_items_say_agrees(
    data: st.DataObject, left_out: tuple[str, ...], are_known: bool
) -> None:
    """Send texts in deltas, in their last event, or both; begin items, or do not."""
    events: list[Json] = []
    for group in stream():
        if "item" in group[0]:
            # A call is not one without its name, and without an id nothing else tells an item.
            if are_known or group[0]["item"] is CALL or left_out:
                events += group
        else:
            kept = data.draw(st.sampled_from([group, group[:2], group[2:]]))
            events += kept
    events = [{k: v for k, v in one.items() if k not in left_out} for one in events]

    response = models.Response.from_dict({"output": collected(events)})
    reasoning, message, call = response.output
    assert isinstance(reasoning, models.ReasoningItem)
    assert isinstance(message, models.OutputMessage)
    assert isinstance(call, models.FunctionToolCall)
    assert [part.text for part in reasoning.summary] == [TEXTS["summary"]]
    assert response.output_text == TEXTS["text"]
    assert message.content[1].to_dict() == {"type": "refusal", "refusal": TEXTS["refusal"]}
    assert call.arguments == TEXTS["arguments"]


KINDS = [
    "response.output_text.delta",
    "response.output_text.done",
    "response.reasoning_summary_text.delta",
    "response.function_call_arguments.delta",
]
# What servers leave out, or send in the place of something else.
ODD = st.sampled_from([..., None, 0, 1, "a", "b"])
FIELDS = {
    "type": st.sampled_from([*KINDS, None]),
    "delta": st.sampled_from(["x", "y", None, ...]),
    "text": st.sampled_from([..., "z"]),
    **dict.fromkeys(["output_index", "item_id", "content_index", "summary_index"], ODD),
}
DELTAS = st.fixed_dictionaries(FIELDS)


@example(
    {"type": KINDS[0], "output_index": None, "item_id": "a", "content_index": 0, "delta": "x"},
    [("item_id", {"item_id": "b"}), ("content_index", {"content_index": 1})],
)
@settings(max_examples=300)
@given(DELTAS, st.lists(st.tuples(st.sampled_from(["", *FIELDS]), DELTAS), max_size=8))
def test_a_delta_is_taken_alike_whatever_came_before_it(
    first: Json, others: list[tuple[str, Json]]
) -> None:
    """Compare what goes on where the last delta ended with a look at each event by itself."""
    # Each of the others differs from the first in one field, or in none.
    changed = [first, *(first | ({name: other[name]} if name else {}) for name, other in others)]
    events = [{k: v for k, v in one.items() if v is not ...} for one in changed]
    quick, slow = OutputItems(), OutputItems()
    for one in events:
        quick.add(one)
        slow.add(one)
        slow._place_of, slow._run = output_items._TYPE, output_items._NOWHERE
    assert quick.all() == slow.all()


def test_an_item_that_is_done_is_as_it_says() -> None:
    part = {"type": "output_text", "text": "Other", "annotations": [{"type": "file_path"}]}
    done = MESSAGE | {"content": [part]}
    events = [one for group in stream()[2:4] for one in group]
    assert collected([*events, event("output_item.done", 1, item=done)]) == [done]


@pytest.mark.parametrize("held", [{}, {"content": None}, {"content": []}])
def test_an_item_that_is_done_without_its_content_has_that_of_its_deltas(held: Json) -> None:
    done = {name: value for name, value in MESSAGE.items() if name != "content"} | held
    events = [one for group in stream()[2:4] for one in group]
    (item,) = collected([*events, event("output_item.done", 1, item=done)])
    assert item["content"] == [{"type": "output_text", "text": "Hello"}]


def test_parts_that_are_whole_are_taken_as_they_are() -> None:
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    place = {"item_id": "msg_1", "content_index": 0}
    begun = event("content_part.added", 0, part=part, **place)
    (item,) = collected([begun, *texts("output_text", "text", "Hello", 0, **place)[:2]])
    assert item == {"type": "message", "role": "assistant", "content": [part | {"text": "Hello"}]}
    assert part["text"] == ""


def test_items_are_in_their_order_and_may_share_an_id() -> None:
    items = [MESSAGE | {"id": "same", "status": str(n)} for n in range(3)]
    done = [event("output_item.done", n, item=items[n]) for n in (2, 0, 1)]
    assert collected(done) == items


def test_an_item_without_index_is_found_by_its_id() -> None:
    begun = {"type": "response.output_item.added", "item": MESSAGE}
    deltas = texts("output_text", "text", "Hello", 0, item_id="msg_1", content_index=0)
    (item,) = collected([begun, *deltas])
    assert item["content"] == [{"type": "output_text", "text": "Hello"}]


@given(
    st.dictionaries(
        st.sampled_from(["output_index", "item_id", "content_index", "delta", "text", "part"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.just([]) | st.just({}),
    ),
    st.sampled_from(["output_item.added", "output_text.delta", "content_part.done", "x", ""]),
    st.none() | st.just({}) | st.just({"id": 7, "content": 7}) | st.text(),
)
def test_no_event_is_an_error(fields: Json, kind: str, item: object) -> None:
    events = [event(kind, 0) | fields | {"item": item}, {"type": None}, {"type": []}, {}]
    collected([*events, *events])
