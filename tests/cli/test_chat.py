"""The command `chat`: through pipes, and in a real pseudo-terminal."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pexpect
import pytest
from openai_conversations import Client

from tests.cli.conftest import Run, in_terminal, press_ctrl_c
from tests.local.processes import serving
from tests.overlay.events import delta, final
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, responds

CALL = {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": '{"a": 1}'}


def test_each_line_is_a_message_and_the_id_is_told_at_the_end(run: Run, client: Client) -> None:
    ran = run("chat", given="One\n\nTwo\n")
    assert ran.status == 0
    assert ran.out == "[local model] You said: One\n[local model] You said: Two\n"
    assert ran.err.startswith("To go on: ")
    conversation = ran.err.split()[-1]
    stored = [item.text for item in client.conversations.items.list(conversation, order="asc")]
    assert stored[::2] == ["One", "Two"]
    again = run("chat", conversation, given="Three\n")
    assert again.err.split()[-4:] == ran.err.split()[-4:-3] + again.err.split()[-3:]
    assert len(list(client.conversations.items.list(conversation))) == 6


def test_without_a_message_nothing_is_made(run: Run) -> None:
    ran = run("chat", given="\n")
    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_json_gives_each_response_as_it_came(run: Run, client: Client) -> None:
    first, second = run("chat", "--json", given="One\nTwo\n").lines
    assert first["conversation"] == second["conversation"]
    assert second == client.responses.retrieve(second["id"]).to_dict()


def test_an_error_ends_it_where_nobody_types(run: Run) -> None:
    ran = run("chat", "conv_none", given="One\n")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "Error: Error code: 404 - Conversation with id 'conv_none' not found.\n"


def test_calls_that_are_open_are_asked_about_first(run: Run, client: Client) -> None:
    approval = {"type": "mcp_approval_request", "name": "f", "server_label": "s", "arguments": "{}"}
    made = client.conversations.create(items=[CALL, approval | {"id": "mcpr_1"}]).id
    assert run("chat", made, given="rain\nyes\nThanks\n").status == 0
    items = list(client.conversations.items.list(made, order="asc"))
    assert (items[2].call_id, items[2].output) == ("c", "rain")
    assert items[3].approve is True
    assert [item.type for item in items[4:]] == ["message"] * 3


def script(folder: Path, *turns: Any) -> list[str]:
    (folder / "script.jsonl").write_text("\n".join(map(json.dumps, turns)))
    return ["--script", str(folder / "script.jsonl")]


def test_a_session_in_a_terminal(tmp_path: Path) -> None:
    hostile = "Two\x1b[2J\x07\u202e."
    with (
        serving(*script(tmp_path, "One.", CALL, hostile)) as (_, url),
        in_terminal("chat", "--base-url", url, "--model", "a-model") as chat,
    ):
        chat.expect_exact("> ")
        chat.sendline("First")
        chat.expect_exact("One.\r\n")
        chat.expect_exact("> ")
        chat.send("\x1b[A")  # the line editor's history
        chat.expect_exact("First")
        chat.sendline("")
        chat.expect("get_weather")
        chat.expect_exact('"a": 1')
        chat.expect_exact("get_weather (its output)> ")
        chat.sendline("rain")
        chat.expect_exact("Two\N{SYMBOL FOR ESCAPE}[2J\N{SYMBOL FOR BELL}\\u202e.\r\n")
        chat.expect_exact("> ")
        press_ctrl_c(chat, "> ")
        chat.sendeof()
        chat.expect(r"To go on: .* chat --base-url \S+ --model a-model (conv_\w+)")
        conversation = chat.match[1]
        chat.expect(pexpect.EOF)
        chat.wait()
        assert chat.exitstatus == 0
        with Client(base_url=url, api_key="x") as client:
            kinds = [
                item.type for item in client.conversations.items.list(conversation, order="asc")
            ]
    texts = ["message", "message", "message"]
    assert kinds == [*texts, "function_call", "function_call_output", "message"]


def test_ctrl_c_stops_a_response_and_not_the_program() -> None:
    hung_up = threading.Event()

    def stopped(peer: Peer) -> None:
        peer.events(delta(0, "Beginn"))
        peer.wait_for_hangup()
        hung_up.set()

    def whole(peer: Peer) -> None:
        peer.events(delta(0, "Whole"), final("completed"))
        peer.end()

    with (
        ScriptedServer(responds(CONVERSATION), stopped, whole) as server,
        in_terminal("chat", "--base-url", server.url) as chat,
    ):
        chat.expect_exact("> ")
        chat.sendline("First")
        chat.expect_exact("Beginn")
        press_ctrl_c(chat, "> ")
        assert hung_up.wait(60)
        chat.sendline("Second")
        chat.expect_exact("Whole")
        chat.expect_exact("> ")
        chat.sendeof()
        chat.expect_exact("conv_1")
        chat.expect(pexpect.EOF)
        chat.wait()
        assert chat.exitstatus == 0
        [_, first, second] = server.requests
        assert [one.json()["input"] for one in (first, second)] == ["First", "Second"]


@pytest.mark.off_contract
def test_in_a_terminal_an_error_is_shown_and_the_prompt_comes_back() -> None:
    failed = responds({"error": {"message": "No \x1b[31mmoney"}}, status=401)
    with (
        ScriptedServer(responds(CONVERSATION), failed) as server,
        in_terminal("chat", "--base-url", server.url) as chat,
    ):
        chat.expect_exact("> ")
        chat.sendline("First")
        chat.expect_exact("Error: Error code: 401 - No \N{SYMBOL FOR ESCAPE}[31mmoney")
        chat.expect_exact("> ")
        chat.sendeof()
        chat.expect(pexpect.EOF)
        chat.wait()
        assert chat.exitstatus == 0
