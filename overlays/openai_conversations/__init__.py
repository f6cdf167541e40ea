"""A client for OpenAI's Conversations API: conversations, their items, and responses.

    from openai_conversations import Client, MessageItem

    with Client() as client:
        conversation = client.conversations.create(items=[MessageItem.user_text("Hello")])
        for item in client.conversations.items.list(conversation.id):
            print(item.type)

Everything here is imported when it is first used, so that `import openai_conversations` costs
little. The generated models are in `openai_conversations.models`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from . import models, params
    from ._append.results import AppendResult
    from ._async.api_response import AsyncAPIResponse
    from ._async.client import AsyncClient
    from ._async.conversations import AsyncRunStream
    from ._async.pages import AsyncPage
    from ._async.streams import AsyncParsedStream, AsyncStream
    from ._request.client_options import UnencryptedKeyWarning
    from ._request.types import Omit, omit
    from ._response.raw_response import RawResponse
    from ._run import ToolFinishedEvent, ToolStartedEvent
    from ._sqlite.database_file import StoreError
    from ._structured.callable_tool import CallableTool
    from ._structured.parsed_response import (
        ParsedResponse,
        ParsedResponseFunctionToolCall,
        ParsedResponseOutputText,
    )
    from ._sync.api_response import APIResponse
    from ._sync.client import Client
    from ._sync.conversations import RunStream
    from ._sync.pages import Page
    from ._sync.streams import ParsedStream, Stream
    from .abort import AbortSignal
    from .archive import (
        CheckResult,
        ConversationIndex,
        ExportResult,
        Finding,
        ImportedConversation,
        ImportResult,
        PurgeResult,
        Repair,
    )
    from .errors import (
        APIConnectionError,
        APIError,
        APIResponseValidationError,
        APIStatusError,
        APITimeoutError,
        AppendUncertainError,
        ArgumentsError,
        AuthenticationError,
        BadRequestError,
        ClientClosedError,
        ConflictError,
        ConversationLockedError,
        InternalServerError,
        InvalidArgumentError,
        MaxTurnsExceededError,
        NotFoundError,
        OpenAIError,
        OutputParsingError,
        PermissionDeniedError,
        RateLimitError,
        RequestAbortedError,
        UnprocessableEntityError,
        UnsupportedItemError,
    )
    from .interceptors import AsyncInterceptor, AsyncSend, Interceptor, Send
    from .items import (
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
    from .items.tools import Tool, ToolChoice
    from .progress import AppendProgress, ArchiveProgress, ImportNote, RunResult

_HOMES = {
    "._async.api_response": ("AsyncAPIResponse",),
    "._async.client": ("AsyncClient",),
    "._async.pages": ("AsyncPage",),
    "._async.conversations": ("AsyncRunStream",),
    "._async.streams": ("AsyncParsedStream", "AsyncStream"),
    "._request.client_options": ("UnencryptedKeyWarning",),
    "._sync.api_response": ("APIResponse",),
    "._sync.client": ("Client",),
    "._sync.pages": ("Page",),
    "._sync.conversations": ("RunStream",),
    "._sync.streams": ("ParsedStream", "Stream"),
    "._request.types": ("Omit", "omit"),
    "._run": ("ToolFinishedEvent", "ToolStartedEvent"),
    "._structured.callable_tool": ("CallableTool",),
    "._structured.parsed_response": (
        "ParsedResponse",
        "ParsedResponseFunctionToolCall",
        "ParsedResponseOutputText",
    ),
    ".items.tools": ("Tool", "ToolChoice"),
    "._sqlite.database_file": ("StoreError",),
    ".abort": ("AbortSignal",),
    ".archive": (
        "CheckResult",
        "ConversationIndex",
        "ExportResult",
        "Finding",
        "ImportResult",
        "ImportedConversation",
        "PurgeResult",
        "Repair",
    ),
    "._append.results": ("AppendResult",),
    ".errors": (
        "APIConnectionError",
        "APIError",
        "APIResponseValidationError",
        "APIStatusError",
        "APITimeoutError",
        "AppendUncertainError",
        "ArgumentsError",
        "AuthenticationError",
        "BadRequestError",
        "ClientClosedError",
        "ConflictError",
        "ConversationLockedError",
        "InternalServerError",
        "InvalidArgumentError",
        "MaxTurnsExceededError",
        "NotFoundError",
        "OpenAIError",
        "OutputParsingError",
        "PermissionDeniedError",
        "RateLimitError",
        "RequestAbortedError",
        "UnprocessableEntityError",
        "UnsupportedItemError",
    ),
    ".interceptors": ("AsyncInterceptor", "AsyncSend", "Interceptor", "Send"),
    ".progress": ("AppendProgress", "ArchiveProgress", "ImportNote", "RunResult"),
    ".items": (
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
    ),
    "._response.raw_response": ("RawResponse",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponse",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AbortSignal",
    "AppendProgress",
    "AppendResult",
    "AppendUncertainError",
    "ApplyPatchCallOutputItem",
    "ArchiveProgress",
    "ArgumentsError",
    "AsyncAPIResponse",
    "AsyncClient",
    "AsyncInterceptor",
    "AsyncPage",
    "AsyncParsedStream",
    "AsyncRunStream",
    "AsyncSend",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "CallableTool",
    "CheckResult",
    "Client",
    "ClientClosedError",
    "ComputerCallOutputItem",
    "ConflictError",
    "Content",
    "ConversationIndex",
    "ConversationLockedError",
    "CustomToolCallItem",
    "CustomToolCallOutputItem",
    "ExportResult",
    "Finding",
    "FunctionCallItem",
    "FunctionCallOutputItem",
    "ImportNote",
    "ImportResult",
    "ImportedConversation",
    "Interceptor",
    "InternalServerError",
    "InvalidArgumentError",
    "ItemReference",
    "LocalShellCallOutputItem",
    "MaxTurnsExceededError",
    "McpApprovalResponseItem",
    "MessageItem",
    "NotFoundError",
    "Omit",
    "OpenAIError",
    "OutputParsingError",
    "Page",
    "ParsedResponse",
    "ParsedResponseFunctionToolCall",
    "ParsedResponseOutputText",
    "ParsedStream",
    "PermissionDeniedError",
    "PurgeResult",
    "RateLimitError",
    "RawResponse",
    "ReasoningInputItem",
    "Repair",
    "RequestAbortedError",
    "ResponseInput",
    "RunResult",
    "RunStream",
    "Send",
    "ShellCallOutputItem",
    "StoreError",
    "Stream",
    "Tool",
    "ToolChoice",
    "ToolFinishedEvent",
    "ToolStartedEvent",
    "UnencryptedKeyWarning",
    "UnprocessableEntityError",
    "UnsupportedItemError",
    "__version__",
    "message_text",
    "models",
    "omit",
    "params",
]


if not TYPE_CHECKING:  # a checker that sees it takes a misspelt name
    from importlib import import_module

    def __getattr__(name: str) -> object:
        if name in ("models", "params"):
            value = import_module(f".{name}", __name__)
        elif name in _HOME:
            value = getattr(import_module(_HOME[name], __name__), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
