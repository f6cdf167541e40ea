"""What type checkers see of the neighbours: sessions, spans, and the names of pydantic."""

from typing import Any, assert_type

from agents.memory import Session
from openai_conversations import AsyncClient, Client, models
from openai_conversations.agents import ConversationsSession
from openai_conversations.otel import instrument


def session(client: AsyncClient) -> Session:
    return ConversationsSession("conv_1", client=client)


def sync(client: Client) -> None:
    ConversationsSession(client=client)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def spans(client: Client, async_client: AsyncClient) -> None:
    assert_type(instrument(client), Client)
    assert_type(instrument(async_client, capture_content=True), AsyncClient)


def dumps(item: models.ConversationItem) -> None:
    assert_type(item.model_dump(exclude_unset=True, exclude_none=True), dict[str, Any])
    assert_type(item.model_dump_json(indent=2), str)
    assert_type(item.to_json(), str)
    item.model_dump(exclude_unset=False)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
