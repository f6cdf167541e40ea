# Made from _async/whole_conversations.py by tools/unasync. Do not edit.
"""What people do with whole conversations, beyond one operation: the methods over `archive`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, get_args

from openai_conversations_api import models

from .._request.types import GetOptions, to_options
from .._request.validation import MAX_LIMIT, check_id
from .conversation_operations import ConversationOperations

if TYPE_CHECKING:
    from ..archive.transcripts import TranscriptFormat

_RawViewT = TypeVar("_RawViewT")
_StreamingViewT = TypeVar("_StreamingViewT")


class WholeConversations(ConversationOperations[_RawViewT, _StreamingViewT]):
    """Methods that read or write all items of a conversation.

    They take `extra_headers`, `extra_query`, `timeout` and `abort` as `items.append` does, for each
    of their requests. An error that ends one of them says in `archive` how far it had come.
    """

    def transcript(
        self,
        conversation_id: str | models.Conversation,
        *,
        format: TranscriptFormat = "markdown",
        **options: Unpack[GetOptions],
    ) -> str:
        """Read a conversation, and return it for people to read, oldest item first.

        Tools are called by name, with arguments and outputs; images and files are links; summaries
        of reasoning are folded; items of unknown kinds are named and shown as JSON.
        docs/transcript.md says what contents can do to it. `archive.transcript` makes one of items
        at hand.

        Args:
            conversation_id: the conversation, or its id.
            format: "markdown"; "text", of which no character can control a terminal; or "html", one
                file that runs nothing and loads nothing.

        Raises:
            NotFoundError: there is no such conversation.
            OpenAIError: others, as of `items.list`.
        """
        from ..archive.transcripts import Transcript

        place = check_id(getattr(conversation_id, "id", conversation_id), "conversation_id")
        written = Transcript(format, f"Conversation {place}")
        shown = get_args(get_args(models.IncludeEnum)[0])
        checked = _checked(options, "transcript")
        for item in self.items.list(
            place, limit=MAX_LIMIT, order="asc", include=shown, **checked
        ):
            written.add(item)
        return written.text()


def _checked(options: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Return request options, for each request of a method.

    Raises:
        InvalidArgumentError: the method does not take one of them.
    """
    checked: dict[str, Any] = to_options(options, f"Conversations.{method}")._asdict()
    del checked["extra_body"]
    return checked
