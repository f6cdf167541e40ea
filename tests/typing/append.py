"""What type checkers see of the append. Checked by mypy and pyright, and never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from openai_conversations import (
    AppendProgress,
    AppendResult,
    AppendUncertainError,
    AsyncClient,
    Client,
    MessageItem,
    OpenAIError,
)
from openai_conversations import models as m


def generate() -> Iterator[m.InputMessage | dict[str, object]]:
    yield MessageItem.user_text("Hi")
    yield {"role": "user", "content": "Hi"}


async def generate_async() -> AsyncIterator[m.InputMessage]:
    yield MessageItem.user_text("Hi")


def told(progress: AppendProgress) -> None:
    assert_type(progress.landed, int)
    assert_type(progress.not_landed, int | None)
    assert_type(progress.stored, list[m.ConversationItem])
    assert_type(progress.token, str)


async def told_async(progress: AppendProgress) -> None: ...


def sync(client: Client, error: OpenAIError, uncertain: AppendUncertainError) -> None:
    append = client.conversations.items.append
    assert_type(append("c", generate(), on_progress=told), AppendResult)
    result = append("c", [MessageItem.user_text("Hi"), {"role": "user", "content": "Hi"}])
    assert_type(result.data, list[m.ConversationItem])
    assert_type(result.first_id, str | None)
    for item in result:
        assert_type(item, m.ConversationItem)
    append("c", generate_async())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(error.append, AppendProgress | None)
    assert_type(uncertain.token, str)
    assert_type(uncertain.found_ids, tuple[str | None, ...])


async def asynchronous(client: AsyncClient) -> None:
    append = client.conversations.items.append
    assert_type(await append("c", generate(), on_progress=told), AppendResult)
    assert_type(await append("c", generate_async(), on_progress=told_async), AppendResult)
