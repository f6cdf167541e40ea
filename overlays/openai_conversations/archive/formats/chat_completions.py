"""Messages of Chat Completions: a list, JSON Lines, or the `messages` of requests, one or many.

Source: the `messages` of createChatCompletion and of the files for fine-tuning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

from ...progress import OnUnsupported
from ..records import Record, SourceConversation
from ..source_file import SourceFile
from .drafts import Draft, OpenCalls
from .json_objects import JsonObject, again, json_objects, shown

_ROLES = frozenset({"system", "developer", "user", "assistant"})
_FIELDS = frozenset({"role", "content", "refusal", "audio", "tool_calls", "function_call"})
_OUTPUT_FIELDS = frozenset({"role", "content", "name", "tool_call_id"})
_PART_FIELDS = frozenset({"type", "text", "refusal", "image_url", "file"})
_CALL_FIELDS = frozenset({"id", "type", "index", "function", "custom"})
#: The kinds of tools: the types of items that their calls are, and the field of what is given.
CALLS = {"function": ("function_call", "arguments"), "custom": ("custom_tool_call", "input")}


def recognizes(first: JsonObject) -> bool:
    """Return whether a file with this first object is of this format."""
    messages = first.fields.get("messages")
    return isinstance(messages, list) or isinstance(first.fields.get("role"), str)


def read(source: SourceFile, on_unsupported: OnUnsupported) -> Iterator[SourceConversation]:
    """Read the one conversation of a file of messages, or that of each object with `messages`.

    Raises:
        InvalidArgumentError: the file is not of this format.
    """
    objects = json_objects(source)
    first = next(objects, None)
    if first is not None and "messages" in first.fields:
        for request in chain([first], objects):
            request.need("messages", list)
            read_again = again(source, request)
            yield SourceConversation(None, partial(_of_request, read_again, on_unsupported))
    elif first is not None:
        objects.close()
        yield SourceConversation(None, lambda: _records(json_objects(source), on_unsupported))


def _of_request(
    read_again: Callable[[], JsonObject], on_unsupported: OnUnsupported
) -> Iterator[Record]:
    request = read_again()
    draft = Draft("", request.place, on_unsupported)
    for name in request.others(("messages",)):
        draft.leave_out(f"the field {shown(name)}")
    yield from draft.records()
    yield from _records(request.objects("messages"), on_unsupported)


def _records(messages: Iterable[JsonObject], on_unsupported: OnUnsupported) -> Iterator[Record]:
    open_calls = OpenCalls()
    for message in messages:
        role = message.need("role", str)
        draft = Draft(role, message.place, on_unsupported)
        calls = message.objects("tool_calls")
        if message.inner("function_call").fields:
            fields = {"function": message.fields["function_call"]}
            calls.append(JsonObject(f"{message.place}, function_call", fields))
        _add_content(draft, message, needed=not calls)
        if role in ("tool", "function"):
            draft.note_fields(message, _OUTPUT_FIELDS)
            call = open_calls.take(message.text("tool_call_id"), message.text("name"))
            if call is not None:
                yield draft.output(*call)
                continue
            draft.replace("an output without its call")
        else:
            if refusal := message.text("refusal"):
                draft.note("a refusal", refusal)
            if (audio := message.inner("audio")).fields:
                draft.note("a spoken message", audio.text("transcript"))
            draft.note_fields(message, _FIELDS)
            if role not in _ROLES:
                draft.replace(f"a message of the role {shown(role)}")
        yield from draft.records("" if calls else "a message without content")
        for each in calls:
            yield from _call(each, open_calls, on_unsupported)


def _call(
    call: JsonObject, open_calls: OpenCalls, on_unsupported: OnUnsupported
) -> Iterator[Record]:
    draft = Draft("", call.place, on_unsupported)
    kind = call.text("type") or "function"
    if kind not in CALLS:
        draft.note(f"a call of the kind {shown(kind)}")
        yield from draft.records()
        return
    for name in call.others(_CALL_FIELDS):
        draft.leave_out(f"the field {shown(name)}")
    call_type, field = CALLS[kind]
    tool = call.inner(kind)
    name = tool.need("name", str)
    # An object, with some servers.
    text = tool.json(field) if isinstance(tool.fields.get(field), dict) else tool.need(field, str)
    call_id = open_calls.add(call.text("id"), name, call_type)
    yield draft.record({"type": call_type, "call_id": call_id, "name": name, field: text})


def _add_content(draft: Draft, message: JsonObject, *, needed: bool) -> None:
    content: object = message.fields.get("content")
    if isinstance(content, str):
        draft.text(content, needed=needed)
    elif not isinstance(content, list | None):
        raise message.error("content", "a string or a list of parts")
    for part in message.objects("content") if isinstance(content, list) else ():
        kind = part.need("type", str)
        if kind == "text":
            draft.text(part.need("text", str))
        elif kind == "refusal":
            draft.note("a refusal", part.text("refusal"))
        elif kind == "image_url":
            url: object = part.fields.get("image_url")  # a string, with some servers
            alone = JsonObject(part.place, {"url": url})
            draft.image(alone if isinstance(url, str) else part.inner("image_url"))
        elif kind == "file":
            draft.file(part.inner("file"))
        else:
            draft.note(f"a part of the kind {shown(kind)}", part.text("text"))
            continue
        draft.note_fields(part, _PART_FIELDS)
