"""What type checkers see of the helpers. Checked by mypy and pyright, and never run."""

from __future__ import annotations

from typing import assert_type

import attrs
from openai_conversations import (
    ApplyPatchCallOutputItem,
    ComputerCallOutputItem,
    Content,
    CustomToolCallItem,
    CustomToolCallOutputItem,
    FunctionCallItem,
    FunctionCallOutputItem,
    ItemReference,
    LocalShellCallOutputItem,
    McpApprovalResponseItem,
    MessageItem,
    ReasoningInputItem,
    ResponseInput,
    ShellCallOutputItem,
    message_text,
)
from openai_conversations import models as m
from openai_conversations.params import InputItemLike

assert_type(MessageItem.user_text("Hi"), m.InputMessage)
assert_type(MessageItem.system_text("Hi"), m.InputMessage)
assert_type(MessageItem.developer_text("Hi"), m.InputMessage)
assert_type(MessageItem.assistant_text("Hi", phase="commentary"), m.EasyInputMessage)
assert_type(MessageItem.user(["Hi", Content.image(url="https://a")]), m.InputMessage)
assert_type(MessageItem.system([Content.text("Hi")]), m.InputMessage)
assert_type(MessageItem.developer(("Hi",)), m.InputMessage)
assert_type(MessageItem.assistant(["Hi"]), m.EasyInputMessage)
assert_type(MessageItem.assistant(["Hi", Content.refusal("No")], id="msg_1"), m.OutputMessage)

assert_type(Content.text("Hi"), m.InputTextContent)
assert_type(Content.image(path="cat.png", detail="low"), m.InputImageContent)
assert_type(Content.file(data=b"", filename="a.pdf"), m.InputFileContent)
assert_type(Content.output_text("Hi"), m.OutputTextContent)
assert_type(Content.refusal("No"), m.RefusalContent)
screenshot = assert_type(Content.screenshot(file_id="file-1"), m.ComputerScreenshotImage)

assert_type(ItemReference.of("msg_1"), m.ItemReferenceParam)
assert_type(ReasoningInputItem.create("rs_1", summary=["So"]), m.ReasoningItem)
assert_type(FunctionCallItem.create("c", name="f", arguments={}), m.FunctionToolCall)
assert_type(FunctionCallOutputItem.text("c", ""), m.FunctionCallOutputItemParam)
assert_type(FunctionCallOutputItem.parts("c", ["Hi"]), m.FunctionCallOutputItemParam)
assert_type(CustomToolCallItem.create("c", name="f", input=""), m.CustomToolCall)
assert_type(CustomToolCallOutputItem.text("c", ""), m.CustomToolCallOutput)
assert_type(ComputerCallOutputItem.create("c", screenshot), m.ComputerCallOutputItemParam)
assert_type(LocalShellCallOutputItem.create("c", ""), m.LocalShellToolCallOutput)
assert_type(ShellCallOutputItem.exited("c"), m.FunctionShellCallOutputItemParam)
assert_type(
    ApplyPatchCallOutputItem.create("c", status="failed"), m.ApplyPatchToolCallOutputItemParam
)
assert_type(McpApprovalResponseItem.approve("r"), m.MCPApprovalResponse)

assert_type(ResponseInput.text("Hi"), str)
items = assert_type(
    ResponseInput.items(["Hi", {"role": "user", "content": ""}]), list[InputItemLike]
)
assert_type(message_text(items[0]), str)


def sent_on(
    item: m.ConversationItem, output: m.OutputItem, listed: m.ItemResource
) -> InputItemLike:
    """Put what comes out among the items that go in."""
    return ResponseInput.items([item, output, listed, MessageItem.user_text("Hi")])[0]


def read(response: m.Response) -> None:
    """Find a misspelt field, though fields that are not declared are there at run time."""
    response.statuss  # type: ignore[attr-defined]  # pyright: ignore  # noqa: B018
    assert_type(response.missing, tuple[str, ...])


def change(part: m.InputTextContent) -> None:
    """Change a model as the attrs class that it is."""
    assert_type(attrs.evolve(part, text="Ho"), m.InputTextContent)
    attrs.asdict(part)
    attrs.evolve(part, texxt="Ho")  # type: ignore[call-arg]
    m.InputTextContent(texxt="Ho")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    m.InputTextContent("Ho")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


# And what they refuse.
MessageItem.assistant([Content.refusal("No")])  # type: ignore[list-item] # pyright: ignore
ResponseInput.items([7])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
