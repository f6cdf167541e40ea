"""`conversations.import_file` with files that `export` has written."""

from __future__ import annotations

import io
import json
import os
import pickle
import threading
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openai_conversations import (
    ArchiveProgress,
    BadRequestError,
    Client,
    ImportNote,
    ImportResult,
    InternalServerError,
    InvalidArgumentError,
    OpenAIError,
    UnsupportedItemError,
)
from openai_conversations.archive import input_forms
from openai_conversations.local.fault_injection import FaultInjectingService

from tests.document import alternatives, name_of, schemas
from tests.offenders import check_drawn
from tests.overlay.client_runner import ClientRunner
from tests.strategies import for_ref

Item = dict[str, Any]
ASSIGNED = ("id", "status")


def exported(items: list[Any], **conversation: Any) -> str:
    """Return a file of these items, written by other means than `export`."""
    about = {"id": "conv_old", "object": "conversation", "created_at": 5, "metadata": {}}
    head = {"format": "openai-conversations", "version": 1, "include": []}
    lines = [{**head, "conversation": about | conversation}, *items]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    last = {"count": len(items), "sha256": sha256(text.encode()).hexdigest()}
    return text + json.dumps(last) + "\n"


def message(n: int) -> Item:
    content = [{"type": "input_text", "text": f"text {n}"}]
    return {"type": "message", "id": f"msg_{n}", "role": "user", "content": content}


def exported_items(client: Client, id: str) -> list[Item]:
    file = io.StringIO()
    client.conversations.export(id, file)
    return [json.loads(line) for line in file.getvalue().splitlines()[1:-1]]


def bare(items: list[Item]) -> list[Item]:
    """Return items without what the service assigns."""
    return [{k: v for k, v in item.items() if k not in ASSIGNED} for item in items]


def test_a_file_becomes_a_conversation(
    runner: ClientRunner, conversations_url: str, conversations_client: Client
) -> None:
    reports: list[ArchiveProgress] = []
    source = io.StringIO(exported([message(n) for n in range(45)], metadata={"topic": "Rome"}))
    options = {"metadata": {"user": "u1"}, "on_progress": reports.append}
    result: ImportResult = runner.run(
        conversations_url, lambda c: c.conversations.import_file(source, **options)
    )
    assert result.notes == []
    (one,) = result.conversations
    assert (one.source_id, one.count) == ("conv_old", 45)
    made = conversations_client.conversations.retrieve(str(result.conversation_id))
    old = {"source_id": "conv_old", "source_created_at": "5"}
    assert made.metadata == one.metadata == {"user": "u1", "topic": "Rome", **old}
    found = exported_items(conversations_client, made.id)
    assert [item["content"][0]["text"] for item in found] == [f"text {n}" for n in range(45)]
    assert [(r.done, r.total) for r in reports][:3] == [(0, 45), (0, 45), (20, 45)]
    assert (reports[-1].done, reports[-1].conversation_id) == (45, made.id)
    assert not source.closed


def check_round_trip(client: Client, id: str, folder: Path) -> None:
    before = exported_items(client, id)
    client.conversations.export(id, folder / "a.jsonl")
    again = client.conversations.import_file(folder / "a.jsonl", on_unsupported="skip")
    lost = {note.place for note in again.notes}
    kept = [item for n, item in enumerate(before) if f"line {n + 2}" not in lost]
    assert bare(exported_items(client, str(again.conversation_id))) == bare(kept)
    known = ("reasoning without", "a generated image without")
    assert all(note.what.startswith(known) for note in again.notes), again.notes


@pytest.mark.off_contract
def test_every_kind_of_item_comes_back(tmp_path: Path) -> None:
    """Export, import and export each, or be told that it has no input form."""
    kinds = {name_of(one): one for one in alternatives(schemas()["ConversationItem"])}
    seen: set[str | None] = set()

    def check(kind: str | None, item: Item) -> None:
        sent = {**item, "id": "it_1"}
        if kind == "ToolSearchCall":  # the document has anything here, of what is sent an object
            sent["arguments"] = {}
        if kind == "AdditionalTools":  # of which those of others are not taken
            sent["role"] = "developer"
        with Client.local() as client:
            made = client.conversations.create()
            try:
                client.conversations.items.create(made.id, items=[sent])
            except BadRequestError:  # a drawn value that is not one of a stored item
                return
            check_round_trip(client, made.id, tmp_path)
            seen.add(kind)

    check_drawn(kinds, lambda kind: for_ref(kinds[kind]), check, examples=4)
    # Few values that are drawn for a kind may be of no stored item.
    assert len({*kinds} - seen) < 4


