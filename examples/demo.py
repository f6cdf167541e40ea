"""The whole story in one program, sync and async: `make demo`.

It starts a conversation, gets a response that belongs to it, adds a message, reads everything back
and deletes it. By default that happens in local mode: no key, no network, and a model that openly
only echoes. With LIVE=1 and OPENAI_API_KEY set, the same functions run against OpenAI.
"""

from __future__ import annotations

import asyncio
import os
import sys

from openai_conversations import (
    AsyncClient,
    Client,
    MessageItem,
    OpenAIError,
    ResponseInput,
    models,
)

MODEL = "gpt-5.4"
NEXT = """\
To try next:

  OPENAI_BASE_URL=local: {python} examples/chat.py
      A chat that streams; Ctrl-D ends it. Without the variable, and with a key, it asks OpenAI.

  {python} -m openai_conversations serve
      The same service over HTTP, for programs in any language: http://127.0.0.1:8000/v1

  README.md
      How to install it, the first program, and where to read on."""


def run(client: Client) -> None:
    """Run the program, sync."""
    conversation = client.conversations.create(
        items=[MessageItem.user_text("Hello! Please remember that I like trains.")],
        metadata={"user_id": "user_123"},
    )
    tell("conversations.create", conversation.id, f"metadata: {conversation.metadata}")

    response = client.responses.create(
        model=MODEL,
        input=ResponseInput.text("Continue our conversation"),
        conversation=conversation.id,
    )
    tell("responses.create", f"{response.id} {response.status}", response.output_text)

    client.conversations.items.create(
        conversation.id, items=[MessageItem.user_text("I like the sea too.")]
    )
    tell("conversations.items.create", "I like the sea too.")

    items = client.conversations.items.list(conversation.id, order="asc")
    tell("conversations.items.list, oldest first", *(line(item) for item in items))

    deleted = client.conversations.delete(conversation.id)
    tell("conversations.delete", f"{deleted.id} deleted: {deleted.deleted}")


async def run_async(client: AsyncClient) -> None:
    """Run the same program, async."""
    conversation = await client.conversations.create(
        items=[MessageItem.user_text("Hello! Please remember that I like trains.")],
        metadata={"user_id": "user_123"},
    )
    tell("conversations.create", conversation.id, f"metadata: {conversation.metadata}")

    response = await client.responses.create(
        model=MODEL,
        input=ResponseInput.text("Continue our conversation"),
        conversation=conversation.id,
    )
    tell("responses.create", f"{response.id} {response.status}", response.output_text)

    await client.conversations.items.create(
        conversation.id, items=[MessageItem.user_text("I like the sea too.")]
    )
    tell("conversations.items.create", "I like the sea too.")

    items = client.conversations.items.list(conversation.id, order="asc")
    tell("conversations.items.list, oldest first", *[line(item) async for item in items])

    deleted = await client.conversations.delete(conversation.id)
    tell("conversations.delete", f"{deleted.id} deleted: {deleted.deleted}")


def tell(step: str, *lines: str) -> None:
    """Print one step of the transcript: the method, and what it returned."""
    print(f"  {step}", *(f"      {line}" for line in lines), "", sep="\n")


def line(item: models.ConversationItem) -> str:
    """Return an item in one line."""
    if isinstance(item, models.Message):
        return f"{item.role + ':':10} {item.text}"
    return f"({item.type})"


def main() -> None:
    """Run the program twice, and say against what."""
    live = os.environ.get("LIVE") == "1"
    print("Against OpenAI\n" if live else "In local mode: no key, no network, no real model\n")
    with Client() if live else Client.local() as client:
        print("sync, with Client\n")
        run(client)

    async def asynchronous() -> None:
        async with AsyncClient() if live else AsyncClient.local() as client:
            print("async, with AsyncClient\n")
            await run_async(client)

    asyncio.run(asynchronous())
    print(NEXT.format(python=os.path.relpath(sys.executable)))


if __name__ == "__main__":
    try:
        main()
    except OpenAIError as error:
        sys.exit(f"{type(error).__name__}: {error}")
