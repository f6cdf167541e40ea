"""What people do with whole conversations, beyond one operation: the methods over `archive`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from openai_conversations_api import models

from .._request.types import GetOptions, Omit, omit, to_options
from ..archive.records import OnUnsupported
from ..progress import ArchiveProgress
from .conversation_operations import AsyncConversationOperations

if TYPE_CHECKING:
    from ..archive.formats import Format
    from ..archive.results import ExportResult, ImportResult
    from ..archive.source_file import AnyPath, TextSource, TextTarget

_RawViewT = TypeVar("_RawViewT")
_StreamingViewT = TypeVar("_StreamingViewT")


class AsyncWholeConversations(AsyncConversationOperations[_RawViewT, _StreamingViewT]):
    """Methods that read or write all items of a conversation.

    They take `extra_headers`, `extra_query`, `timeout` and `abort` as `items.append` does, for each
    of their requests. An error that ends one of them says in `archive` how far it had come.
    """

    async def export(
        self,
        conversation_id: str | models.Conversation,
        file: AnyPath | TextTarget,
        *,
        include: Sequence[models.IncludeEnum] | Omit = omit,
        resume: bool = False,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> ExportResult:
        """Write a conversation to a file: each item on a line, exactly as it came, oldest first.

        docs/archive.md describes the format. Memory does not grow with the number of items. A file
        is in its place only once it is whole; until then it is `.NAME.partial` beside it.

        Args:
            conversation_id: the conversation, or its id.
            file: a path, or a text stream, which is not closed.
            include: what of the items to ask for; by default everything that they can show.
            resume: whether to go on from the partial file of an export that ended early, if there
                is one; its last item must still be in the conversation.
            on_progress: called after each page. The async client awaits async functions.

        Returns:
            The number of items, and the SHA-256 that the file has, too.

        Raises:
            InvalidArgumentError: of `file`: it cannot be written, or another export writes it.
            NotFoundError: there is no such conversation.
            OpenAIError: others, as of `items.list`. All have as `archive` how far it had come.
        """
        from .export import export

        return await export(
            self.retrieve,
            self._list,
            conversation_id,
            file,
            include=include,
            resume=resume,
            on_progress=on_progress,
            options=_checked(options, "export"),
        )

    async def import_file(
        self,
        file: AnyPath | TextSource,
        *,
        format: Format = "auto",
        select: str | None = None,
        conversation_id: str | models.Conversation | None = None,
        metadata: Mapping[str, str] | None = None,
        resume: str | None = None,
        on_unsupported: OnUnsupported = "error",
        dry_run: bool = False,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> ImportResult:
        """Make conversations of those in a file, each item once, through failures.

        The file is read twice: once to its end, before anything is sent, and again while its items
        are sent with `items.append`. docs/archive.md has the formats, and what is guaranteed.

        Args:
            file: a path, or a text stream, which is read to its end and not closed.
            format: what kind of file it is; "auto" tells it from the file.
            select: the id, in the file, of the only conversation to take.
            conversation_id: an existing conversation, or its id, to add the items to, if the file
                has one conversation; None makes a new one for each.
            metadata: for the new conversations, besides what the file says of them.
            resume: the token of an import that ended early; the other arguments are the same.
            on_unsupported: what becomes of what has no input form: "error" sends nothing, "skip"
                leaves it out, with "text" a message stands for it, where one can.
            dry_run: whether only to say what would be done.
            on_progress: called when a conversation is made, before each batch is sent, and after
                it has landed. The async client awaits async functions.

        Returns:
            The conversations, and a note for everything that had no input form.

        Raises:
            UnsupportedItemError: something in the file has no input form; nothing was sent.
            InvalidArgumentError: of `file`: it cannot be read, or was cut or changed.
            OpenAIError: others, as of `create` and `items.append`. All have as `archive` how far it
                had come, with a token.
        """
        from .import_file import import_file

        return await import_file(
            self.create,
            self.items.append,
            file,
            (format, on_unsupported, select),
            conversation_id=conversation_id,
            metadata=metadata,
            resume=resume,
            dry_run=dry_run,
            on_progress=on_progress,
            options=_checked(options, "import_file"),
        )


def _checked(options: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Return request options, for each request of a method.

    Raises:
        InvalidArgumentError: the method does not take one of them.
    """
    checked: dict[str, Any] = to_options(options, f"Conversations.{method}")._asdict()
    del checked["extra_body"]
    return checked