def test_a_type_that_may_be_any_string(conversations_client: Client) -> None:
    error = {"type": "image_generation_user_error", "message": "No.", "code": "moderation_blocked"}
    call = {"type": "image_generation_call", "id": "ig_1", "status": "failed", "result": "aGk="}
    made = conversations_client.conversations.import_file(
        io.StringIO(exported([{**call, "error": error}]))
    )
    (item,) = exported_items(conversations_client, str(made.conversation_id))
    assert item["error"] == error


UNSUPPORTED: list[tuple[Item, str]] = [
    ({"type": "hologram", "id": "h"}, "an item of the type 'hologram', which is unknown"),
    ({"type": "item_reference", "id": "i"}, "a reference to an item elsewhere"),
    ({"type": "reasoning", "id": "r", "summary": []}, "reasoning without its encrypted content"),
    (
        {"type": "image_generation_call", "id": "g", "result": None, "status": "completed"},
        "a generated image without its data",
    ),
    (
        {"type": "message", "role": "user", "content": [{"type": "smell", "odour": "rose"}]},
        "an item of the type 'message' with an unknown part (.content[0])",
    ),
    ({"type": "message", "role": "user", "content": 5}, "an item whose content is 5"),
    ({"id": "i", "type": None}, "a reference to an item elsewhere"),
]


@pytest.mark.parametrize(("item", "what"), UNSUPPORTED, ids=range(len(UNSUPPORTED)))
def test_what_has_no_input_form(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    item: Item,
    what: str,
) -> None:
    text = exported([message(1), item, message(2)])
    load = conversations_client.conversations.import_file
    with pytest.raises(UnsupportedItemError) as caught:
        load(io.StringIO(text))
    assert caught.value.notes == [ImportNote("line 3", what, "error")]
    assert f"line 3: {what}" in str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).notes == caught.value.notes
    planned = load(io.StringIO(text), dry_run=True)
    assert planned.notes == caught.value.notes
    assert planned.conversation_id is None
    assert not conversations_local.requests
    skipped = load(io.StringIO(text), on_unsupported="skip")
    assert skipped.notes == [ImportNote("line 3", what, "skip")]
    assert len(exported_items(conversations_client, str(skipped.conversation_id))) == 2
    instead = load(io.StringIO(text), on_unsupported="text")
    assert instead.notes == [ImportNote("line 3", what, "text")]
    middle = exported_items(conversations_client, str(instead.conversation_id))[1]
    assert str(item.get("type")) in middle["content"][0]["text"]


