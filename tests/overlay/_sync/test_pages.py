# Made from _async/test_pages.py by tools/unasync. Do not edit.
"""Pages that are turned by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import Client, OpenAIError

from tests.overlay.listing import ids, listing
from tests.overlay.scripted_server import ScriptedServer


def test_pages_by_hand(connect: Callable[..., Client]) -> None:
    with ScriptedServer(listing(3)) as server:
        with connect(server.url) as client:
            first: Any = client.conversations.items.list("c", limit=2)
            assert ids(first.data) == [1, 2]
            assert (first.object, first.has_more) == ("list", True)
            assert (first.first_id, first.last_id) == ("msg_1", "msg_2")
            assert first.has_next_page()
            second = first.get_next_page()
            assert ids(second.data) == [3]
            assert not second.has_next_page()
            with pytest.raises(OpenAIError, match="no next page"):
                second.get_next_page()
            assert [len(page.data) for page in first.iter_pages()] == [2, 1]
            for _ in range(2):
                assert ids([item for item in first]) == [1, 2, 3]
