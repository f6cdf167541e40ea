"""Arguments are checked before anything is sent, and named in the error."""

from __future__ import annotations

from typing import Any

import pytest
from openai_conversations import (
    Client,
    InvalidArgumentError,
)

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds

IDS = ["", "..", ".", "a b", "a\n", None, 7]


@pytest.mark.parametrize("wrong", IDS)
def test_ids_are_checked_before_anything_is_sent(wrong: Any) -> None:
    with Client(api_key="k", base_url="http://localhost:9/v1") as client:
        for call in (
            lambda: client.conversations.retrieve(wrong),
            lambda: client.conversations.update(wrong, metadata={}),
            lambda: client.conversations.delete(wrong),
            lambda: client.conversations.items.list(wrong),
            lambda: client.conversations.items.create(wrong, items=[]),
            lambda: client.conversations.items.retrieve("msg_1", conversation_id=wrong),
            lambda: client.responses.create(conversation=wrong or ""),
        ):
            with pytest.raises(InvalidArgumentError, match="conversation"):
                call()
        with pytest.raises(InvalidArgumentError, match="item_id"):
            client.conversations.items.delete(wrong, conversation_id="c")
        with pytest.raises(InvalidArgumentError, match="response_id"):
            client.responses.retrieve(wrong)


def test_text_that_no_url_can_hold() -> None:
    with Client(api_key="k", base_url="http://localhost:9/v1") as client:
        with pytest.raises(InvalidArgumentError, match="after: expected Unicode"):
            client.conversations.items.list("c", after="\ud800")
        with pytest.raises(InvalidArgumentError, match="extra_query"):
            client.conversations.retrieve("c", extra_query={"a": "\ud800"})
        with pytest.raises(InvalidArgumentError, match="path: "):
            client.get("/\ud800")
        with pytest.raises(InvalidArgumentError, match=r"metadata\.a: "):
            client.conversations.create(metadata={"a": "\ud800"})
        with pytest.raises(InvalidArgumentError, match=r"URL: .*characters"):
            client.conversations.retrieve("c" * 70_000)


def test_an_id_is_one_segment_of_the_path(runner: ClientRunner) -> None:
    id = "a/../b?c#d%ü"
    with ScriptedServer(responds({**CONVERSATION, "id": id})) as server:
        runner.run(server.url, lambda c: c.conversations.retrieve(id))
    assert server.requests[0].target == "/v1/conversations/a%2F..%2Fb%3Fc%23d%25%C3%BC"


def test_other_arguments_are_checked_too() -> None:
    with Client(api_key="k", base_url="http://localhost:9/v1") as client:
        items, wrong = client.conversations.items, InvalidArgumentError
        with pytest.raises(wrong, match=r"items: .*20"):
            items.create("c", items=[{"role": "user", "content": "x"}] * 21)
        with pytest.raises(wrong, match=r"items: .*20"):
            client.conversations.create(items=[{"role": "user", "content": "x"}] * 21)
        with pytest.raises(wrong, match="metadata"):
            client.conversations.create(metadata={"k": "v" * 513})
        with pytest.raises(wrong, match="limit"):
            items.list("c", limit=101)
        with pytest.raises(wrong, match="order"):
            items.list("c", order="up")  # type: ignore[arg-type]
        with pytest.raises(wrong, match="max_items"):
            items.list("c", max_items=0)
        with pytest.raises(wrong, match="include"):
            items.list("c", include="file_search_call.results")
        with pytest.raises(wrong, match="extra_body"):
            client.conversations.retrieve("c", extra_body={"a": 1})
        with pytest.raises(wrong, match=r"extra_headers\['X-A'\]"):
            client.conversations.retrieve("c", extra_headers={"X-A": "ü"})
        with pytest.raises(wrong, match=r"extra_query\['a'\]"):
            client.conversations.retrieve("c", extra_query={"a": object()})  # type: ignore[dict-item]
        with pytest.raises(wrong, match=r"text\.format: .*object"):
            client.responses.create(model="m", text={"format": object()})
        with pytest.raises(wrong, match=r"temperature: "):
            client.responses.create(model="m", temperature=float("nan"))
        with pytest.raises(wrong, match="timeout"):
            client.conversations.retrieve("c", timeout=-1)
