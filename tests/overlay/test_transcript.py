"""`conversations.transcript`: the requests that it sends."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openai_conversations import InvalidArgumentError, NotFoundError, models

from tests.overlay.client_runner import ClientRunner
from tests.overlay.listing import listing, query
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds


def test_reading_a_conversation(runner: ClientRunner) -> None:
    """Read all pages, oldest first, with everything that an item can show."""
    conversation = models.Conversation.from_dict({**CONVERSATION, "id": "conv_1"})
    with ScriptedServer(listing(250)) as server:
        text = runner.run(
            server.url,
            lambda c: c.conversations.transcript(
                conversation, format="text", extra_headers={"X-A": "1"}
            ),
        )
    assert text.startswith("Conversation conv_1\n\n")
    assert re.findall(r"\((msg_\d+)", text) == [f"msg_{number}" for number in range(1, 251)]
    # The last one asks what follows the last item, to see that it is one of this conversation.
    assert [query(seen)["limit"] for seen in server.requests] == [*[["100"]] * 3, ["1"]]
    for seen in server.requests:
        assert query(seen)["order"] == ["asc"]
        assert len(query(seen)["include[]"]) > 5
        assert seen.headers["x-a"] == "1"


def test_errors(runner: ClientRunner) -> None:
    error = {"error": {"message": "no", "type": "invalid_request_error", "param": None}}
    with ScriptedServer(responds(error, status=404)) as server, pytest.raises(NotFoundError):
        runner.run(server.url, lambda c: c.conversations.transcript("conv_1"))
    wrong: list[dict[str, Any]] = [{"format": "pdf"}, {"limit": 3}]
    for options in wrong:
        with ScriptedServer() as server, pytest.raises(InvalidArgumentError):
            runner.run(server.url, lambda c, o=options: c.conversations.transcript("conv_1", **o))
        assert server.requests == []
