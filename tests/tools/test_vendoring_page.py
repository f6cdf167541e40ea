"""The page that goes along with a copy: its code runs and has types; and what checks a copy."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.overlay.events import delta
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, page, responds
from tests.overlay.scripts import stall
from tools.vendoring import copy_package

from . import grown
from .vendored import PACKAGE, ROOT, is_current, real, run

MODULE = "shop._vendor.talk"
TOLD = delta(0, "a line\u2028and another")
UNKNOWN = {"type": "response.hologram", "sequence_number": 1, "depth": 3}


@pytest.fixture(params=["httpx", "httpx2"])
def http(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def app(tmp_path: Path, http: str) -> Path:
    """Make an application with a copy, and with the code of its page as a module."""
    folder = tmp_path / "app"
    copy_package(folder / MODULE.replace(".", "/"), real(), http)
    text = (folder / "shop/_vendor/talk/README.md").read_text("utf-8")
    assert text.count("\n") <= 60
    (block,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (folder / "page.py").write_text(block.replace(PACKAGE, MODULE), "utf-8")
    return folder


def events(peer: Peer) -> None:
    """Send two events in pieces that end anywhere, a character of three bytes in two."""
    text = "".join(
        f"event: {one['type']}\ndata: {json.dumps(one, ensure_ascii=False)}\n\n"
        for one in (TOLD, UNKNOWN)
    ).encode()
    peer.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
    at = text.index(b"\xe2") + 1
    for piece in (text[:10], text[10:at], text[at:]):
        peer.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    peer.end()


PROGRAM = """
import json, sys
import page
from page import client, conversation, models
from shop._vendor.talk.api.conversations import get_conversation

waits = []
page.time.sleep = waits.append
said = {"made": conversation.id, "items": [item.id for item in page.items("conv_1")]}
request = models.CreateResponse(model="gpt-5.4", input="Hello", conversation="conv_1")
said["events"] = [[type(event).__name__, event.to_dict()] for event in page.events(request)]
get = lambda: get_conversation.sync("conv_1", client=client)
said["retried"] = [page.retried(get).id, list(waits)]
try:
    page.retried(get)
except page.StatusError as error:
    said["refused"] = [error.status_code, len(waits)]
try:
    page.retried(get, attempts=2)
except page.StatusError as error:
    said["given up"] = [error.status_code, len(waits)]
client.close()
print(json.dumps(said))
"""


def served(app: Path, server: ScriptedServer, program: str) -> str:
    """Run a program beside the page, whose client sends to `server`."""
    block = (app / "page.py").read_text("utf-8")
    assert "https://api.openai.com/v1" in block
    (app / "page.py").write_text(block.replace("https://api.openai.com/v1", server.url), "utf-8")
    return run(app, program, OPENAI_API_KEY="t")


def test_the_page_calls_pages_streams_and_retries(app: Path, http: str) -> None:
    busy, gone = (responds({"error": {"message": "no"}}, status=one) for one in (503, 404))
    fine = responds(CONVERSATION)
    pages = [responds(page(1, 2, has_more=True)), responds(page(3))]
    lost = Peer.cut
    with ScriptedServer(fine, *pages, events, busy, lost, fine, gone, busy) as server:
        said = json.loads(served(app, server, PROGRAM))
        seen = server.requests
    assert said == {
        "made": "conv_1",
        "items": ["msg_1", "msg_2", "msg_3"],
        "events": [["ResponseTextDeltaEvent", TOLD], ["RawObject", UNKNOWN]],
        "retried": ["conv_1", [0.5, 1.0]],
        "refused": [404, 2],
        "given up": [503, 3],
    }
    assert "after=msg_2" in seen[2].target
    assert seen[3].json()["stream"] is True
    assert {one.headers["authorization"] for one in seen} == {"Bearer t"}
    assert {one.headers["user-agent"].split("/")[0] for one in seen} == {f"python-{http}"}


FAILURES = """
import asyncio, json
import page, HTTP as http
from page import Client
from shop._vendor.talk import DecodeError
from shop._vendor.talk.api.conversations import get_conversation

async def awaited(client):
    async with client:
        return await get_conversation.asyncio("c", client=client)


said = []
for seconds in (60, 60, 0.01):
    client = page.client.with_timeout(http.Timeout(60, read=seconds))
    for send in (
        lambda: get_conversation.sync("c", client=client),
        lambda: asyncio.run(awaited(client)),
    ):
        try:
            send()
        except (page.StatusError, DecodeError, http.HTTPError) as error:
            said.append(type(error).__name__)
    client.close()
own = http.Client(headers={"x-own": "yes"})
get_conversation.sync("c", client=Client(page.URL, httpx_client=own))
print(json.dumps([*said, own.is_closed]))
own.close()
page.client.close()
"""


def test_what_fails_is_an_error_of_the_copy_or_of_its_library(app: Path, http: str) -> None:
    fails = responds({"error": {"message": "no"}}, status=400)
    broken, fine = responds(b"<html>"), responds(CONVERSATION)
    scripts = [fine, fails, fails, broken, broken, stall, stall, fine]
    with ScriptedServer(*scripts) as server:
        said = json.loads(served(app, server, FAILURES.replace("HTTP", http, 1)))
        own = server.requests[-1].headers
    assert said == [
        *("StatusError", "StatusError", "DecodeError", "DecodeError", "ReadTimeout", "ReadTimeout"),
        False,
    ]
    assert own["x-own"] == "yes"


def test_a_copy_and_its_page_have_types_and_style(app: Path, http: str) -> None:
    for command in (["check"], ["format", "--check"]):
        for width in ("88", "120"):
            style = ["--isolated", "--config", f"line-length={width}"]
            subprocess.run(
                [sys.executable, "-m", "ruff", *command, *style, "shop"], cwd=app, check=True
            )
    # What is not generated anew for it: only the library differs, whose types are others.
    if http == "httpx2":
        assert grown.mypy(app, app / "page.py") == ""
        assert grown.pyright(app, app / "page.py") == ""


def test_the_hook_and_the_workflow_step_run(tmp_path: Path) -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    (entry,) = re.findall(r"^  entry: (\S+)$", hooks, re.MULTILINE)
    copy_package(tmp_path / "src/app/_vendor/talk", real())
    assert is_current(tmp_path, real())
    for text, status in (("", 0), ("x = 1\n", 1)):
        with (tmp_path / "src/app/_vendor/talk/types.py").open("a") as file:
            file.write(text)
        done = subprocess.run(
            [ROOT / entry, "src/app"],
            cwd=tmp_path,
            # Without what the make that runs the tests was given, such as VENV.
            env={k: v for k, v in os.environ.items() if "MAKE" not in k and k != "MFLAGS"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(done.returncode) == bool(status), done.stderr
        assert ("types.py: was edited" in done.stdout) == bool(status)
