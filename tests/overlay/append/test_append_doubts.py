"""What is late, doubled, unreadable or meant for others, over a conversation in memory."""

from __future__ import annotations

import json
import logging
import math
import pickle
from functools import partial
from typing import Any

import pytest
from openai_conversations import (
    APIError,
    APITimeoutError,
    AppendProgress,
    AppendUncertainError,
    BadRequestError,
)
from openai_conversations._append import state

from tests.overlay.append.cases import Item, account, messages
from tests.overlay.append.in_memory import (
    REQUEST,
    Conversation,
    Killed,
    drop,
    failed,
    later,
    lost,
    strangers,
    too_late,
    twice,
    unreadable,
)

pytestmark = pytest.mark.usefixtures("slept")


@pytest.mark.parametrize(
    "failure",
    [lost(), APITimeoutError(REQUEST), *map(failed, (302, 303, 307, 408, 500, 502, 503, 504))],
    ids=lambda error: str(getattr(error, "status_code", type(error).__name__)),
)
@pytest.mark.parametrize(
    ("read_timeout", "pause"), [(0.5, 0.5), (60.0, 2.0), (None, 2.0), (math.inf, 2.0)]
)
def test_what_may_have_happened_is_waited_for(
    slept: list[float], failure: APIError, read_timeout: float | None, pause: float
) -> None:
    # It arrives after the first look.
    conversation = Conversation(drop(failure))
    conversation.before_list = [lambda: None, lambda: conversation.store(messages(3))]
    assert conversation.append(3, read_timeout=read_timeout).count == 3
    assert conversation.log == ["newest", "create 3", "list", "list"]
    assert slept[1:] == [pause]


def test_the_pause_before_the_first_look_counts(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "delay_before_retry", lambda *_: 1.5)
    Conversation(drop(lost())).append(3, read_timeout=60)
    assert slept == [1.5, 0.5]


def test_items_that_arrive_one_by_one_are_waited_for() -> None:
    conversation = Conversation(drop(lost()))
    one_by_one = [partial(conversation.store, [item]) for item in messages(3)]
    conversation.before_list = [lambda: None, *one_by_one]
    assert [item.id for item in conversation.append(3)] == ["msg_0", "msg_1", "msg_2"]
    assert conversation.log == ["newest", "create 3", *["list"] * 4]


def test_the_second_of_two_requests_arrives_after_the_first_was_found() -> None:
    conversation = Conversation(drop(failed(504)), drop(failed(504)))
    arrive = partial(conversation.store, messages(3))
    conversation.before_list = [*[lambda: None] * 2, arrive, arrive]
    result = conversation.append(3)
    assert [item.id for item in result] == ["msg_0", "msg_1", "msg_2"]
    assert result.data == conversation.items
    assert result.doubled_ids == []


# -- responses to other requests


@pytest.mark.parametrize("done", [False, True])
def test_a_response_is_believed_only_if_it_holds_what_was_sent(done: bool) -> None:
    def cross(conversation: Conversation, items: list[Item]) -> list[Any]:
        if done:
            conversation.store(items)
        return strangers(conversation, items)

    conversation = Conversation(cross)
    result = conversation.append(3)
    assert [item.to_dict()["content"] for item in conversation.items] == [
        *("text 0", "text 1", "text 2")
    ]
    assert result.data == conversation.items


def test_a_response_to_the_batch_before_is_not_believed() -> None:
    def repeat(conversation: Conversation, items: list[Item]) -> list[Any]:
        return conversation.items[-20:]

    same = [{"role": "user", "content": "the same words"}] * 40
    conversation = Conversation(Conversation.store, repeat)
    result = conversation.append(items=same)
    assert (result.count, len(conversation.items)) == (40, 40)
    assert result.data == conversation.items


def test_items_that_the_service_changed_are_known_by_their_ids() -> None:
    def change(conversation: Conversation, items: list[Item]) -> list[Any]:
        return conversation.store(items, content="as the service likes it")

    conversation = Conversation(change, change)
    result = conversation.append(23)
    assert (result.count, len(conversation.items)) == (23, 23)
    assert conversation.log == ["newest", "create 20", "list", "create 3", "list"]


# -- requests that are delivered twice


def test_8_a_batch_that_was_delivered_twice_is_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    conversation = Conversation(twice, drop(lost()))
    result = conversation.append(23)
    assert result.doubled_ids == [f"msg_{n}" for n in range(20, 40)]
    assert result.count == 23
    assert [item.id for item in result.data[20:]] == ["msg_40", "msg_41", "msg_42"]
    [warning] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert warning.getMessage() == "append: 20 items are there twice, see doubled_ids"


def test_8_the_copies_of_a_lost_request_are_told_from_it() -> None:
    # The request was lost, and the network delivered it twice.
    conversation = Conversation(drop(lost()))
    arrive = partial(conversation.store, messages(3))
    conversation.before_list = [lambda: (arrive(), arrive())]
    result = conversation.append(3)
    assert [item.id for item in result] == ["msg_0", "msg_1", "msg_2"]
    assert result.doubled_ids == ["msg_3", "msg_4", "msg_5"]


def test_doubled_ids_are_in_the_account_of_an_error() -> None:
    conversation = Conversation(drop(lost()), drop(failed(400)))
    arrive = partial(conversation.store, messages(20))
    conversation.before_list = [lambda: (arrive(), arrive())]
    with pytest.raises(BadRequestError) as caught:
        conversation.append(23)
    assert account(caught.value) == (20, 0, 3)
    assert caught.value.append is not None
    assert len(caught.value.append.doubled_ids) == 20
    assert pickle.loads(pickle.dumps(caught.value)).append == caught.value.append


