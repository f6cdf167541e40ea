"""The same as examples/test_app.py, with openai-python.

It has no service for tests: what it sends is seen, and what comes is written by hand, through a
transport of  What the service has stored in the end is not tested.
"""

import json
from collections.abc import Iterator

import pytest
from httpx2 import Client, MockTransport, ReadError, Request, Response
from openai import APIConnectionError, OpenAI


def start(client: OpenAI, user: str) -> str:
    """Start a user's conversation and return its id: the code under test, as all of these."""
    return client.conversations.create(metadata={"user_id": user}).id


def note(client: OpenAI, conversation_id: str, text: str) -> None:
    """Add a message, at most once."""
    client.with_options(max_retries=0).conversations.items.create(
        conversation_id, items=[{"type": "message", "role": "user", "content": text}]
    )


def ask(client: OpenAI, conversation_id: str, text: str) -> str:
    """Return the model's text."""
    response = client.responses.create(model="gpt-5.4", input=text, conversation=conversation_id)
    return response.output_text


CONVERSATION = {
    "id": "conv_1",
    "object": "conversation",
    "created_at": 1,
    "metadata": {"user_id": "user_123"},
}


class Service:
    """Sends the responses that a test has queued, and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.responses: list[Response | None] = []

    def __call__(self, request: Request) -> Response:
        """Send the next response; None stands for a connection that breaks."""
        self.requests.append(request)
        response = self.responses.pop(0)
        if response is None:
            raise ReadError("connection lost")
        return response


@pytest.fixture
def service() -> Service:
    """Return what the client's requests reach."""
    return Service()


@pytest.fixture
def client(service: Service) -> Iterator[OpenAI]:
    """Return a client of the service."""
    with Client(transport=MockTransport(service)) as http_client:
        yield OpenAI(api_key="test", http_client=http_client)


def test_what_was_sent(client: OpenAI, service: Service) -> None:
    service.responses = [Response(200, json=CONVERSATION)]
    start(client, "user_123")
    (request,) = service.requests
    assert (request.method, request.url.path) == ("POST", "/v1/conversations")
    assert json.loads(request.content) == {"metadata": {"user_id": "user_123"}}


def test_a_scripted_response(client: OpenAI, service: Service) -> None:
    part = {"type": "output_text", "text": "It is sunny in Paris."}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}
    response = {"id": "resp_1", "object": "response", "status": "completed", "output": [message]}
    service.responses = [Response(200, json=CONVERSATION), Response(200, json=response)]
    made = start(client, "user_123")
    assert ask(client, made, "Weather?") == "It is sunny in Paris."


def test_a_busy_service(client: OpenAI, service: Service) -> None:
    busy = [Response(429, headers={"retry-after-ms": "1"}) for _ in range(2)]
    service.responses = [*busy, Response(200, json=CONVERSATION)]
    start(client, "user_123")
    assert len(service.requests) == 3


def test_a_response_that_is_lost(client: OpenAI, service: Service) -> None:
    service.responses = [Response(200, json=CONVERSATION), None]
    made = start(client, "user_123")
    with pytest.raises(APIConnectionError):
        note(client, made, "Are you there?")
    assert len(service.requests) == 2
