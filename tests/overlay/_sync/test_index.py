# Made from _async/test_index.py by tools/unasync. Do not edit.
"""Clients with an index of conversations: all ways to make, change and delete one are noted."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai_conversations import (
    APIResponseValidationError,
    Client,
    ConversationIndex,
    InvalidArgumentError,
    NotFoundError,
    StoreError,
)
from openai_conversations._sqlite import database

from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds

Connect = Callable[..., Client]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ConversationIndex]:
    with ConversationIndex(tmp_path / "index.sqlite") as index:
        yield index


def found(index: ConversationIndex) -> dict[str, Any]:
    return {each.id: each.to_dict()["metadata"] for each in index.list()}


def test_every_form_is_noted(
    connect: Connect, conversations_url: str, index: ConversationIndex
) -> None:
    with connect(conversations_url, index=index) as client:
        conversations = client.with_options(timeout=60).conversations
        one = conversations.create(metadata={"n": "1"})
        raw = conversations.with_raw_response.create(metadata={"n": "2"})
        two = raw.parse()
        with conversations.with_streaming_response.create(metadata={"n": "3"}) as response:
            pieces = [piece for piece in response.iter_bytes()]
        three = json.loads(b"".join(pieces))["id"]
        with conversations.with_streaming_response.create(metadata={"n": "4"}) as response:
            four = response.parse()
        five = client.post("/conversations", body={"metadata": {"n": "5"}})
        assert found(index) == {
            one.id: {"n": "1"},
            two.id: {"n": "2"},
            three: {"n": "3"},
            four.id: {"n": "4"},
            five["id"]: {"n": "5"},
        }
        assert index.find(metadata={"n": "1"}) == [one]
        updated = conversations.update(one.id, metadata={"user_id": "user_123"})
        client.post(f"/conversations/{two.id}", body={"metadata": {"user_id": "user_123"}})
        assert index.find(metadata={"n": "1"}) == []
        assert updated in index.find(metadata={"user_id": "user_123"})
        assert {each.id for each in index.find(metadata={"user_id": "user_123"})} == {
            one.id,
            two.id,
        }
        conversations.delete(one.id)
        client.delete(f"/conversations/{two.id}")
        with conversations.with_streaming_response.delete(three):
            pass
        assert found(index).keys() == {four.id, five["id"]}


def test_imports_and_forks_are_noted(client: Client, index: ConversationIndex) -> None:
    made = client.conversations.create(items=[{"role": "user", "content": "Hi"}])
    file = io.StringIO()
    client.conversations.export(made.id, file)
    file.seek(0)
    conversations = client.with_options(index=index).conversations
    copied = conversations.import_file(file)
    forked = conversations.fork(made.id)
    assert found(index).keys() == {copied.conversation_id, forked.id}
    conversations.purge(forked.id)
    assert found(index).keys() == {copied.conversation_id}


def test_what_changes_no_conversation_is_not_noted(
    client: Client, index: ConversationIndex
) -> None:
    made = client.conversations.create()
    noting = client.with_options(index=index)
    added = noting.conversations.items.create(
        made.id, items=[{"role": "user", "content": "Hi"}]
    )
    noting.conversations.retrieve(made.id)
    noting.conversations.items.delete(added.data[0].id, conversation_id=made.id)
    noting.responses.create(model="m", input="Hi", conversation=made.id)
    noting.with_options(index=None).conversations.create()
    assert index.list() == []
    index.add(made)
    client.conversations.delete(made.id)
    with pytest.raises(NotFoundError):
        noting.conversations.update(made.id, metadata={})
    assert index.list() == [made]
    # It is gone, though another client has deleted it.
    with pytest.raises(NotFoundError):
        noting.conversations.delete(made.id)
    assert index.list() == []


@pytest.mark.parametrize("body", [{}, [], "conv_1", {"id": None}, {"id": "\ud800"}, {"id": 7}])
@pytest.mark.off_contract
def test_responses_that_name_no_conversation(
    connect: Connect, index: ConversationIndex, body: Any
) -> None:
    with ScriptedServer(responds(body)) as server:
        with connect(server.url, index=index) as client:
            raw = client.conversations.with_raw_response.create()
            assert raw.json() == body
    assert index.list() == []


@pytest.mark.off_contract
def test_responses_that_are_not_json(connect: Connect, index: ConversationIndex) -> None:
    script = responds(CONVERSATION)
    with ScriptedServer(lambda peer: peer.respond(b"<html>")) as server:
        with connect(server.url, index=index) as client:
            with pytest.raises(APIResponseValidationError):
                client.conversations.create()
    assert index.list() == []
    with ScriptedServer(script) as server:
        with connect(server.url, index=index) as client:
            client.conversations.create()
    assert [each.id for each in index.list()] == [CONVERSATION["id"]]


def test_a_result_is_not_lost_with_the_index(
    client: Client,
    index: ConversationIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Return what the service has done, log the error, and write the change later."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.0)
    noting = client.with_options(index=index)
    kept = noting.conversations.create(metadata={"secret": "of a user"})
    with ConversationIndex(tmp_path / "index.sqlite") as impatient:
        noting = client.with_options(index=impatient)
        writer = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.ERROR, "openai_conversations"):
            made = noting.conversations.create(metadata={"secret": "of a user"})
            noting.conversations.delete(kept.id)
        logged = [record.getMessage() for record in caplog.records]
        assert [(made.id in line, kept.id in line) for line in logged] == [(1, 0), (0, 1)]
        assert "of a user" not in caplog.text
        with pytest.raises(StoreError, match="locked"):
            impatient.list()
        assert index.list() == [kept]
        writer.execute("ROLLBACK")
        writer.close()
        other = noting.conversations.create()
    assert {each.id for each in index.list()} == {made.id, other.id}


def test_a_closed_index(
    client: Client, index: ConversationIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index.close()
    with caplog.at_level(logging.ERROR, "openai_conversations"):
        made = client.with_options(index=index).conversations.create()
    assert made.id in caplog.text
    assert "is closed" in caplog.text


def test_what_is_not_an_index(client: Client) -> None:
    with pytest.raises(InvalidArgumentError, match="index"):
        client.with_options(index="index.sqlite")  # type: ignore[arg-type]  # pyright: ignore
