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
DONE = ("drop response", "cut response", "done, then 500")


@pytest.mark.parametrize("kind", [*KINDS, "slow", "late"])
@pytest.mark.parametrize("exchange", [0, 1, 3])
def test_a_fault_strikes_once(service: str, kind: str, exchange: int) -> None:
    timeout = {"hold request": 0.3, "hold response": 0.3, "slow": 1, "late": 1}.get(kind, 60)
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
    if kind.startswith("hold"):
        return  # A slow machine may run into the short timeout more than once.
    if exchange == 0 or kind in REFUSED:
        more = 1
    elif kind in DONE:
        # It is read that the batch is there, and it is not sent again.
        more = 1
    elif kind == "slow":
        # Read, and read once more before it counts as not landed.
        more = 2
    elif kind == "late":
        # Read twice, send again, read that it is there twice, delete the newer copy, read.
        more = 2 + 1 + 1 + (15 if exchange == 3 else 20) + 1
    else:
        # Read, send what is missing, read that it is there once.
        more = 3
    assert len(proxy.exchanges) == REQUESTS + more
