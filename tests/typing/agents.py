"""Type-checks: the session of openai-agents is what its `Session` asks for."""

from agents.memory import Session
from openai_conversations import AsyncClient, Client
from openai_conversations.agents import ConversationsSession


def session(client: AsyncClient) -> Session:
    return ConversationsSession("conv_1", client=client)


def sync(client: Client) -> None:
    ConversationsSession(client=client)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
