"""The numbered cases of a batch (`_async/append.py`), one by one, over a conversation in memory."""

from __future__ import annotations

import logging
import math
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from openai_conversations import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AppendResult,
    AppendUncertainError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    OpenAIError,
    models,
)
from openai_conversations._append import state
from openai_conversations._sync import append_requests
from openai_conversations._sync.append import Append
from openai_conversations.errors import status_error_class

from tests.overlay.append.cases import Item, account, messages

RESPONSE = httpx.Response(200, request=httpx.Request("GET", "http://localhost/v1"))
REQUEST = httpx.Request("POST", "http://localhost/v1/conversations/c/items")


def failed(status: int, text: str = "failed") -> APIError:
    """Return the error for a response with this status."""
    response = httpx.Response(status, request=REQUEST)
    return status_error_class(status, None)(text, response=response, body=None)


def unreadable() -> None:
    raise APIResponseValidationError(RESPONSE, None, message="a text")


def lost() -> APIError:
    return APIConnectionError(request=REQUEST)


class Conversation:
    """A conversation whose `create` plays a script: what is stored and what is raised.

    Attributes:
        items: what is stored.
        log: the requests, in order.
        before_newest, before_list: functions to call, one before each of the next readings.
        lists: what the next listings give in place of what is stored.
    """

    def __init__(self, *script: Step) -> None:
        self.items: list[Any] = []
        self.log: list[str] = []
        self.before_newest: Steps = []
        self.before_list: Steps = []
        self.lists: list[list[Any]] = []
        self._last_number = -1
        self._script = list(script)

    def store(self, items: list[Item], **fields: object) -> list[Any]:
        """Store items at the end; return them as models."""
        first = len(self.items)
        for item in items:
            self._last_number += 1
            id = f"msg_{self._last_number}"
            stored = {"type": "message", "id": id, "status": "completed", **item}
            self.items.append(models.Message.from_dict({**stored, **fields}))
        return self.items[first:]

    def create(self, items: list[Item]) -> Any:
        self.log.append(f"create {len(items)}")
        step = self._script.pop(0) if self._script else Conversation.store
        stored = step(self, items)
        page = SimpleNamespace(data=self.store(items) if stored is None else stored)
        return SimpleNamespace(parse=lambda: page, http_response=RESPONSE)

    def list(self, *, after: object, order: str, **_: object) -> Iterator[Any]:
        newest = order == "desc"
        self.log.append("newest" if newest else "list")
        before = self.before_newest if newest else self.before_list
        if before:
            before.pop(0)()
        if newest:
            return iter(self.items[-1:])
        if self.lists:
            return iter(self.lists.pop(0))
        ids = [getattr(item, "id", None) for item in self.items]
        return iter(self.items[ids.index(after) + 1 :] if isinstance(after, str) else self.items[:])

    def delete(self, item_id: str) -> None:
        self.log.append("delete")
        self.items = [item for item in self.items if item.id != item_id]

    def append(
        self, count: int = 0, items: list[Item] | None = None, **changes: Any
    ) -> AppendResult:
        """Append `count` messages, or these."""
        arguments: dict[str, Any] = {
            "on_progress": None,
            "resume": None,
            "abort": None,
            "read_timeout": 1.5,
            "max_retries": 1,
        }
        methods = append_requests.ItemMethods(
            create=self.create, list=self.list, delete=self.delete
        )
        return Append(methods, "c", items or messages(count), **{**arguments, **changes}).run()


Step = Callable[[Conversation, list[Item]], list[Any] | None]
"""Raises the error of a request, or gives its response; None for what the service would give."""
Steps = list[Callable[[], object]]


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that would have been made, in seconds."""
    pauses: list[float] = []
    monkeypatch.setattr(state, "LONGEST_TO_SETTLE", 2.0)
    monkeypatch.setattr(append_requests, "sleep", lambda seconds, abort: pauses.append(seconds))
    return pauses


def drop(error: APIError, *, stored: int = 0) -> Step:
    """Store the first `stored` items of a batch and end its request with an error."""

    def play(conversation: Conversation, items: list[Item]) -> None:
        conversation.store(items[:stored])
        raise error

    return play


AGAIN = ["list", "list", "create 3"]
"""What is sent once more is looked for twice before."""


def too_late(conversation: Conversation, items: list[Item]) -> None:
    """Store what an earlier request has sent, and then what this one sends."""
    conversation.store(items)


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


def test_1b_something_else_beside_the_copy_is_not_deleted() -> None:
    def disturb(conversation: Conversation, items: list[Item]) -> None:
        conversation.store([{"role": "user", "content": "from elsewhere"}])

    conversation = Conversation(drop(lost()), disturb)
    with pytest.raises(AppendUncertainError, match="was not sent") as caught:
        conversation.append(3)
    assert account(caught.value) == (0, 3, 0)
    assert len(caught.value.found_ids) == len(conversation.items) == 4


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
    # Whoever gave up on it: it arrives after the first look.
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


def strangers(conversation: Conversation, items: list[Item]) -> list[Any]:
    """Return as many items of another conversation."""
    fields = {"type": "message", "role": "user", "status": "completed", "content": "other"}
    return [models.Message.from_dict({**fields, "id": f"other_{n}"}) for n in range(len(items))]


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
    def twice(conversation: Conversation, items: list[Item]) -> list[Any]:
        stored = list(conversation.store(items))
        conversation.store(items)
        return stored

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


def test_a_conversation_that_ends_without_an_id_is_not_appended_to() -> None:
    conversation = Conversation()
    conversation.store(messages(1), id=None)
    with pytest.raises(OpenAIError, match="has no id") as caught:
        conversation.append(3)
    assert conversation.log == ["newest"]
    assert caught.value.append is None
