"""What each helper makes: the exact JSON, allowed by the document; and what each refuses."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openai_conversations import items, parts, tool_items
from openai_conversations._inputs import to_input_items, to_response_input
from openai_conversations.errors import InvalidArgumentError
from openai_conversations.files import data_url, detect_mime_type
from openai_conversations.items import (
    ItemReference,
    MessageItem,
    ReasoningInputItem,
    ResponseInput,
    message_text,
)
from openai_conversations.parts import Content
from openai_conversations.tool_items import (
    ApplyPatchCallOutputItem,
    ComputerCallOutputItem,
    CustomToolCallItem,
    CustomToolCallOutputItem,
    FunctionCallItem,
    FunctionCallOutputItem,
    LocalShellCallOutputItem,
    McpApprovalResponseItem,
    ShellCallOutputItem,
)
from openai_conversations_api import models

from tests.overlay.input_schemas import is_input_item

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8
PNG_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
TEXT = {"type": "input_text", "text": "Hello!"}

MADE: list[tuple[Callable[[], Any], dict[str, Any]]] = [
    (
        lambda: MessageItem.user_text("Hello!"),
        {"type": "message", "role": "user", "content": [TEXT]},
    ),
    (
        lambda: MessageItem.system_text("Hello!"),
        {"type": "message", "role": "system", "content": [TEXT]},
    ),
    (
        lambda: MessageItem.developer(["Hello!"]),
        {"type": "message", "role": "developer", "content": [TEXT]},
    ),
    (
        lambda: MessageItem.assistant_text("Hi", phase="commentary"),
        {"type": "message", "role": "assistant", "content": "Hi", "phase": "commentary"},
    ),
    (
        lambda: MessageItem.assistant(["Hi ", "there"]),
        {"type": "message", "role": "assistant", "content": "Hi there"},
    ),
    (
        lambda: MessageItem.assistant(["Hi", Content.refusal("No")], id="msg_1"),
        {
            "type": "message",
            "role": "assistant",
            "id": "msg_1",
            "status": "completed",
            "content": [
                {"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []},
                {"type": "refusal", "refusal": "No"},
            ],
        },
    ),
    (
        lambda: MessageItem.user(
            [
                Content.text("Hello!"),
                Content.image(url="https://example.com/cat.png"),
                Content.image(file_id="file-1", detail="low"),
                Content.image(data=PNG),
                Content.file(file_id="file-2", detail="high"),
                Content.file(url="https://example.com/a.pdf"),
                Content.file(data=b"%PDF-1.7", filename="a.pdf"),
            ]
        ),
        {
            "type": "message",
            "role": "user",
            "content": [
                TEXT,
                {
                    "type": "input_image",
                    "image_url": "https://example.com/cat.png",
                    "detail": "auto",
                },
                {"type": "input_image", "file_id": "file-1", "detail": "low"},
                {"type": "input_image", "image_url": PNG_URL, "detail": "auto"},
                {"type": "input_file", "file_id": "file-2", "detail": "high"},
                {"type": "input_file", "file_url": "https://example.com/a.pdf"},
                {
                    "type": "input_file",
                    "file_data": "data:application/pdf;base64,JVBERi0xLjc=",
                    "filename": "a.pdf",
                },
            ],
        },
    ),
    (lambda: ItemReference.of("msg_1"), {"type": "item_reference", "id": "msg_1"}),
    (
        lambda: ReasoningInputItem.create("rs_1", summary=["So"], encrypted_content="gAAA"),
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "So"}],
            "encrypted_content": "gAAA",
        },
    ),
    (
        lambda: ReasoningInputItem.create("rs_1"),
        {"type": "reasoning", "id": "rs_1", "summary": []},
    ),
    (
        lambda: FunctionCallItem.create("call_1", name="weather", arguments={"city": "Köln"}),
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "weather",
            "arguments": '{"city": "Köln"}',
        },
    ),
    (
        lambda: FunctionCallOutputItem.text("call_1", "21 °C"),
        {"type": "function_call_output", "call_id": "call_1", "output": "21 °C"},
    ),
    (
        lambda: FunctionCallOutputItem.parts(
            "call_1", ["Hello!", Content.image(data=PNG), Content.file(file_id="file-2")]
        ),
        {
            "type": "function_call_output",
            "call_id": "call_1",
            "output": [
                TEXT,
                {"type": "input_image", "image_url": PNG_URL, "detail": "auto"},
                {"type": "input_file", "file_id": "file-2"},
            ],
        },
    ),
    (
        lambda: CustomToolCallItem.create("call_1", name="sql", input="select 1"),
        {"type": "custom_tool_call", "call_id": "call_1", "name": "sql", "input": "select 1"},
    ),
    (
        lambda: CustomToolCallOutputItem.text("call_1", ""),
        {"type": "custom_tool_call_output", "call_id": "call_1", "output": ""},
    ),
    (
        lambda: CustomToolCallOutputItem.parts("call_1", ["Hello!"]),
        {"type": "custom_tool_call_output", "call_id": "call_1", "output": [TEXT]},
    ),
    (
        lambda: ComputerCallOutputItem.create(
            "call_1",
            Content.screenshot(data=PNG),
            acknowledged_safety_checks=[models.ComputerCallSafetyCheckParam(id="check_1")],
        ),
        {
            "type": "computer_call_output",
            "call_id": "call_1",
            "output": {"type": "computer_screenshot", "image_url": PNG_URL},
            "acknowledged_safety_checks": [{"id": "check_1"}],
        },
    ),
    (
        lambda: ComputerCallOutputItem.create("call_1", Content.screenshot(file_id="file-1")),
        {
            "type": "computer_call_output",
            "call_id": "call_1",
            "output": {"type": "computer_screenshot", "file_id": "file-1"},
        },
    ),
    (
        lambda: LocalShellCallOutputItem.create("call_1", "{}"),
        {
            "type": "local_shell_call_output",
            "id": "call_1",
            "call_id": "call_1",
            "output": "{}",
        },
    ),
    (
        lambda: ShellCallOutputItem.exited("call_1", stdout="a", exit_code=1),
        {
            "type": "shell_call_output",
            "call_id": "call_1",
            "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 1}}],
        },
    ),
    (
        lambda: ShellCallOutputItem.timed_out("call_1", stderr="b"),
        {
            "type": "shell_call_output",
            "call_id": "call_1",
            "output": [{"stdout": "", "stderr": "b", "outcome": {"type": "timeout"}}],
        },
    ),
    (
        lambda: ApplyPatchCallOutputItem.create("call_1", status="failed", output="no such file"),
        {
            "type": "apply_patch_call_output",
            "call_id": "call_1",
            "status": "failed",
            "output": "no such file",
        },
    ),
    (
        lambda: McpApprovalResponseItem.approve("mcpr_1"),
        {
            "type": "mcp_approval_response",
            "approval_request_id": "mcpr_1",
            "request_id": "mcpr_1",
            "approve": True,
        },
    ),
    (
        lambda: McpApprovalResponseItem.deny("mcpr_1", reason="too far"),
        {
            "type": "mcp_approval_response",
            "approval_request_id": "mcpr_1",
            "request_id": "mcpr_1",
            "approve": False,
            "reason": "too far",
        },
    ),
]


@pytest.mark.parametrize(("make", "expected"), MADE)
def test_a_helper_makes_what_the_document_allows(
    make: Callable[[], Any], expected: dict[str, Any]
) -> None:
    item = make()
    assert item.to_dict() == expected
    assert is_input_item(expected)
    assert to_input_items([item]) == [expected]
    assert getattr(models, type(item).__name__) is type(item)


def test_every_helper_is_in_the_table_above() -> None:
    """So that a helper cannot be added without its JSON being written down."""
    made = {make.__code__.co_names[0] for make, _ in MADE}
    namespaces = {
        name
        for module in (items, tool_items)
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
    assert namespaces - made == {"ResponseInput"}


def test_no_namespace_has_the_name_of_a_model() -> None:
    """A namespace that is called like the model it makes would fail `isinstance` in silence."""
    for module in (items, parts, tool_items):
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__:
                assert not hasattr(models, name)


def test_importing_the_helpers_loads_no_model() -> None:
    code = (
        "import sys, openai_conversations.items, openai_conversations.tool_items;"
        "print([name for name in sys.modules if name.startswith('openai_conversations_api')])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert result.stdout.strip() in (b"[]", b"['openai_conversations_api']")


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
        "parts: expected a list of content parts, got 'Hello'": lambda: MessageItem.user("Hello"),
        "parts: expected at least one part, got none": lambda: MessageItem.user([]),
        "parts[1]: expected a string, or what Content.text": lambda: MessageItem.user(
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
        "exit_code: expected a whole number": lambda: ShellCallOutputItem.exited(
            "c", exit_code=True
        ),
        "status: expected 'completed' or 'failed'": lambda: ApplyPatchCallOutputItem.create(
            "c", status=anything
        ),
        "screenshot: expected what Content.screenshot gives": lambda: ComputerCallOutputItem.create(
            "c", anything
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
def test_text_of_what_is_no_message(item: object) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^item: expected a message"):
        message_text(item)
