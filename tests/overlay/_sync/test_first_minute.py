# Made from _async/test_first_minute.py by tools/unasync. Do not edit.
"""The first minute: local mode by its URL, where a key came from, and what stands for an id."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai_conversations import (
    AuthenticationError,
    Client,
    ClientClosedError,
    InvalidArgumentError,
    MessageItem,
    OpenAIError,
    local,
)

from tests.overlay.scripted_server import ScriptedServer, responds

Connect = Callable[..., Client]
NAMES = ["chat.sqlite", "my chat.sqlite", "100%25.sqlite", "a:b?c#d.sqlite", "ü.sqlite"]


@pytest.fixture
def no_key(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return monkeypatch


@pytest.mark.parametrize("url", ["local:", "LOCAL:"])
def test_a_variable_makes_a_program_run_without_a_key(
    no_key: pytest.MonkeyPatch, url: str
) -> None:
    no_key.setenv("OPENAI_BASE_URL", url)
    with Client() as client, Client() as other:
        conversation = client.conversations.create()
        response = client.with_options(timeout=5).responses.create(
            model="gpt-5.4", input="Hello!", conversation=conversation
        )
        assert response.output_text == "[local model] You said: Hello!"
        assert client.local_service is not other.local_service
        copy = client.with_options(max_retries=0)
    with pytest.raises(ClientClosedError):
        copy.conversations.retrieve(conversation)


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_the_name_that_is_written(
    no_key: pytest.MonkeyPatch, tmp_path: Path, name: str, absolute: bool
) -> None:
    no_key.chdir(tmp_path)
    url = f"local:{tmp_path / name if absolute else name}"
    with Client(base_url=url) as client:
        made = client.conversations.create(metadata={"a": "b"})
    assert {each.name for each in tmp_path.iterdir()} == {name}
    no_key.setenv("OPENAI_BASE_URL", url)
    with Client() as client:
        assert client.conversations.retrieve(made) == made
    with Client.local(name) as client:
        assert client.conversations.retrieve(made) == made


def test_a_url_object_is_decoded(no_key: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_key.chdir(tmp_path)
    with Client(base_url=httpx.URL("local:my chat.sqlite")):
        assert (tmp_path / "my chat.sqlite").exists()


def test_what_is_not_a_file(no_key: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone" / "chat.sqlite"):
        with pytest.raises(local.StoreError, match=str(path)):
            Client(base_url=f"local:{path}")
    with pytest.raises(InvalidArgumentError, match="path: expected the path of a file"):
        Client(base_url="local:file:chat.sqlite")
    with Client(base_url="local:") as client:
        with pytest.raises(InvalidArgumentError, match="only a new client"):
            client.with_options(base_url="local:chat.sqlite")
        with httpx.Client() as http_client:
            with pytest.raises(InvalidArgumentError, match="http_client: expected None"):
                Client(base_url="local:", http_client=http_client)
    with pytest.raises(OpenAIError, match="OPENAI_BASE_URL=local:"):
        Client()


def test_strict_is_strict_on_both_sides(no_key: pytest.MonkeyPatch) -> None:
    with Client(base_url="local:", strict=True) as client:
        with pytest.raises(OpenAIError, match="newer"):
            client.conversations.create(extra_body={"newer": 1})


def message_of_a_401(client: Client, **options: Any) -> str:
    with pytest.raises(AuthenticationError) as caught:
        client.conversations.create(**options)
    assert "sk-" not in str(caught.value)
    return str(caught.value)


def test_a_401_says_where_the_key_came_from(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    refused = responds({"error": {"message": "Wrong key."}}, status=401)
    with ScriptedServer(*[refused] * 7) as server:
        variable, argument = "the environment variable OPENAI_API_KEY", "the argument api_key"
        with connect(server.url, api_key=None) as client:
            for copy in (client, client.with_options(timeout=5)):
                said = message_of_a_401(copy)
                assert said == f"Error code: 401 - Wrong key. (the API key came from {variable})"
            given = client.with_options(api_key="sk-argument")
            assert argument in message_of_a_401(given)
            assert argument in message_of_a_401(given.with_options(timeout=5))
            asked = client.with_options(api_key=lambda: "sk-function")
            assert "the function api_key" in message_of_a_401(asked)
            own = {"Authorization": "Bearer sk-own"}
            assert "came from" not in message_of_a_401(client, extra_headers=own)
        with connect(server.url, api_key="sk-argument") as client:
            assert argument in message_of_a_401(client)


def test_a_conversation_stands_for_its_id() -> None:
    with Client.local() as client:
        conversations, items = client.conversations, client.conversations.items
        made = conversations.create(items=[MessageItem.user_text("one")])
        items.create(made, items=[MessageItem.user_text("two")])
        appended = items.append(made, [MessageItem.user_text("three")])
        listed = [item.id for item in items.list(made)]
        assert (len(listed), listed[0]) == (3, appended.last_id)
        last = items.retrieve(appended.last_id or "", conversation_id=made)
        assert last.type == "message"
        items.delete(appended.last_id or "", conversation_id=made)
        assert (conversations.retrieve(made)).id == made.id
        assert (conversations.update(made, metadata={"a": "b"})).metadata == {"a": "b"}
        response = client.responses.create(model="gpt-5.4", input="Hi", conversation=made)
        # A response has a reference in place of the conversation.
        again: Any = response.conversation
        assert (conversations.retrieve(again)).id == made.id
        for other in (last, response, object()):
            with pytest.raises(InvalidArgumentError, match="conversation_id: expected an id"):
                conversations.retrieve(other)  # type: ignore[arg-type]
            with pytest.raises(InvalidArgumentError, match="conversation: expected an id"):
                client.responses.create(conversation=other)  # type: ignore[arg-type]
        assert (conversations.delete(made)).deleted
