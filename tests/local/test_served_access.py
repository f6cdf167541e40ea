"""Who gets into the served API, and how far: names, web pages, keys, sizes, times, the log."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai_conversations import InvalidArgumentError
from openai_conversations.cli import main
from openai_conversations.local import LocalService, app, server
from openai_conversations.local.same_origin import SameOrigin
from openai_conversations.local.server import LocalServer

from tests.local.processes import serving

ACCESS = SameOrigin(frozenset({"api.test"}), frozenset({"http://localhost:3000"}))
KEY = {"authorization": "Bearer the-key"}
POST = b"POST /v1/conversations HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def served() -> Iterator[LocalServer]:
    with LocalServer(LocalService(), ACCESS) as served:
        yield served


@pytest.fixture
def guarded() -> Iterator[LocalServer]:
    with LocalServer(LocalService(api_key="the-key", max_body=1000)) as guarded:
        yield guarded


def exchange(url: str, *parts: bytes, end: bool = False) -> bytes:
    """Send bytes and return all that comes back until the server closes the connection."""
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port or 0), 30) as connection:
        for part in parts:
            connection.sendall(part)
        if end:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


OWN_NAMES = ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000"]
OWN_NAMES += ["10.1.2.3:80", "api.test", "API.test:443", socket.gethostname()]
OTHER_NAMES = [
    "attacker.example",
    "attacker.example:8000",
    "localhost.attacker.example",
    "x.api.test",
]
OTHER_NAMES += [
    "127.0.0.1.attacker.example",
    "attacker.example@127.0.0.1",
    "127.0.0.1#",
    "[::1",
    "1.2.3",
]
OTHER_NAMES += [
    "localhost,attacker.example",
    "localhost:",
    "localhost:x",
    "",
    "localhost/",
    "[::1].a",
]


@pytest.mark.parametrize(
    ("host", "status"), [*((h, 200) for h in OWN_NAMES), *((h, 421) for h in OTHER_NAMES)]
)
def test_a_request_needs_a_name_of_the_server(host: str, status: int, served: LocalServer) -> None:
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        response = httpx.request(method, f"{served.url}/conversations", headers={"host": host})
        assert (response.status_code == 421) == (status == 421)
        if status == 421:
            assert response.json()["error"]["code"] == "wrong_host"
            assert response.headers["x-request-id"]


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://localhost:3001"},
    {"origin": "https://localhost:3000"},
    {"origin": "http://localhost:3000.evil.example"},
    {"origin": "http://localhost"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]
OWN = [
    {},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin"},
    {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", [*FOREIGN, *OWN], ids=str)
@pytest.mark.parametrize("content_type", [None, "application/json", "text/plain"])
def test_a_page_of_another_origin_gets_nothing(
    headers: dict[str, str], content_type: str | None, served: LocalServer
) -> None:
    sent = headers | ({"content-type": content_type} if content_type else {})
    url = f"{served.url}/conversations"
    response = httpx.post(url, content=b"{}", headers=sent)
    if headers in FOREIGN:
        assert response.status_code == 403
        assert response.json()["error"]["code"] == "foreign_origin"
        assert "access-control-allow-origin" not in response.headers
    else:
        assert response.status_code == (415 if content_type == "text/plain" else 200)


def test_a_page_of_the_server_itself_gets_in(served: LocalServer) -> None:
    own = served.url.removesuffix("/v1")
    response = httpx.post(f"{served.url}/conversations", json={}, headers={"origin": own})
    assert response.status_code == 200


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://localhost:3001"])
def test_cors_is_for_origins_that_were_named(origin: str, served: LocalServer) -> None:
    named = origin == "http://localhost:3000"
    asked = {"access-control-request-method": "DELETE"}
    asked |= {"access-control-request-headers": "authorization,x-stainless-lang", "origin": origin}
    url = f"{served.url}/conversations"
    preflight = httpx.options(url, headers=asked)
    assert preflight.status_code == (200 if named else 403)
    response = httpx.post(url, json={}, headers={"origin": origin})
    missing = httpx.get(f"{url}/conv_1", headers={"origin": origin})
    for one in (preflight, response, missing):
        assert one.headers.get("access-control-allow-origin") == (origin if named else None)


def test_without_named_origins_cors_is_off(guarded: LocalServer) -> None:
    headers = KEY | {"origin": guarded.url.removesuffix("/v1")}
    response = httpx.post(f"{guarded.url}/conversations", json={}, headers=headers)
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("name", ["a b", "", "a:1", "A.test", "http://a", "*"])
def test_a_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgumentError, match="hosts"):
        SameOrigin(hosts=frozenset({name}))


@pytest.mark.parametrize("origin", ["*", "null", "a.test", "http://a/", "HTTP://a", "http://a b"])
def test_a_wrong_origin_is_refused(
    origin: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(InvalidArgumentError, match="origins"):
        SameOrigin(origins=frozenset({origin}))
    database = str(tmp_path / "x")
    arguments = ["serve", "--port", "0", "--db", database, "--allow-origin", origin]
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith("serve: origins: expected scheme://host[:port]")


CHUNK = b"100000\r\n" + b" " * 2**20 + b"\r\n"


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"authorization": "Bearer wrong"}, 401), (KEY, 413)]
)
@pytest.mark.parametrize("declared", [False, True])
def test_what_is_refused_is_not_kept(
    declared: bool,
    headers: dict[str, str],
    status: int,
    guarded: LocalServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []
    handle = LocalService.handle

    def watched(self: LocalService, request: Any) -> Any:
        sizes.append(len(request.body))
        return handle(self, request)

    monkeypatch.setattr(LocalService, "handle", watched)
    # The whole body is sent before the response is read, as most clients do.
    body: Any = b" " * 2**24 if declared else (b" " * 2**20 for _ in range(16))
    response = httpx.post(f"{guarded.url}/conversations", content=body, headers=headers)
    assert response.status_code == status
    # What came with one read of the socket may be there, and no more.
    assert sizes[0] <= 2**20
    # The rest of the body is not taken for a request.
    assert response.headers["connection"] == "close"
    assert httpx.get(f"{guarded.url}/conversations/c", headers=KEY).status_code == 404


def test_an_endless_body_ends_with_its_connection(
    guarded: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "DISCARDED_BYTES", 2**21)
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    address = httpx.URL(guarded.url)
    with socket.create_connection((address.host, address.port or 0), 30) as connection:
        connection.sendall(head)
        sent = 0
        try:
            while sent < 1000:
                connection.sendall(CHUNK)
                sent += 1
        except OSError:
            pass
    assert sent < 100


def test_a_body_that_fits_is_read(guarded: LocalServer) -> None:
    body = b"{}" + b" " * 998
    url = f"{guarded.url}/conversations"
    assert httpx.post(url, content=body, headers=KEY).status_code == 200
    assert httpx.post(url, content=iter([b"{}", b" " * 998]), headers=KEY).status_code == 200
    assert httpx.post(url, content=iter([b"{}", b" " * 999]), headers=KEY).status_code == 413


def test_a_body_that_does_not_arrive_is_refused(
    served: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "BODY_SECONDS", 0)
    response = exchange(served.url, POST + b"Content-Length: 10\r\n\r\n{}")
    assert response.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("part", [b"", b"POST /v1/conv", POST, POST + b"X-A: "])
def test_a_head_that_does_not_arrive_ends_its_connection(
    part: bytes, served: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0)
    assert exchange(served.url, part) == b""


def test_a_head_that_is_too_long_is_refused(served: LocalServer) -> None:
    long = b"X-A: " + b"x" * server.MAX_HEAD
    assert exchange(served.url, POST + long).startswith(b"HTTP/1.1 400 ")


def test_clients_drop_idle_connections_first() -> None:
    config = server.make_config(LocalService())
    assert config.timeout_keep_alive >= 120  # openai-python: 60 s; httpx, aiohttp: 5 and 15 s
    assert config.limit_concurrency
    assert not config.proxy_headers


FORGED = [
    "/v1/conversations/a%0d%0aINFO:%20forged",
    "/v1/conversations/a%1b[31mred",
    "/v1/conversations/a%e2%80%a8INFO:%20forged%c2%85",
    "/v1/conversations/a?after=b%0aINFO:%20forged%1b[2J",
    "/v1/conversations/a?after=b\x1b[31m",
    "/v1/conversations/a\x85b?\x85",
    "/\\r\\nforged",
    "//forged%0a",
    "http://forged/%0a",
]


def test_lines_of_the_log_cannot_be_forged() -> None:
    with serving() as (process, url):
        for path in FORGED:
            headers = "X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nConnection: close"
            head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n"
            assert exchange(url, head.encode("latin-1"))[:9] == b"HTTP/1.1 "
        head = "GET /v1/x HTTP/1.1\r\nHost: localhost\r\nX-A: b\rINFO: forged\x1b\r\n\r\n"
        assert exchange(url, head.encode())[:9] == b"HTTP/1.1 "
        head = "GET / HTTP/1.1\r\nHost: forged\x1b[2J\r\nOrigin: forged\x85\r\n"
        exchange(url, f"{head}Connection: close\r\n\r\n".encode("latin-1"))
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()
    access = re.compile(r'INFO:     127\.0\.0\.1:\d+ - "GET [!-~]* HTTP/1\.1" [1-5]\d\d [A-Za-z ]+')
    other = re.compile(
        r"INFO:     (Started|Waiting|Application|Uvicorn|Shutting|Finished).*"
        r"|WARNING:  Invalid HTTP request received\."
        r"|a page to look at: http://127\.0\.0\.1:\d+/"
    )
    for line in err.splitlines():
        assert access.fullmatch(line) or other.fullmatch(line), line
    assert "6.6.6.6" not in err


def test_many_connections_that_say_nothing_leave_room(served: LocalServer) -> None:
    address = httpx.URL(served.url)
    silent = [socket.create_connection((address.host, address.port or 0)) for _ in range(100)]
    assert httpx.post(f"{served.url}/conversations", json={}).status_code == 200
    for one in silent:
        one.close()


def test_one_connection_too_many_is_told_so(
    served: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = httpx.URL(served.url)
    monkeypatch.setattr(served._server.config, "limit_concurrency", 3)
    with (
        socket.create_connection((address.host, address.port or 0)),
        socket.create_connection((address.host, address.port or 0)),
    ):
        assert httpx.post(f"{served.url}/conversations", json={}).status_code == 503
