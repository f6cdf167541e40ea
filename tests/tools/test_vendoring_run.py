"""A vendored copy works: three levels deep, under another name, with nothing else there.

The copy is run by an interpreter of its own that sees the standard library, the copy, and a folder
with its HTTP library, attrs and what those two need. It calls every operation, against HTTP over
loopback.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tools.vendoring import copy_package

from .vendored import is_current, real

SCRIPT = Path(__file__).with_name("vendored_run.py")

MESSAGE = {
    "type": "message", "id": "msg_1", "status": "completed", "role": "user",
    "content": [{"type": "input_text", "text": "Hello"}],
}  # fmt: skip
UNKNOWN = {"type": "hologram", "id": "h_1", "depth": 3}
PAGE = {
    "object": "list", "data": [MESSAGE, UNKNOWN], "has_more": False,
    "first_id": "msg_1", "last_id": "h_1",
}  # fmt: skip
CONVERSATION = {"object": "conversation", "id": "conv_1", "created_at": 1, "metadata": {"a": "b"}}
CONVERSATIONS = {
    "object": "list", "data": [CONVERSATION], "has_more": False,
    "first_id": "conv_1", "last_id": "conv_1",
}  # fmt: skip
RESPONSE = {
    "object": "response", "id": "resp_1", "created_at": 1, "status": "completed", "model": "m",
    "output": [{**MESSAGE, "role": "assistant", "content": []}], "error": None,
}  # fmt: skip
USAGE = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
COMPACTED = {
    "object": "response.compaction", "id": "c_1", "created_at": 1, "output": [MESSAGE],
    "usage": USAGE,
}  # fmt: skip

# The response of the service to each request, and under which name the package has the operation.
CALLS: dict[str, tuple[str, Any]] = {
    "POST /conversations": ("conversations.create_conversation", CONVERSATION),
    "GET /conversations": ("conversations.list_conversations", CONVERSATIONS),
    "GET /conversations/conv_1": ("conversations.get_conversation", CONVERSATION),
    "POST /conversations/conv_1": ("conversations.update_conversation", CONVERSATION),
    "DELETE /conversations/conv_1": (
        "conversations.delete_conversation",
        {"object": "conversation.deleted", "id": "conv_1", "deleted": True},
    ),
    "POST /conversations/conv_1/items": ("conversations.create_conversation_items", PAGE),
    "GET /conversations/conv_1/items": ("conversations.list_conversation_items", PAGE),
    "GET /conversations/conv_1/items/msg_1": ("conversations.get_conversation_item", MESSAGE),
    "DELETE /conversations/conv_1/items/msg_1": (
        "conversations.delete_conversation_item",
        CONVERSATION,
    ),
    "POST /responses": ("responses.create_response", RESPONSE),
    "GET /responses/resp_1": ("responses.get_response", RESPONSE),
    "DELETE /responses/resp_1": ("responses.delete_response", None),
    "POST /responses/resp_1/cancel": ("responses.cancel_response", RESPONSE),
    "GET /responses/resp_1/input_items": ("responses.list_input_items", PAGE),
    "POST /responses/input_tokens": (
        "responses.get_input_token_counts",
        {"object": "response.input_tokens", "input_tokens": 7},
    ),
    "POST /responses/compact": ("responses.compact_conversation", COMPACTED),
}


class Handler(BaseHTTPRequestHandler):
    """Responds from `CALLS` and keeps the requests."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str | None, Any]]

    def respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        call = f"{self.command} {self.path.partition('?')[0]}"
        self.asked.append((call, self.headers["authorization"], json.loads(body or "null")))
        _, payload = CALLS.get(call, ("", {"error": {"message": call}}))
        data = b"" if payload is None else json.dumps(payload).encode()
        self.send_response(200 if call in CALLS else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = respond  # noqa: N815 (named so by http.server)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on standard error."""


@pytest.fixture
def service() -> Iterator[tuple[str, list[tuple[str, str | None, Any]]]]:
    asked: list[tuple[str, str | None, Any]] = []
    handler = type("Kept", (Handler,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def needed(name: str, found: set[str]) -> set[str]:
    """Return the distribution `name` and all that it needs, without extras."""
    if name not in found:
        found.add(name)
        for requirement in map(Requirement, distribution(name).requires or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed(re.sub(r"[-_.]+", "-", requirement.name).lower(), found)
    return found


@pytest.fixture(params=["httpx", "httpx2"])
def http(request: pytest.FixtureRequest) -> str:
    """Name the library that the copy sends with."""
    name: str = request.param
    return name


@pytest.fixture
def dependencies(tmp_path: Path, http: str) -> Path:
    """Make a folder that holds the library, attrs and what they need, and nothing else."""
    folder = tmp_path / "dependencies"
    folder.mkdir()
    for name in needed(http, set()) | needed("attrs", set()):
        files = distribution(name).files or ()
        tops = {file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}
        for top in tops:
            (folder / top).symlink_to(Path(str(distribution(name).locate_file(top))))
    return folder


def test_every_operation_runs_from_a_vendored_copy(
    tmp_path: Path,
    http: str,
    dependencies: Path,
    service: tuple[str, list[tuple[str, str | None, Any]]],
):
    url, asked = service
    application = tmp_path / "application"
    copy_package(application / "shop/clients/_vendor/talk", real(), http)
    module = "shop.clients._vendor.talk"
    command = [sys.executable, "-I", "-S", "-W", "error", str(SCRIPT)]
    done = subprocess.run(
        [*command, str(dependencies), str(application), module, url],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    seen = json.loads(done.stdout)
    expected = dict(CALLS.values())
    assert len(expected) == 16
    assert seen["sync"] == expected
    assert seen["async"] == expected
    assert sorted(call for call, _, _ in asked) == sorted([*CALLS, *CALLS])
    assert {token for _, token, _ in asked} == {"Bearer t"}
    appended = [body["items"] for call, _, body in asked if call.endswith("conv_1/items") and body]
    assert appended == [[MESSAGE], [MESSAGE]]
    assert {http, "attr", "shop"} <= set(seen["foreign"])
    assert len({"httpx", "httpx2"} & set(seen["foreign"])) == 1
    assert "openai_conversations_api" not in seen["foreign"]
    assert seen["provenance"] == real().provenance
    assert is_current(application, real())
