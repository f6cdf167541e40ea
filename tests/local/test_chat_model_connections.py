"""A model behind Chat Completions over real connections: as it comes, and stopped by its client."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from openai_conversations import AsyncClient, Client
from openai_conversations.local import ChatCompletions
from openai_conversations.local.service import LocalService

from tests.local.calls import ask
from tests.local.processes import serving
from tests.local.strict_chat_server import chunk, request_problems
from tests.overlay.scripted_server import Peer, ScriptedServer

KEY = "sk-of-the-upstream"


class SlowModel:
    """A script that says a word, one more when it may, and then sees its client hang up."""

    def __init__(self, *, headers: bool = True, more: threading.Event | None = None) -> None:
        self.more = more
        self.hung_up = threading.Event()
        self._headers = headers

    def __call__(self, peer: Peer) -> None:
        assert peer.seen is not None
        assert request_problems(peer.seen.json()) == []
        if self._headers:
            peer.events()
            peer.event({"type": "", **chunk({"content": "One "})})
            if self.more is not None:
                assert self.more.wait(10)
                peer.event({"type": "", **chunk({"content": "more "})})
        peer.wait_for_hangup()
        self.hung_up.set()


def model(server: ScriptedServer) -> ChatCompletions:
    return ChatCompletions(server.url, model="m", api_key=KEY)


def is_delta(event: Any) -> bool:
    return bool(event.type == "response.output_text.delta")


def test_a_piece_is_passed_on_before_the_next_one_is_made() -> None:
    more = threading.Event()
    script = SlowModel(more=more)
    with ScriptedServer(script) as server, Client.local(model=model(server)) as client:
        stream = client.responses.create(model="x", input="Hi", stream=True)
        events: Iterator[Any] = filter(is_delta, stream)
        assert next(events).delta == "One "
        more.set()
        assert next(events).delta == "more "
        stream.close()
        assert script.hung_up.wait(10)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_an_async_client_that_leaves_while_it_waits_for_a_piece() -> None:
    script = SlowModel()

    async def leave() -> None:
        async with AsyncClient.local(model=model(server)) as client:
            conversation = await client.conversations.create()
            stream = await client.responses.create(
                model="x", input="Hi", stream=True, conversation=conversation.id
            )
            async with stream:
                async for event in stream:
                    if is_delta(event):
                        break
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(stream.__anext__)
                    await anyio.wait_all_tasks_blocked()
                    tasks.cancel_scope.cancel()  # in the middle of waiting
            assert await anyio.to_thread.run_sync(script.hung_up.wait, 10)

    with ScriptedServer(script) as server:
        anyio.run(leave)


@pytest.mark.parametrize("headers", [True, False])
def test_a_response_that_is_cancelled(headers: bool) -> None:
    script = SlowModel(headers=headers)
    with ScriptedServer(script) as server, ThreadPoolExecutor(1) as threads:
        service = LocalService(model=model(server))
        body = {"input": "Hi", "background": True}
        id = ask(service, "POST", "/responses", body).json["id"]
        ask(service, "GET", f"/responses/{id}")
        making = threads.submit(ask, service, "GET", f"/responses/{id}")
        assert server.arrived.acquire(timeout=10)
        cancelled = ask(service, "POST", f"/responses/{id}/cancel").json
        assert cancelled["status"] == "cancelled"
        assert script.hung_up.wait(10)
        assert making.result(10).json["status"] == "cancelled"


def test_a_connection_that_is_cut() -> None:
    def cut(peer: Peer) -> None:
        peer.events()
        peer.event({"type": "", **chunk({"content": "One "})})
        peer.cut()

    with ScriptedServer(cut) as server:
        service = LocalService(model=model(server))
        failed = ask(service, "POST", "/responses", {"input": "Hi"}).json
        assert failed["status"] == "failed"
        assert "The connection to the model's server broke" in failed["error"]["message"]
        refusing = server.url
    made = ask(LocalService(model=ChatCompletions(refusing)), "POST", "/responses",
               {"input": "Hi", "model": "x"})  # fmt: skip
    assert made.status == 502
    assert "cannot be reached" in made.error["message"]


def finished(peer: Peer) -> None:
    peer.events()
    peer.event({"type": "", **chunk({"content": "Hello."}, "stop")})
    peer.end()


def test_the_program_of_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Path(__file__).parents[2].joinpath("docs", "open-models.md").read_text("utf-8")
    [program] = re.findall(r"```python\n(.*?)```", page, re.S)
    monkeypatch.chdir(tmp_path)
    with ScriptedServer(finished) as server:
        exec(program.replace("http://127.0.0.1:11434/v1", server.url), {})
    assert capsys.readouterr().out == "Hello.Hello."
    assert len(server.requests[1].json()["messages"]) == 3


def test_serve_with_a_model() -> None:
    with ScriptedServer(finished) as upstream:
        options = ["--model-url", upstream.url, "--model", "qwen3:4b", "--model-key-env", "THE_KEY"]
        with serving(*options, environment={"THE_KEY": KEY}) as (process, url):
            body = {"model": "x", "input": "Hi"}
            response = httpx.post(f"{url}/responses", json=body).json()
            process.terminate()
            said = "".join(process.communicate())
    assert response["output"][0]["content"][0]["text"] == "Hello."
    [seen] = upstream.requests
    assert seen.json()["model"] == "qwen3:4b"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in said


def test_a_client_of_the_server_that_leaves() -> None:
    script = SlowModel()
    with (
        ScriptedServer(script) as upstream,
        serving("--model-url", upstream.url, "--model", "m") as (_, url),
    ):
        body = {"model": "x", "input": "Hi", "stream": True}
        with httpx.stream("POST", f"{url}/responses", json=body) as response:
            lines = response.iter_lines()
            while "output_text.delta" not in next(lines):
                pass
        assert script.hung_up.wait(10)
