"""Open responses that end badly or early: broken off, too slow, aborted, closed, left."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from openai_conversations import (
    AbortSignal,
    APIConnectionError,
    APITimeoutError,
    AsyncClient,
    OpenAIError,
    RequestAbortedError,
)

from tests.overlay.client_runner import ClientRunner
from tests.overlay.opened import (
    BODY,
    BODY_JSON,
    READS,
    Step,
    every_read,
    first,
    opened,
    plain,
    retrieve,
    stalling,
)
from tests.overlay.scripted_server import Peer, ScriptedServer, responds

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True


def cut_short(peer: Peer) -> None:
    peer.head(200, {"content-length": "100"})
    peer.send(BODY[:20])
    peer.cut()


def cut_between_chunks(peer: Peer) -> None:
    peer.head(200, {"transfer-encoding": "chunked"})
    peer.send(b"3\r\nabc\r\n")
    peer.cut()


@every_read
@pytest.mark.parametrize("script", [cut_short, cut_between_chunks])
def test_a_body_that_breaks_off(runner: ClientRunner, script: Step, read: Step) -> None:
    with ScriptedServer(responds({}, status=429), script, responds(BODY_JSON)) as server:
        with pytest.raises(APIConnectionError) as caught:
            runner.run(server.url, opened(read))
        assert runner.run(server.url, plain).id == "conv_1"
    assert type(caught.value) is APIConnectionError
    assert isinstance(caught.value.__cause__, runner.library.TransportError)
    assert (caught.value.retries_taken, caught.value.never_sent) == (1, False)
    # A part of it was the caller's already, so it was not asked for again.
    assert len(server.requests) == 3


def test_a_file_keeps_what_came_before_the_break(runner: ClientRunner, tmp_path: Path) -> None:
    target = tmp_path / "part"
    with ScriptedServer(stalling) as server, pytest.raises(APITimeoutError):
        runner.run(server.url, opened(lambda r: r.stream_to_file(target)), timeout=0.5)
    assert target.read_bytes() == BODY[:20]


@pytest.mark.parametrize("read", ["parse", "iter_lines"])
def test_a_body_that_stalls(runner: ClientRunner, read: str) -> None:
    with ScriptedServer(stalling) as server, pytest.raises(APITimeoutError):
        runner.run(server.url, opened(READS[read]), timeout=0.2)


@pytest.mark.off_contract
def test_a_body_may_take_longer_than_the_timeout_of_a_read(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        peer.head(200, {"content-length": "12"})
        for _ in range(12):
            peer.stopped.wait(0.1)
            peer.send(b"1")

    with ScriptedServer(script) as server:
        assert runner.run(server.url, opened(lambda r: r.text()), timeout=1) == ["1" * 12]


@every_read
def test_aborting_ends_the_reading(runner: ClientRunner, read: Step) -> None:
    signal = AbortSignal()

    def later(_: object) -> None:
        threading.Timer(0, signal.set, ["user left"]).start()

    def call(client: Any) -> Any:
        return retrieve(client, abort=signal)

    with ScriptedServer(stalling, responds(BODY_JSON)) as server:
        with pytest.raises(RequestAbortedError) as caught:
            runner.run(server.url, opened(later, read, call=call))
        assert (caught.value.stage, caught.value.reason) == ("streaming", "user left")
        with pytest.raises(RequestAbortedError, match="before sending"):
            runner.run(server.url, opened(read, call=call))
        assert runner.run(server.url, plain).id == "conv_1"


def test_a_signal_that_is_set_too_late_takes_nothing_away(runner: ClientRunner) -> None:
    signal = AbortSignal()
    with ScriptedServer(responds(BODY_JSON)) as server:
        got = runner.run(
            server.url,
            opened(
                lambda r: r.read(),
                lambda _: signal.set(),
                lambda r: r.json(),
                call=lambda c: retrieve(c, abort=signal),
            ),
        )
    assert got[2] == BODY_JSON


@every_read
def test_what_is_gone_is_not_silently_empty(runner: ClientRunner, read: Step) -> None:
    with ScriptedServer(responds(BODY_JSON)) as server:
        with pytest.raises(OpenAIError, match="read in pieces") as gone:
            runner.run(server.url, opened(lambda r: r.iter_bytes(), read))
        with pytest.raises(OpenAIError, match="read in pieces"):
            runner.run(server.url, opened(lambda r: first(r.iter_bytes(1)), read))
        with pytest.raises(OpenAIError, match="closed before") as closed:
            runner.run(server.url, opened(lambda r: r.close(), read))
        held: list[Any] = []

        def hold(response: Any) -> Any:
            held.append(response.iter_bytes(1))
            return first(held[0])

        with pytest.raises(OpenAIError, match="closed before"):
            runner.run(server.url, opened(hold, lambda r: r.close(), lambda _: held[0]))
    assert type(gone.value) is type(closed.value) is OpenAIError


def test_a_task_that_is_cancelled_frees_the_connection() -> None:
    async def run() -> None:
        with ScriptedServer(stalling, responds(BODY_JSON)) as server:
            async with AsyncClient(api_key="k", base_url=server.url) as client:
                async with anyio.create_task_group() as group:

                    async def read() -> None:
                        async with retrieve(client) as response:
                            async for _ in response.iter_lines():
                                group.cancel_scope.cancel()

                    group.start_soon(read)
                assert (await plain(client)).id == "conv_1"

    for backend in ("asyncio", "trio"):
        anyio.run(run, backend=backend)
