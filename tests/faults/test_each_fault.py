"""Each fault alone: what is stored, and how many requests it takes."""

from __future__ import annotations

import httpx
import pytest
from openai_conversations import Client

from tests.faults.conversation import texts
from tests.faults.proxy import KINDS, FaultProxy, scripted

SAME = {"role": "user", "content": "the same words"}
#: One to read where the conversation ends, three batches.
REQUESTS = 4
#: Nothing has happened, and the client knows: it sends the batch again.
REFUSED = ("status 429",)
#: All of it has happened; reading shows that.
DONE = ("drop answer", "cut answer", "hold answer", "done, then 500")


@pytest.mark.parametrize("kind", [*KINDS, "late"])
@pytest.mark.parametrize("exchange", [0, 1, 3])
def test_a_fault_strikes_once(service: str, kind: str, exchange: int) -> None:
    timeout = 0.3 if kind.startswith(("hold", "late")) else 60
    with (
        httpx.Client(base_url=service) as direct,
        FaultProxy(service, scripted({exchange: kind})) as proxy,
        Client(api_key="k", base_url=proxy.url, timeout=timeout) as client,
    ):
        conversation = direct.post("conversations", json={"items": [SAME] * 20}).json()["id"]
        result = client.conversations.items.append(conversation, [SAME] * 55)
        found = direct.get(f"conversations/{conversation}/items", params={"limit": 100}).json()
        assert len(texts(direct, conversation)) == 75
    assert [item.id for item in result] == [item["id"] for item in found["data"][:55]][::-1]
    if exchange == 0 or kind in REFUSED:
        assert len(proxy.exchanges) == REQUESTS + 1
    elif kind in DONE:
        # The reading takes the place of nothing: the batch is not sent again.
        assert len(proxy.exchanges) == REQUESTS + 1
    elif kind == "late":
        # Read, send again, read that it is there twice, take 20 items back, read.
        assert len(proxy.exchanges) == REQUESTS + 1 + 1 + 1 + _last_batch(exchange) + 1
    else:
        # Read, send what is missing, read that it is there once.
        assert len(proxy.exchanges) == REQUESTS + 3


def _last_batch(exchange: int) -> int:
    return 15 if exchange == 3 else 20
