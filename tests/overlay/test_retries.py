"""What is sent again, and what never is, seen from the server."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Any

import anyio
import httpx
import pytest
from openai_conversations import (
    APIConnectionError,
    APITimeoutError,
    BadRequestError,
    ConversationLockedError,
    InternalServerError,
    RateLimitError,
)
from openai_conversations._transport.concurrency_async import bounded

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, Peer, Script, ScriptedServer, page, responds

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True

LOCKED = {"error": {"message": "busy", "type": "invalid_request_error", "param": None,
                    "code": "conversation_locked"}}  # fmt: skip


def lost(peer: Peer) -> None:
    """Take the request, and do not give the response."""
    peer.cut()


def late(peer: Peer) -> None:
    peer.wait()


def append(client: Any) -> Any:
    return client.conversations.items.create("conv_1", items=[{"role": "user", "content": "Hi"}])


def retrieve(client: Any) -> Any:
    return client.conversations.retrieve("conv_1")


def delete(client: Any) -> Any:
    return client.conversations.delete("conv_1")


DELETED = {"id": "conv_1", "object": "conversation.deleted", "deleted": True}


@pytest.mark.parametrize("failure", [lost, *(responds({}, status=s) for s in (408, 409, 429, 503))])
@pytest.mark.parametrize(("action", "good"), [(retrieve, CONVERSATION), (delete, DELETED)])
def test_a_read_or_a_deletion_is_sent_again(
    runner: ClientRunner, failure: Script, action: Any, good: Any
) -> None:
    with ScriptedServer(failure, failure, responds(good)) as server:
        assert runner.run(server.url, action).id == "conv_1"
    assert len(server.requests) == 3


def test_a_read_that_timed_out_is_sent_again(runner: ClientRunner) -> None:
    with ScriptedServer(late, responds(CONVERSATION)) as server:
        assert runner.run(server.url, retrieve, timeout=2).id == "conv_1"
    assert len(server.requests) == 2


def test_two_deadlines_in_one_moment_leave_nothing_on_the_task() -> None:
    """See that the next step runs; with anyio 3 it was cancelled, a retry for example."""

    async def transport() -> None:
        with anyio.fail_after(0):
            await anyio.sleep_forever()

    async def run() -> tuple[int, bool]:
        with suppress(TimeoutError, httpx.ReadTimeout):
            await bounded(0, transport)
        task = asyncio.current_task()
        assert task is not None
        with anyio.move_on_after(0) as next_step:
            await anyio.sleep_forever()
        return task.cancelling(), next_step.cancel_called

    assert asyncio.run(run()) == (0, True)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (lost, APIConnectionError),
        (late, APITimeoutError),
        (responds({}, status=500), InternalServerError),
        (responds({}, status=503), InternalServerError),
        (responds({}, status=408), Exception),
        (responds({}, status=400), BadRequestError),
    ],
)
def test_an_append_whose_fate_is_unknown_is_not_sent_again(
    runner: ClientRunner, failure: Script, error: type[Exception]
) -> None:
    with ScriptedServer(failure, responds(page(1))) as server, pytest.raises(error):
        runner.run(server.url, append, timeout=0.5)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "refusal", [responds({}, status=429), responds({}, status=409), responds(LOCKED, status=400)]
)
def test_an_append_that_was_refused_is_sent_again(runner: ClientRunner, refusal: Script) -> None:
    with ScriptedServer(refusal, responds(page(1))) as server:
        assert runner.run(server.url, append).data[0].id == "msg_1"
    assert [r.body for r in server.requests] == [server.requests[0].body] * 2


def test_the_service_may_say_that_an_append_can_be_sent_again(runner: ClientRunner) -> None:
    with ScriptedServer(
        responds({}, status=500, x_should_retry="true"), responds(page(1))
    ) as server:
        runner.run(server.url, append)
    assert len(server.requests) == 2


def test_retries_end_and_are_counted(runner: ClientRunner) -> None:
    with (
        ScriptedServer(responds({}, status=429, retry_after_ms="1")) as server,
        pytest.raises(RateLimitError) as caught,
    ):
        runner.run(server.url, retrieve, max_retries=3)
    assert len(server.requests) == 4
    assert caught.value.retries_taken == 3


def test_a_good_response_says_how_many_retries_it_took(runner: ClientRunner) -> None:
    with ScriptedServer(lost, responds(CONVERSATION)) as server:
        raw = runner.run(server.url, lambda c: c.conversations.with_raw_response.retrieve("conv_1"))
    assert raw.retries_taken == 1


def test_the_locked_conversation_has_an_error_of_its_own(runner: ClientRunner) -> None:
    with (
        ScriptedServer(responds(LOCKED, status=400)) as server,
        pytest.raises(ConversationLockedError) as caught,
    ):
        runner.run(server.url, append, max_retries=0)
    assert caught.value.code == "conversation_locked"
    assert len(server.requests) == 1


def test_an_append_on_a_connection_that_went_away_unused_is_sent_on_a_new_one(
    runner: ClientRunner,
) -> None:
    ended = threading.Semaphore(0)

    def respond_and_leave(peer: Peer) -> None:
        peer.respond(CONVERSATION)
        peer.cut()
        ended.release()

    def append_later(client: Any) -> Any:
        ended.acquire()
        return append(client)

    with ScriptedServer(respond_and_leave, responds(page(1))) as server:
        assert runner.run(server.url, retrieve, append_later).data[0].id == "msg_1"
    assert server.connections == 2
