"""`items.append` when something goes wrong: what it does, and the account that it gives.

What networks do is in `tests/faults`; here it is what only a test in this process can arrange.
"""

from __future__ import annotations

import json
import pickle

import pytest
from openai_conversations import (
    AppendProgress,
    AppendUncertainError,
    BadRequestError,
    Client,
    ClientClosedError,
    ConversationLockedError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
)
from openai_conversations.local.fault_injection import (
    ConnectionLostError,
    FaultInjectingService,
    Respond,
)
from openai_conversations.local.service import ServiceResponse

from tests.overlay.append.cases import (
    GET,
    POST,
    account,
    add,
    everything,
    messages,
    strike,
    texts,
    token,
)

# -- errors that say that nothing has happened


def test_a_locked_conversation_is_waited_for(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    service.faults.conversation_locked(POST, times=2)
    client.conversations.items.append(conversation, messages(25))
    assert texts(client, conversation) == everything(25)
    # Nothing is read for it: one to find the end, two that were refused, two batches.
    assert [seen.method for seen in service.requests][:5] == ["GET"] + ["POST"] * 4


def test_it_is_not_waited_for_without_end(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    service.faults.conversation_locked(POST, times=3)
    with pytest.raises(ConversationLockedError) as caught:
        client.conversations.items.append(conversation, messages(25))
    assert account(caught.value) == (0, 0, 25)
    client.conversations.items.append(conversation, messages(25), resume=token(caught.value))
    assert texts(client, conversation) == everything(25)


def test_a_service_that_asks_for_too_long_a_pause_is_not_retried(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    service.faults.rate_limited(POST, retry_after=600)
    with pytest.raises(RateLimitError) as caught:
        client.conversations.items.append(conversation, messages(25))
    assert account(caught.value) == (0, 0, 25)


@pytest.mark.off_contract
def test_a_refused_item_leaves_the_batches_before_it(client: Client, conversation: str) -> None:
    items = [*messages(30), {"type": "function_call_output", "call_id": 5, "output": "x"}]
    with pytest.raises(BadRequestError) as caught:
        client.conversations.items.append(conversation, items)
    assert account(caught.value) == (20, 0, 11)
    assert texts(client, conversation) == everything(20)


def test_a_closed_client(client: Client, conversation: str) -> None:
    reports: list[AppendProgress] = []

    def close(progress: AppendProgress) -> None:
        reports.append(progress)
        if progress.landed:
            client.close()

    with pytest.raises(ClientClosedError) as caught:
        client.conversations.items.append(conversation, messages(25), on_progress=close)
    assert account(caught.value) == (20, 0, 5)


# -- errors that leave it open


def test_an_error_that_stays_is_raised_with_the_exact_account(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    service.faults.server_error(POST, times=3)
    with pytest.raises(InternalServerError) as caught:
        client.conversations.items.append(conversation, messages(25))
    # It was read that nothing is there, so nothing is in doubt.
    assert account(caught.value) == (0, 0, 25)
    assert caught.value.append == pickle.loads(pickle.dumps(caught.value)).append


@pytest.mark.off_contract
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"data": []}', b'{"data": null}', b'{"data": {"a": 1}}']
)
def test_a_response_that_cannot_be_read_counts_as_none(
    client: Client, service: FaultInjectingService, conversation: str, body: bytes
) -> None:
    def effect(respond: Respond) -> ServiceResponse:
        response = respond()
        headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
        return ServiceResponse(response.status, headers, body)

    strike(service, effect)
    result = client.conversations.items.append(conversation, messages(25))
    assert texts(client, conversation) == everything(25)
    assert [item.to_dict()["content"][0]["text"] for item in result] == everything(25)[20:]


def test_another_writer_is_not_taken_for_ourselves(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    def effect(respond: Respond) -> ServiceResponse:
        respond()
        add(service, conversation, {"role": "user", "content": "from elsewhere"})
        raise ConnectionLostError

    def first(progress: AppendProgress) -> None:
        if progress.landed == 20 and not progress.unknown:
            strike(service, effect)

    with pytest.raises(AppendUncertainError, match="was not sent") as caught:
        client.conversations.items.append(conversation, messages(45), on_progress=first)
    error = caught.value
    assert (error.landed, error.unknown, error.not_landed) == (20, 20, 5)
    assert len(error.found_ids) == 21
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.token, copy.landed, copy.found_ids) == (error.token, 20, error.found_ids)
    # Once the stranger is gone, the token leads on.
    client.conversations.items.delete(str(error.found_ids[-1]), conversation_id=conversation)
    result = client.conversations.items.append(conversation, messages(45), resume=error.token)
    assert (result.count, len(result.data)) == (25, 25)
    assert texts(client, conversation) == everything(45)


def test_a_gap_is_not_filled_out_of_order(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    def effect(respond: Respond) -> ServiceResponse:
        add(service, conversation, messages(3)[0], messages(3)[2])
        raise ConnectionLostError

    strike(service, effect)
    with pytest.raises(AppendUncertainError) as caught:
        client.conversations.items.append(conversation, messages(3))
    assert account(caught.value) == (0, 3, 0)
    assert len(caught.value.found_ids) == 2


def test_a_conversation_that_cannot_be_read(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    def effect(respond: Respond) -> ServiceResponse:
        respond()
        service.faults.server_error(GET, times=3)
        raise ConnectionLostError

    strike(service, effect)
    with pytest.raises(AppendUncertainError, match="cannot be read") as caught:
        client.conversations.items.append(conversation, messages(25))
    assert isinstance(caught.value.__cause__, InternalServerError)
    assert account(caught.value) == (0, 20, 5)
    client.conversations.items.append(conversation, messages(25), resume=caught.value.token)
    assert texts(client, conversation) == everything(25)


def test_a_conversation_that_is_gone(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    def effect(respond: Respond) -> ServiceResponse:
        client.conversations.delete(conversation)
        raise ConnectionLostError

    strike(service, effect)
    with pytest.raises(AppendUncertainError) as caught:
        client.conversations.items.append(conversation, messages(25))
    assert isinstance(caught.value.__cause__, NotFoundError)


def test_the_last_item_is_deleted_meanwhile(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    [last] = client.conversations.items.list(conversation, max_items=1)

    def effect(respond: Respond) -> ServiceResponse:
        client.conversations.items.delete(str(last.id), conversation_id=conversation)
        raise ConnectionLostError

    strike(service, effect)
    with pytest.raises(AppendUncertainError) as caught:
        client.conversations.items.append(conversation, messages(25))
    assert isinstance(caught.value.__cause__, BadRequestError)


def test_a_second_copy_that_cannot_be_deleted(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    def lose(respond: Respond) -> ServiceResponse:
        strike(service, arrive_twice)
        raise ConnectionLostError

    def arrive_twice(respond: Respond) -> ServiceResponse:
        respond()
        service.faults.server_error("DELETE *", times=9)
        return respond()

    strike(service, lose)
    with pytest.raises(AppendUncertainError, match="cannot be deleted") as caught:
        client.conversations.items.append(conversation, messages(5))
    assert account(caught.value) == (0, 5, 0)


def test_what_holds_the_lock_may_be_our_own_request(
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    late: list[Respond] = []

    def give_up(respond: Respond) -> ServiceResponse:
        late.append(respond)
        strike(service, locked)
        raise ConnectionLostError

    def locked(respond: Respond) -> ServiceResponse:
        # The first request is still at work, and is finished when the second one is refused.
        late[0]()
        error = {"message": "locked", "code": "conversation_locked", "type": "x", "param": None}
        return ServiceResponse(400, [], json.dumps({"error": error}).encode())

    strike(service, give_up)
    client.conversations.items.append(conversation, messages(25))
    assert texts(client, conversation) == everything(25)
