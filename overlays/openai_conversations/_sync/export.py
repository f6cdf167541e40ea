# Made from _async/export.py by tools/unasync. Do not edit.
"""From the arguments of `client.conversations.export` to a file: page after page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from openai_conversations_api import models
from openai_conversations_api.types import RawObject

from .._request.operations import Operation
from .._request.types import given, omit
from .._request.validation import check_callback, check_id, check_strings
from .._transport.concurrency_sync import report
from .._transport.parallel_sync import call
from ..archive.export_file import ExportFile
from ..archive.results import ExportResult
from ..archive.source_file import AnyPath, TextTarget
from ..errors import OpenAIError
from ..progress import ArchiveProgress
from .item_pages import EVERYTHING, ItemPages
from .pages import Page


def _as_it_came(page: Any) -> Any:
    """Return a page of items that are not decoded, so that keys keep their order."""
    items = [RawObject.from_dict({**item}) for item in page["data"]]
    fields = dict.fromkeys(("object", "has_more", "first_id", "last_id"))
    return SimpleNamespace(**{name: page.get(name) for name in fields}, data=items)


LIST_RAW: Operation[Any] = Operation("listConversationItems")
LIST_RAW.decode = _as_it_came


def export(
    retrieve: Callable[..., models.Conversation],
    max_retries: int,
    list_items: Callable[..., Page[RawObject]],
    conversation_id: object,
    file: AnyPath | TextTarget,
    *,
    include: Any,
    resume: bool,
    on_progress: Callable[[ArchiveProgress], object] | None,
    options: Mapping[str, Any],
) -> ExportResult:
    """Write a conversation to a file; see `WholeConversations.export`.

    Args:
        retrieve, list_items: send the requests.
        max_retries: how often a page is read again that is not a list of items.
        options: for each of them.
    """
    place = check_id(conversation_id, "conversation_id")
    wanted = check_strings(include, "include") if given(include) else [*EVERYTHING]
    check_callback(on_progress)
    target = ExportFile(file, resume=resume)

    def read(**params: Any) -> Page[RawObject]:
        return list_items(LIST_RAW, params, None, conversation_id=place)

    try:
        conversation = retrieve(place, **options)
        after = call(partial(target.open, conversation.to_dict(), wanted))
        params = {"include": wanted, "order": "asc", "after": after or omit, **options}
        pages = ItemPages(read, params, max_retries)
        while (items := pages.next()) is not None:
            if items:
                call(partial(target.write, [item.data for item in items]))
                report(on_progress, ArchiveProgress(place, target.count))
        return ExportResult(place, target.count, call(target.finish))
    except OpenAIError as error:
        error.archive = ArchiveProgress(place, target.count)
        raise
    finally:
        target.close()
