"""What people do with whole conversations, beyond one operation: the methods over `archive`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, Unpack

from openai_conversations_api import models

from .. import archive
from .._request.types import GetOptions, Omit, bound_options, omit
from .._request.validation import check_bool, check_id, invalid
from ..progress import ArchiveProgress
from .conversation_operations import AsyncConversationOperations
from .http_methods import AsyncHttpMethods

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
        file: archive.AnyPath | archive.TextTarget,
        *,
        include: Sequence[models.IncludeEnum] | Omit = omit,
        resume: bool = False,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> archive.ExportResult:
        """Write a conversation to a file: each item on a line, exactly as it came, oldest first.

        docs/archive.md describes the format. Memory does not grow with the number of items. A file
        is in its place only once it is whole; until then it is `.NAME.partial` beside it.

        Args:
            conversation_id: the conversation, or its id.
            file: a path, or a text stream, which is not closed.
            include: what of the items to ask for; by default everything that they can show.
            resume: whether to go on from the partial file of an export that ended early, if there
                is one; its last item must still be in the conversation.
            on_progress: called after each page that is written. The async client awaits async
                functions.

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
            self._client.max_retries,
            self._list,
            conversation_id,
            file,
            include=include,
            resume=resume,
            on_progress=on_progress,
            options=bound_options(options, "Conversations.export"),
        )

    async def import_file(
        self,
        file: archive.AnyPath | archive.TextSource,
        *,
        format: archive.Format = "auto",
        select: str | None = None,
        conversation_id: str | models.Conversation | None = None,
        metadata: Mapping[str, str] | None = None,
        resume: str | None = None,
        on_unsupported: archive.OnUnsupported = "error",
        dry_run: bool = False,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> archive.ImportResult:
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
            options=bound_options(options, "Conversations.import_file"),
        )

    async def fork(
        self,
        conversation_id: str | models.Conversation,
        *,
        after: str | None = None,
        metadata: Mapping[str, str] | Omit | None = omit,
        on_unsupported: archive.OnUnsupported = "error",
        resume: str | None = None,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> models.Conversation:
        """Make a new conversation with the items of another one, up to one of them.

        The original is read twice, before the new one is made and while its items are appended;
        nobody may delete from it meanwhile. Items get new ids, but for those that the service takes
        with an id only, and reasoning with what follows it. docs/whole-conversations.md has the
        rules.

        Args:
            conversation_id: the original, or its id.
            after: the id of the last item that comes along; None for all.
            metadata: of the new conversation; by default that of the original.
            on_unsupported: what becomes of items that have no input form, as of `import_file`.
                "skip" and "text" log a warning for each.
            resume: the token of a fork that ended early: of the last report, or of the `archive` of
                the error. The other arguments are then the same as before.
            on_progress: called before each batch is sent and after it has landed. The async client
                awaits async functions.
            options: hold for each request.

        Returns:
            The new conversation.

        Raises:
            InvalidArgumentError: `after` parts items that belong together, or is not there; the
                error names the nearest items that part nothing. Nothing is made.
            UnsupportedItemError: items have no input form. Nothing is made.
            NotFoundError: there is no such conversation.
            OpenAIError: others, as of `items.list`, `create` and `items.append`. All of them have
                the progress as `archive`.
        """
        return await self.copy_to(
            conversation_id,
            self._client,
            after=after,
            metadata=metadata,
            on_unsupported=on_unsupported,
            resume=resume,
            on_progress=on_progress,
            **bound_options(options, "Conversations.fork"),
        )

    async def copy_to(
        self,
        conversation_id: str | models.Conversation,
        other_client: AsyncHttpMethods,
        *,
        after: str | None = None,
        metadata: Mapping[str, str] | Omit | None = omit,
        on_unsupported: archive.OnUnsupported = "error",
        resume: str | None = None,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> models.Conversation:
        """Make a new conversation in another account, server or file, with the items of this one.

        As `fork`, but that reasoning without its encrypted content, and generated images without
        their data, have no input form there.

        Args:
            conversation_id: the original, or its id.
            other_client: makes the new conversation. Reading is up to the client of this method.
            after, metadata, on_unsupported, resume, on_progress, options: as of `fork`.

        Returns:
            The new conversation, of the other client.

        Raises:
            OpenAIError: as of `fork`.
        """
        from .copies import AsyncCopy

        if not isinstance(other_client, AsyncHttpMethods):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise invalid("other_client", "a client like this one", other_client)
        return await AsyncCopy(
            self._client,
            other_client,
            check_id(conversation_id, "conversation_id"),
            bound_options(options, "Conversations.copy_to"),
            after=after,
            metadata=metadata,
            on_unsupported=on_unsupported,
            resume=resume,
            on_progress=on_progress,
        ).run()

    async def transcript(
        self,
        conversation_id: str | models.Conversation,
        *,
        format: archive.TranscriptFormat = "markdown",
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
        from .item_pages import read_everything

        place = check_id(conversation_id, "conversation_id")
        written = Transcript(format, f"Conversation {place}")
        checked = bound_options(options, "Conversations.transcript")
        pages = read_everything(self.items, place, checked, self._client.max_retries)
        while (page := await pages.next()) is not None:
            for item in page:
                written.add(item)
        return written.text()

    async def check(
        self,
        conversation_id: str | models.Conversation,
        *,
        repair: bool = False,
        **options: Unpack[GetOptions],
    ) -> archive.CheckResult:
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
        from .check import AsyncCheck

        place = check_id(conversation_id, "conversation_id")
        bound = bound_options(options, "Conversations.check")
        check = AsyncCheck(self._client, place, bound)
        return await check.run(repair=check_bool(repair, "repair"))

    async def purge(
        self,
        conversation_id: str | models.Conversation,
        *,
        on_progress: Callable[[ArchiveProgress], object] | None = None,
        **options: Unpack[GetOptions],
    ) -> archive.PurgeResult:
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
        from .purge import AsyncPurge

        place = check_id(conversation_id, "conversation_id")
        bound = bound_options(options, "Conversations.purge")
        retries = self._client.max_retries
        return await AsyncPurge(self.items, place, bound, on_progress, retries).purge(self)
