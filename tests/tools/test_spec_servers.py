"""Servers that send no document, or not in a reasonable time or size, and files without an end."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.overlay.scripted_server import Peer, ScriptedServer, responds
from tests.tools.spec_case import Run, check_refused, contents, document
from tools import fetch
from tools.errors import ToolError

GOOD = json.dumps(document())


def endless_head(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        peer.send(b"X-More: and more\r\n" * 1000)


def endless_body(peer: Peer) -> None:
    peer.head()
    while True:
        peer.send(b" " * 65536)


def endless_redirect(peer: Peer) -> None:
    peer.head(302, {"Location": "/next"})
    while True:
        peer.send(b" " * 65536)


def half_a_head(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nX")
    peer.wait_for_hangup()


def half_a_body(peer: Peer) -> None:
    peer.head(200, {"Content-Length": "100"})
    peer.send(b"{")
    peer.wait_for_hangup()


def cut(peer: Peer) -> None:
    peer.head(200, {"Content-Length": "100"})
    peer.send(b"{")
    peer.cut()


SERVERS: dict[str, tuple[Any, str]] = {
    "an endless head": (endless_head, "cannot be fetched ("),
    "an endless body": (endless_body, "is larger than 1 MiB"),
    "a head that never ends": (half_a_head, "did not arrive within 0.3 seconds"),
    "a body that never ends": (half_a_body, "did not arrive within 0.3 seconds"),
    "a body that is cut": (cut, "cannot be fetched ("),
    "redirects to itself": (responds(b"", status=302, Location="/v1"), "more than 5 times"),
    "redirects with endless bodies": (endless_redirect, "redirects more than 5 times"),
    "redirects to a file": (
        responds(b"", status=302, Location="file:///etc/passwd"),
        "redirects from http to file: ",
    ),
    "redirects to nothing": (responds(b"", status=302, Location="http://["), "cannot be fetched ("),
    "is compressed": (responds(b"\x1f\x8b", Content_Encoding="gzip, gzip"), "is encoded as gzip,"),
    "a page of HTML": (responds(b"<html>Sign in</html>"), "is not an OpenAPI document"),
    "not HTTP": (lambda peer: peer.send(b"\x00\x1b[2J\r\n\r\n"), "cannot be fetched ("),
    "nothing there": (responds(b"\x1b[2J" * 9999, status=404), "got 404"),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVERS)
def test_a_hostile_server_is_given_up(
    root: Path,
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    script, message = SERVERS[name]
    monkeypatch.setattr(fetch, "LARGEST", 2**20)
    if "never" in name:
        monkeypatch.setattr(fetch, "DEADLINE", 0.3)
    before = contents(root)
    with ScriptedServer(script) as server:
        assert run(server.url) == 1
    check_refused(capsys.readouterr().err, message)
    assert contents(root) == before


def test_a_redirect_is_followed(root: Path, run: Run) -> None:
    there = responds(GOOD.encode())
    with ScriptedServer(responds(b"", status=301, Location="/there"), there) as server:
        assert run(server.url) == 0
    assert [one.target for one in server.requests] == ["/v1", "/there"]
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_never_from_https_to_http(monkeypatch: pytest.MonkeyPatch) -> None:
    async def send(_: object, request: Any, **__: object) -> Any:
        onward = fetch.httpx.Request("GET", "http://example.test/")
        response = fetch.httpx.Response(302, request=request)
        response.next_request = onward
        return response

    monkeypatch.setattr(fetch.httpx.AsyncClient, "send", send)
    with pytest.raises(ToolError, match=r"redirects from https to http: http://example\.test/"):
        fetch.fetch("https://example.test/up.json")


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "HTTPS_PROXY"])
def test_an_environment_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "/nowhere:x/")
    with pytest.raises(ToolError, match="cannot be fetched"):
        fetch.fetch("https://127.0.0.1:1/up.json")


def test_files_that_may_never_end(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(root / "pipe")
    for name in ("/dev/zero", "/dev/stdin", str(root / "pipe"), str(root)):
        assert run(name) == 1
        check_refused(capsys.readouterr().err, f"{name}: cannot be read (")
