"""The programs of `examples/` do what they say, and so do the same with openai-python.

Each runs as its users run it, in a process of its own, against a local service over HTTP. A test
says what a program does; it holds for both libraries, so that their lengths can be compared.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from openai_conversations import Client
from openai_conversations.local.fault_injection import FaultInjectingService

from examples.__main__ import PROGRAMS, code_lines, lengths, table

# The clients under test are in other processes.
pytestmark = pytest.mark.off_contract

ROOT = Path(__file__).resolve().parents[1]
OURS = "examples"
FOLDERS = [OURS, "examples/openai_python"]
ECHO = "[local model] You said:"


@dataclass
class Programs:
    """The programs of one folder, with a service that they reach."""

    folder: str
    url: str

    def environment(self) -> dict[str, str]:
        """Return an environment in which both libraries reach the service, and nothing else."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OPENAI_")}
        return {**kept, "OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "local", "COLUMNS": "80"}

    def run(self, name: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one to its end."""
        return subprocess.run(
            [sys.executable, "-W", "error", f"{self.folder}/{name}.py", *arguments],
            cwd=ROOT,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def output(self, name: str, *arguments: str, stdin: str = "") -> str:
        """Return what one prints."""
        done = self.run(name, *arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(params=FOLDERS)
def programs(request: pytest.FixtureRequest, conversations_url: str) -> Programs:
    """Return the programs, once of each folder."""
    return Programs(request.param, conversations_url)


def texts(client: Client, conversation_id: str) -> list[str]:
    """Return the texts of a conversation's messages, oldest first."""
    items = client.conversations.items.list(conversation_id, order="asc", limit=100)
    return [item.text for item in items if item.type == "message"]


def test_chat(programs: Programs, conversations_local: FaultInjectingService) -> None:
    said = programs.output("chat", stdin="Hello\nAnd how are you?\n")
    assert said == f"{ECHO} Hello\n{ECHO} And how are you?\n"
    _, first, second = conversations_local.requests
    assert first.json["conversation"] == second.json["conversation"]
    assert first.json["stream"]


@contextmanager
def serving(programs: Programs, name: str) -> Iterator[httpx.Client]:
    """Yield a client of a web application."""
    command = ("-m", "uvicorn", "--port", "0", "--app-dir", programs.folder, f"{name}:app")
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=programs.environment(),
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        try:
            lines = iter(process.stderr.readline, "")
            found = next(filter(None, (re.search(r"http://[\d.:]+", line) for line in lines)))
            with httpx.Client(base_url=found[0], trust_env=False) as client:
                yield client
        finally:
            process.kill()
            process.stderr.read()


def test_browser(programs: Programs, conversations_local: FaultInjectingService) -> None:
    with serving(programs, "browser") as browser:
        assert "<title>Chat</title>" in browser.get("/").text
        made = browser.post("/conversations").json()
        said = browser.post(f"/conversations/{made}", json="Hello")
        assert said.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(data) for data in re.findall(r"^data: (.*)$", said.text, re.M)]
        assert "".join(event["delta"] for event in events) == f"{ECHO} Hello"
        assert len(events) > 1
        # The connection to the service breaks in the middle: the browser is told.
        conversations_local.faults.cut_body("POST /responses", after=6)
        said = browser.post(f"/conversations/{made}", json="Hello")
        *before, last = re.findall(r"^event: (.*)$", said.text, re.M)
        assert before
        assert last == "error"


def test_browser_is_closed(programs: Programs, conversations_local: FaultInjectingService) -> None:
    """Close the stream to the service when the browser is gone."""
    closed = Event()

    def endless(request: dict[str, Any], context: list[dict[str, Any]]) -> Iterator[str]:
        try:
            while True:
                yield "on and "
        finally:
            closed.set()

    conversations_local.model.fallback = endless
    with serving(programs, "browser") as browser:
        made = browser.post("/conversations").json()
        with browser.stream("POST", f"/conversations/{made}", json="Hello") as said:
            next(said.iter_bytes())
        assert closed.wait(60)


def test_workers(programs: Programs) -> None:
    first, *others = programs.output("workers", "24").splitlines()
    assert first == f"{ECHO} Are you there?"
    assert sorted(others) == sorted(f"{ECHO} What is {number} squared?" for number in range(24))


def write_messages(file: Path, count: int, **last: object) -> list[str]:
    """Write that many messages, the last one with other fields; return their texts."""
    expected = [f"Message {number}" for number in range(count)]
    messages: list[dict[str, object]] = [{"role": "user", "content": text} for text in expected]
    messages[-1] |= last
    file.write_text("\n".join(map(json.dumps, messages)), "utf-8")
    return expected


def test_import_messages(
    programs: Programs,
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    tmp_path: Path,
) -> None:
    made = conversations_client.conversations.create(items=[{"role": "user", "content": "Before"}])
    expected = write_messages(tmp_path / "messages.jsonl", 5000)
    conversations_local.faults.response_lost("POST /conversations/*/items")
    said = programs.output("import_messages", str(tmp_path / "messages.jsonl"), made.id)
    assert "Importing" in said
    assert "100%" in said
    assert texts(conversations_client, made.id) == ["Before", *expected]


def test_import_messages_goes_on(
    programs: Programs, conversations_client: Client, tmp_path: Path
) -> None:
    """End at a message that is wrong; when that is right, go on behind the others."""
    made = conversations_client.conversations.create()
    file = tmp_path / "messages.jsonl"
    write_messages(file, 50, content=5)
    assert programs.run("import_messages", str(file), made.id).returncode == 1
    assert len(texts(conversations_client, made.id)) == 40
    expected = write_messages(file, 50)
    programs.output("import_messages", str(file), made.id)
    assert texts(conversations_client, made.id) == expected


def test_export_markdown(
    programs: Programs, conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    made = conversations_client.conversations.create(
        items=[
            {"role": "user", "content": "Is it warm in Rome?"},
            {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "21 °C"},
            {"role": "assistant", "content": "Yes."},
            {"type": "compaction", "encrypted_content": "abc"},
        ]
    )
    conversations_local.faults.unknown_item(item={"type": "hologram", "id": "holo_1"})
    written = programs.output("export_markdown", made.id)
    said = [
        "User",
        "Is it warm in Rome?",
        "weather",
        "{}",
        "hologram",
        "21 °C",
        "Assistant",
        "Yes.",
    ]
    places = [written.find(text) for text in [*said, "ompaction"]]
    assert -1 not in places
    assert places == sorted(places)


def called(name: str, call_id: str, **arguments: str) -> dict[str, str]:
    """Return a function call as the model makes it."""
    encoded = json.dumps(arguments)
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": encoded}


def test_tool_loop(
    programs: Programs, conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    """Run two calls at once, one of them wrong and made anew; each response gets lost."""
    model = conversations_local.model
    model.enqueue(called("get_weather", "1", city="Rome"), called("get_time", "2", zone="Rome"))
    model.enqueue(called("get_time", "3", zone="Europe/Rome"))
    model.enqueue_text("21 °C.")
    conversations_local.faults.response_lost("POST /responses", times=3)
    assert programs.output("tool_loop", "Is it warm in Rome?") == "21 °C.\n"
    made = next(
        r.json["conversation"] for r in conversations_local.requests if r.path == "/responses"
    )
    items = list(conversations_client.conversations.items.list(made, order="asc"))
    assert [item.type for item in items] == [
        *("message", "function_call", "function_call"),
        *("function_call_output", "function_call_output"),
        *("function_call", "function_call_output", "message"),
    ]
    outputs = {i.call_id: i.output for i in items if i.type == "function_call_output"}
    assert outputs["1"] == "21 °C in Rome"
    assert "Rome" in str(outputs["2"])
    assert str(outputs["3"]).endswith(("+01:00", "+02:00"))


def test_structured_output(programs: Programs, conversations_local: FaultInjectingService) -> None:
    event = {"name": "Fair", "date": "2027-05-03", "participants": ["Ann", "Bo"]}
    conversations_local.model.enqueue_text(json.dumps(event))
    conversations_local.model.enqueue_refusal("I would rather not.")
    conversations_local.model.enqueue_text('{"name": "Fa', incomplete="max_output_tokens")
    said = [programs.output("structured_output", "Ann and Bo go to a fair") for _ in range(3)]
    assert "date=datetime.date(2027, 5, 3)" in said[0]
    assert said[1] == "I would rather not.\n"
    assert "max_output_tokens" in said[2] if programs.folder == OURS else "Invalid JSON" in said[2]


@pytest.mark.parametrize("folder", FOLDERS)
def test_test_app(folder: str) -> None:
    file = ROOT / folder / "test_app.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"{file.read_text('utf-8').count('def test_')} passed" in done.stdout, done.stdout


def test_lines_with_code_are_counted() -> None:
    source = [
        *('"""A module,', "", 'documented."""', "", "# why", "x = (  # three lines", "    1,", ")"),
        *("", "def f():", '    """Do it."""', '    return """four lines,', "", "with", 'this"""'),
    ]
    assert code_lines("\n".join(source)) == 3 + 1 + 4


def test_no_program_is_longer_than_with_openai_python() -> None:
    longer = {name: both for name, both in lengths().items() if both[0] > both[1]}
    assert not longer


def test_each_program_has_its_counterpart() -> None:
    """And those which show this package alone have none."""
    ours, theirs = ({path.stem for path in ROOT.glob(f"{folder}/*.py")} for folder in FOLDERS)
    assert theirs == set(lengths())
    assert ours - theirs == {"__main__", "bulk_dask", "demo", "low_level"}


def test_the_tables_of_lengths_are_current() -> None:
    assert table() in (ROOT / "examples" / "README.md").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, (ours, theirs) in lengths().items():
        assert f"| {PROGRAMS[name][0]} | {ours} | {theirs} |" in readme
