"""A conversation as the memory of openai-agents (the extra `agents`).

    from agents import Agent, Runner
    from openai_conversations import AsyncClient
    from openai_conversations.agents import ConversationsSession

    session = ConversationsSession(client=AsyncClient())
    await Runner.run(Agent("A"), "Hello!", session=session)
    print(session.session_id)  # conv_..., with which another process goes on

It takes any number of items, and `append` puts them there: each of them once, through failures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from ._async.client import AsyncClient
from ._request.input_items import needs_id, to_input_item, to_input_items
from ._request.validation import check_id, invalid, is_mapping
from .errors import NotFoundError
from .progress import AppendProgress

if TYPE_CHECKING:
    from agents.items import TResponseInputItem
    from agents.memory import SessionSettings

    from .models import ConversationItem, IncludeEnum

#: Parts of items that a model needs to see again, and that are shown on demand only.
_SHOWN: list[IncludeEnum] = [
    "reasoning.encrypted_content",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
]
# What openai-agents writes where a provider has given an item no id.
_NO_ID = "__fake_id__"


class ConversationsSession:
    """A session of openai-agents that keeps its items in a conversation; it fits its `Session`.

    One session does one thing after the other. Nobody else may add to the conversation meanwhile,
    as with `append`.

    Attributes:
        session_id: the id of the conversation; empty until that is made.
        session_settings: its `limit` is that of `get_items`, where none is given.
    """

    # For openai-agents: what is read has other ids than what was added.
    _ignore_ids_for_matching = True

    def __init__(
        self,
        conversation_id: str | None = None,
        *,
        client: AsyncClient,
        session_settings: SessionSettings | None = None,
        on_progress: Callable[[AppendProgress], object] | None = None,
        resume: str | None = None,
    ) -> None:
        """Make a session; nothing is sent before its first use.

        Args:
            conversation_id: the conversation; None makes one when the session is first used.
            client: sends the requests. It is not closed here.
            session_settings: see the attribute.
            on_progress: called during `add_items`, as by `append`. With the token of its last
                report another process goes on with what was being added when this one died.
            resume: that token. The first `add_items` then has the same items as that one had.

        Raises:
            InvalidArgumentError: `conversation_id` is not an id, or `client` not an `AsyncClient`.
        """
        if not isinstance(client, AsyncClient):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise invalid("client", "an AsyncClient", client)
        self.session_settings = session_settings
        self.session_id = check_id(conversation_id, "conversation_id") if conversation_id else ""
        self._items = client.conversations.items
        self._create = client.conversations.create
        self._on_progress = on_progress
        # What was being added when `add_items` failed, None if that was in another process.
        self._unfinished: tuple[list[dict[str, Any]] | None, str | None] = None, resume
        self._lock = asyncio.Lock()

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """Return the items, oldest first, as a model takes them.

        Args:
            limit: how many, the newest ones; None for that of `session_settings`, or all.

        Raises:
            OpenAIError: as of `conversations.items.list`.
        """
        if limit is None and self.session_settings is not None:
            limit = self.session_settings.limit
        if limit is not None and limit <= 0:
            return []
        async with self._lock:
            return [_to_agents(item) for item in reversed(await self._newest(limit))]

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Add items at the end, each of them once.

        After an error, or when it was cancelled, call it again with the same items: those that have
        landed are passed over.

        Raises:
            OpenAIError: as of `conversations.items.append`.
        """
        new = list(filter(None, map(_to_service, to_input_items(items))))
        if not new:
            return
        async with self._lock:
            conversation_id = await self._opened()
            begun, token = self._unfinished

            def note(progress: AppendProgress) -> object:
                self._unfinished = new, progress.token
                return self._on_progress(progress) if self._on_progress is not None else None

            resume = token if begun is None or begun == new else None
            await self._items.append(conversation_id, new, on_progress=note, resume=resume)
            self._unfinished = None, None

    async def pop_item(self) -> TResponseInputItem | None:
        """Delete the newest item and return it; return None if there is none.

        Raises:
            OpenAIError: as of `conversations.items.delete`.
        """
        async with self._lock:
            for item in await self._newest(1):
                await self._delete(item)
                return _to_agents(item)
            return None

    async def clear_session(self) -> None:
        """Delete all items, the newest first; the conversation stays.

        Raises:
            OpenAIError: as of `conversations.items.delete`.
        """
        if not self.session_id:
            return
        async with self._lock:
            self._unfinished = None, None
            for item in await self._newest(None):
                await self._delete(item)

    async def _opened(self) -> str:
        if not self.session_id:
            self.session_id = (await self._create()).id
        return self.session_id

    async def _newest(self, limit: int | None) -> list[ConversationItem]:
        listed = self._items.list(
            await self._opened(),
            order="desc",
            include=_SHOWN,
            limit=min(limit or 100, 100),
            max_items=limit,
        )
        return [item async for item in listed]

    async def _delete(self, item: ConversationItem) -> None:
        with suppress(NotFoundError):  # the response to a first request was lost
            await self._items.delete(cast(Any, item).id, conversation_id=self.session_id)


def _to_agents(item: ConversationItem) -> TResponseInputItem:
    """Return an item as a model takes it: a message without its id, in the short form if it can.

    With the id of a message the service asks for the reasoning before it, which a limit may have
    cut off. The short form is the one that programs and openai-agents add.
    """
    data = to_input_item(item, "items", 0)
    if data.get("type") == "message":
        data = {name: value for name, value in data.items() if name != "id"}
        text = _only_text(data["content"])
        data = data if text is None else {"role": data["role"], "content": text}
    return cast("TResponseInputItem", data)


def _only_text(content: Any) -> str | None:
    """Return the text of a content that is one `input_text` and nothing more, else None."""
    text = content[0].get("text") if len(content) == 1 and is_mapping(content[0]) else None
    return text if content == [{"type": "input_text", "text": text}] else None


def _to_service(item: dict[str, Any]) -> dict[str, Any] | None:
    """Return an item as a conversation takes it; None for reasoning that says nothing.

    It goes without what openai-agents notes in it, and without ids that the service gives anew.
    """
    kind = item.get("type")
    drop = {"provider_data"}
    if item.get("id") == _NO_ID or not (kind == "reasoning" or needs_id(item)):
        drop.add("id")
    data = {name: each for name, each in item.items() if name not in drop and name[:1] != "_"}
    if kind == "reasoning" and not (data.get("id") or data.get("encrypted_content")):
        return None
    return data
