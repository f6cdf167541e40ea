"""Each fault alone: what is stored, and how many requests it takes."""

from __future__ import annotations

import httpx
import pytest
from openai_conversations import APIStatusError, AppendResult, Client

from tests.faults.conversation import texts
from tests.faults.proxy import KINDS, SILENT, TWICE, FaultProxy, scripted

SAME = {"role": "user", "content": "the same words"}
#: One to read where the conversation ends, three batches.
REQUESTS = 4
#: Some faults are responses that make no sense.
pytestmark = pytest.mark.off_contract


def requests_more(kind: str, exchange: int) -> int:
    """Return how many requests a fault costs."""
    if exchange == 0 or kind == "status 429, not done":
        # It is sent again: it did nothing, or reads.
        return 1
    fate = kind.rpartition(", ")[2]
    if fate == "done":
        # It is read that the batch is there, and it is not sent again.
        return 1
    if fate == "late":
        # Read, and read once more before it counts as not landed.
        return 2
    if fate == "later":
        # Read twice, send again, read that it is there twice, delete the newer copy, read.
        return 2 + 1 + 2 + (15 if exchange == 3 else 20) + 1
    # Read twice, send what is missing, read that it is there once.
    return 4


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("status 3")])
@pytest.mark.parametrize("exchange", [0, 1, 3])
def test_a_fault_strikes_once(service: str, kind: str, exchange: int) -> None:
    with (
        httpx.Client(base_url=service) as direct,
        FaultProxy(service, scripted({exchange: kind})) as proxy,
        Client(api_key="k", base_url=proxy.url, timeout=0.3 if kind in SILENT else 60) as client,
    ):
        conversation = direct.post("conversations", json={"items": [SAME] * 20}).json()["id"]
        result = client.conversations.items.append(conversation, [SAME] * 55)
        proxy.finish()
        found = direct.get(f"conversations/{conversation}/items", params={"limit": 100}).json()
        assert len(texts(direct, conversation)) == 75
    assert [item.id for item in result] == [item["id"] for item in found["data"][:55]][::-1]
    assert result.doubled_ids == []
    # A slow machine may run into the short timeout more than once.
    if kind not in SILENT:
        assert len(proxy.exchanges) == REQUESTS + requests_more(kind, exchange)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("status 3")])
@pytest.mark.parametrize("exchange", [0, 1, 3])
def test_a_redirect_leaves_nothing_in_doubt(service: str, kind: str, exchange: int) -> None:
    with (
        httpx.Client(base_url=service) as direct,
        FaultProxy(service, scripted({exchange: kind})) as proxy,
        Client(api_key="k", base_url=proxy.url, timeout=60) as client,
    ):
        conversation = direct.post("conversations", json={"items": [SAME] * 20}).json()["id"]

        def append(token: str | None) -> AppendResult:
            return client.conversations.items.append(conversation, [SAME] * 55, resume=token)

        if exchange == 0 or kind in ("status 307, not done", "status 303, done"):
            # It reads; or is repeated; or it is read that all of it is there.
            append(None)
        else:
            with pytest.raises(APIStatusError) as caught:
                append(None)
            ended = caught.value.append
            assert ended is not None
            assert (ended.landed, ended.unknown) == (20 * (exchange - 1), 0)
            append(ended.token)
        assert len(texts(direct, conversation)) == 75


@pytest.mark.parametrize("exchange", [1, 2])
def test_what_is_delivered_twice_is_told_when_it_is_read(service: str, exchange: int) -> None:
    faults = {exchange: TWICE, 3: "status 500, not done"}
    with (
        httpx.Client(base_url=service) as direct,
        FaultProxy(service, scripted(faults)) as proxy,
        Client(api_key="k", base_url=proxy.url, timeout=60) as client,
    ):
        conversation = direct.post("conversations", json={}).json()["id"]
        items = [{"role": "user", "content": f"Message {n}"} for n in range(60)]
        result = client.conversations.items.append(conversation, items)
        # The first batch is followed by the second one, after which it is read.
        assert len(result.doubled_ids) == (0 if exchange == 1 else 20)
        for item_id in result.doubled_ids:
            client.conversations.items.delete(item_id, conversation_id=conversation)
        found = texts(direct, conversation)
    assert found[-40:] == [item["content"] for item in items[20:]]
    assert len(found) == (80 if exchange == 1 else 60)
