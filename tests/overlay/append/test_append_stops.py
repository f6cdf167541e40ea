"""`items.append` that is stopped half-way, from inside or outside, and goes on later."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import anyio
import pytest
from openai_conversations import (
    AbortSignal,
    AppendProgress,
    AppendUncertainError,
    AsyncClient,
    Client,
    InvalidArgumentError,
    NotFoundError,
    RequestAbortedError,
)
from openai_conversations.local.fault_injection import (
    ConnectionLostError,
    FaultInjectingService,
    Respond,
)
from openai_conversations.local.service import ServiceResponse

from tests.overlay.append.cases import (
    Item,
    account,
    everything,
    messages,
    strike,
    texts,
    token,
)

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
    client: Client, service: FaultInjectingService, conversation: str, committed: bool
) -> None:
    abort, over = AbortSignal(), threading.Event()

    def effect(respond: Respond) -> ServiceResponse:
        if committed:
            respond()
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
    service: FaultInjectingService,
    conversation: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    abort = AbortSignal()

    class Stop(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            if "going on in 60" in record.getMessage():
                abort.set()
            return True

    def effect(respond: Respond) -> ServiceResponse:
        return ServiceResponse(500, [("retry-after-ms", "60000"), ("content-length", "0")], b"")

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
            pytest.fail("the cancellation was kept from its scope")

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
    client: Client, service: FaultInjectingService, conversation: str
) -> None:
    def fail(progress: AppendProgress) -> None:
        client.conversations.retrieve("conv_no")

    with pytest.raises(NotFoundError) as caught:
        client.conversations.items.append(conversation, messages(25), on_progress=fail)
    assert account(caught.value) == (0, 0, 25)
    assert {seen.method for seen in service.requests} == {"GET"}


# -- resuming


def test_any_token_of_a_run_leads_to_the_same_end(
    client: Client, service: FaultInjectingService, conversation: str
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
