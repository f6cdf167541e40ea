"""Pages that are turned by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import AsyncClient, OpenAIError

from tests.overlay.listing import ids, listing
from tests.overlay.scripted_server import ScriptedServer


async def test_pages_by_hand(connect: Callable[..., AsyncClient]) -> None:
    with ScriptedServer(listing(3)) as server:
        async with connect(server.url) as client:
            first: Any = await client.conversations.items.list("c", limit=2)
            assert ids(first.data) == [1, 2]
            assert (first.object, first.has_more) == ("list", True)
            assert (first.first_id, first.last_id) == ("msg_1", "msg_2")
            assert first.has_next_page()
            second = await first.get_next_page()
            assert ids(second.data) == [3]
            assert not second.has_next_page()
            with pytest.raises(OpenAIError, match="no next page"):
                await second.get_next_page()
            assert [len(page.data) async for page in first.iter_pages()] == [2, 1]
            for _ in range(2):
                assert ids([item async for item in first]) == [1, 2, 3]
