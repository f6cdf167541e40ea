"""The pure parts of the append against models of them: batches, and telling what has landed.

What the service makes of an item is not written down again here: the local service does it.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from openai_conversations._append.matching import count_landed, explain
from openai_conversations._append.state import batch_size, is_reasoning
from openai_conversations._request.input_items import to_input_items
from openai_conversations.local.errors import ServiceError
from openai_conversations.local.item_schemas import apply_include
from openai_conversations.local.stored_items import (
    complete_request_item,
    make_stored_items,
    remove_filled_in_ids,
)

from tests.strategies import for_schema

Item = dict[str, Any]

#: Few texts, so that equal items are common.
_TEXTS = st.sampled_from(["yes", "no", "\N{SNOWMAN} yes"])
_PARTS = st.lists(st.builds(lambda text: {"type": "input_text", "text": text}, _TEXTS), min_size=1)
_CALLS = st.sampled_from(["call_1", "call_2"])
_ITEMS: st.SearchStrategy[Item] = st.one_of(
    st.builds(
        lambda role, content: {"role": role, "content": content},
        st.sampled_from(["user", "assistant", "system"]),
        st.one_of(_TEXTS, _PARTS),
    ),
    st.builds(
        lambda call, text: {"type": "function_call_output", "call_id": call, "output": text},
        _CALLS,
        _TEXTS,
    ),
    st.builds(
        lambda call: {"type": "function_call", "call_id": call, "name": "f", "arguments": "{}"},
        _CALLS,
    ),
    st.builds(
        lambda text: {
            "type": "reasoning",
            "id": "",
            "summary": [{"type": "summary_text", "text": text}],
        },
        _TEXTS,
    ),
)


@st.composite
def batches(draw: st.DrawFn) -> list[Item]:
    """Up to 20 items, some of them with ids of their own."""
    items = draw(st.lists(_ITEMS, min_size=1, max_size=20))
    for number, item in enumerate(items):
        if item.get("id") == "":
            item["id"] = f"rs_{number}"
        elif item.get("type") == "function_call" and draw(st.booleans()):
            item["id"] = f"fc_{number}"
    return items


def stored(items: list[Item]) -> list[Item]:
    """Return what a listing of the service shows once it has been sent these items."""
    # A reference to an item that is in another conversation finds it.
    there = {"id": "", "type": "message", "role": "user", "content": []}
    sent = to_input_items(items)
    completed = [complete_request_item(item) for item in sent]
    remove_filled_in_ids(sent, completed)
    kept = make_stored_items(completed, "items", lambda id: {**there, "id": id})
    return [apply_include(item, ()) for item in kept]


@given(batches(), st.data())
def test_a_part_that_landed_is_counted(batch: list[Item], data: st.DataObject) -> None:
    found = stored(batch)
    landed = data.draw(st.integers(0, len(batch)))
    assert count_landed(to_input_items(batch), found[:landed]) == landed


@given(batches(), st.data())
def test_a_part_is_counted_when_the_service_gives_its_own_ids(
    batch: list[Item], data: st.DataObject
) -> None:
    found = [{**item, "id": f"own_{n}"} for n, item in enumerate(stored(batch))]
    landed = data.draw(st.integers(0, len(batch)))
    assert count_landed(to_input_items(batch), found[:landed]) == landed


@given(batches(), batches(), st.data())
def test_what_follows_of_others_is_not_counted(
    batch: list[Item], others: list[Item], data: st.DataObject
) -> None:
    strangers = [{**item, "id": f"other_{n}"} for n, item in enumerate(stored(others))]
    landed = data.draw(st.integers(0, len(batch)))
    found = stored(batch)[:landed] + strangers
    counted = count_landed(to_input_items(batch), found)
    assert landed <= counted <= len(batch)
    # Only an equal item in the very place can be taken for ours.
    for place in range(landed, counted):
        assert {**found[place], "id": ""} == {**stored([batch[place]])[0], "id": ""}


@given(batches(), st.data())
def test_items_in_another_order_are_not_explained(batch: list[Item], data: st.DataObject) -> None:
    found = stored(batch)
    kept = data.draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found)))
    some = [item for item, keep in zip(found, kept, strict=True) if keep]
    first = found[: len(some)]
    explained = count_landed(to_input_items(batch), some) == len(some)
    if [item.get("id") for item in some] == [item.get("id") for item in first]:
        assert explained
    if explained:
        # Items that are equal but for an id that the service gave are as good as each other.
        assert [{**item, "id": ""} for item in some] == [{**item, "id": ""} for item in first]


@given(st.data())
def test_copies_of_requests_are_told_from_the_batch_and_from_strangers(data: st.DataObject) -> None:
    texts = [{"role": "user", "content": str(n)} for n in range(60)]
    done, given_up, batch, others = (texts[n : n + 3] for n in (0, 10, 20, 30))
    # A block is a whole request; of the batch the first part. The last one may be cut short.
    landed = data.draw(st.integers(0, 3))
    blocks = data.draw(
        st.permutations(
            [
                *[("landed", batch[:landed])] * bool(landed),
                *[("late", given_up)] * data.draw(st.integers(0, 2)),
                *[("late", batch)] * (data.draw(st.integers(0, 1)) if landed == 3 else 0),
                *[("doubled", done)] * data.draw(st.integers(0, 1)),
            ]
        )
    )
    cut = bool(blocks) and blocks[-1] == ("late", given_up) and data.draw(st.booleans())
    if cut:
        blocks[-1] = ("late", given_up[: data.draw(st.integers(1, 2))])
    found = [(name, item) for name, items in blocks for item in items]
    if ("late", batch) in blocks and blocks.index(("late", batch)) < blocks.index(
        ("landed", batch)
    ):
        return  # The same with the names exchanged.
    strange = not cut and data.draw(st.booleans())
    found += [("strange", item) for item in others[:strange]]
    explained = explain(
        batch,
        stored([item for _, item in found]),
        given_up=[given_up, batch, given_up, batch],
        done=[done],
    )
    assert explained.unexplained == strange
    for name in ("landed", "late", "doubled"):
        places = [place for place, (kind, _) in enumerate(found) if kind == name]
        assert getattr(explained, name) == places


@given(batches(), batches(), st.data())
def test_equal_items_are_never_explained_away(
    batch: list[Item], other: list[Item], data: st.DataObject
) -> None:
    # Whatever is said of them: the items of the batch are found, as many as have landed or more.
    sent = to_input_items(batch)
    landed = data.draw(st.integers(0, len(batch)))
    explained = explain(sent, stored(batch)[:landed], given_up=[sent], done=[to_input_items(other)])
    assert explained == (list(range(landed)), [], [], 0)


@pytest.mark.parametrize(
    ("sent", "stored", "landed"),
    [
        ({"a": {}}, {}, 1),
        ({"a": {"b": 1}}, {}, 0),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, 1),
        ({"a": []}, {"a": None}, 1),
        ({"a": [1]}, {"a": "1"}, 0),
        ({"a": "x"}, {"a": [{"type": "input_text", "text": "x"}]}, 1),
        ({"a": "x"}, {"a": [{"type": "input_text", "text": "x"}, {}]}, 0),
        ({"a": "x"}, {"a": ["x"]}, 0),
        ({"a": True}, {"a": 1}, 0),
        ({"a": None}, {"a": "a default"}, 1),
        ({"logprobs": [1]}, {"logprobs": []}, 1),
    ],
)
def test_a_field_may_have_gained_and_not_lost(sent: Item, stored: Item, landed: int) -> None:
    assert count_landed([sent], [{"type": "message", **stored}]) == landed


@given(for_schema("InputItem"))
def test_every_kind_of_item_is_found_again(item: Item) -> None:
    sent = to_input_items([item])
    try:
        found = stored(sent)
    except ServiceError:
        reject()
    assert count_landed(sent, found) == 1


_KINDS = st.lists(st.sampled_from(["reasoning", "message"]), max_size=70)


@given(_KINDS)
def test_batches_part_nothing(kinds: list[str]) -> None:
    rest: list[Item] = [{"type": kind} for kind in kinds]
    while rest:
        # The append holds up to 20, and one more if that one belongs to the one before it.
        held = rest[: 21 if len(rest) >= 20 and is_reasoning(rest[19]) else 20]
        size = batch_size(held, ended=len(held) == len(rest))
        assert 1 <= size <= 20
        batch, rest = rest[:size], rest[size:]
        assert not rest or not is_reasoning(batch[-1]) or all(map(is_reasoning, batch))
