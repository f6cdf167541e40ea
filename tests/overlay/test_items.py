"""What the helpers refuse, how they read files, and how what they make is sent and read."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openai_conversations._request.input_items import to_input_items, to_response_input
from openai_conversations.errors import InvalidArgumentError
from openai_conversations.items.content import Content, data_url, detect_mime_type
from openai_conversations.items.messages import (
    ItemReference,
    MessageItem,
    ReasoningInputItem,
    ResponseInput,
    message_text,
)
from openai_conversations.items.tool_items import (
    ApplyPatchCallOutputItem,
    ComputerCallOutputItem,
    FunctionCallItem,
    FunctionCallOutputItem,
    ShellCallOutputItem,
)
from openai_conversations_api import models

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8
PNG_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
TEXT = {"type": "input_text", "text": "Hello!"}


# Files


def test_a_path_supplies_bytes_type_and_name(tmp_path: Path) -> None:
    image = tmp_path / "cat.jpeg"
    image.write_bytes(PNG)
    assert Content.image(path=image).image_url == PNG_URL
    notes = tmp_path / "notes.csv"
    notes.write_bytes(b"a,b")
    part = Content.file(path=str(notes))
    assert (part.filename, part.file_data) == ("notes.csv", "data:text/csv;base64,YSxi")
    assert Content.file(path=notes, filename="other.csv").filename == "other.csv"


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "photo.png", "image/jpeg"),
        (b"GIF89a", "", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "", "application/octet-stream"),
        (b"%PDF-1.7", "", "application/pdf"),
        (b"{}", "a.JSON", "application/json"),
        (b"abc", "no-ending", "application/octet-stream"),
    ],
)
def test_the_type_of_a_file(head: bytes, name: str, expected: str) -> None:
    assert detect_mime_type(head, name) == expected


def test_a_type_that_is_given_is_taken() -> None:
    part = Content.image(data=b"\0\0\0 ftypavif", mime_type="image/avif")
    assert str(part.image_url).startswith("data:image/avif;base64,")
    for wrong in ("png", "image/", "image/png,evil", ""):
        with pytest.raises(InvalidArgumentError, match=r"^mime_type: "):
            data_url(b"x", argument="data", mime_type=wrong)


# What is refused


def refusals(tmp_path: Path) -> Mapping[str, Callable[[], object]]:
    empty = tmp_path / "empty.png"
    empty.touch()
    anything: Any = 7
    return {
        "text: expected a string, got 7": lambda: MessageItem.user_text(anything),
        "text: expected a string, got None": lambda: Content.text(None),  # type: ignore[arg-type]
        "parts: expected a list of content parts, got a string of 5 characters": lambda: (
            MessageItem.user("Hello")
        ),
        "parts: expected at least one part, got none": lambda: MessageItem.user([]),
        "parts[1]: expected a string, or a part made by Content.text": lambda: MessageItem.user(
            ["a", anything]
        ),
        "parts[0]: expected a string (other parts need the message's id": lambda: (
            MessageItem.assistant([Content.refusal("No")])  # type: ignore[list-item]
        ),
        "url, file_id, path, data: expected exactly one of them, got none": Content.image,
        "url, file_id, path, data: expected exactly one of them, got url and file_id": lambda: (
            Content.file(url="https://a", file_id="file-1")
        ),
        "url: expected a URL that starts with": lambda: Content.image(url="cat.png"),
        "file_id: expected an id": lambda: Content.file(file_id=""),
        "filename: expected a name for the file": lambda: Content.file(data=b"x"),
        "data: expected bytes that are not empty": lambda: Content.image(data=b""),
        "data: expected an image": lambda: Content.image(data=b"%PDF-1.7"),
        "path: expected the path of a file, got ''": lambda: Content.image(path=""),
        "path: expected the path of a file, got 7": lambda: Content.file(path=anything),
        "path: expected the path of a file that can be read, got": lambda: Content.image(
            path=tmp_path / "missing.png"
        ),
        "path: expected a file that is not empty": lambda: Content.image(path=empty),
        "id: expected an id": lambda: ItemReference.of(".."),
        "call_id: expected at most 64 characters": lambda: FunctionCallOutputItem.text(
            "c" * 65, ""
        ),
        "arguments: expected JSON text or a mapping": lambda: FunctionCallItem.create(
            "c", name="f", arguments=anything
        ),
        "arguments: expected a mapping that JSON can hold": lambda: FunctionCallItem.create(
            "c", name="f", arguments={"a": float("nan")}
        ),
        "parts[1]: expected a string, or a part made by Content.output_text": lambda: (
            MessageItem.assistant(["a", Content.text("b")], id="msg_1")  # type: ignore[list-item]
        ),
        "exit_code: expected a whole number": lambda: ShellCallOutputItem.exited(
            "c", exit_code=True
        ),
        "status: expected a string": lambda: ApplyPatchCallOutputItem.create("c", status=anything),
        "screenshot: expected a part made by Content.screenshot": lambda: (
            ComputerCallOutputItem.create("c", anything)
        ),
        "summary: expected a list of strings": lambda: ReasoningInputItem.create(
            "rs_1", summary="So"
        ),
        "text: expected a text that is not empty": lambda: ResponseInput.text(""),
        "items[0]: expected an item": lambda: ResponseInput.items([anything]),
        "items: expected a list of items": lambda: ResponseInput.items("Hello"),
    }


def test_wrong_arguments_are_named_at_construction(tmp_path: Path) -> None:
    for message, call in refusals(tmp_path).items():
        with pytest.raises(InvalidArgumentError) as caught:
            call()
        assert str(caught.value).startswith(message)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"missing\.png"):
        Content.file(path=tmp_path / "missing.png")
    with pytest.raises(InvalidArgumentError, match=r"directory"):
        Content.file(path=tmp_path)
    with pytest.raises(InvalidArgumentError, match=r"null"):
        Content.file(path="a\0b")


# Sending and reading


def test_models_and_helpers_and_mappings_mix() -> None:
    came = models.Message.from_dict(
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}],
        }
    )
    unknown = {"type": "hologram", "status": None}
    sent = to_input_items(
        [
            came,
            models.RawObject.from_dict(unknown),
            {"role": "user", "content": [Content.text("Hello!")]},
            {
                "type": "computer_call_output",
                "call_id": "c",
                "output": Content.screenshot(url=PNG_URL),
            },
        ]
    )
    assert sent == [
        came.to_dict(),
        unknown,
        {"role": "user", "content": [TEXT]},
        {
            "type": "computer_call_output",
            "call_id": "c",
            "output": {"type": "computer_screenshot", "image_url": PNG_URL},
        },
    ]


def test_response_input() -> None:
    assert ResponseInput.text("Hello!") == "Hello!"
    made = ResponseInput.items(["Hello!", ItemReference.of("msg_1")])
    assert to_response_input(made) == [
        {"type": "message", "role": "user", "content": [TEXT]},
        {"type": "item_reference", "id": "msg_1"},
    ]


@pytest.mark.parametrize(
    "item",
    [
        MessageItem.user(["Hel", Content.image(data=PNG), "lo"]),
        MessageItem.assistant_text("Hello"),
        MessageItem.assistant(["Hel", Content.refusal("No"), "lo"], id="msg_1"),
        {"role": "user", "content": "Hello"},
        {"role": "user", "content": [Content.text("Hello")]},
        models.Message.from_dict({"type": "message", "role": "critic", "content": "Hello"}),
        models.RawObject.from_dict(
            {"type": "message", "role": "x", "content": [{"type": "text", "text": "Hello"}, None]}
        ),
    ],
)
def test_text_of_any_message(item: object) -> None:
    assert message_text(item) == "Hello"


@pytest.mark.parametrize("item", [ItemReference.of("msg_1"), {"type": "reasoning"}, "Hello", None])
def test_text_of_what_is_not_a_message(item: object) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^item: expected a message"):
        message_text(item)
