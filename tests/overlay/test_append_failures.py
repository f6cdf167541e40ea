"""`items.append` when something goes wrong: what it does, and the account that it gives.

What networks do is in `tests/faults`; here it is what only a test in this process can arrange.
"""

from __future__ import annotations

import json
import logging
import pickle
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest
from openai_conversations import (
    AbortSignal,
    AppendProgress,
    AppendUncertainError,
    AsyncClient,
    BadRequestError,
    Client,
    ClientClosedError,
    ConversationLockedError,
    InternalServerError,
    InvalidArgumentError,
    NotFoundError,
    OpenAIError,
    RateLimitError,
    RequestAbortedError,
)
from openai_conversations.local.faults import Answer, ConnectionLostError, Fault
from openai_conversations.local.observed import ObservedService
from openai_conversations.local.service import ServiceReply, ServiceRequest

POST = "POST /conversations/*/items"
GET = "GET /conversations/*/items"
Item = dict[str, Any]


def messages(count: int) -> list[Item]:
    return [{"role": "user", "content": f"text {n}"} for n in range(count)]


def texts(client: Client, conversation: str) -> list[str]:
    listed = client.conversations.items.list(conversation, order="asc", limit=100)
    return [item.to_dict()["content"][0]["text"] for item in listed]


@pytest.fixture
def client(conversations_client: Client) -> Client:
    return conversations_client


@pytest.fixture
def service(conversations_local: ObservedService) -> ObservedService:
    return conversations_local


@pytest.fixture
def conversation(client: Client, service: ObservedService) -> str:
    """A conversation that already holds what will be appended first."""
    made = client.conversations.create(items=messages(20))
    service.requests.clear()
    return made.id


def everything(count: int) -> list[str]:
    return [item["content"] for item in [*messages(20), *messages(count)]]


def strike(
    service: ObservedService, effect: Callable[[Answer], ServiceReply], on: str = POST
) -> None:
    service.faults.add(Fault("of this test", on, effect))


def account(error: OpenAIError) -> tuple[int, int, int | None]:
    assert error.append is not None
    return error.append.landed, error.append.unknown, error.append.not_landed


def token(error: OpenAIError) -> str:
    assert error.append is not None
    return error.append.token


def add(service: ObservedService, conversation: str, *items: Item) -> None:
    """Adds items as another writer does."""
    path = f"/conversations/{conversation}/items"
    body = json.dumps({"items": items}).encode()
    headers = {"content-type": "application/json"}
    service.service.handle(ServiceRequest("POST", path, [], headers, body))


# -- errors that say that nothing has happened


def test_a_locked_conversation_is_waited_for(
    client: Client, service: ObservedService, conversation: str
) -> None:
    service.faults.conversation_locked(POST, times=2)
    client.conversations.items.append(conversation, messages(25))
    assert texts(client, conversation) == everything(25)
    # Nothing is read for it: one to find the end, two that were refused, two batches.
    assert [seen.method for seen in service.requests][:5] == ["GET"] + ["POST"] * 4


def test_it_is_not_waited_for_without_end(
    client: Client, service: ObservedService, conversation: str
) -> None:
    service.faults.conversation_locked(POST, times=3)
    with pytest.raises(ConversationLockedError) as caught:
        client.conversations.items.append(conversation, messages(25))
    assert account(caught.value) == (0, 0, 25)
    client.conversations.items.append(conversation, messages(25), resume=token(caught.value))
    assert texts(client, conversation) == everything(25)


def test_a_service_that_asks_for_too_long_a_pause_is_not_asked_again(
    client: Client, service: ObservedService, conversation: str
) -> None:
    service.faults.rate_limited(POST, retry_after=600)
    with pytest.raises(RateLimitError) as caught:
        client.conversations.items.append(conversation, messages(25))
    assert account(caught.value) == (0, 0, 25)


@pytest.mark.off_contract
def test_a_refused_item_leaves_the_batches_before_it(client: Client, conversation: str) -> None:
    items = [*messages(30), {"role": "user", "content": "x", "colour": "red"}]
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
    client: Client, service: ObservedService, conversation: str
) -> None:
    service.faults.server_error(POST, times=3)
    with pytest.raises(InternalServerError) as caught:
        client.conversations.items.append(conversation, messages(25))
    # It was read that nothing is there, so nothing is in doubt.
    assert account(caught.value) == (0, 0, 25)
    assert caught.value.append == pickle.loads(pickle.dumps(caught.value)).append


