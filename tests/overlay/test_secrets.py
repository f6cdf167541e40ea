"""No key and no message in errors, their causes, requests and pickles, in logs and in reprs.

Secrets with a mark are given in every place where a caller can give one, and sent by the server in
every place where it can send one. Then everything goes wrong that can, and the mark is looked for.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from operator import attrgetter
from typing import Any

import pytest
from openai_conversations import (
    AbortSignal,
    APIStatusError,
    AsyncClient,
    Client,
    InvalidArgumentError,
    OpenAIError,
    Stream,
)
from openai_conversations._transport.log import logger

from tests.overlay.client_runner import ClientRunner
from tests.overlay.leaks import (
    EXTRA,
    HEADERS,
    ITEMS,
    KEY,
    MARK,
    OPTIONS,
    TEXT,
    assert_unmarked,
    texts_of,
)
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

ON_EVERY_TRANSPORT = True
AND_WITH_HTTPX2 = True

pytestmark = [
    pytest.mark.off_contract,
    pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning"),
]

SECRETIVE = {
    "set-cookie": f"session={MARK}",
    "x-nobody-knows": f"{MARK} sent back",
    "location": f"/v1/elsewhere?api-key={MARK}",
}


def raw(data: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.send(data)
        peer.cut()

    return script


def status(code: int) -> Callable[[Peer], None]:
    body = {"error": {"message": "No.", "code": "c", "type": "t", "param": "p"}}
    return lambda peer: peer.respond(body, status=code, headers=SECRETIVE)


def redirects(to: str, code: int = 302) -> Callable[[Peer], None]:
    return lambda peer: peer.respond(b"", status=code, headers={**SECRETIVE, "location": to})


def ok(body: bytes, kind: str = "application/json") -> Callable[[Peer], None]:
    return lambda peer: peer.respond(body, headers={**SECRETIVE, "content-type": kind})


MARKED = MARK.encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#: What a server may do to a request: each ends in an error.
SCRIPTS: dict[str, Callable[[Peer], None]] = {
    **{f"status {code}": status(code) for code in (400, 401, 403, 404, 409, 422, 429, 500, 503)},
    "no JSON": ok(b"<html>" + MARKED, "text/html"),
    "JSON that breaks off": ok(b'{"id": "' + MARKED),
    "JSON that is not UTF-8": ok(MARKED + b"\xff"),
    "nested": ok(b"[" * 100_000 + MARKED),
    "a text": ok(b'"a ' + MARKED + b'"'),
    "a list": ok(b'["' + MARKED + b'"]'),
    "no response": raw(b""),
    "no HTTP": raw(MARKED + b"\r\n\r\n"),
    "a status that is not a number": raw(b"HTTP/1.1 " + MARKED + b"\r\n\r\n"),
    "a broken header": raw(HEAD + b"X " + MARKED + b": 1\r\n\r\n"),
    "a broken value": raw(HEAD + b"X: \x00" + MARKED + b"\r\n\r\n"),
    "a long header": raw(HEAD + b"X-Nobody-Knows: " + MARKED * 20_000 + b"\r\n\r\n"),
    "half a head": raw(HEAD + b"X: " + MARKED),
    "half a body": raw(HEAD + b'Content-Length: 999\r\n\r\n{"' + MARKED),
    "a broken length": raw(HEAD + b"Content-Length: " + MARKED + b"\r\n\r\n"),
    "a broken chunk": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + MARKED + b"\r\n\r\n"),
    "a broken encoding": raw(
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\n" + MARKED
    ),
    "redirects for ever": redirects(f"/v1/conversations?k={MARK}", 307),
    "a redirect to nowhere": redirects(f"http://[broken/?k={MARK}", 307),
    "a redirect to another scheme": redirects(f"ftp://host/?k={MARK}", 307),
    "a redirect to nobody": redirects(f"http://u:{MARK}@127.0.0.1:9/?k={MARK}", 307),
}
#: What a caller may do, with secrets in each argument that can hold one.
ACTIONS: dict[str, Callable[[Any], Any]] = {
    "create": lambda c: c.conversations.create(
        items=ITEMS, metadata={"m": f"{MARK} value"}, extra_body={"b": MARK}, **EXTRA
    ),
    "retrieve": lambda c: c.conversations.retrieve("conv_1", **EXTRA),
    "respond": lambda c: c.responses.create(
        model="m", input=TEXT, instructions=TEXT, extra_body={"b": MARK}
    ),
    "raw": lambda c: c.conversations.with_raw_response.update("conv_1", metadata={"m": MARK}),
    "by path": lambda c: c.post("/any", body={"text": TEXT}, **EXTRA),
}


def stream(client: Any) -> Any:
    return client.responses.create(model="m", input=TEXT, stream=True, **EXTRA)


def failures(runner: ClientRunner, url: str, **options: Any) -> list[BaseException]:
    found: list[BaseException] = []
    for action in ACTIONS.values():
        try:
            runner.run(url, lambda c, action=action: parsed(action(c)), **options)
        except OpenAIError as error:
            found.append(error)
    return found


def parsed(result: Any) -> Any:
    """Return a result, of a raw response what it holds."""
    if isinstance(result, Awaitable):

        async def later() -> Any:
            return parsed(await result)

        return later()
    return result.parse() if hasattr(result, "parse") else result


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Collect what is logged, at every level."""
    caught: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            caught.append(f"{record.getMessage()} {vars(record)!r}")

    collector, level = Collector(), logger.level
    logger.addHandler(collector)
    logger.setLevel(logging.DEBUG)
    yield caught
    logger.removeHandler(collector)
    logger.setLevel(level)


