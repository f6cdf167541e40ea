# Made from _async/test_waiting.py by tools/unasync. Do not edit.
"""Waiting until a response in the background is final."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openai_conversations import (
    APITimeoutError,
    AbortSignal,
    BadRequestError,
    Client,
    InternalServerError,
    InvalidArgumentError,
    RequestAbortedError,
)
from openai_conversations._sync import background
from openai_conversations._transport import retries as retry

from tests.overlay.events import response
from tests.overlay.scripted_server import Peer, ScriptedServer, responds

Connect = Callable[..., Client]
BUSY = responds({"error": {"message": "busy"}}, status=503)


class Clock:
    """A clock that only moves while something sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        monkeypatch.setattr(retry, "INITIAL_DELAY", 0.5)
        monkeypatch.setattr(background, "monotonic", lambda: self.now)
        monkeypatch.setattr(background, "sleep", self.sleep)

    def sleep(self, seconds: float, *arguments: object) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.mark.parametrize("status", ["completed", "failed", "incomplete", "cancelled"])
def test_waiting_until_a_response_is_final(
    connect: Connect, clock: Clock, status: str
) -> None:
    queued, working = responds(response("queued")), responds(response("in_progress"))
    with ScriptedServer(queued, *[working] * 6, responds(response(status))) as server:
        with connect(server.url) as client:
            got = client.responses.wait("resp_1", include=["file_search_call.results"])
    assert (got.status, got.output_text) == (status, "Hello")
    for pause, longest in zip(clock.pauses, [0.5, 1, 2, 4, 8, 8, 8], strict=True):
        assert 0.75 * longest <= pause <= longest
    assert {seen.target for seen in server.requests} == {
        "/v1/responses/resp_1?include%5B%5D=file_search_call.results"
    }


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("openai_poll_after_ms", "1500", 1.5),
        ("retry_after", "7", 7.0),
        ("retry_after_ms", "20", 0.02),
    ],
)
def test_waiting_as_long_as_the_service_asks(
    connect: Connect, clock: Clock, header: str, value: str, seconds: float
) -> None:
    working = responds(response("in_progress"), **{header: value})
    with ScriptedServer(working, working, responds(response("completed"))) as server:
        with connect(server.url) as client:
            client.responses.wait("resp_1")
    assert clock.pauses == [seconds, seconds]


def test_the_time_to_wait_is_over(connect: Connect, clock: Clock) -> None:
    with ScriptedServer(responds(response("in_progress"))) as server:
        with connect(server.url) as client:
            with pytest.raises(APITimeoutError, match="still in_progress after 10") as caught:
                client.responses.wait("resp_1", timeout=10)
            assert caught.value.request.method == "GET"
            # To the end, with a last look then.
            assert clock.now == pytest.approx(1010)
            assert len(server.requests) == len(clock.pauses) + 1


def test_a_look_takes_no_longer_than_there_is_time(
    connect: Connect, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(peer: Peer) -> None:
        clock.now += 30
        peer.wait_for_hangup()

    monkeypatch.setattr(background, "_LAST_LOOK", 0.2)
    with ScriptedServer(responds(response("queued")), slow) as server:
        with connect(server.url, timeout=60) as client:
            with pytest.raises(APITimeoutError, match="out of reach after 0") as caught:
                client.responses.wait("resp_1", timeout=0.2)
    assert isinstance(caught.value.__cause__, APITimeoutError)
    assert len(server.requests) == 2


def test_what_may_pass_does_not_end_the_waiting(connect: Connect, clock: Clock) -> None:
    def lost(peer: Peer) -> None:
        peer.cut()

    working = responds(response("in_progress"))
    scripts = [BUSY, lost, working, lost, BUSY, responds(response("completed"))]
    with ScriptedServer(*scripts) as server:
        with connect(server.url, max_retries=2) as client:
            assert (client.responses.wait("resp_1", timeout=600)).status == "completed"
    assert len(server.requests) == 6


def test_what_does_not_pass_ends_the_waiting(connect: Connect, clock: Clock) -> None:
    bad = responds({"error": {"message": "bad"}}, status=400)
    with ScriptedServer(responds(response("queued")), bad, BUSY) as server:
        with connect(server.url, max_retries=2) as client:
            with pytest.raises(BadRequestError, match="bad"):
                client.responses.wait("resp_1")
            assert len(server.requests) == 2
            with pytest.raises(InternalServerError, match="busy") as caught:
                client.responses.wait("resp_1")
    assert caught.value.retries_taken == 2
    assert len(server.requests) == 5


def test_an_abort_ends_the_waiting(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    abort, pause = AbortSignal(), background.sleep

    def aborted(seconds: float, *arguments: Any) -> None:
        abort.set("enough")
        pause(seconds, *arguments)

    monkeypatch.setattr(background, "sleep", aborted)
    working = responds(response("in_progress"), retry_after="100")
    with ScriptedServer(working) as server:
        with connect(server.url) as client:
            with pytest.raises(RequestAbortedError, match="enough"):
                client.responses.wait("resp_1", abort=abort)
    assert len(server.requests) == 1


@pytest.mark.parametrize("timeout", [0, -1, True, "x"])
def test_a_time_to_wait_that_is_none(connect: Connect, timeout: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="timeout"):
        connect("http://localhost/v1").responses.wait("resp_1", timeout=timeout)