@pytest.mark.off_contract
@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"data": []}', b'{"data": null}'])
def test_an_answer_that_cannot_be_read_is_no_answer(
    client: Client, service: ObservedService, conversation: str, body: bytes
) -> None:
    def effect(answer: Answer) -> ServiceReply:
        reply = answer()
        headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
        return ServiceReply(reply.status, headers, body)

    strike(service, effect)
    result = client.conversations.items.append(conversation, messages(25))
    assert texts(client, conversation) == everything(25)
    assert [item.to_dict()["content"][0]["text"] for item in result] == everything(25)[20:]


def test_another_writer_is_not_taken_for_ourselves(
    client: Client, service: ObservedService, conversation: str
) -> None:
    def effect(answer: Answer) -> ServiceReply:
        answer()
        add(service, conversation, {"role": "user", "content": "from elsewhere"})
        raise ConnectionLostError

    def first(progress: AppendProgress) -> None:
        if progress.landed == 20 and not progress.unknown:
            strike(service, effect)

    with pytest.raises(AppendUncertainError, match="not what was sent") as caught:
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
    client: Client, service: ObservedService, conversation: str
) -> None:
    def effect(answer: Answer) -> ServiceReply:
        add(service, conversation, messages(3)[0], messages(3)[2])
        raise ConnectionLostError

    strike(service, effect)
    with pytest.raises(AppendUncertainError) as caught:
        client.conversations.items.append(conversation, messages(3))
    assert account(caught.value) == (0, 3, 0)
    assert len(caught.value.found_ids) == 2


def test_a_conversation_that_cannot_be_read(
    client: Client, service: ObservedService, conversation: str
) -> None:
    def effect(answer: Answer) -> ServiceReply:
        answer()
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
    client: Client, service: ObservedService, conversation: str
) -> None:
    def effect(answer: Answer) -> ServiceReply:
        client.conversations.delete(conversation)
        raise ConnectionLostError

    strike(service, effect)
    with pytest.raises(AppendUncertainError) as caught:
        client.conversations.items.append(conversation, messages(25))
    assert isinstance(caught.value.__cause__, NotFoundError)


def test_the_last_item_is_deleted_meanwhile(
    client: Client, service: ObservedService, conversation: str
) -> None:
    [last] = client.conversations.items.list(conversation, max_items=1)

    def effect(answer: Answer) -> ServiceReply:
        client.conversations.items.delete(str(last.id), conversation_id=conversation)
        raise ConnectionLostError

    strike(service, effect)
    with pytest.raises(AppendUncertainError) as caught:
        client.conversations.items.append(conversation, messages(25))
    assert isinstance(caught.value.__cause__, BadRequestError)


def test_a_second_copy_that_cannot_be_taken_back(
    client: Client, service: ObservedService, conversation: str
) -> None:
    def lose(answer: Answer) -> ServiceReply:
        strike(service, arrive_twice)
        raise ConnectionLostError

    def arrive_twice(answer: Answer) -> ServiceReply:
        answer()
        service.faults.server_error("DELETE *", times=3)
        return answer()

    strike(service, lose)
    with pytest.raises(AppendUncertainError, match="taken back") as caught:
        client.conversations.items.append(conversation, messages(5))
    assert account(caught.value) == (0, 5, 0)


def test_what_holds_the_lock_may_be_our_own_request(
    client: Client, service: ObservedService, conversation: str
) -> None:
    late: list[Answer] = []

    def give_up(answer: Answer) -> ServiceReply:
        late.append(answer)
        strike(service, locked)
        raise ConnectionLostError

    def locked(answer: Answer) -> ServiceReply:
        # The first request is still at work, and is finished when the second one is refused.
        late[0]()
        error = {"message": "locked", "code": "conversation_locked", "type": "x", "param": None}
        return ServiceReply(400, [], json.dumps({"error": error}).encode())

    strike(service, give_up)
    client.conversations.items.append(conversation, messages(25))
    assert texts(client, conversation) == everything(25)


# -- abort and cancellation


def test_abort_between_batches(client: Client, conversation: str) -> None:
    abort = AbortSignal()

    def stop(progress: AppendProgress) -> None:
        if progress.landed == 20:
            abort.set("enough")

    with pytest.raises(RequestAbortedError, match="enough") as caught:
        client.conversations.items.append(conversation, messages(45), on_progress=stop, abort=abort)
    assert account(caught.value) == (20, 0, 25)
    assert texts(client, conversation) == everything(20)


@pytest.mark.parametrize("committed", [True, False])
def test_abort_inside_a_batch(
    client: Client, service: ObservedService, conversation: str, committed: bool
) -> None:
    abort, over = AbortSignal(), threading.Event()

    def effect(answer: Answer) -> ServiceReply:
        if committed:
            answer()
        abort.set()
        over.wait()
        raise ConnectionLostError

    strike(service, effect)
    with pytest.raises(RequestAbortedError) as caught:
        client.conversations.items.append(conversation, messages(45), abort=abort)
    over.set()
    assert account(caught.value) == (0, 20, 25)
    client.conversations.items.append(conversation, messages(45), resume=token(caught.value))
    assert texts(client, conversation) == everything(45)


