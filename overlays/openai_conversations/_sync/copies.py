# Made from _async/copies.py by tools/unasync. Do not edit.
"""`client.conversations.fork` and `copy_to`: the items of a conversation in a new one.

The source is read twice. The first time it is only looked at, so that what cannot be copied is
known before anything is made; the second time it is copied, and every page must be the same again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from openai_conversations_api import models

from .._append.state import ids_of
from .._request.types import Omit, given, omit
from .._request.validation import check_callback, check_id, check_metadata, check_one_of
from .._transport.concurrency_sync import report
from .._transport.log import logger
from ..archive.copies import CopyState, ItemCopier
from ..archive.links import CopyEnd
from ..archive.tokens import NOT_NEW, check_made, is_used
from ..errors import NotFoundError, OpenAIError, UnsupportedItemError
from ..progress import AppendProgress, ArchiveProgress, ImportNote, OnUnsupported
from .conversation_operations import ConversationOperations
from .http_methods import HttpMethods
from .item_pages import ItemPages, read_everything
from .items import Items

_CHANGED = (
    "the conversation to copy did not give the same items when it was read again: it was changed, "
    "or a response was one to another request"
)


@dataclass(eq=False, repr=False)
class Copy:
    """One copy of a conversation.

    Args:
        source, target: send the requests that read and those that write.
        conversation_id, after, metadata, on_unsupported, resume, on_progress: as of the public
            methods.
        options: of each request.

    Raises:
        InvalidArgumentError: naming the argument.
    """

    source: HttpMethods
    target: HttpMethods
    conversation_id: str
    options: dict[str, Any]
    _: KW_ONLY
    after: str | None
    metadata: Mapping[str, str] | Omit | None
    on_unsupported: OnUnsupported
    resume: str | None
    on_progress: Callable[[ArchiveProgress], object] | None

    def __post_init__(self) -> None:
        if self.after is not None:
            check_id(self.after, "after")
        if given(self.metadata) and self.metadata is not None:
            check_metadata(self.metadata)
        check_one_of(self.on_unsupported, "on_unsupported", ("error", "skip", "text"))
        check_callback(self.on_progress)
        self._state = CopyState.of(self.conversation_id, self.resume)
        self._conversations = ConversationOperations[Any, Any](self.target)
        self._pages: deque[int] = deque()
        """A hash of the ids of each page, as far as it is copied."""
        self._done = 0
        self._total: int | None = None

    def run(self) -> models.Conversation:
        """Copy everything.

        Raises:
            OpenAIError: any of its subclasses; its `archive` holds the state.
        """
        try:
            self._look()
            conversation = self._open()
            self._conversations.items.append(
                conversation.id,
                _Items(self._read(), self._copier(), self._pages, self._state.last_id),
                on_progress=self._note,
                resume=self._state.append,
                **self.options,
            )
        except OpenAIError as error:
            if error.append is not None and self._state.target_id is not None:
                self._done, self._state.append = error.append.landed, error.append.token
            error.archive = self._progress()
            raise
        return conversation

    def _look(self) -> None:
        """Find the last item to copy, and what of the items has no input form."""
        resumed = self._state.target_id is not None
        end = CopyEnd(self._state.last_id if resumed else self.after)
        copier, pages = self._copier(), self._read()
        notes: list[ImportNote] = []
        total = 0
        needed = not (resumed and self._state.last_id is None)
        while needed and (page := pages.next()) is not None:
            ids: list[str | None] = []
            for item in page:
                if not end.ended:
                    record = copier.copy(item)
                    notes += record.notes
                    total += record.item is not None
                    ids += ids_of([item])
                needed = end.add(item)
                if not needed:
                    break
            if ids:
                self._pages.append(hash(tuple(ids)))
        end.check()
        if notes and self.on_unsupported == "error":
            raise UnsupportedItemError(notes, "conversation_id")
        for note in notes:
            logger.warning("copy of %s: %s, %s: %s", self.conversation_id, *_shown(note))
        self._state.last_id, self._total = end.last_id, total

    def _open(self) -> models.Conversation:
        """Make the new conversation, or read the one that was made."""
        if self._state.target_id is not None:
            try:
                return self._conversations.retrieve(self._state.target_id, **self.options)
            except NotFoundError:
                # Where nothing has gone into it, the response may have been one to another request.
                if self._state.append is not None:
                    raise
        metadata = self.metadata
        if not given(metadata):
            source = ConversationOperations[Any, Any](self.source)
            metadata = (source.retrieve(self.conversation_id, **self.options)).metadata
        made = self._conversations.create(metadata=metadata or omit, **self.options)
        self._state.target_id = check_made(made, metadata)
        self._report()
        return made

    def _read(self) -> ItemPages:
        items = Items(self.source)
        return read_everything(items, self.conversation_id, self.options, self.source.max_retries)

    def _copier(self) -> ItemCopier:
        return ItemCopier(self.on_unsupported, same_account=self.source is self.target)

    def _note(self, progress: AppendProgress) -> None:
        if is_used(progress):
            self._state.target_id = None
            raise OpenAIError(NOT_NEW)
        self._done, self._state.append = progress.landed, progress.token
        self._report()

    def _report(self) -> None:
        report(self.on_progress, self._progress())

    def _progress(self) -> ArchiveProgress:
        return self._state.progress(self._done, self._total)


class _Items(Iterator[Mapping[str, Any]]):
    """Reads the items to copy, page by page, each of which must be the one that was looked at."""

    def __init__(
        self,
        pages: ItemPages,
        copier: ItemCopier,
        expected: deque[int],
        last_id: str | None,
    ) -> None:
        self._pages = pages
        self._copier = copier
        self._expected = expected
        self._last_id = last_id
        self._ready: deque[Mapping[str, Any]] = deque()

    def __next__(self) -> Mapping[str, Any]:
        while not self._ready:
            if not self._expected:
                raise StopIteration
            while (page := self._pages.next()) == []:
                continue
            page = page or []
            ids = ids_of(page)
            if self._last_id in ids:
                page = page[: ids.index(self._last_id) + 1]
            if hash(tuple(ids_of(page))) != self._expected.popleft():
                raise OpenAIError(_CHANGED)
            sent = (self._copier.copy(item).item for item in page)
            self._ready.extend(item for item in sent if item is not None)
        return self._ready.popleft()


def _shown(note: ImportNote) -> tuple[str, str, str]:
    return note.place, note.what, "left out" if note.action == "skip" else "a text stands for it"
