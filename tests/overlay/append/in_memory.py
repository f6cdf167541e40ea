"""A conversation in memory, whose requests end as a script says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
from openai_conversations import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    AppendResult,
    models,
)
from openai_conversations._sync import append_requests
from openai_conversations._sync.append import Append
from openai_conversations.errors import status_error_class

from tests.overlay.append.cases import Item, messages

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


class Killed(BaseException):
    """The end of a process that sends requests."""


class Conversation:
    """A conversation whose `create` plays a script: what is stored and what is raised.

    Attributes:
        items: what is stored.
        log: the requests, in order.
        before_newest, before_list: functions to call, one before each of the next readings.
        lists: what the next listings give in place of what is stored.
        script: what is played next.
        killed_at: in place of the request with this number, counted from 0, the process is killed.
    """

    def __init__(self, *script: Step) -> None:
        self.items: list[Any] = []
        self.log: list[str] = []
        self.before_newest: Steps = []
        self.before_list: Steps = []
        self.lists: list[list[Any]] = []
        self.killed_at: int | None = None
        self._last_number = -1
        self.script = list(script)

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
        self._note(f"create {len(items)}")
        step = self.script.pop(0) if self.script else Conversation.store
        stored = step(self, items)
        page = SimpleNamespace(data=self.store(items) if stored is None else stored)
        return SimpleNamespace(parse=lambda: page, http_response=RESPONSE)

    def list(self, *, after: object, order: str, **_: object) -> Iterator[Any]:
        newest = order == "desc"
        self._note("newest" if newest else "list")
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
        self._note("delete")
        self.items = [item for item in self.items if item.id != item_id]

    def _note(self, request: str) -> None:
        if len(self.log) == self.killed_at:
            self.killed_at = None
            raise Killed
        self.log.append(request)

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


def drop(error: APIError, *, stored: int = 0) -> Step:
    """Store the first `stored` items of a batch and end its request with an error."""

    def play(conversation: Conversation, items: list[Item]) -> None:
        conversation.store(items[:stored])
        raise error

    return play


def strangers(conversation: Conversation, items: list[Item]) -> list[Any]:
    """Return as many items of another conversation."""
    fields = {"type": "message", "role": "user", "status": "completed", "content": "other"}
    return [models.Message.from_dict({**fields, "id": f"other_{n}"}) for n in range(len(items))]


def later(conversation: Conversation, items: list[Item]) -> None:
    """Give a request up that arrives right before the next one that creates."""
    play = conversation.script.pop(0) if conversation.script else Conversation.store

    def arrive(conversation: Conversation, next_items: list[Item]) -> list[Any] | None:
        conversation.store(items)
        return play(conversation, next_items)

    conversation.script.insert(0, arrive)
    raise lost()


def twice(conversation: Conversation, items: list[Item]) -> list[Any]:
    """Store the items of a request that is delivered twice."""
    stored = list(conversation.store(items))
    conversation.store(items)
    return stored


def too_late(conversation: Conversation, items: list[Item]) -> None:
    """Store what an earlier request has sent, and then what this one sends."""
    conversation.store(items)