def test_8_a_request_that_arrives_a_batch_later_is_deleted() -> None:
    late: list[list[Item]] = []

    def give_up(conversation: Conversation, items: list[Item]) -> None:
        late.append(items)
        raise lost()

    def arrive(conversation: Conversation, items: list[Item]) -> None:
        conversation.store(late.pop())
        raise lost()

    # Its second request lands at once; its first one when the next batch is lost.
    conversation = Conversation(give_up, Conversation.store, arrive)
    result = conversation.append(23)
    assert [item.to_dict()["content"] for item in conversation.items] == [
        item["content"] for item in messages(23)
    ]
    assert result.data == conversation.items
    assert result.doubled_ids == []


def test_8_an_item_that_was_not_deleted_after_all_is_deleted_again() -> None:
    conversation = Conversation(drop(lost()), too_late)
    # Of two copies, since the network has delivered one of the two requests twice.
    conversation.before_list = [
        lambda: None,
        lambda: None,
        partial(conversation.store, messages(3)),
    ]
    refuse, delete = ["msg_4"], conversation.delete

    def crossed(item_id: str) -> None:
        # As if the response were one to the deletion of another item.
        if item_id in refuse:
            refuse.remove(item_id)
        else:
            delete(item_id)

    conversation.delete = crossed  # type: ignore[method-assign]
    assert conversation.append(3).data == conversation.items
    assert len(conversation.items) == 3


def test_8_copies_that_stay_end_it() -> None:
    conversation = Conversation(drop(lost()), too_late)
    conversation.delete = lambda item_id: None  # type: ignore[method-assign]
    with pytest.raises(AppendUncertainError, match="cannot be deleted") as caught:
        conversation.append(3)
    assert account(caught.value) == (0, 3, 0)


# -- processes that are killed


@pytest.mark.parametrize(
    "script",
    [
        (later, Conversation.store, later, Conversation.store),
        (later, drop(lost(), stored=7), later, drop(lost()), Conversation.store),
        (Conversation.store, later, later, drop(failed(504), stored=20)),
        (twice, drop(lost()), twice, drop(lost())),
        (later, twice, later, twice),
    ],
)
def test_8_the_next_process_knows_the_copies_that_a_killed_one_has_left(script: Any) -> None:
    killed_at, killed = 0, True
    while killed:
        conversation, killed_at = Conversation(*script), killed_at + 1
        conversation.killed_at = killed_at
        reports: list[AppendProgress] = []
        try:
            result = conversation.append(43, on_progress=reports.append)
            killed = False
        except Killed:
            token = reports[-1].token if reports else None
            result = conversation.append(43, resume=token)
        doubled = {id for told in (*reports, result) for id in told.doubled_ids}
        left = [item.text for item in conversation.items if item.id not in doubled]
        assert left == [item["content"] for item in messages(43)], killed_at
    assert killed_at > 5


def test_the_next_process_waits_for_a_request_that_a_killed_one_has_given_up_on() -> None:
    reports: list[AppendProgress] = []
    conversation = Conversation(drop(lost()), drop(lost(), stored=3))
    conversation.killed_at = 5
    with pytest.raises(Killed):
        conversation.append(3, on_progress=reports.append)
    # All of the batch is there; its first request arrives after that was seen.
    conversation.before_list = [lambda: None, partial(conversation.store, messages(3))]
    assert conversation.append(3, resume=reports[-1].token).data == conversation.items
    assert conversation.log[5:] == ["list", "list", *["delete"] * 3, "list"]


def test_a_token_without_requests_is_taken() -> None:
    reports: list[AppendProgress] = []
    conversation = Conversation()
    conversation.append(20, on_progress=reports.append)
    token = json.loads(reports[-1].token)
    assert (token.pop("given_up"), token.pop("done")) == ([], [[0, 20]])
    assert conversation.append(23, resume=json.dumps(token)).count == 3


# -- readings


@pytest.mark.parametrize("where", ["newest", "list"])
def test_a_reading_that_cannot_be_read_is_read_again(where: str) -> None:
    conversation = Conversation(drop(lost(), stored=3))
    conversation.before_list = [unreadable, lambda: None]
    conversation.before_newest = [unreadable, lambda: None] if where == "newest" else []
    assert conversation.append(3).count == 3
    assert len(conversation.items) == 3


def test_it_is_not_read_without_end() -> None:
    conversation = Conversation(drop(lost(), stored=3))
    conversation.before_list = [unreadable] * 3
    with pytest.raises(AppendUncertainError, match="cannot be read") as caught:
        conversation.append(3)
    assert conversation.log[2:] == ["list", "list"]
    # The text of a response is not in the text of the error.
    assert "a text" not in str(caught.value)
    assert "APIResponseValidationError (status 200)" in str(caught.value)


def test_9_a_reading_of_another_conversation_is_read_again() -> None:
    conversation = Conversation(drop(lost(), stored=3))
    conversation.lists = [strangers(conversation, messages(2))]
    assert conversation.append(3).count == 3
    assert len(conversation.items) == 3


def test_nothing_of_items_or_responses_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "openai_conversations")
    conversation = Conversation(drop(failed(500, "text 0 was not stored")), drop(lost()))
    conversation.before_list = [unreadable]
    conversation.append(3, max_retries=2)
    lines = [record.getMessage() for record in caplog.records]
    assert any("InternalServerError (status 500)" in line for line in lines)
    assert any("APIResponseValidationError (status 200)" in line for line in lines)
    assert not [line for line in lines if "text" in line]
