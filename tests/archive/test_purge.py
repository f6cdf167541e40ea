"""`conversations.purge` and `items.clear`: nothing is left, and the account is exact."""

from __future__ import annotations

from typing import Any

import pytest
from openai_conversations import (
    ArchiveProgress,
    Client,
    NotFoundError,
    OpenAIError,
)

from tests.faults.conversation import messages
from tests.faults.proxy import KINDS, FaultProxy, scripted, seeded
from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, page

#: More than one page.
COUNT = 120


@pytest.fixture
def direct(service: str) -> Any:
    with Client(api_key="k", base_url=service) as client:
        yield client


def _filled(client: Client, count: int = COUNT) -> str:
    conversation = client.conversations.create()
    client.conversations.items.append(conversation.id, messages(count))
    return conversation.id


def test_purge(service: str, direct: Client, runner: ClientRunner) -> None:
    conversation = direct.conversations.retrieve(_filled(direct))
    seen: list[ArchiveProgress] = []
    result = runner.run(
        service, lambda c: c.conversations.purge(conversation, on_progress=seen.append)
    )
    assert (result.conversation_id, result.deleted) == (conversation.id, COUNT)
    assert result.conversation_deleted
    assert [report.done for report in seen] == [100, COUNT]
    with pytest.raises(NotFoundError):
        direct.conversations.retrieve(conversation.id)
    with pytest.raises(NotFoundError) as caught:
        runner.run(service, lambda c: c.conversations.purge(conversation.id))
    assert caught.value.archive == ArchiveProgress(conversation.id, 0)


def test_clear(service: str, direct: Client, runner: ClientRunner) -> None:
    conversation = _filled(direct, 25)
    result = runner.run(service, lambda c: c.conversations.items.clear(conversation))
    assert (result.deleted, result.conversation_deleted) == (25, False)
    assert direct.conversations.items.list(conversation).data == []
    again = runner.run(service, lambda c: c.conversations.items.clear(conversation))
    assert again.deleted == 0


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_list_whose_items_the_loop_deletes(service: str, direct: Client, order: Any) -> None:
    conversation = _filled(direct, 75)
    given = 0
    for item in direct.conversations.items.list(conversation, order=order, limit=10):
        direct.conversations.items.delete(str(item.id), conversation_id=conversation)
        given += 1
    assert given == 75
    assert direct.conversations.items.list(conversation).data == []


@pytest.mark.off_contract
@pytest.mark.parametrize(("seed", "max_retries"), [(1, 8), (2, 2), (3, 0)])
def test_random_faults(
    service: str, direct: Client, runner: ClientRunner, seed: int, max_retries: int
) -> None:
    for n in range(2):
        conversation = _filled(direct, 30)
        with FaultProxy(service, seeded(10 * seed + n, 0.2)) as proxy:
            _purge(runner, proxy, conversation, max_retries)
            proxy.finish()
        with pytest.raises(NotFoundError):
            direct.conversations.retrieve(conversation)
        with pytest.raises(NotFoundError):
            direct.conversations.items.list(conversation)


def _purge(runner: ClientRunner, proxy: FaultProxy, conversation: str, max_retries: int) -> None:
    """Purge through faults, and again whenever it gives up."""

    def purge(client: Any) -> Any:
        return client.conversations.purge(conversation)

    for _ in range(200):
        try:
            runner.run(proxy.url, purge, max_retries=max_retries, timeout=0.3)
            return
        except NotFoundError:  # it was deleted, and the response lost
            return
        except OpenAIError:
            continue
    raise AssertionError


@pytest.mark.off_contract
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("silence")])
def test_the_account_through_each_fault(service: str, direct: Client, kind: str) -> None:
    # 0 lists; 1 to 3 delete items, 4 lists, 5 deletes the conversation, 6 reads it.
    for exchange in range(1, 7):
        conversation = _filled(direct, 3)
        deleted = 0
        with FaultProxy(service, scripted({exchange: kind})) as proxy:
            for _ in range(9):
                with Client(api_key="k", base_url=proxy.url) as client:
                    try:
                        deleted += client.conversations.purge(conversation).deleted
                        break
                    except OpenAIError as error:
                        deleted += error.archive.done if error.archive else 1000
            else:
                raise AssertionError
        assert deleted == 3, exchange
        with pytest.raises(NotFoundError):
            direct.conversations.retrieve(conversation)


@pytest.mark.off_contract
def test_items_that_stay(runner: ClientRunner) -> None:
    def serve(peer: Any) -> None:
        peer.respond(page(1, 2) if peer.seen.method == "GET" else CONVERSATION)

    with ScriptedServer(serve) as server:
        with pytest.raises(OpenAIError, match="still lists 2 items") as caught:
            runner.run(server.url, lambda c: c.conversations.purge("conv_1"), max_retries=1)
        assert caught.value.archive == ArchiveProgress("conv_1", 4)
