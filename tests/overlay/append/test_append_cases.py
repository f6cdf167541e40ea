"""The numbered cases of a batch (`_async/append.py`), one by one, over a conversation in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from openai_conversations import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AppendResult,
    AppendUncertainError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    OpenAIError,
    models,
)
from openai_conversations._sync import append as module
from openai_conversations.errors import status_error_class

from tests.overlay.append.cases import Item, account, messages

REQUEST = httpx.Request("POST", "http://localhost/v1/conversations/c/items")


def failed(status: int) -> APIError:
    """Return the error for a response with this status."""
    response = httpx.Response(status, request=REQUEST)
    return status_error_class(status, None)("failed", response=response, body=None)


def lost() -> APIError:
    return APIConnectionError(request=REQUEST)


class Conversation:
    """A conversation whose `create` plays a script: what is stored and what is raised.

    Attributes:
        items: what is stored.
        log: the requests, in order.
        before_list: functions to call, one before each of the next listings.
    """

    def __init__(self, *script: Step) -> None:
        self.items: list[Any] = []
        self.log: list[str] = []
        self.before_list: list[Callable[[], object]] = []
        self._script = list(script)

    def store(self, items: list[Item], **fields: object) -> list[Any]:
        """Store items at the end; return them as models."""
        first = len(self.items)
        for place, item in enumerate(items, first):
            stored = {"type": "message", "id": f"msg_{place}", "status": "completed", **item}
            self.items.append(models.Message.from_dict({**stored, **fields}))
        return self.items[first:]

    def create(self, items: list[Item]) -> Any:
        self.log.append(f"create {len(items)}")
        if self._script:
            self._script.pop(0)(self, items)
        stored = self.store(items)
        page = SimpleNamespace(data=stored)
        return SimpleNamespace(parse=lambda: page, http_response=None)

    def list(self, *, after: object, order: str, **_: object) -> Iterator[Any]:
        self.log.append("newest" if order == "desc" else "list")
        if order == "desc":
            return iter(self.items[-1:])
        if self.before_list:
            self.before_list.pop(0)()
        ids = [getattr(item, "id", None) for item in self.items]
        return iter(self.items[ids.index(after) + 1 :] if isinstance(after, str) else self.items[:])

    def delete(self, item_id: str) -> None:
        self.log.append("delete")
        self.items = [item for item in self.items if item.id != item_id]

    def append(self, count: int, **changes: Any) -> AppendResult:
        """Append `count` messages."""
        arguments: dict[str, Any] = {
            "on_progress": None,
            "resume": None,
            "abort": None,
            "read_timeout": 1.5,
            "max_retries": 1,
        }
        methods = module.ItemMethods(create=self.create, list=self.list, delete=self.delete)
        return module.Append(methods, "c", messages(count), **{**arguments, **changes}).run()


Step = Callable[[Conversation, list[Item]], object]


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that would have been made, in seconds."""
    pauses: list[float] = []
    monkeypatch.setattr(module, "sleep", lambda seconds, abort: pauses.append(seconds))
    return pauses


def drop(error: APIError, *, stored: int = 0) -> Step:
    """Store the first `stored` items of a batch and end its request with an error."""

    def play(conversation: Conversation, items: list[Item]) -> None:
        conversation.store(items[:stored])
        raise error

    return play


@pytest.mark.parametrize(
    ("script", "log"),
    [
        pytest.param([], ["create 3"], id="1a"),
        pytest.param([drop(lost())], ["create 3", "list", "create 3", "list"], id="1b none"),
        pytest.param([drop(failed(429))], ["create 3", "create 3"], id="2a"),
        pytest.param(
            [drop(lost()), drop(failed(409), stored=3)], ["create 3", "list"] * 2, id="2b"
        ),
        pytest.param([drop(failed(500), stored=3)], ["create 3", "list"], id="3, 5"),
        pytest.param(
            [drop(failed(500), stored=1)], ["create 3", "list", "create 2", "list"], id="3, 6"
        ),
        pytest.param([drop(failed(408))], ["create 3", "list", "create 3", "list"], id="3, 7"),
    ],
)
def test_all_items_are_there_once(script: list[Step], log: list[str]) -> None:
    conversation = Conversation(*script)
    conversation.store(messages(2))
    result = conversation.append(3)
    assert conversation.log == ["newest", *log]
    assert result.data == conversation.items[2:]
    assert [item.to_dict()["content"] for item in result] == ["text 0", "text 1", "text 2"]


def test_1b_the_newer_of_two_copies_is_deleted() -> None:
    # The request that was lost arrives after the look and before the one that repeats it.
    conversation = Conversation(drop(lost()), Conversation.store)
    result = conversation.append(3)
    assert conversation.log == [
        *("newest", "create 3", "list", "create 3", "list"),
        *("delete", "delete", "delete", "list"),
    ]
    assert [item.id for item in result] == ["msg_0", "msg_1", "msg_2"]
    assert result.data == conversation.items


def test_1b_something_else_beside_the_copy_is_not_deleted() -> None:
    def strangers(conversation: Conversation, items: list[Item]) -> None:
        conversation.store([{"role": "user", "content": "from elsewhere"}])

    conversation = Conversation(drop(lost()), strangers)
    with pytest.raises(AppendUncertainError, match="not what was sent") as caught:
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
            [drop(failed(500))] * 2, InternalServerError, ["create 3", "list"] * 2, id="7 used up"
        ),
        pytest.param(
            [drop(failed(500)), drop(failed(400))],
            BadRequestError,
            ["create 3", "list"] * 2,
            id="7 useless",
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


@pytest.mark.parametrize(("read_timeout", "pause"), [(1.5, 1.5), (60.0, 2.0)])
def test_after_a_timeout_it_is_looked_twice(
    slept: list[float], read_timeout: float, pause: float
) -> None:
    conversation = Conversation(drop(APITimeoutError(REQUEST)))
    conversation.before_list = [lambda: None, lambda: conversation.store(messages(3))]
    assert conversation.append(3, read_timeout=read_timeout).count == 3
    assert conversation.log == ["newest", "create 3", "list", "list"]
    assert slept[1:] == [pause]


def test_without_a_timeout_it_is_looked_once(slept: list[float]) -> None:
    conversation = Conversation(drop(APITimeoutError(REQUEST), stored=1))
    assert conversation.append(3, read_timeout=None).count == 3
    assert conversation.log == ["newest", "create 3", "list", "create 2", "list"]
    assert len(slept) == 1


def test_a_conversation_that_ends_without_an_id_is_not_appended_to() -> None:
    conversation = Conversation()
    conversation.store(messages(1), id=None)
    with pytest.raises(OpenAIError, match="has no id") as caught:
        conversation.append(3)
    assert conversation.log == ["newest"]
    assert caught.value.append is None