def test_a_field_that_goes_is_noted(
    conversations_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Note what the rules for input leave out, but for what the service gives anew."""

    def narrowed(item: Any, *_: object) -> Any:
        parts = [{k: v for k, v in part.items() if k != "mood"} for part in item["content"]]
        return {"role": item["role"], "content": parts}

    monkeypatch.setattr(input_forms, "to_input_item", narrowed)
    item = message(1) | {"created_by": "x", "phase": None, "colour": "red"}
    item["content"][0]["mood"] = "good"
    result = conversations_client.conversations.import_file(
        io.StringIO(exported([item])), on_unsupported="text"
    )
    fields = [f"the field '{name}' of an item of the type 'message'" for name in ("mood", "colour")]
    gone = {note.what for note in result.notes}
    assert gone == {*fields, "the field 'type' of an item of the type 'message'"}
    assert {note.action for note in result.notes} == {"skip"}


def test_reasoning_and_its_follower_keep_their_ids(
    conversations_client: Client, conversations_local: FaultInjectingService
) -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "abc"}
    call = {"type": "function_call", "name": "f", "arguments": "{}", "status": "completed"}
    items = [
        reasoning,
        call | {"id": "fc_1", "call_id": "1"},
        call | {"id": "fc_2", "call_id": "2"},
    ]
    conversations_client.conversations.import_file(io.StringIO(exported(items)))
    sent = conversations_local.requests[-1].json["items"]
    assert [item.get("id") for item in sent] == ["rs_1", "fc_1", None]


WHOLE = exported([message(n) for n in range(3)])
LINES = WHOLE.splitlines(keepends=True)
DAMAGED: dict[str, tuple[str, str]] = {
    "cut after a line": ("".join(LINES[:3]), "ends after 2 items"),
    "cut in a line": (WHOLE[: len("".join(LINES[:3])) + 9], "line 4: expected a JSON object"),
    "only the header": (LINES[0], "ends after 0 items"),
    "changed": (WHOLE.replace("text 1", "text 7"), "line 5: .*SHA-256"),
    "an item is gone": ("".join([*LINES[:2], *LINES[3:]]), "line 4: expected the count 2, got 3"),
    "doubled closing line": (WHOLE + LINES[-1], "line 6: expected nothing after"),
    "more after it": (WHOLE + LINES[1], "line 6: expected nothing after"),
    "another version": (WHOLE.replace('"version": 1', '"version": 2', 1), "line 1: .*version 1"),
    "no conversation": (WHOLE.replace('"conversation":', '"other":', 1), "line 1: .*conversation"),
    "not an object": (WHOLE.replace(LINES[2], "[5]\n"), "line 3: expected a JSON object, got list"),
    "nested too deeply": (WHOLE.replace(LINES[2], "[" * 100_000 + "\n"), "line 3: .*JSON object"),
}


@pytest.mark.parametrize(("text", "message"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    text: str,
    message: str,
) -> None:
    for on_unsupported in ("error", "skip", "text"):
        with pytest.raises(InvalidArgumentError, match=message) as caught:
            conversations_client.conversations.import_file(
                io.StringIO(text), on_unsupported=on_unsupported
            )
        assert caught.value.argument == "file"
    assert not conversations_local.requests


def test_line_ends_and_a_bom_do_not_matter(conversations_client: Client, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode() + b"\r\n")
    assert conversations_client.conversations.import_file(file, dry_run=True).notes == []
    file.write_bytes(WHOLE.encode().replace(b"text 1", b"text \xff"))
    with pytest.raises(InvalidArgumentError, match="file: expected text in UTF-8"):
        conversations_client.conversations.import_file(file, dry_run=True)


class Unseekable(io.StringIO):
    """A stream as the standard input is one."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation("seek")


def test_streams_that_cannot_be_read_twice(
    runner: ClientRunner, conversations_url: str, tmp_path: Path
) -> None:
    def load(client: Any) -> Any:
        return client.conversations.import_file(Unseekable(WHOLE))

    assert runner.run(conversations_url, load).conversations[0].count == 3
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(WHOLE,))
    writer.start()
    found = runner.run(conversations_url, lambda c: c.conversations.import_file(pipe))
    writer.join()
    assert found.conversations[0].count == 3


class BytesStream:
    """A stream that is not of text."""

    def read(self, _: int) -> bytes:
        return b"{}"


@pytest.mark.parametrize(
    ("file", "received"),
    [
        ("/missing/a.jsonl", "No such file"),
        ("/", "the path of a file"),
        (BytesStream(), "must be str|bytes-like"),
        (5, "got 5"),
        (b"a.jsonl", "got bytes"),
    ],
)
def test_what_cannot_be_read(
    runner: ClientRunner, conversations_url: str, file: Any, received: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=received) as caught:
        runner.run(conversations_url, lambda c: c.conversations.import_file(file))
    assert caught.value.argument == "file"


