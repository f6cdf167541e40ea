"""Items to send, and their parts: messages, content, tool calls and their outputs."""

from .content import Content
from .messages import ItemReference, MessageItem, ReasoningInputItem, ResponseInput, message_text
from .tool_items import (
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

__all__ = [
    "ApplyPatchCallOutputItem",
    "ComputerCallOutputItem",
    "Content",
    "CustomToolCallItem",
    "CustomToolCallOutputItem",
    "FunctionCallItem",
    "FunctionCallOutputItem",
    "ItemReference",
    "LocalShellCallOutputItem",
    "McpApprovalResponseItem",
    "MessageItem",
    "ReasoningInputItem",
    "ResponseInput",
    "ShellCallOutputItem",
    "message_text",
]
