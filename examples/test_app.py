"""Test code that uses the API, with the fixtures that come with the package.

    pytest examples/test_app.py

No key, no network, no set-up: each test gets a local service of its own, in memory.
"""

import pytest
from openai_conversations import APIConnectionError, Client, MessageItem
from openai_conversations.local.fault_injection import FaultInjectingService


def start(client: Client, user: str) -> str:
    """Start a user's conversation and return its id: the code under test, as all of these."""
    return client.conversations.create(metadata={"user_id": user}).id


def note(client: Client, conversation_id: str, text: str) -> None:
    """Add a message, at most once."""
    client.conversations.items.create(conversation_id, items=[MessageItem.user_text(text)])


def ask(client: Client, conversation_id: str, text: str) -> str:
    """Return the model's text."""
    response = client.responses.create(model="gpt-5.4", input=text, conversation=conversation_id)
    return response.output_text


def test_what_was_sent(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    start(conversations_client, "user_123")
    (request,) = conversations_local.requests
    assert (request.method, request.path) == ("POST", "/conversations")
    assert request.json == {"metadata": {"user_id": "user_123"}}


def test_a_scripted_response(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.model.enqueue_text("It is sunny in Paris.")
    made = start(conversations_client, "user_123")
    assert ask(conversations_client, made, "Weather?") == "It is sunny in Paris."


def test_a_busy_service(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    conversations_local.faults.rate_limited(times=2)
    start(conversations_client, "user_123")
    assert [request.status for request in conversations_local.requests] == [429, 429, 200]


def test_a_response_that_is_lost(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    made = start(conversations_client, "user_123")
    conversations_local.faults.response_lost("POST /conversations/*/items")
    with pytest.raises(APIConnectionError):
        note(conversations_client, made, "Are you there?")
    assert len(list(conversations_client.conversations.items.list(made))) == 1
