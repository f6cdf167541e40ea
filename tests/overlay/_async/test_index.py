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
    AsyncClient,
    ConversationIndex,
    InvalidArgumentError,
    NotFoundError,
    StoreError,
)
from openai_conversations._sqlite import database

from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds

Connect = Callable[..., AsyncClient]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ConversationIndex]:
    with ConversationIndex(tmp_path / "index.sqlite") as index:
        yield index


def found(index: ConversationIndex) -> dict[str, Any]:
    return {each.id: each.to_dict()["metadata"] for each in index.list()}


async def test_every_form_is_noted(
    connect: Connect, conversations_url: str, index: ConversationIndex
) -> None:
    async with connect(conversations_url, index=index) as client:
        conversations = client.with_options(timeout=60).conversations
        one = await conversations.create(metadata={"n": "1"})
        raw = await conversations.with_raw_response.create(metadata={"n": "2"})
        two = raw.parse()
        async with conversations.with_streaming_response.create(metadata={"n": "3"}) as response:
            pieces = [piece async for piece in response.iter_bytes()]
        three = json.loads(b"".join(pieces))["id"]
        async with conversations.with_streaming_response.create(metadata={"n": "4"}) as response:
            four = await response.parse()
        five = await client.post("/conversations", body={"metadata": {"n": "5"}})
        assert found(index) == {
            one.id: {"n": "1"},
            two.id: {"n": "2"},
            three: {"n": "3"},
            four.id: {"n": "4"},
            five["id"]: {"n": "5"},
        }
        assert index.find(metadata={"n": "1"}) == [one]
        updated = await conversations.update(one.id, metadata={"user_id": "user_123"})
        await client.post(f"/conversations/{two.id}", body={"metadata": {"user_id": "user_123"}})
        assert index.find(metadata={"n": "1"}) == []
        assert updated in index.find(metadata={"user_id": "user_123"})
        assert {each.id for each in index.find(metadata={"user_id": "user_123"})} == {
            one.id,
            two.id,
        }
        await conversations.delete(one.id)
        await client.delete(f"/conversations/{two.id}")
        async with conversations.with_streaming_response.delete(three):
            pass
        assert found(index).keys() == {four.id, five["id"]}


async def test_imports_and_forks_are_noted(client: AsyncClient, index: ConversationIndex) -> None:
    made = await client.conversations.create(items=[{"role": "user", "content": "Hi"}])
    file = io.StringIO()
    await client.conversations.export(made.id, file)
    file.seek(0)
    conversations = client.with_options(index=index).conversations
    copied = await conversations.import_file(file)
    forked = await conversations.fork(made.id)
    assert found(index).keys() == {copied.conversation_id, forked.id}
    await conversations.purge(forked.id)
    assert found(index).keys() == {copied.conversation_id}


async def test_what_changes_no_conversation_is_not_noted(
    client: AsyncClient, index: ConversationIndex
) -> None:
    made = await client.conversations.create()
    noting = client.with_options(index=index)
    added = await noting.conversations.items.create(
        made.id, items=[{"role": "user", "content": "Hi"}]
    )
    await noting.conversations.retrieve(made.id)
    await noting.conversations.items.delete(added.data[0].id, conversation_id=made.id)
    await noting.responses.create(model="m", input="Hi", conversation=made.id)
    await noting.with_options(index=None).conversations.create()
    assert index.list() == []
    index.add(made)
    await client.conversations.delete(made.id)
    with pytest.raises(NotFoundError):
        await noting.conversations.update(made.id, metadata={})
    assert index.list() == [made]
    # It is gone, though another client has deleted it.
    with pytest.raises(NotFoundError):
        await noting.conversations.delete(made.id)
    assert index.list() == []


@pytest.mark.parametrize("body", [{}, [], "conv_1", {"id": None}, {"id": "\ud800"}, {"id": 7}])
@pytest.mark.off_contract
async def test_responses_that_name_no_conversation(
    connect: Connect, index: ConversationIndex, body: Any
) -> None:
    with ScriptedServer(responds(body)) as server:
        async with connect(server.url, index=index) as client:
            raw = await client.conversations.with_raw_response.create()
            assert raw.json() == body
    assert index.list() == []


@pytest.mark.off_contract
async def test_responses_that_are_not_json(connect: Connect, index: ConversationIndex) -> None:
    script = responds(CONVERSATION)
    with ScriptedServer(lambda peer: peer.respond(b"<html>")) as server:
        async with connect(server.url, index=index) as client:
            with pytest.raises(APIResponseValidationError):
                await client.conversations.create()
    assert index.list() == []
    with ScriptedServer(script) as server:
        async with connect(server.url, index=index) as client:
            await client.conversations.create()
    assert [each.id for each in index.list()] == [CONVERSATION["id"]]


async def test_a_result_is_not_lost_with_the_index(
    client: AsyncClient,
    index: ConversationIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Return what the service has done, log the error, and write the change later."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.0)
    noting = client.with_options(index=index)
    kept = await noting.conversations.create(metadata={"secret": "of a user"})
    with ConversationIndex(tmp_path / "index.sqlite") as impatient:
        noting = client.with_options(index=impatient)
        writer = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.ERROR, "openai_conversations"):
            made = await noting.conversations.create(metadata={"secret": "of a user"})
            await noting.conversations.delete(kept.id)
        logged = [record.getMessage() for record in caplog.records]
        assert [(made.id in line, kept.id in line) for line in logged] == [(1, 0), (0, 1)]
        assert "of a user" not in caplog.text
        with pytest.raises(StoreError, match="locked"):
            impatient.list()
        assert index.list() == [kept]
        writer.execute("ROLLBACK")
        writer.close()
        other = await noting.conversations.create()
    assert {each.id for each in index.list()} == {made.id, other.id}


async def test_a_closed_index(
    client: AsyncClient, index: ConversationIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index.close()
    with caplog.at_level(logging.ERROR, "openai_conversations"):
        made = await client.with_options(index=index).conversations.create()
    assert made.id in caplog.text
    assert "is closed" in caplog.text


async def test_what_is_not_an_index(client: AsyncClient) -> None:
    with pytest.raises(InvalidArgumentError, match="index"):
        client.with_options(index="index.sqlite")  # type: ignore[arg-type]  # pyright: ignore
