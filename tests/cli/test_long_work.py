"""The commands that take long: what they show, what they leave, and how they go on."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from openai_conversations import Client, NotFoundError
from openai_conversations.cli import progress
from openai_conversations.local import LocalService, ServiceRequest, ServiceResponse
from openai_conversations.local.server import LocalServer

from tests.cli.conftest import PROGRAM, Run, in_terminal, press_ctrl_c

PROMPTS = [{"role": "user", "content": f"Message {n}"} for n in range(100)]


class HoldingService(LocalService):
    """A service that holds the response to one request back."""

    def __init__(self) -> None:
        super().__init__()
        self.held = threading.Event()
        self.go = threading.Event()
        self._left = 0
        self._method = ""

    def hold(self, method: str, number: int) -> None:
        """Hold the response to a request of this method; the number counts from 1."""
        self._method, self._left = method, number
        self.held.clear()
        self.go.clear()

    def handle(self, request: ServiceRequest) -> ServiceResponse:
        response = super().handle(request)
        if request.method == self._method and "/items" in request.path:
            self._left -= 1
            if self._left == 0:
                self.held.set()
                self.go.wait(60)
        return response


@pytest.fixture
def service() -> HoldingService:
    return HoldingService()


@pytest.fixture
def url(service: HoldingService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.chdir(tmp_path)
    with LocalServer(service) as server:
        yield server.url
        service.go.set()


@pytest.fixture
def remote(url: str) -> Iterator[Client]:
    with Client(base_url=url, api_key="x") as client:
        yield client


def texts(client: Client, conversation: str) -> list[str]:
    return [item.text for item in client.conversations.items.list(conversation, order="asc")]


@pytest.fixture
def dump(remote: Client) -> str:
    """Export 100 messages to a file in the current folder, and return its name."""
    conversation = remote.conversations.create()
    remote.conversations.items.append(conversation.id, PROMPTS)
    remote.conversations.export(conversation, "dump file.jsonl")
    return "dump file.jsonl"


def end(command: Any) -> int | None:
    """Return with which status a command in a terminal ends."""
    command.expect(pexpect.EOF)
    command.wait()
    status: int | None = command.exitstatus
    return status


def interrupted(service: HoldingService, command: Any) -> list[str]:
    """Interrupt a command while a response is held; return the one with which it goes on."""
    assert service.held.wait(20)
    press_ctrl_c(command, r"Error: interrupted\r\nTo go on: ([^\r]+)\r\n")
    again = shlex.split(command.match[1])
    assert end(command) == 130
    service.go.set()
    assert again[: len(PROGRAM)] == ["python", *PROGRAM[1:]]
    return again[len(PROGRAM) :]


def test_an_import_is_interrupted_and_goes_on(
    service: HoldingService, url: str, remote: Client, dump: str
) -> None:
    service.hold("POST", 3)
    with in_terminal("import", dump, "--base-url", url) as command:
        again = interrupted(service, command)
    state = Path(f"{dump}.resume")
    assert state.stat().st_mode & 0o777 == 0o600
    assert "Message" not in state.read_text()
    with in_terminal("import", dump, "--base-url", url) as command:
        command.expect_exact(f"{state} is there")
        assert end(command) == 2
    with in_terminal(*again) as command:
        command.expect("100/100.*items/s")
        command.expect(r"(conv_\w+): 100 items")
        conversation = command.match[1]
        assert end(command) == 0
    assert texts(remote, conversation) == [prompt["content"] for prompt in PROMPTS]
    assert sorted(os.listdir()) == [dump]
    with in_terminal(*again) as command:
        command.expect_exact("nothing to go on with")
        assert end(command) == 2


def test_an_import_is_killed_and_goes_on(
    service: HoldingService, url: str, remote: Client, dump: str, run: Run
) -> None:
    service.hold("POST", 3)
    command = [*PROGRAM, "import", dump, "--base-url", url]
    environment = {**os.environ, "OPENAI_API_KEY": "x"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        assert service.held.wait(20)
        process.kill()
    service.go.set()
    command += ["--resume", "--json"]
    ran = subprocess.run(command, env=environment, check=True, capture_output=True)
    [made] = json.loads(ran.stdout)["conversations"]
    assert (made["count"], ran.stderr) == (100, b"")
    assert texts(remote, made["conversation_id"]) == [prompt["content"] for prompt in PROMPTS]


@pytest.mark.parametrize("verb", ["export", "fork", "purge"])
def test_other_work_is_interrupted_and_goes_on(
    verb: str, service: HoldingService, url: str, remote: Client
) -> None:
    conversation = remote.conversations.create().id
    remote.conversations.items.append(conversation, PROMPTS * 2)
    before = texts(remote, conversation)
    options = {"export": ["file.jsonl"], "fork": [], "purge": ["--yes"]}[verb]
    service.hold(*{"export": ("GET", 3), "fork": ("POST", 2), "purge": ("DELETE", 150)}[verb])
    with in_terminal(verb, conversation, *options, "--base-url", url) as command:
        again = interrupted(service, command)
    with in_terminal(*again) as command:
        command.expect({"export": "200 items", "fork": r"conv_\w+", "purge": "deleted"}[verb])
        made = command.match[0]
        assert end(command) == 0
    if verb == "export":
        lines = [json.loads(line) for line in Path("file.jsonl").read_text().splitlines()]
        found = list(remote.conversations.items.list(conversation, order="asc"))
        assert lines[1:-1] == [item.to_dict() for item in found]
        assert os.listdir() == ["file.jsonl"]
    elif verb == "fork":
        assert texts(remote, made) == before
        assert os.listdir() == []
    else:
        with pytest.raises(NotFoundError):
            remote.conversations.retrieve(conversation)


def test_without_a_terminal_there_are_lines(
    run: Run, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 100)
    conversation = client.conversations.create().id
    client.conversations.items.append(conversation, PROMPTS * 2 + PROMPTS[:10])
    ran = run("export", conversation, "file.jsonl")
    assert (ran.status, ran.out) == (0, "210 items in file.jsonl\n")
    assert ran.err == "exporting: 100 items\nexporting: 200 items\n"
    ran = run("import", "file.jsonl")
    assert ran.err.splitlines()[-1] == "importing: 210 of 210 items"
    assert ran.out.endswith(f": 210 items (in the file: {conversation})\n")
    ran = run("export", conversation, "-")
    assert (ran.out, ran.err) == (Path("file.jsonl").read_text("utf-8"), "")
    ran = run("export", conversation, "-", "--resume")
    assert (ran.status, ran.out) == (1, "")
    ran = run("purge", conversation, "--yes", "--json")
    assert ran.json == {
        "conversation_id": conversation,
        "deleted": 210,
        "conversation_deleted": True,
    }
    assert ran.err == ""


def test_purge_asks(run: Run, url: str, remote: Client) -> None:
    conversation = remote.conversations.create(items=PROMPTS[:3]).id
    ran = run("purge", conversation)
    assert (ran.status, ran.out) == (2, "")
    assert "--yes" in ran.err
    for typed, status in (("n", 1), ("", 1), ("y", 0)):
        assert remote.conversations.retrieve(conversation).id == conversation
        with in_terminal("purge", conversation, "--base-url", url) as command:
            command.expect_exact(f"Delete {conversation} and all its items, for good? [y/N]")
            command.sendline(typed)
            assert end(command) == status
    with pytest.raises(NotFoundError):
        remote.conversations.retrieve(conversation)


def test_what_has_no_input_form(run: Run, client: Client) -> None:
    odd = {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}
    Path("messages.json").write_text(json.dumps([*PROMPTS[:2], odd]))
    ran = run("import", "messages.json")
    assert (ran.status, ran.out) == (1, "")
    assert not list(Path().glob("*.resume"))
    result = run("import", "messages.json", "--on-unsupported", "skip", "--json", "--dry-run").json
    [made], notes = result["conversations"], result["notes"]
    assert made["conversation_id"] is None
    assert notes
    assert {note["action"] for note in notes} == {"skip"}
    ran = run("import", "messages.json", "--on-unsupported", "text")
    assert ran.status == 0
    assert ": text\n" in ran.out


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that nobody can write to")
def test_nothing_is_sent_if_the_state_cannot_be_kept(
    run: Run, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = client.conversations.create(items=PROMPTS[:1]).id
    monkeypatch.chdir("/proc")
    ran = run("fork", conversation)
    assert (ran.status, ran.out) == (1, "")
    assert f"{conversation}.resume" in ran.err
    assert [one.id for one in client.conversations.list()] == [conversation]


def test_it_goes_on_from_the_start_if_it_was_killed_there(
    run: Run, client: Client, database: str
) -> None:
    conversation = client.conversations.create(items=PROMPTS[:1]).id
    Path(f"{conversation}.resume").touch()
    ran = run("fork", conversation, "--resume")
    assert (ran.status, ran.err) == (0, "forking: 1 of 1 items\n")
    assert not Path(f"{conversation}.resume").exists()
