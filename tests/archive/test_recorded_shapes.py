"""Every verb over the items that the service has been seen to send."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openai_conversations import Client, NotFoundError

from tests.archive.test_import_file import bare, check_round_trip, exported, exported_items
from tests.recorded.exchanges import items, own, recorded


@pytest.fixture(params=[own, recorded])
def stored(request: pytest.FixtureRequest, conversations_client: Client) -> str:
    """Return the id of a conversation with one of each; a text where there is no input form."""
    sent = [{**item, "id": f"x_{n}"} for n, item in enumerate(items(request.param()))]
    assert len(sent) > 3
    file = io.StringIO(exported(sent))
    made = conversations_client.conversations.import_file(file, on_unsupported="text")
    assert made.conversations[0].count == len(sent)
    return str(made.conversation_id)


def test_what_was_exported_comes_back(
    conversations_client: Client, stored: str, tmp_path: Path
) -> None:
    check_round_trip(conversations_client, stored, tmp_path)


def test_a_fork_has_the_same_items(conversations_client: Client, stored: str) -> None:
    fork = conversations_client.conversations.fork(stored, on_unsupported="skip")
    before, after = (exported_items(conversations_client, id) for id in (stored, fork.id))
    assert bare(after) == bare(before)


def test_a_transcript_names_each_item(conversations_client: Client, stored: str) -> None:
    ids = [item["id"] for item in exported_items(conversations_client, stored)]
    for format in ("markdown", "text", "html"):
        text = conversations_client.conversations.transcript(stored, format=format)
        places = [text.find(id) for id in ids]
        assert places == sorted(places)
        assert -1 not in places
        assert "unknown" not in text


def test_what_is_found_is_mended(conversations_client: Client, stored: str) -> None:
    conversations = conversations_client.conversations
    ids = {item["id"] for item in exported_items(conversations_client, stored)}
    found = conversations.check(stored)
    assert found.count == len(ids)
    assert {id for finding in found.findings for id in finding.item_ids} <= ids
    assert "unknown_kind" not in {finding.kind for finding in found.findings}
    assert conversations.check(stored, repair=True).ok
    conversations_client.responses.create(model="m", conversation=stored, input="Go on.")


def test_a_purge_leaves_nothing(conversations_client: Client, stored: str) -> None:
    count = len(exported_items(conversations_client, stored))
    assert conversations_client.conversations.purge(stored).deleted == count
    with pytest.raises(NotFoundError):
        conversations_client.conversations.retrieve(stored)
