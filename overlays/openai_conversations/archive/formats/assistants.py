"""Dumps of the threads of the Assistants API, which was shut down in August 2026.

People have them as they wrote them: messages (a list, JSON Lines, or the lists of the API), or
objects with a thread and its messages. Messages of several threads are told apart by `thread_id`,
and put into the order of their times. All of a file is in memory.

Source: `MessageObject`, `ThreadObject` and `RunStepObject` of openai-python's `types.beta`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from ..._request.validation import is_mapping
from ...progress import OnUnsupported
from ..records import Record, SourceConversation
from ..source_file import SourceFile
from .drafts import Draft, OpenCalls, said
from .json_objects import JsonObject, json_objects, shown

_LISTS = ("messages", "run_steps", "steps")
_THREAD_FIELDS = frozenset({"id", "object", "created_at", "metadata", "thread", *_LISTS})
_TIMES = {f"{event}_at" for event in ("created", "completed", "incomplete", "failed", "expired")}
_ENTRY_FIELDS = frozenset(
    {"id", "object", "thread_id", "assistant_id", "run_id", "status", *_TIMES}
)
_MESSAGE_FIELDS = _ENTRY_FIELDS | {"role", "content", "attachments", "file_ids"}
_STEP_FIELDS = _ENTRY_FIELDS | {"type", "step_details", "usage", "cancelled_at"}


@dataclass(slots=True)
class _Thread:
    """What a file has of a thread.

    Attributes:
        about: the thread itself, if it is there.
        entries: messages and run steps, as they stand in the file.
        listed: whether lists of the API are among them, which are newest first.
        lost: place and name of what has no input form and is not an entry.
    """

    about: JsonObject = field(default_factory=lambda: JsonObject("", {}))
    entries: list[JsonObject] = field(default_factory=list[JsonObject])
    listed: bool = False
    lost: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def in_order(self) -> list[JsonObject]:
        """Return the entries, oldest first. Times are whole seconds, so many are the same."""
        times = [entry.time("created_at") for entry in self.entries]
        known = [time for time in times if time is not None]
        if not known or len(known) < len(times):
            return self.entries
        newest_first = known[0] > known[-1] or (self.listed and known[0] == known[-1])
        pairs = [*zip(known, self.entries, strict=True)][:: -1 if newest_first else 1]
        return [entry for _, entry in sorted(pairs, key=lambda pair: pair[0])]


def recognizes(first: JsonObject) -> bool:
    """Return whether a file with this first object is of this format."""
    value: Any = first.fields
    for _ in range(3):  # an object with messages, in a list of the API
        if not is_mapping(value):
            return False
        if "thread" in value or str(value.get("object")).startswith("thread"):
            return True
        value = value.get("messages", value.get("data"))
        if isinstance(value, list):
            value = cast("list[object]", value[:1] or [None])[0]
    return False


def read(source: SourceFile, on_unsupported: OnUnsupported) -> Iterator[SourceConversation]:
    """Read the threads of a file, in the order in which they begin in it.

    Raises:
        InvalidArgumentError: the file is not of this format.
    """
    for id, thread in _threads(source).items():
        given = thread.about.inner("metadata")
        metadata = {name: given.text(name) for name in given.fields}
        metadata |= said(source_id=id, source_created_at=thread.about.time("created_at"))
        records = partial(_records, thread, on_unsupported)
        yield SourceConversation(id or None, records, metadata)


def _threads(source: SourceFile) -> dict[str, _Thread]:
    """Return the threads by their ids; what has none is in the one of the id ""."""
    threads: defaultdict[str, _Thread] = defaultdict(_Thread)
    for value in json_objects(source):
        if value.text("object") != "thread" and value.fields.keys().isdisjoint(("thread", *_LISTS)):
            _add(threads, "", value)
            continue
        about = value.inner("thread") if "thread" in value.fields else value
        thread = threads[about.text("id")]
        thread.about = about
        for one in (value, about) if about is not value else (value,):
            thread.lost += [(one.place, name) for name in one.others(_THREAD_FIELDS)]
        for name in _LISTS:
            one_list = isinstance(value.fields.get(name), dict)
            for each in [value.inner(name)] if one_list else value.objects(name):
                _add(threads, about.text("id"), each)
    return threads


def _add(threads: dict[str, _Thread], id: str, value: JsonObject) -> None:
    """Add a message or a run step, or those of a list of the API, to the thread that it names.

    Args:
        threads: by id.
        id: of the thread, for what names none.
        value: as it stands in the file.
    """
    listed = value.text("object") == "list"
    for entry in value.objects("data") if listed else [value]:
        id = entry.text("thread_id") or id
        threads[id].entries.append(entry)
        threads[id].listed |= listed
    if listed and value.find("has_more", bool):
        threads[id].lost.append((value.place, "has_more"))


def _records(thread: _Thread, on_unsupported: OnUnsupported) -> Iterator[Record]:
    for place, name in thread.lost:
        draft = Draft("", place, on_unsupported)
        draft.leave_out(
            "the rest of the list" if name == "has_more" else f"the field {shown(name)}"
        )
        yield from draft.records()
    for entry in thread.in_order():
        kind = entry.text("object")
        place = f"{entry.place}, message {shown(entry.text('id'))}"
        if kind == "thread.run.step":
            yield from _step(entry, on_unsupported)
        elif kind in ("thread.message", ""):
            role = entry.text("role")
            if role not in ("user", "assistant"):
                raise entry.error("role", "'user' or 'assistant'")
            yield from _message(entry, Draft(role, place, on_unsupported))
        elif not kind.startswith("thread."):
            raise entry.error("object", "'thread.message' or 'thread.run.step'")
        else:
            draft = Draft("", entry.place, on_unsupported)
            draft.leave_out(f"an object of the kind {shown(kind)}")
            yield from draft.records()


def _message(message: JsonObject, draft: Draft) -> Iterator[Record]:
    content: object = message.fields.get("content")
    if isinstance(content, str):
        draft.text(content)
    for part in message.objects("content") if not isinstance(content, str) else ():
        kind = part.need("type", str)
        if kind == "text":
            _add_text(part, draft)
        elif kind in ("image_file", "image_url"):
            draft.image(part.inner(kind))
        elif kind == "refusal":
            draft.note("a refusal", part.text("refusal"))
        else:
            draft.note(f"a part of the kind {shown(kind)}")
    for attachment in message.objects("attachments"):
        draft.note(f"the attachment {shown(attachment.text('file_id'))}")
    for id in message.items("file_ids"):
        draft.note(f"the attachment {shown(id)}")
    draft.note_fields(message, _MESSAGE_FIELDS)
    return draft.records("a message without content")


def _add_text(part: JsonObject, draft: Draft) -> None:
    if isinstance(part.fields.get("text"), str):
        draft.text(part.text("text"))
        return
    text = part.inner("text")
    draft.text(text.need("value", str))
    for annotation in text.objects("annotations"):
        kind = annotation.need("type", str)
        file = annotation.inner(kind)
        what = f"the annotation {shown(kind)} of the file {shown(file.text('file_id'))}"
        draft.note(what, file.text("quote"))


def _step(step: JsonObject, on_unsupported: OnUnsupported) -> Iterator[Record]:
    """Give a call and its output for each function that a step called; the messages stand apart."""
    calls = OpenCalls()
    for call in step.inner("step_details").objects("tool_calls"):
        kind = call.need("type", str)
        draft = Draft("", call.place, on_unsupported)
        tool = call.inner(kind)
        if kind != "function" or tool.find("output", str) is None:
            draft.note(f"a call of the kind {shown(kind)}", tool.text("input"))
            yield from draft.records()
            continue
        name, arguments = tool.need("name", str), tool.need("arguments", str)
        call_id = calls.add(call.text("id"), name, "function_call")
        ids = {"type": "function_call", "call_id": call_id}
        yield draft.record({**ids, "name": name, "arguments": arguments})
        output = Draft("", call.place, on_unsupported)
        output.text(tool.text("output"))
        yield output.output("function_call", call_id)
    draft = Draft("", step.place, on_unsupported)
    draft.note_fields(step, _STEP_FIELDS)
    yield from draft.records()
