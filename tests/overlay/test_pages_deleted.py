"""Lists whose items are deleted while they are read: whatever is deleted, and whenever."""

from __future__ import annotations

from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations import Client

from tests.overlay.append.cases import messages

#: For each item that is given: the places, in the order of the list, that are deleted before the
#: next one is asked for.
_DELETED = st.dictionaries(st.integers(1, 24), st.sets(st.integers(0, 23)), max_size=8)
_ORDERS: st.SearchStrategy[Literal["asc", "desc"]] = st.sampled_from(["asc", "desc"])


@settings(max_examples=25)
@given(st.integers(0, 24), st.integers(3, 8), _ORDERS, _DELETED)
def test_nothing_is_given_twice_and_nothing_passed_over(
    count: int, limit: int, order: Literal["asc", "desc"], deleted: dict[int, set[int]]
) -> None:
    with Client.local() as client:
        conversation = client.conversations.create().id
        items = client.conversations.items
        stored = [str(item.id) for item in items.append(conversation, messages(count))]
        if order == "desc":
            stored.reverse()
        given: list[str] = []
        gone: set[str] = set()
        for item in items.list(conversation, order=order, limit=limit):
            given.append(str(item.id))
            now = {stored[place] for place in deleted.get(len(given), ()) if place < count} - gone
            for item_id in now:
                items.delete(item_id, conversation_id=conversation)
            gone |= now
        places = [stored.index(item_id) for item_id in given]
        assert places == sorted(set(places))
        assert set(stored) - gone <= set(given)
