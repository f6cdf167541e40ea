"""The numbered cases of a batch (`_async/append.py`), one by one, over a conversation in memory."""

from __future__ import annotations

from typing import Any

import pytest
from openai_conversations import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AppendUncertainError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    OpenAIError,
)

from tests.overlay.append.cases import Item, account, messages
from tests.overlay.append.in_memory import Conversation, Step, drop, failed, lost, too_late

pytestmark = pytest.mark.usefixtures("slept")

AGAIN = ["list", "list", "create 3"]
"""What is sent once more is looked for twice before."""


@pytest.mark.parametrize(
    ("script", "log"),
    [
        pytest.param([], [], id="1a"),
        pytest.param([drop(lost())], [*AGAIN, "list"], id="1b none"),
        pytest.param([drop(failed(429))], ["create 3"], id="2a"),
        pytest.param([drop(lost()), drop(failed(409), stored=3)], [*AGAIN, "list"], id="2b"),
        pytest.param([drop(failed(500), stored=3)], ["list"], id="3, 5"),
        pytest.param(
            [drop(failed(500), stored=1)], ["list", "list", "create 2", "list"], id="3, 6"
        ),
        pytest.param([drop(failed(408))], [*AGAIN, "list"], id="3, 7"),
        pytest.param([drop(failed(303), stored=3)], ["list"], id="3, 5: see other"),
        pytest.param(
            [drop(failed(502)), drop(failed(502), stored=3)], [*AGAIN, "list", "list"], id="3, 3, 5"
        ),
    ],
)
def test_all_items_are_there_once(script: list[Step], log: list[str]) -> None:
    conversation = Conversation(*script)
    conversation.store(messages(2))
    result = conversation.append(3)
    assert conversation.log == ["newest", "create 3", *log]
    assert result.data == conversation.items[2:]
    assert [item.to_dict()["content"] for item in result] == ["text 0", "text 1", "text 2"]


def test_1b_the_newer_of_two_copies_is_deleted() -> None:
    # The request that was lost arrives after the look and before the one that repeats it.
    conversation = Conversation(drop(lost()), too_late)
    result = conversation.append(3)
    assert conversation.log == [
        *("newest", "create 3", "list", "list", "create 3", "list"),
        *("list", "delete", "delete", "delete", "list"),
    ]
    assert [item.id for item in result] == ["msg_0", "msg_1", "msg_2"]
    assert result.data == conversation.items


def test_1b_nothing_is_deleted_if_there_is_something_else_beside_the_copy() -> None:
    def disturb(conversation: Conversation, items: list[Item]) -> list[Any]:
        conversation.store(items)
        stored = conversation.store(items)
        conversation.store([{"role": "user", "content": "from elsewhere"}])
        return stored

    conversation = Conversation(drop(lost()), disturb)
    with pytest.raises(AppendUncertainError, match="was not sent") as caught:
        conversation.append(3)
    assert account(caught.value) == (0, 3, 0)
    assert len(caught.value.found_ids) == len(conversation.items) == 7
    assert "delete" not in conversation.log


@pytest.mark.parametrize(
    ("script", "kind", "log"),
    [
        pytest.param([drop(failed(400))], BadRequestError, ["create 3"], id="2a useless"),
        pytest.param(
            [drop(failed(409))] * 2, ConflictError, ["create 3", "create 3"], id="2a used up"
        ),
        pytest.param(
            [drop(failed(500))] * 2,
            InternalServerError,
            ["create 3", *AGAIN, "list", "list"],
            id="7 used up",
        ),
        pytest.param(
            [drop(failed(500)), drop(failed(400))],
            BadRequestError,
            ["create 3", *AGAIN, "list"],
            id="7 useless",
        ),
        pytest.param(
            [drop(failed(302))], APIStatusError, ["create 3", "list", "list"], id="7 redirected"
        ),
    ],
)
def test_a_failure_that_stays_leaves_nothing_in_doubt(
    script: list[Step],
    kind: type[APIError],
    log: list[str],
) -> None:
    conversation = Conversation(*script)
    with pytest.raises(kind) as caught:
        conversation.append(3)
    assert conversation.log == ["newest", *log]
    assert account(caught.value) == (0, 0, 3)
    assert conversation.items == []


def test_6_retries_count_anew() -> None:
    conversation = Conversation(*[drop(failed(500), stored=1)] * 3)
    assert conversation.append(3).count == 3
    sent = [line for line in conversation.log if line != "list"]
    assert sent == ["newest", "create 3", "create 2", "create 1"]


def test_8_an_item_without_an_id() -> None:
    def nameless(conversation: Conversation, items: list[Item]) -> None:
        conversation.store(items, id=None)
        raise lost()

    conversation = Conversation(nameless)
    with pytest.raises(AppendUncertainError, match="without an id") as caught:
        conversation.append(3)
    assert account(caught.value) == (0, 3, 0)
    assert isinstance(caught.value.__cause__, APIConnectionError)


def test_a_conversation_that_ends_without_an_id_is_not_appended_to() -> None:
    conversation = Conversation()
    conversation.store(messages(1), id=None)
    with pytest.raises(OpenAIError, match="has no id") as caught:
        conversation.append(3)
    assert conversation.log == ["newest"]
    assert caught.value.append is None
