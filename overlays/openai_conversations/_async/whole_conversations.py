"""What people do with whole conversations, beyond one operation: the methods over `archive`."""

from __future__ import annotations

from typing import TypeVar

from .conversation_operations import AsyncConversationOperations

_RawViewT = TypeVar("_RawViewT")
_StreamingViewT = TypeVar("_StreamingViewT")


class AsyncWholeConversations(AsyncConversationOperations[_RawViewT, _StreamingViewT]):
    """Methods that read or write all items of a conversation."""
