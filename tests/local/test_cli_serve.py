"""The command `serve`: what it prints, what it refuses, and how it stops."""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest
from openai_conversations.cli import main, serve

from tests.local.processes import serving


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line in which the command says why it does not start."""
    assert main(["serve", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_gracefully_and_the_file_keeps_everything(
    number: signal.Signals, tmp_path: Path
) -> None:
    database = str(tmp_path / "kept.sqlite")
    with serving("--db", database) as (process, url):
        made = httpx.post(f"{url}/conversations", json={"metadata": {"user_id": "user_123"}}).json()
        process.send_signal(number)
        out, err = process.communicate()
        assert process.returncode == 0
    assert out == ""
    assert f"a page to look at: {url.removesuffix('v1')}\n" in err
    assert '"POST /v1/conversations HTTP/1.1" 200' in err
    assert "Traceback" not in err
    with serving("--db", database) as (_, url):
        assert httpx.get(f"{url}/conversations/{made['id']}").json() == made


def test_it_asks_for_the_key_and_never_prints_it() -> None:
    key = "sk-a-secret"
    with serving("--api-key-env", "THE_KEY", environment={"THE_KEY": key}) as (process, url):
        for headers in ({}, {"authorization": "Bearer wrong"}):
            response = httpx.post(f"{url}/conversations", json={}, headers=headers)
            assert response.status_code == 401
        headers = {"authorization": f"Bearer {key}"}
        response = httpx.post(f"{url}/conversations", json={}, headers=headers)
        assert response.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert key not in "".join(process.communicate())


def test_local_api_key_is_the_variable_that_needs_no_option() -> None:
    with serving(environment={"LOCAL_API_KEY": "one"}) as (_, url):
        for key, status in (("one", 200), ("LOCAL_API_KEY", 401), (None, 401)):
            headers = {} if key is None else {"authorization": f"Bearer {key}"}
            response = httpx.post(f"{url}/conversations", json={}, headers=headers)
            assert response.status_code == status


@pytest.mark.parametrize(
    ("arguments", "environment", "key"),
    [
        ([], {}, None),
        ([], {"LOCAL_API_KEY": " "}, None),
        ([], {"LOCAL_API_KEY": "one\n"}, "one"),
        (["--api-key-env", "OTHER"], {"LOCAL_API_KEY": "one", "OTHER": "two"}, "two"),
        (["--api-key", "three"], {"LOCAL_API_KEY": "one"}, "three"),
    ],
)
def test_the_key_comes_from_the_option_then_from_the_variable(
    arguments: list[str],
    environment: dict[str, str],
    key: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LOCAL_API_KEY", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    assert serve.read_api_key(parser.parse_args(arguments)) == key


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port} of 127.0.0.1 is in use" in refused(capsys, "--port", port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_beyond_loopback_it_wants_a_key(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, "--host", host, "--port", "0")
    assert "can be reached from other machines" in message
    assert "--api-key-env" in message


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--port", "70000"], "--port must be from 0 to 65535, got 70000"),
        (["--host", "no such host"], "--host 'no such host' is not an address of this machine"),
        (["--api-key-env", "NOT_SET_ANYWHERE"], "names NOT_SET_ANYWHERE, but that variable"),
        (["--api-key", " "], "--api-key is empty"),
        (["--script", "/no/such/file.jsonl"], "--script /no/such/file.jsonl cannot be read"),
        (["--port", "0", "--db", "/no/such/folder/file.sqlite"], "/no/such/folder/file.sqlite"),
    ],
)
def test_a_wrong_option_is_named(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert expected in refused(capsys, *arguments)


def test_the_model_is_a_script_then_a_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    turns = ["One.", call, [call | {"call_id": "d"}, {"type": "message", "content": "Two."}]]
    script = tmp_path / "script.jsonl"
    script.write_text("\n\n".join(map(json.dumps, turns)) + "\n")
    (tmp_path / "a_model.py").write_text("def respond(request, context):\n    return 'Three.'\n")
    monkeypatch.chdir(tmp_path)
    with serving("--script", str(script), "--model", "a_model:respond") as (_, url):
        outputs = [
            httpx.post(f"{url}/responses", json={"input": "x"}).json()["output"] for _ in range(4)
        ]
    kinds = [[item["type"] for item in output] for output in outputs]
    calls = "function_call"
    assert kinds == [["message"], [calls], [calls, "message"], ["message"]]
    texts = [outputs[n][-1]["content"][0]["text"] for n in (0, 2, 3)]
    assert texts == ["One.", "Two.", "Three."]


@pytest.mark.parametrize("line", ["{", "5", "[]", "true", "[[]]", '["a"]', "NaN", '{"a": 1e999}'])
def test_a_line_of_a_script_that_is_not_a_turn_is_named(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text(f'"fine"\n{line}\n')
    assert f"{script}, line 2: expected" in refused(capsys, "--script", str(script))


@pytest.mark.parametrize(
    "name", ["json", "json:", ":dumps", "no_such:f", "json:no", "sys:path", ""]
)
def test_a_model_that_is_not_a_function_is_named(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"--model {name!r}" in refused(capsys, "--model", name)


@pytest.mark.parametrize("missing", ["uvicorn", "starlette"])
def test_without_the_extra_it_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in list(sys.modules):
        own = ("openai_conversations.local.app", "openai_conversations.local.server")
        if name.partition(".")[0] == missing or name in own:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    message = refused(capsys)
    assert missing in message
    assert "pip install 'openai-conversations[local]'" in message
