"""`conversations.export`: what is in the file, where it is, and what becomes of it in between."""

from __future__ import annotations

import gc
import io
import json
import os
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import clear_cache

import httpx
import pytest
from openai_conversations import (
    ArchiveProgress,
    Client,
    ExportResult,
    InvalidArgumentError,
    OpenAIError,
    omit,
)
from openai_conversations._async.item_pages import EVERYTHING
from openai_conversations.errors import InternalServerError
from openai_conversations.local.fault_injection import FaultInjectingService

from tests.document import resolve, schemas
from tests.faults.conversation import messages
from tests.faults.proxy import FaultProxy, scripted
from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import ScriptedServer, responds

Item = dict[str, Any]
COUNT = 250


@pytest.fixture
def conversation(conversations_client: Client) -> str:
    """Return a conversation of three pages."""
    made = conversations_client.conversations.create(metadata={"topic": "Größe"})
    items: list[Any] = [{"role": "user", "content": f"text {n}"} for n in range(COUNT)]
    conversations_client.conversations.items.append(made.id, items)
    return made.id


def export(id: str, file: Any, **options: Any) -> Callable[[Any], Any]:
    return lambda client: client.conversations.export(id, file, **options)


def listed(client: Client, id: str) -> list[Item]:
    """Return all items as the service sends them."""
    found: list[Item] = []
    after: Any = omit
    items = client.conversations.items.with_raw_response
    while True:
        raw = items.list(id, order="asc", limit=100, include=EVERYTHING, after=after)
        page = raw.http_response.json()
        found += page["data"]
        if not page["has_more"]:
            return found
        after = page["last_id"]


def check(file: Path, result: ExportResult, items: list[Item]) -> None:
    """Hold a file to the format, by other means than those that wrote it."""
    content = file.read_bytes()
    *before, last = content.splitlines(keepends=True)
    head, *lines = map(json.loads, before)
    assert head["format"] == "openai-conversations"
    assert head["conversation"]["id"] == result.conversation_id
    assert lines == items
    assert [[*line] for line in lines] == [[*item] for item in items]
    digest = sha256(b"".join(before)).hexdigest()
    assert json.loads(last) == {"count": len(items), "sha256": digest}
    assert (result.count, result.sha256) == (len(items), digest)
    assert os.listdir(file.parent) == [file.name]


def test_every_item_is_a_line(
    runner: ClientRunner,
    conversations_url: str,
    conversations_client: Client,
    conversation: str,
    tmp_path: Path,
) -> None:
    reports: list[ArchiveProgress] = []
    file = tmp_path / "a.jsonl"
    action = export(conversation, file, on_progress=reports.append)
    result = runner.run(conversations_url, action)
    check(file, result, listed(conversations_client, conversation))
    assert [report.done for report in reports] == [100, 200, 250]
    head = json.loads(file.read_text().splitlines()[0])
    assert head["conversation"]["metadata"] == {"topic": "Größe"}
    assert head["include"] == [*EVERYTHING]


def test_everything_that_an_item_can_show_is_asked_for(
    conversations_client: Client, conversations_local: FaultInjectingService, conversation: str
) -> None:
    assert {*EVERYTHING} == {*resolve(schemas()["IncludeEnum"])["enum"]}
    conversations_local.requests.clear()
    for include in (None, ["message.input_image.image_url"], []):
        options = {} if include is None else {"include": include}
        conversations_client.conversations.export(conversation, io.StringIO(), **options)
    seen = [seen for seen in conversations_local.requests if seen.path.endswith("/items")]
    asked = [[v for k, v in one.query if k == "include[]"] for one in seen[::4]]
    assert asked == [[*EVERYTHING], ["message.input_image.image_url"], []]


ODD = r"""{"type": "hologram", "id": "x1", "z": 1, "a": 1.0, "big": 123456789012345678901234567890,
"half": "\ud800", "tiny": 5e-324, "minus": -0.0, "null": null, "line": "\u2028", "": [{}]}"""


@pytest.mark.off_contract
def test_items_are_as_they_came(runner: ClientRunner, tmp_path: Path) -> None:
    page = f'{{"object": "list", "has_more": false, "data": [{ODD}]}}'
    made = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}, "new": 1}
    with ScriptedServer(responds(made), responds(page.encode())) as server:
        result = runner.run(server.url, export("conv_1", tmp_path / "a.jsonl"))
    check(tmp_path / "a.jsonl", result, [json.loads(ODD)])
    head, item, _ = (tmp_path / "a.jsonl").read_text("ascii").splitlines()
    assert json.loads(head)["conversation"] == made
    assert repr(json.loads(item)) == repr(json.loads(ODD))


