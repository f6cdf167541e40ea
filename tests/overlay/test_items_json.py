"""What each helper makes: the exact JSON, allowed by the document."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from typing import Any, get_type_hints

import openai_conversations.items as helpers
import pytest
from openai_conversations._request.input_items import to_input_items
from openai_conversations.items import content as parts
from openai_conversations.items import messages as items
from openai_conversations.items import tool_items
from openai_conversations.items.content import Content
from openai_conversations.items.messages import ItemReference, MessageItem, ReasoningInputItem
from openai_conversations.items.tool_items import (
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
            "approve": True,
        },
    ),
    (
        lambda: McpApprovalResponseItem.deny("mcpr_1", reason="too far"),
        {
            "type": "mcp_approval_response",
            "approval_request_id": "mcpr_1",
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
    """Have the JSON of every helper written down."""
    made = {make.__code__.co_names[0] for make, _ in MADE}
    namespaces = {
        name
        for module in (items, tool_items)
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
    assert namespaces - made == {"ResponseInput"}


def test_no_namespace_has_the_name_of_a_model() -> None:
    """Keep `isinstance` from failing in silence, with a namespace called like its model."""
    for module in (items, parts, tool_items):
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__:
                assert not hasattr(models, name)


def test_importing_the_helpers_loads_no_model() -> None:
    code = "import sys, openai_conversations.items; print('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    loaded = result.stdout.split()
    assert "openai_conversations.items.tool_items" in loaded
    assert [name for name in loaded if name.startswith("openai_conversations_api.models.")] == []


def test_the_types_of_every_helper_can_be_read_at_run_time() -> None:
    for name in helpers.__all__:
        helper = getattr(helpers, name)
        methods = vars(helper).values() if isinstance(helper, type) else [helper]
        for method in methods:
            if isinstance(method, staticmethod) or callable(method):
                assert "return" in get_type_hints(method)
