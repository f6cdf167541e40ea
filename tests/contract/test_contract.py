"""The automatic check itself: it must see what it is there to see."""

from __future__ import annotations

import json

import httpx
import pytest
from openai_conversations import Client

from tests.contract.checker import check_error, check_request, check_response
from tests.contract.recorder import Recorder
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, page, responds

BASE = "http://localhost/v1"


def test_requests_that_fit_and_that_do_not() -> None:
    items = f"{BASE}/conversations/conv_1/items"
    assert check_request("GET", httpx.URL(f"{items}?limit=5&order=asc&include%5B%5D=a"), b"") == []
    assert check_request("GET", httpx.URL(f"{items}?include=a"), b"")
    assert check_request("POST", httpx.URL(f"{BASE}/conversations"), b"{}") == []
    assert check_request("POST", httpx.URL(f"{BASE}/conversations"), b'{"items": 3}')
    assert check_request("GET", httpx.URL(f"{BASE}/conversations/c?x=1"), b"")
    assert check_request("GET", httpx.URL(f"{BASE}/conversations/c/items?limit=few"), b"")
    assert check_request("GET", httpx.URL(f"{BASE}/elsewhere"), b"") == []


def test_responses_that_fit_and_that_do_not() -> None:
    url = httpx.URL(f"{BASE}/conversations/conv_1/items")
    json_type = "application/json"
    assert check_response("GET", url, 200, json_type, b"[]")
    assert check_response("GET", url, 200, "text/html", b"<p>")
    assert check_response("GET", url, 404, "text/html", b"<p>") == []
    assert check_response("GET", url, 201, json_type, b"{}") == [
        "  response: the operation has no status 201"
    ]
    stream = httpx.URL(f"{BASE}/responses")
    assert check_response("POST", stream, 200, "text/event-stream", b'data: {"type": "x"}\n\n')
    assert check_response("POST", stream, 200, "text/event-stream", b"data: [DONE]\n\n") == []


def test_the_body_of_an_error() -> None:
    whole = {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}
    assert check_error(json.dumps({"error": whole}).encode()) == []
    for name in whole:
        partial = {key: value for key, value in whole.items() if key != name}
        (problem,) = check_error(json.dumps({"error": partial}).encode())
        assert name in problem


@pytest.mark.off_contract
def test_the_recorder_sees_what_the_client_does(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    recorder.install(monkeypatch)
    wrong = {**CONVERSATION, "created_at": "yesterday"}
    with (
        ScriptedServer(responds(CONVERSATION), responds(wrong), responds(page(1))) as server,
        Client(api_key="k", base_url=server.url) as client,
    ):
        client.conversations.retrieve("conv_1")
        assert recorder.breaches() == []
        client.conversations.retrieve("conv_1")
        client.conversations.items.list("conv_1", extra_query={"unknown": 1})
    assert [breach.splitlines()[0][-3:] for breach in recorder.breaches()] == ["200", "200"]
    assert "created_at" in recorder.breaches()[0]
    assert "unknown" in recorder.breaches()[1]