def test_a_stream_stays_open(
    runner: ClientRunner, conversations_url: str, conversation: str, tmp_path: Path
) -> None:
    stream = io.StringIO()
    runner.run(
        conversations_url,
        export(conversation, stream),
        export(conversation, tmp_path / "a.jsonl"),
    )
    assert stream.getvalue() == (tmp_path / "a.jsonl").read_text("ascii")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("ascii")))
    reader.start()
    runner.run(conversations_url, export(conversation, pipe))
    reader.join()
    assert read == [stream.getvalue()]


def interrupted(client: Client, service: FaultInjectingService, id: str, file: Path) -> Path:
    """Let an export end after its first page; return the partial file."""

    def fail(_: object) -> None:
        service.faults.server_error("GET /conversations/*/items")

    with pytest.raises(InternalServerError) as caught:
        export(id, file, on_progress=fail)(client.with_options(max_retries=0))
    assert caught.value.archive == ArchiveProgress(id, 100)
    assert not file.exists()
    partial = file.with_name(f".{file.name}.partial")
    assert len(partial.read_bytes().splitlines()) == 101
    return partial


CUTS: dict[str, Callable[[bytes], bytes]] = {
    "as it was": lambda content: content,
    "in a line": lambda content: content[:-30],
    "after the header": lambda content: content.split(b"\n")[0] + b"\n",
    "in the header": lambda content: content[:40],
    "empty": lambda content: b"",
    "after the closing line": lambda content: content + b'{"count": 100, "sha256": "0"}\n',
    "after an item without an id": lambda content: content + b'{"type": "hologram"}\n',
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_an_export_goes_on(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    conversation: str,
    tmp_path: Path,
    cut: Callable[[bytes], bytes],
) -> None:
    file = tmp_path / "a.jsonl"
    partial = interrupted(conversations_client, conversations_local, conversation, file)
    partial.write_bytes(cut(partial.read_bytes()))
    whole = max(0, partial.read_bytes().count(b"\n") - 1)
    conversations_local.requests.clear()
    result = export(conversation, file, resume=True)(conversations_client)
    pages = [seen for seen in conversations_local.requests if seen.path.endswith("/items")]
    assert len(pages) == (3 if whole >= 99 else 4)
    check(file, result, listed(conversations_client, conversation))


def test_without_resume_it_starts_anew(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    conversation: str,
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.jsonl"
    interrupted(conversations_client, conversations_local, conversation, file)
    items = conversations_client.conversations.items
    first = items.list(conversation, order="asc", max_items=1).data[0]
    items.delete(first.id, conversation_id=conversation)
    result = export(conversation, file)(conversations_client)
    check(file, result, listed(conversations_client, conversation))


def test_another_export_is_not_gone_on_with(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    conversation: str,
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.jsonl"
    partial = interrupted(conversations_client, conversations_local, conversation, file)
    before = partial.read_bytes()
    other = conversations_client.conversations.create().id
    wrong = [export(other, file, resume=True), export(conversation, file, resume=True, include=[])]
    for action in wrong:
        with pytest.raises(InvalidArgumentError, match="resume: expected the export of"):
            action(conversations_client)
        assert partial.read_bytes() == before
    partial.write_bytes(before.replace(b'{"role', b'"role', 1))
    with pytest.raises(InvalidArgumentError, match=r"file, line 2 of .*: expected a JSON object"):
        export(conversation, file, resume=True)(conversations_client)
    with pytest.raises(InvalidArgumentError, match="resume: expected False"):
        export(conversation, io.StringIO(), resume=True)(conversations_client)


def test_two_exports_to_one_file(
    runner: ClientRunner,
    conversations_url: str,
    conversations_client: Client,
    conversation: str,
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.jsonl"
    refused: list[str] = []

    def begin_another(_: object) -> None:
        for resume in (False, True):
            with pytest.raises(InvalidArgumentError, match="no other export") as caught:
                conversations_client.conversations.export(conversation, file, resume=resume)
            refused.append(caught.value.argument)

    result = runner.run(conversations_url, export(conversation, file, on_progress=begin_another))
    assert refused == ["file"] * 6
    check(file, result, listed(conversations_client, conversation))


def test_a_planted_file_is_not_written(
    conversations_client: Client, conversation: str, tmp_path: Path
) -> None:
    victim, file = tmp_path / "victim", tmp_path / "a.jsonl"
    victim.write_text("mine")
    partial = tmp_path / ".a.jsonl.partial"
    for plant in (os.symlink, os.link):
        plant(victim, partial)
        for resume in (False, True):
            with pytest.raises(InvalidArgumentError, match="file: expected one that can be"):
                conversations_client.conversations.export(conversation, file, resume=resume)
        assert victim.read_text() == "mine"
        partial.unlink()


def test_the_file_is_like_any_other(
    conversations_client: Client, conversation: str, tmp_path: Path
) -> None:
    """Give it the mode that the umask leaves, or the one it has; write through a link to it."""
    conversations, (file, other) = (
        conversations_client.conversations,
        (
            tmp_path / "a.jsonl",
            tmp_path / "other",
        ),
    )
    other.write_text("")
    conversations.export(conversation, file)
    assert file.stat().st_mode == other.stat().st_mode
    file.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(file.name)
    before = file.read_bytes()
    file.write_bytes(b"")
    conversations.export(conversation, link)
    assert link.is_symlink()
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o777 == 0o600


class Full(io.StringIO):
    """A stream on a disk that is full after the first page."""

    def write(self, text: str) -> int:
        if self.tell() > 20_000:
            raise OSError(28, "No space left on device")
        return super().write(text)


@pytest.mark.parametrize(
    ("make", "received", "done"),
    [
        (lambda folder: folder / "missing" / "a.jsonl", "No such file", 0),
        (lambda folder: folder, "Is a directory", 0),
        (lambda folder: folder / ("n" * 250), "File name too long", 0),
        (lambda _: "/dev/full", "No space left", 0),
        (lambda _: Full(), "No space left", 100),
        (lambda _: io.BytesIO(), "bytes-like", 0),
        (lambda _: 5, "got 5", None),
        (lambda _: "", "got ''", None),
        (lambda _: "folder/", "expected the path of a file", None),
        (lambda _: "a\0b", "got a string", None),
        (lambda _: b"a.jsonl", "got bytes", None),
        (lambda _: [].append, "got builtin", None),
    ],
)
def test_what_cannot_be_written(
    conversations_client: Client,
    conversation: str,
    tmp_path: Path,
    make: Callable[[Path], Any],
    received: str,
    done: int | None,
) -> None:
    with pytest.raises(InvalidArgumentError, match=received) as caught:
        conversations_client.conversations.export(conversation, make(tmp_path))
    assert caught.value.argument == "file"
    archive = caught.value.archive
    assert archive is None if done is None else archive and archive.done >= done
    assert os.listdir(tmp_path) == []


def test_the_folder_may_not_be_written(
    conversations_client: Client, conversation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raise an error of this package where the disk fails at the very end, and keep the file."""

    def fail(_: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "fsync", fail)
    file = tmp_path / "a.jsonl"
    with pytest.raises(InvalidArgumentError, match="Permission denied"):
        conversations_client.conversations.export(conversation, file)
    assert os.listdir(tmp_path) == [".a.jsonl.partial"]
    monkeypatch.undo()
    result = conversations_client.conversations.export(conversation, file, resume=True)
    check(file, result, listed(conversations_client, conversation))


@pytest.mark.off_contract
@pytest.mark.parametrize("exchange", range(1, 5))
def test_a_page_of_another_conversation(
    conversations_client: Client, service: str, tmp_path: Path, exchange: int
) -> None:
    """Check that nothing of it comes into the file."""
    with Client(api_key="k", base_url=service) as direct:
        conversation = direct.conversations.create().id
        direct.conversations.items.append(conversation, messages(210))
        draw = scripted({exchange: "other response, not done"})
        with FaultProxy(service, draw) as proxy, Client(api_key="k", base_url=proxy.url) as client:
            with suppress(OpenAIError):
                client.conversations.export(conversation, tmp_path / "a.jsonl")
                assert exchange == 4
            result = client.conversations.export(conversation, tmp_path / "a.jsonl", resume=True)
        check(tmp_path / "a.jsonl", result, listed(direct, conversation))


def made_up(total: int) -> httpx.Client:
    """Return a client for a service with a conversation of so many items."""

    def handle(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/items"):
            made = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}
            return httpx.Response(200, json=made)
        first = int(request.url.params.get("after", "msg_-1").partition("_")[2]) + 1
        numbers = range(first, min(first + 100, total))
        text = {"type": "input_text", "text": "x" * 300}
        message = {"type": "message", "status": "completed", "role": "user", "content": [text]}
        data = [{"id": f"msg_{number:032}", **message} for number in numbers]
        ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
        more = first + 100 < total
        return httpx.Response(200, json={"object": "list", "data": data, "has_more": more, **ends})

    return httpx.Client(transport=httpx.MockTransport(handle))


def peak(total: int, file: Path) -> int:
    """Return how many bytes more are allocated at most, during an export of so many items."""
    with made_up(total) as http, Client(api_key="k", http_client=http) as client:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()

        def clean_up(_: object) -> None:
            gc.collect()  # httpx's responses are in cycles
            clear_cache()  # of the standard library, which httpx's cookies fill

        client.conversations.export("conv_1", file, on_progress=clean_up)
        return tracemalloc.get_traced_memory()[1] - before


@pytest.mark.off_contract
def test_memory_does_not_grow_with_the_items(tmp_path: Path) -> None:
    gc.freeze()
    tracemalloc.start()
    try:
        peak(1_000, tmp_path / "a.jsonl")
        few, many = (peak(total, tmp_path / "a.jsonl") for total in (1_000, 10_000))
    finally:
        tracemalloc.stop()
        gc.unfreeze()
    assert many < few * 1.05
