# Made from _async/whole_conversations.py by tools/unasync. Do not edit.
"""What people do with whole conversations, beyond one operation: the methods over `archive`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, Unpack

from openai_conversations_api import models

from .._request.types import GetOptions, bound_options
from .._request.validation import check_bool, check_id
from ..archive.findings import CheckResult
from ..archive.results import PurgeResult
from ..progress import ArchiveProgress
from .conversation_operations import ConversationOperations

_RawViewT = TypeVar("_RawViewT")
_StreamingViewT = TypeVar("_StreamingViewT")


class WholeConversations(ConversationOperations[_RawViewT, _StreamingViewT]):
    """Methods that read or write all items of a conversation."""

    def check(
        self,
        conversation_id: str | models.Conversation,
        *,
        repair: bool = False,
        **options: Unpack[GetOptions],
    ) -> CheckResult:
        """Look for what is wrong with a conversation: what is parted, doubled, or unknown.

        Args:
            conversation_id: the conversation, or its id.
            repair: mend what is an error, and look again until nothing new is found. A call that
                input has followed gets the output "aborted" (a request for approval is denied), or
                is deleted, if its output cannot be a text. Other items of errors are deleted.
                Nobody else may add to the conversation meanwhile.
            options: hold for each request.

        Returns:
            What is found; with `repair`, what was done, and what is there after it.

        Raises:
            NotFoundError: there is no such conversation.
            OpenAIError: others, as of `items.list`, `items.delete` and `items.append`. Do it again.
        """
        from .check import Check

        place = check_id(getattr(conversation_id, "id", conversation_id), "conversation_id")
        bound = bound_options(options, "Conversations.check")
        check = Check(self._client, place, bound)
        return check.run(repair=check_bool(repair, "repair"))

    def purge(
        self,
        conversation_id: str | models.Conversation,
        *,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> PurgeResult:
        """Delete every item of a conversation, then the conversation, and read that it is gone.

        `delete` alone leaves the items. They are deleted newest first, eight requests at a time,
        until none is listed. After an error, do it again; once the conversation is deleted, its
        items can no longer be listed. Nobody else may add to it meanwhile. `options` hold for each
        request.

        Args:
            conversation_id: the conversation, or its id.
            on_progress: gets the number of deleted items after each page of 100. The async client
                awaits async functions.

        Raises:
            NotFoundError: there is no such conversation, or none any more.
            OpenAIError: others, as of `items.list` and `delete`, or something can still be read
                after it was deleted. All of them have the number of deleted items as `archive`.
        """
        from .purge import Purge

        place = check_id(getattr(conversation_id, "id", conversation_id), "conversation_id")
        bound = bound_options(options, "Conversations.purge")
        return Purge(self._client, place, bound, on_progress).purge()