@pytest.mark.parametrize("name", SCRIPTS)
def test_whatever_a_server_does(runner: ClientRunner, name: str, lines: list[str]) -> None:
    with ScriptedServer(SCRIPTS[name]) as server:
        options = {"api_key": KEY, "timeout": 5, "max_retries": 1, **OPTIONS}
        errors = failures(runner, server.url, **options)
    assert errors
    assert lines
    for error in errors:
        assert_unmarked(texts_of(error))
    assert_unmarked(lines)


def sse(*events: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.head(200, {**SECRETIVE, "content-type": "text/event-stream"})
        peer.send(b"".join(b"data: " + event + b"\n\n" for event in events))
        peer.cut()

    return script


DELTA = b'{"type": "response.output_text.delta", "delta": "' + MARKED + b'"}'
STREAMS: dict[str, Callable[[Peer], None]] = {
    "breaks off": sse(DELTA),
    "is not JSON": sse(DELTA, MARKED),
    "is a list": sse(DELTA, b'["' + MARKED + b'"]'),
    "an error": sse(DELTA, b'{"error": {"message": "No.", "code": "c"}}'),
    "not a stream": ok(b"<html>" + MARKED, "text/html"),
    "half an event": raw(HEAD + b"Content-Length: 9999\r\n\r\ndata: " + MARKED),
    "broken": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + MARKED + b"\r\n\r\n"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_whatever_a_stream_does(runner: ClientRunner, name: str, lines: list[str]) -> None:
    options = {"api_key": KEY, "timeout": 5, "max_retries": 0, "strict": True, **OPTIONS}
    with ScriptedServer(STREAMS[name]) as server, pytest.raises(OpenAIError) as caught:
        runner.collect(server.url, stream, [], **options)
    assert_unmarked(texts_of(caught.value))
    assert_unmarked(lines)


def test_strict_mode_quotes_nothing(runner: ClientRunner) -> None:
    wrong = {**CONVERSATION, "object": f"a {MARK} text", "created_at": f"the {MARK}"}
    with ScriptedServer(responds(wrong)) as server, pytest.raises(OpenAIError) as caught:
        runner.run(server.url, ACTIONS["retrieve"], api_key=KEY, strict=True)
    assert_unmarked(texts_of(caught.value))
    # For the program, in this process.
    assert MARK in repr(getattr(caught.value, "body", None))


def test_without_a_response(runner: ClientRunner, lines: list[str]) -> None:
    """Look at silent servers, servers that are not there, aborts, and clients that are closed."""
    abort = AbortSignal()
    abort.set()
    errors: list[BaseException] = []
    with ScriptedServer(lambda peer: peer.wait()) as server:
        url = server.url
        errors += failures(runner, url, api_key=KEY, timeout=0.05, max_retries=0, **OPTIONS)
    errors += failures(runner, url, api_key=KEY, max_retries=0, **OPTIONS)
    for actions in (
        [lambda c: c.close(), ACTIONS["create"]],
        [lambda c: c.conversations.create(items=ITEMS, abort=abort, **EXTRA)],
    ):
        with pytest.raises(OpenAIError) as caught:
            runner.run(url, *actions, api_key=KEY, **OPTIONS)
        errors.append(caught.value)
    for error in errors:
        assert_unmarked(texts_of(error))
    assert_unmarked(lines)


class Broken:
    """Raises what holds the request, as an exception of a library may."""

    def __init__(self, kind: Callable[..., Exception]) -> None:
        self._kind = kind

    def handle_request(self, request: Any) -> Any:
        headers = request.headers.multi_items()
        try:
            raise ExceptionGroup("all", [ValueError(headers)])
        except ExceptionGroup as group:
            raise self._kind(f"Illegal header: {headers}") from group

    async def handle_async_request(self, request: Any) -> Any:
        return self.handle_request(request)


def status_error(library: Any, text: str) -> Any:
    request = library.Request("GET", "http://host", headers=HEADERS, content=TEXT)
    return library.HTTPStatusError(text, request=request, response=library.Response(500))


KINDS: list[Callable[[Any], Callable[..., Exception]]] = [
    *(attrgetter(name) for name in ("ConnectError", "ReadTimeout", "InvalidURL")),
    lambda library: partial(status_error, library),
    lambda _: OSError,
    lambda _: KeyError,
]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_transport_raises(
    runner: ClientRunner, library: Any, kind: Callable[[Any], Any], lines: list[str]
) -> None:
    make = library.Client if runner.name == "sync" else library.AsyncClient
    own = make(transport=Broken(kind(library)))
    errors = failures(
        runner, "http://localhost/v1", api_key=KEY, http_client=own, max_retries=0, **OPTIONS
    )
    assert len(errors) == len(ACTIONS)
    for error in errors:
        assert_unmarked(texts_of(error))
    assert_unmarked(lines)


WRONG_ARGUMENTS: dict[str, Callable[[Any], Any]] = {
    "items": lambda c: c.conversations.create(items=TEXT),
    "an item": lambda c: c.conversations.create(items=[TEXT]),
    "a short item": lambda c: c.conversations.create(items=[MARK]),
    "a short list": lambda c: c.conversations.create(items=MARK),
    "content": lambda c: c.conversations.create(items=[{"role": "user", "content": {MARK: 1}}]),
    "half a pair": lambda c: c.conversations.create(
        items=[{"role": "user", "content": TEXT + "\ud800"}]
    ),
    "no JSON": lambda c: c.conversations.create(items=[{"type": "f", TEXT: {TEXT: object()}}]),
    "metadata": lambda c: c.conversations.create(metadata={TEXT: TEXT * 99}),
    "metadata of numbers": lambda c: c.conversations.create(metadata={"a": [TEXT]}),
    "an id": lambda c: c.conversations.retrieve(TEXT),
    "a key as id": lambda c: c.conversations.retrieve(f"{KEY} "),
    "a header": lambda c: c.conversations.create(extra_headers={"X-A": f"{MARK}\r\nX: y"}),
    "a name": lambda c: c.conversations.create(extra_headers={TEXT: "x"}),
    "a query": lambda c: c.conversations.create(extra_query={"a": {TEXT: 1}}),
    "a body": lambda c: c.conversations.create(extra_body=TEXT),
    "a keyword": lambda c: c.conversations.create(contents=TEXT),
    "a timeout": lambda c: c.conversations.create(timeout=TEXT),
    "order": lambda c: c.get("/x", extra_query={"order": {TEXT}}),
    "a path": lambda c: c.get(TEXT),
    "input": lambda c: c.responses.create(model="m", input=[TEXT]),
    "model": lambda c: c.responses.create(model=[TEXT], input="x"),
    "append": lambda c: c.conversations.items.append("conv_1", TEXT),
    "resume": lambda c: c.conversations.items.append("conv_1", [], resume=TEXT),
}


@pytest.mark.parametrize("name", WRONG_ARGUMENTS)
def test_an_argument_that_is_wrong(runner: ClientRunner, name: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        runner.run("http://127.0.0.1:9/v1", WRONG_ARGUMENTS[name], api_key=KEY)
    assert_unmarked(texts_of(caught.value))


@pytest.mark.parametrize(
    "options",
    [
        {"api_key": f"{KEY}\n"},
        {"api_key": KEY, "base_url": f"http://user:{MARK}@host/v1"},
        {"api_key": KEY, "base_url": f"http://host:{MARK}/v1"},
        {"api_key": KEY, "base_url": f"http://host/v1?key={MARK}"},
        {"api_key": KEY, "base_url": MARK},
        {"api_key": KEY, "default_headers": {"X-A": f"{MARK}\n"}},
        {"api_key": KEY, "default_headers": TEXT},
        {"api_key": KEY, "default_query": {"a": object(), MARK: 1}},
        {"api_key": KEY, "organization": f"{TEXT}\n"},
        {"api_key": KEY, "http_client": TEXT},
        {"api_key": KEY, "transport": TEXT},
        {"api_key": KEY, "max_retries": TEXT},
    ],
)
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_an_option_that_is_wrong(client: Callable[..., Any], options: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        client(**options)
    assert_unmarked(texts_of(caught.value))


def test_a_key_of_a_function(runner: ClientRunner, lines: list[str]) -> None:
    with ScriptedServer(status(401)) as server:
        errors = failures(runner, server.url, api_key=lambda: KEY, **OPTIONS)
        errors += failures(runner, server.url, api_key=lambda: f"{KEY}\n", **OPTIONS)
    assert len(errors) == 2 * len(ACTIONS)
    for error in errors:
        assert_unmarked(texts_of(error))
    assert_unmarked(lines)


def test_an_error_keeps_what_the_service_said(runner: ClientRunner) -> None:
    said = {"error": {"message": f"Invalid value: '{TEXT}'", "code": "c"}}
    with (
        ScriptedServer(responds(said, status=400)) as server,
        pytest.raises(APIStatusError, match=TEXT) as caught,
    ):
        runner.run(server.url, ACTIONS["retrieve"], api_key=KEY)
    assert caught.value.body == said["error"]
    assert caught.value.response.json() == said


def shown(value: Any) -> list[str]:
    return [repr(value), str(value)]


def looked_at(result: Any) -> Any:
    """Return the texts of a result, and close it if it is a stream."""
    if isinstance(result, Awaitable):

        async def later() -> Any:
            texts = looked_at(awaited := await result)
            if hasattr(awaited, "close"):
                await awaited.close()
            return texts

        return later()
    texts = shown(result)
    if isinstance(result, Stream):
        result.close()
    return texts


def test_a_repr(runner: ClientRunner) -> None:
    """Look at a client, its parts, and all kinds of results, whose responses hold cookies."""

    def look(client: Any) -> list[str]:
        parts = [client, client.conversations, client.conversations.items, client.responses]
        views = [client.conversations.with_raw_response, client.responses.with_streaming_response]
        inner = [client._client_options, client._sender, client.with_options(timeout=1)]
        return [text for part in [*parts, *views, *inner] for text in shown(part)]

    body = {"object": "list", "data": [], "has_more": False, "first_id": "", "last_id": ""}
    with ScriptedServer(lambda peer: peer.respond(body, headers=SECRETIVE)) as server:
        options = {"api_key": KEY, **OPTIONS}
        assert_unmarked(runner.run(server.url, look, **options))
        results = (
            lambda c: c.conversations.items.list("conv_1", **EXTRA),
            lambda c: c.conversations.items.with_raw_response.list("conv_1", **EXTRA),
            stream,
        )
        for action in results:
            texts = runner.run(server.url, lambda c, action=action: looked_at(action(c)), **options)
            assert_unmarked(texts)