@pytest.mark.parametrize(
    ("argument", "options"),
    [
        ("format", {"format": "word"}),
        ("on_unsupported", {"on_unsupported": "ask"}),
        ("select", {"select": 5}),
        ("select", {"select": "conv_new"}),
        ("conversation_id", {"conversation_id": ""}),
        ("metadata", {"metadata": {"a": "b"}, "conversation_id": "conv_1"}),
        ("metadata", {"metadata": {str(n): "" for n in range(17)}}),
        ("dry_run", {"dry_run": 1}),
        ("on_progress", {"on_progress": 1}),
        ("retries", {"retries": 1}),
        *(
            ("resume", {"resume": resume})
            for resume in ("", "{}", "[" * 9999, 5, '{"version": 1, "import": {"print": 1}}')
        ),
        (
            "resume",
            {"resume": '{"version": 1, "import": {"print": "a", "done": [5]}}'},
        ),
        (
            "resume",
            {"resume": '{"version": 1, "import": {"print": "of another file", "done": []}}'},
        ),
    ],
)
def test_wrong_arguments(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    argument: str,
    options: dict[str, Any],
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        conversations_client.conversations.import_file(io.StringIO(WHOLE), **options)
    assert caught.value.argument == argument
    assert not conversations_local.requests


def test_metadata_that_does_not_fit(conversations_client: Client) -> None:
    """Prefer the caller's, then the conversation's own; note what goes."""
    old = {f"k{n}": "v" for n in range(16)}
    result = conversations_client.conversations.import_file(
        io.StringIO(exported([], metadata=old)), metadata={"mine": "1", "k0": "2"}
    )
    (one,) = result.conversations
    assert one.metadata == {"mine": "1", "k0": "2", **{f"k{n}": "v" for n in range(1, 15)}}
    what = "the metadata {!r}, which does not fit".format
    gone = ["k15", "source_id", "source_created_at"]
    expected = [ImportNote("conversation 'conv_old'", what(name), "skip") for name in gone]
    assert result.notes == expected


def test_into_an_existing_conversation(conversations_client: Client) -> None:
    made = conversations_client.conversations.create(items=[{"role": "user", "content": "first"}])
    result = conversations_client.conversations.import_file(
        io.StringIO(WHOLE), conversation_id=made, select="conv_old"
    )
    assert (result.conversation_id, result.conversations[0].metadata) == (made.id, {})
    assert len(exported_items(conversations_client, made.id)) == 4


MANY = "".join(
    json.dumps({"messages": [{"role": "user", "content": f"{a} {b}"} for b in range(25)]}) + "\n"
    for a in range(3)
)


def texts(client: Client, id: str) -> list[str]:
    return [item["content"][0]["text"] for item in exported_items(client, id)]


def check_many(client: Client, result: ImportResult) -> None:
    found = [texts(client, str(one.conversation_id)) for one in result.conversations]
    assert found == [[f"{a} {b}" for b in range(25)] for a in range(3)]


@pytest.mark.parametrize("path", ["/conversations", "/conversations/*/items"])
@pytest.mark.parametrize("reports", [0, 3, 7, 9])
def test_an_import_goes_on(
    conversations_client: Client,
    conversations_local: FaultInjectingService,
    path: str,
    reports: int,
) -> None:
    """Fail at the next request after so many reports; go on with the token of the error."""
    client = conversations_client.with_options(max_retries=0)
    left = reports

    def fail(_: object = None) -> None:
        nonlocal left
        left -= 1
        if left == -1:
            conversations_local.faults.server_error(f"POST {path}")

    fail()
    with pytest.raises(InternalServerError) as caught:
        client.conversations.import_file(io.StringIO(MANY), on_progress=fail)
    assert caught.value.archive is not None
    assert caught.value.archive.total == 75
    token = caught.value.archive.token
    check_many(client, client.conversations.import_file(io.StringIO(MANY), resume=token))


class Killed(BaseException):
    """What a callback raises in place of a killed process."""


def test_an_import_goes_on_from_any_report(
    runner: ClientRunner, conversations_url: str, conversations_client: Client
) -> None:
    tokens: list[Any] = [None]

    def die(progress: ArchiveProgress) -> None:
        if tokens[-1] != progress.token:
            tokens.append(progress.token)
            raise Killed

    def load(client: Any) -> Any:
        source = io.StringIO(MANY)
        return client.conversations.import_file(source, resume=tokens[-1], on_progress=die)

    result: Any = None
    while result is None:
        with suppress(Killed):
            result = runner.run(conversations_url, load)
    assert len(tokens) > 9
    check_many(conversations_client, result)
    with pytest.raises(OpenAIError, match="3 conversations, not one"):
        _ = result.conversation_id
    for other in (MANY.replace("2 24", "2 25"), MANY + MANY):
        with pytest.raises(InvalidArgumentError, match="one of other items"):
            conversations_client.conversations.import_file(io.StringIO(other), resume=tokens[-1])
    with pytest.raises(InvalidArgumentError, match="3 conversations"):
        conversations_client.conversations.import_file(io.StringIO(MANY), conversation_id="conv_1")
