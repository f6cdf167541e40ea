"""A stream that a web application passes on to a browser: `stream.relay()`."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from openai_conversations import AsyncClient, Client, InvalidArgumentError, models
from openai_conversations._response.server_sent_events import SSEDecoder
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from tests.overlay.concurrency_async import blocking
from tests.overlay.events import delta, final
from tests.overlay.scripted_server import CONVERSATION, Peer, Script, ScriptedServer, responds

HELLO: dict[str, Any] = {"model": "gpt-4o", "input": "Hi"}
EVENTS = [delta(1, "Hel"), delta(2, "lö\u2028"), final("completed")]


def whole(peer: Peer) -> None:
    peer.events(*EVENTS)
    peer.end()


def cut(peer: Peer) -> None:
    peer.events(*EVENTS[:2])
    peer.cut()


def until_hangup(hung_up: threading.Event, *events: dict[str, Any]) -> Script:
    """Return a script that sends events, and tells when the client is gone: perhaps before them."""

    def script(peer: Peer) -> None:
        try:
            peer.events(*events)
            peer.wait_for_hangup()
        finally:
            hung_up.set()

    return script


def read(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(data) for data in SSEDecoder().feed(body)]


class Browser:
    """The other side of an ASGI application, which may hang up."""

    def __init__(self, *, leaves_after: int | None = None, by_error: bool = False) -> None:
        """Prepare to read.

        Args:
            leaves_after: the number of pieces after which it hangs up.
            by_error: whether the application is told by an error in sending (ASGI 2.4).
        """
        self.body = b""
        self._left = leaves_after
        self._by_error = by_error
        self.gone = anyio.Event()

    async def visit(self, response: StreamingResponse) -> None:
        if self._left == 0:
            self.gone.set()
        version = "2.4" if self._by_error else "2.3"
        scope = {"type": "http", "asgi": {"spec_version": version}}
        try:
            await response(scope, self._receive, self._send)
        except ClientDisconnect:
            assert self._by_error

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if not message.get("body"):
            return
        self.body += message["body"]
        self._left = None if self._left is None else self._left - 1
        if self._left == 0:
            self.gone.set()
            if self._by_error:
                raise OSError("gone")


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Callable[[Callable[[], Awaitable[None]]], None]:
    return lambda test: anyio.run(test, backend=request.param)


Run = Callable[[Callable[[], Awaitable[None]]], None]


def test_a_browser_gets_what_the_service_sent(run: Run) -> None:
    async def test() -> None:
        browser = Browser()
        async with AsyncClient(api_key="k", base_url=server.url) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            await browser.visit(StreamingResponse(stream.relay(), media_type="text/event-stream"))
            await client.conversations.retrieve("conv_1")
        assert read(browser.body) == EVENTS
        first = browser.body.partition(b"\n\n")[0].split(b"\n")
        assert first[:2] == [b"event: response.output_text.delta", b"id: 1"]

    with ScriptedServer(whole, responds(CONVERSATION)) as server:
        run(test)
    assert server.connections == 1


def test_the_application_of_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fastapi.md").read_text("utf-8")
    (block,) = [b for b in re.findall(r"```python\n(.*?)```", page, re.S) if "relay" in b]
    names: dict[str, Any] = {}
    exec(block, names)

    async def test() -> None:
        async with (
            names["client"],
            httpx.AsyncClient(
                transport=httpx.ASGITransport(names["app"]), base_url="http://app"
            ) as browser,
        ):
            response = await browser.post("/chat", content="Hello")
        assert response.headers["content-type"].startswith("text/event-stream")
        *deltas, done = read(response.content)
        assert "".join(event["delta"] for event in deltas) == done["text"] != ""

    anyio.run(test)


def test_the_sync_client_relays_in_threads(run: Run) -> None:
    async def test() -> None:
        browser = Browser()
        with Client(api_key="k", base_url=server.url) as client:
            stream = await blocking(lambda: client.responses.create(**HELLO, stream=True))
            await browser.visit(StreamingResponse(stream.relay(), media_type="text/event-stream"))
        assert read(browser.body) == EVENTS

    with ScriptedServer(whole) as server:
        run(test)


@pytest.mark.parametrize("leaves_after", [0, 1, 2])
@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_a_browser_that_leaves_ends_the_stream(run: Run, transport: str, leaves_after: int) -> None:
    hung_up = threading.Event()
    script = until_hangup(hung_up, *EVENTS[:2])

    async def test() -> None:
        options: dict[str, Any] = {"base_url": server.url, "transport": transport}
        async with AsyncClient(api_key="k", **options) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            browser = Browser(leaves_after=leaves_after)
            await browser.visit(StreamingResponse(stream.relay(), media_type="text/event-stream"))
            assert await blocking(hung_up.wait, 10)
            seen = read(browser.body)
            assert seen == EVENTS[: len(seen)]
            assert [event async for event in stream] == []

    with ScriptedServer(script) as server:
        run(test)


@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_a_browser_that_left_is_noticed_in_sending(transport: str) -> None:
    """Under asyncio, which closes the iterator that the framework has dropped."""
    hung_up = threading.Event()
    script = until_hangup(hung_up, *EVENTS[:2])

    async def test() -> None:
        options: dict[str, Any] = {"base_url": server.url, "transport": transport}
        async with AsyncClient(api_key="k", **options) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            browser = Browser(leaves_after=1, by_error=True)
            await browser.visit(StreamingResponse(stream.relay(), media_type="text/event-stream"))
            assert await blocking(hung_up.wait, 10)
            assert read(browser.body) == EVENTS[:1]

    with ScriptedServer(script) as server:
        anyio.run(test)


@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_a_relay_that_nobody_reads_ends_the_stream(transport: str) -> None:
    hung_up = threading.Event()
    script = until_hangup(hung_up, EVENTS[0])

    async def test() -> None:
        options: dict[str, Any] = {"base_url": server.url, "transport": transport}
        async with AsyncClient(api_key="k", **options) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            stream.relay()
            assert await blocking(hung_up.wait, 10)
            assert [event async for event in stream] == []

    with ScriptedServer(script) as server:
        anyio.run(test)


def test_a_wsgi_server_that_closes_what_it_sends_ends_the_stream() -> None:
    """Close the iterator as PEP 3333 wants it, when the browser is gone."""
    hung_up = threading.Event()
    script = until_hangup(hung_up, *EVENTS[:2])

    with ScriptedServer(script) as server, Client(api_key="k", base_url=server.url) as client:
        sent: Any = client.responses.create(**HELLO, stream=True).relay()
        assert read(next(sent)) == EVENTS[:1]
        sent.close()
        assert hung_up.wait(10)


def broken(peer: Peer) -> None:
    peer.events(*EVENTS[:2])
    peer.send(b"6\r\n{oops}\r\n")
    peer.cut()


def refused(peer: Peer) -> None:
    peer.events(*EVENTS[:2], {"type": "error", "error": {"message": "Overloaded", "code": "busy"}})
    peer.end()


@pytest.mark.off_contract
@pytest.mark.parametrize(
    ("script", "code", "message"),
    [(cut, None, "Connection error"), (broken, None, ""), (refused, "busy", "Overloaded")],
)
def test_an_error_in_the_middle_is_an_event(
    run: Run, script: Any, code: str | None, message: str
) -> None:
    async def test() -> None:
        browser = Browser()
        async with AsyncClient(api_key="sk-secret", base_url=server.url) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            await browser.visit(StreamingResponse(stream.relay(), media_type="text/event-stream"))
        *events, error = read(browser.body)
        assert events == EVENTS[:2]
        event = models.ResponseErrorEvent.from_dict(error)
        assert (event.type, event.code, event.sequence_number) == ("error", code, 3)
        assert message in event.message
        assert b"sk-secret" not in browser.body

    with ScriptedServer(script) as server:
        run(test)


def test_the_events_to_relay_can_be_chosen(run: Run) -> None:
    async def test() -> None:
        async with AsyncClient(api_key="k", base_url=server.url) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            with pytest.raises(InvalidArgumentError, match="types"):
                stream.relay("response.completed")
            relay = stream.relay(types={"response.output_text.delta"})
            assert read(b"".join([piece async for piece in relay])) == EVENTS[:2]
            stream = await client.responses.create(**HELLO, stream=True)
            relay = stream.relay(types=[])
            (error,) = read(b"".join([piece async for piece in relay]))
            assert error["type"] == "error"

    with ScriptedServer(whole, cut) as server:
        run(test)


@pytest.mark.off_contract
def test_nothing_of_an_event_can_make_a_line_of_its_own(run: Run) -> None:
    odd = {"type": "x\r\ndata: {}\n\nevent: y", "note": "\r\n\n\x85\u2028\ud800"}

    def script(peer: Peer) -> None:
        peer.events()
        data = b"data: " + json.dumps(odd).encode() + b"\n\n"
        peer.send(b"%x\r\n%s\r\n" % (len(data), data))
        peer.event(EVENTS[-1])
        peer.end()

    async def test() -> None:
        async with AsyncClient(api_key="k", base_url=server.url) as client:
            stream = await client.responses.create(**HELLO, stream=True)
            pieces = [piece async for piece in stream.relay()]
        assert read(b"".join(pieces)) == [odd, EVENTS[-1]]
        assert pieces[0].startswith(b"data: ")

    with ScriptedServer(script) as server:
        run(test)
