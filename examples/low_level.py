"""The generated package alone, over real HTTP on this machine.

What a repository that vendors `openai_conversations_api` does: a connection, the function of an
operation, models in and out. The server is the local service, so that no key is needed.
"""

from __future__ import annotations

from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService
from openai_conversations_api import Client, StatusError
from openai_conversations_api.api.conversations import (
    create_conversation,
    delete_conversation,
    list_conversation_items,
)
from openai_conversations_api.api.responses import create_response
from openai_conversations_api.models import (
    CreateConversationBody,
    CreateResponse,
    EasyInputMessage,
    Message,
)


def run(client: Client) -> None:
    """Create, respond, list, delete."""
    hello = EasyInputMessage(role="user", content="Hello!")
    conversation = create_conversation.sync(
        client=client, body=CreateConversationBody(items=[hello], metadata={"user_id": "user_123"})
    )
    print("created", conversation)

    response = create_response.sync(
        client=client,
        body=CreateResponse(model="gpt-5.4", input="Go on", conversation=conversation.id),
    )
    print("response", response.output_text)

    page = list_conversation_items.sync(conversation.id, client=client, order="asc")
    for item in page.data:
        if isinstance(item, Message):
            print("item   ", item.role, item.text)

    print("deleted", delete_conversation.sync(conversation.id, client=client).deleted)

    try:
        list_conversation_items.sync(conversation.id, client=client)
    except StatusError as error:
        print("then   ", error)


if __name__ == "__main__":
    with LocalServer(LocalService()) as server, Client(server.url) as connection:
        run(connection)
