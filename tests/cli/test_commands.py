"""The command line as a whole, and the commands that need no more than one request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from hypothesis import given
from openai_conversations import (
    Client,
    ConversationIndex,
    MessageItem,
    StoreError,
    __version__,
    models,
)
from openai_conversations.archive.formats import Format
from openai_conversations.cli import main
from openai_conversations.cli.app import app
from openai_conversations.cli.command import visible
from openai_conversations.cli.reading import _line

from tests.cli.conftest import PROGRAM, Run
from tests.overlay.scripted_server import ScriptedServer, responds
from tests.strategies import disturbed

COMMANDS = sorted(set(app.commands) - {"serve"})
# What each needs beside `--local` and the like, where a conversation or a file is missing.
MISSING = {
    "chat": ["c"],
    "import": [__file__],
    "list": [],
    "export": ["c", "f"],
    "purge": ["c", "--yes"],
}


@pytest.fixture
def conversation(client: Client) -> str:
    messages = [MessageItem.user_text(f"Text {n}") for n in range(12)]
    return client.conversations.create(items=messages, metadata={"user_id": "user_123"}).id


def test_show(run: Run, client: Client, conversation: str) -> None:
    shown = run("show", conversation)
    assert shown.status == 0
    assert shown.out.startswith(f"{conversation}\ncreated: 2")
    assert "metadata user_id: user_123" in shown.out
    assert [f"Text {n}\n" in shown.out for n in (1, 2, 11)] == [False, True, True]
    data = run("show", conversation, "--json").json
    found = client.conversations
    assert (
        data.pop("items") == [i.to_dict() for i in found.items.list(conversation, order="asc")][2:]
    )
    assert data == found.retrieve(conversation).to_dict()


def test_items(run: Run, client: Client, conversation: str) -> None:
    stored = list(client.conversations.items.list(conversation, order="asc"))
    lines = run("items", conversation).out.splitlines()
    assert lines == [f"{item.id}  message user  {item.text}" for item in stored]
    newest = run("items", conversation, "--json", "--order", "desc", "--limit", "3").lines
    assert newest == [item.to_dict() for item in stored[:-4:-1]]


def test_transcript(run: Run, client: Client, conversation: str, tmp_path: Path) -> None:
    for form in ("markdown", "text", "html"):
        whole = client.conversations.transcript(conversation, format=form)
        assert run("transcript", conversation, "--format", form).out == whole
        ran = run("transcript", conversation, "--format", form, "-o", "file")
        assert (ran.out, ran.err) == ("", "")
        assert (tmp_path / "file").read_text("utf-8") == whole
    ran = run("transcript", conversation, "--json")
    assert ran.json["transcript"].startswith("# ")
    assert run("transcript", conversation, "--json", "-o", "file").out == ""
    assert (tmp_path / "file").read_text("utf-8") == ran.out


def test_check(run: Run, client: Client, conversation: str) -> None:
    ran = run("check", conversation)
    assert (ran.status, ran.out) == (0, "nothing found\n")
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    message = MessageItem.user_text("Hello")
    made = client.conversations.items.create(conversation, items=[call, message]).data[0].id
    ran = run("check", conversation)
    assert ran.status == 3
    assert ran.out.startswith("call_without_output: ")
    assert made in ran.out
    found = run("check", conversation, "--json")
    assert (found.status, found.json["ok"]) == (3, False)
    assert [one["item_ids"] for one in found.json["findings"]] == [[made]]
    mended = run("check", conversation, "--repair")
    assert mended.status == 0
    assert mended.out.startswith("call_without_output: ")
    assert ": appended " in mended.out
    assert run("check", conversation).out == "nothing found\n"


def test_list(run: Run, client: Client, conversation: str) -> None:
    other = client.conversations.create(metadata={"user_id": "user_9", "topic": "\x1b[2J\n"})
    lines = run("list").out.splitlines()
    assert [line.split()[0] for line in lines] == [other.id, conversation]
    assert lines[1].endswith("  user_id=user_123")
    assert lines[0].isprintable()
    assert run("list", "--limit", "1").out.splitlines() == lines[:1]
    found = run("list", "--json", "--metadata", "user_id=user_9", "--metadata", "topic=\x1b[2J\n")
    assert found.lines == [other.to_dict()]
    assert run("list", "--metadata", "user_id=user_0").out == ""


def test_an_index(run: Run, client: Client, tmp_path: Path) -> None:
    index = ["--index", str(tmp_path / "index.sqlite")]
    assert (run("list", *index).status, run("list", *index).out) == (0, "")
    ran = run("chat", *index, "--json", given="Hello\n")
    made = ran.json["conversation"]["id"]
    client.conversations.create()
    [found] = run("list", *index, "--json").lines
    assert found == client.conversations.retrieve(made).to_dict()
    copy = run("fork", made, "--metadata", "user_id=user_7", *index).out.strip()
    [line] = run("list", *index, "--metadata", "user_id=user_7").out.splitlines()
    assert line.startswith(f"{copy}  ")
    assert run("purge", made, "--yes", *index).status == 0
    without_a_key = run("list", "--json", *index, "--base-url", "http://localhost/v1")
    assert [one["id"] for one in without_a_key.lines] == [copy]


def test_an_index_that_cannot_be_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: ConversationIndex) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(ConversationIndex, "close", fail)
    ran = run("list", "--index", "index.sqlite")
    assert (ran.status, ran.out, ran.err) == (1, "", "Error: the disk is full\n")


def test_a_service_that_cannot_list(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a-key")
    refusal = responds({"error": {"message": "Not allowed"}}, status=405)
    with ScriptedServer(refusal) as server:
        ran = run("list", "--base-url", server.url)
    assert (ran.status, ran.out) == (1, "")
    assert "ndex" in ran.err


def test_a_line_of_an_item_is_one_line_that_no_terminal_obeys(run: Run, client: Client) -> None:
    text = "\x1b[2J\n\u202ea" + 100 * "b"
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    made = client.conversations.create(items=[MessageItem.user_text(text), call])
    first, second = run("items", made.id).out.splitlines()
    assert first.endswith("…")
    assert first.isprintable()
    assert second.endswith('function_call  {"call_id": "c", "name": "f", "arguments": "{}"}')


@given(disturbed("ConversationItem"))
def test_a_line_of_any_item(item: Any) -> None:
    listed = {"object": "list", "data": [item], "first_id": "", "last_id": "", "has_more": False}
    [read] = models.ConversationItemList.from_dict(listed).data
    line = _line(read)
    assert len(line.splitlines()) == 1
    assert visible(line) == line


def test_a_time_that_is_not_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a-key")
    conversation = {"id": "conv_1", "object": "conversation", "created_at": 10**18, "metadata": {}}
    listed = {"object": "list", "data": [], "has_more": False, "first_id": "", "last_id": ""}
    with ScriptedServer(responds(conversation), responds(listed)) as server:
        assert run("show", "conv_1", "--base-url", server.url).out == "conv_1\ncreated: -\n"


def test_json_is_utf_8_wherever_it_goes(client: Client, database: str) -> None:
    made = client.conversations.create(metadata={"name": "é☃"})
    command = [*PROGRAM, "show", made.id, "--json", "--local", database]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    out = subprocess.run(command, env=environment, check=True, capture_output=True).stdout
    assert "é☃".encode() in out
    assert json.loads(out)["metadata"] == {"name": "é☃"}


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"import", "list"}))
def test_a_conversation_that_is_not_there(command: str, run: Run) -> None:
    arguments = [command, *MISSING.get(command, ["c"])]
    ran = run(*arguments, given="Hello\n")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith("Conversation with id 'c' not found.\n")
    ran = run(*arguments, "--json", given="Hello\n")
    assert (ran.status, ran.out) == (1, "")
    error = json.loads(ran.err)["error"]
    assert (error["type"], error["status_code"]) == ("NotFoundError", 404)


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_key_it_says_what_to_do(command: str, run: Run) -> None:
    arguments = [command, *MISSING.get(command, ["c"])]
    ran = run(*arguments, "--base-url", "http://localhost/v1")
    assert (ran.status, ran.out) == (2, "")
    assert "set OPENAI_API_KEY" in ran.err
    assert "--local FILE" in ran.err


def test_help_names_every_format(run: Run) -> None:
    [choice] = [one.type for one in app.commands["import"].params if one.name == "form"]
    assert isinstance(choice, click.Choice)
    assert [*choice.choices] == [*get_args(Format)]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_takes_a_key(command: str) -> None:
    names = [name for option in app.commands[command].params for name in option.opts]
    assert not [name for name in names if "key" in name or "token" in name]
    assert {"--local", "--base-url", "--index", "--json"} <= {*names}


@pytest.mark.parametrize(
    "arguments", ["frob", "show", "items c --limit 0", "items c --order x", "fork c --metadata x"]
)
def test_wrong_usage_is_2(arguments: str, run: Run) -> None:
    ran = run(*arguments.split())
    assert (ran.status, ran.out) == (2, "")
    assert "Usage: " in ran.err


def test_one_place_to_work_at(run: Run) -> None:
    ran = run("show", "c", "--local", "f", "--base-url", "http://localhost/v1")
    assert (ran.status, ran.out) == (2, "")
    assert "exclude each other" in ran.err


def test_the_base_url_is_where_requests_go(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a-key")
    conversation = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}
    listed = {"object": "list", "data": [], "has_more": False, "first_id": "", "last_id": ""}
    with ScriptedServer(responds(conversation), responds(listed)) as server:
        assert run("show", "conv_1", "--base-url", server.url).out.startswith("conv_1\n")
        [first, _] = server.requests
        assert first.headers["authorization"] == "Bearer sk-a-key"


def test_nobody_reads_the_output(database: str, conversation: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for verb in (["items", conversation], ["export", conversation, "-"]):
        command = [*PROGRAM, *verb, "--local", database]
        ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE)
        assert (ran.returncode, ran.stderr) == (1, b"")
    os.close(writing)


def test_the_program_that_is_installed_is_this_one() -> None:
    [found] = entry_points(group="console_scripts", name="openai-conversations")
    assert found.load() is main


def test_version_help_and_completion(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version").out.split()[-1] == __version__
    names = [
        line.split()[0] for line in run("--help").out.partition("Commands:")[2].splitlines()[1:]
    ]
    assert names == sorted([*COMMANDS, "serve"])
    for shell in ("bash", "zsh", "fish"):
        assert main(["--completion", shell]) == 0
        assert "_OPENAI_CONVERSATIONS_COMPLETE" in capsys.readouterr().out


def test_a_shell_completes_commands_and_options() -> None:
    program = "from openai_conversations.cli import main; import sys; sys.argv[0] = NAME; main()"
    program = program.replace("NAME", "'openai-conversations'")
    for words, expected in (("sh", "plain,show"), ("show --lo", "plain,--local")):
        variables = {
            "_OPENAI_CONVERSATIONS_COMPLETE": "bash_complete",
            "COMP_WORDS": f"openai-conversations {words}",
            "COMP_CWORD": str(len(words.split())),
        }
        command = [sys.executable, "-c", program]
        ran = subprocess.run(
            command, env={**os.environ, **variables}, capture_output=True, text=True
        )
        assert ran.stdout.split() == [expected]


def test_help_loads_no_more_than_it_shows() -> None:
    program = (
        "from openai_conversations.cli import main; import sys; main(['--help']);"
        "print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    heavy = {"httpx", "attrs", "rich.console", "openai_conversations.local.service"}
    assert not heavy & {*ran.stderr.split()}


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra_it_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    assert main(["show", "c"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert f"{missing} is not installed" in err
    assert "pip install 'openai-conversations[cli]'" in err
    with pytest.raises(SystemExit) as stop:
        main(["serve", "--help"])
    assert stop.value.code == 0


def test_serve_is_the_same_command_with_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["serve", "--help"], ["--", "serve", "--help"]):
        with pytest.raises(SystemExit):
            main(arguments)
    whole = capsys.readouterr().out
    assert whole.count("serve [-h]") == 2
    assert whole.count("--allow-origin URL") == 4