def test_abort_while_waiting(
    client: Client,
    service: ObservedService,
    conversation: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    abort = AbortSignal()

    class Stop(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            if "going on in 60" in record.getMessage():
                abort.set()
            return True

    def effect(answer: Answer) -> ServiceReply:
        return ServiceReply(500, [("retry-after-ms", "60000"), ("content-length", "0")], b"")

    strike(service, effect)
    caplog.set_level(logging.INFO, "openai_conversations")
    caplog.handler.addFilter(Stop())
    with pytest.raises(RequestAbortedError) as caught:
        client.conversations.items.append(conversation, messages(45), abort=abort)
    assert caught.value.stage == "waiting for a retry"
    assert account(caught.value) == (0, 20, 25)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancellation_leaves_the_last_report(
    client: Client,
    conversations_async_client: AsyncClient,
    conversation: str,
    backend: str,
) -> None:
    reports: list[AppendProgress] = []

    async def main() -> None:
        with anyio.CancelScope() as scope:

            def cancel(progress: AppendProgress) -> None:
                reports.append(progress)
                if progress.sent == 40:
                    scope.cancel()

            await conversations_async_client.conversations.items.append(
                conversation, messages(45), on_progress=cancel
            )
        assert scope.cancelled_caught

    anyio.run(main, backend=backend)
    assert (reports[-1].landed, reports[-1].unknown, reports[-1].not_landed) == (20, 20, 5)
    client.conversations.items.append(conversation, messages(45), resume=reports[-1].token)
    assert texts(client, conversation) == everything(45)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_the_callers_own_code_raises_goes_through(
    client: Client, conversation: str, error: type[BaseException]
) -> None:
    reports: list[AppendProgress] = []

    def generate() -> Iterator[Item]:
        yield from messages(27)
        raise error

    with pytest.raises(error):
        client.conversations.items.append(conversation, generate(), on_progress=reports.append)
    assert (reports[-1].landed, reports[-1].unknown) == (20, 0)
    client.conversations.items.append(conversation, messages(45), resume=reports[-1].token)
    assert texts(client, conversation) == everything(45)


def test_an_error_of_the_callback_is_not_taken_for_one_of_the_request(
    client: Client, service: ObservedService, conversation: str
) -> None:
    def fail(progress: AppendProgress) -> None:
        client.conversations.retrieve("conv_no")

    with pytest.raises(NotFoundError) as caught:
        client.conversations.items.append(conversation, messages(25), on_progress=fail)
    assert account(caught.value) == (0, 0, 25)
    assert {seen.method for seen in service.requests} == {"GET"}


# -- resuming


def test_any_token_of_a_run_leads_to_the_same_end(
    client: Client, service: ObservedService, conversation: str
) -> None:
    reports: list[AppendProgress] = []
    client.conversations.items.append(conversation, messages(130), on_progress=reports.append)
    for report in reports:
        service.requests.clear()
        result = client.conversations.items.append(
            conversation, iter(messages(130)), resume=report.token
        )
        assert result.count == 130 - report.landed
        assert {seen.method for seen in service.requests} <= {"GET"}
    assert texts(client, conversation) == everything(130)


def test_more_than_there_are_items(client: Client, conversation: str) -> None:
    reports: list[AppendProgress] = []
    client.conversations.items.append(conversation, messages(45), on_progress=reports.append)
    for fewer in (40, 30):
        with pytest.raises(AppendUncertainError):
            client.conversations.items.append(
                conversation, messages(fewer), resume=reports[1].token
            )


@pytest.mark.parametrize(
    "items", [messages(10), [{"role": "user", "content": "other"}] * 45], ids=["fewer", "other"]
)
def test_other_items_than_before_are_noticed(
    client: Client, conversation: str, items: list[Item]
) -> None:
    reports: list[AppendProgress] = []
    client.conversations.items.append(conversation, messages(45), on_progress=reports.append)
    with pytest.raises(InvalidArgumentError, match="the same items as before") as caught:
        client.conversations.items.append(conversation, items, resume=reports[-1].token)
    assert token(caught.value) == reports[-1].token


def test_a_token_belongs_to_a_conversation(client: Client, conversation: str) -> None:
    reports: list[AppendProgress] = []
    client.conversations.items.append(conversation, messages(1), on_progress=reports.append)
    with pytest.raises(InvalidArgumentError, match="resume"):
        client.conversations.items.append("conv_2", messages(1), resume=reports[-1].token)
