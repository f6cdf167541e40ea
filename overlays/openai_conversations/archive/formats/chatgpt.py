"""The `conversations.json` of an export of ChatGPT: a list of conversations, each of them a tree.

The branch up to `current_node` is read. OpenAI documents none of it: the kinds of content are those
that public readers of such files know.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from ...progress import OnUnsupported
from ..records import Record, SourceConversation
from ..source_file import SourceFile
from .drafts import Draft, OpenCalls, said
from .json_objects import JsonObject, again, json_objects, shown

_ROLES = ("system", "user", "assistant")
_CALL = "custom_tool_call"
#: The fields that hold the words, by kind of content, besides the kinds that have parts.
_WORDS = {
    "code": ("text",),
    "execution_output": ("text",),
    "system_error": ("name", "text"),
    "tether_quote": ("title", "url", "text"),
    "tether_browsing_display": ("summary", "result"),
    "sonic_webpage": ("title", "url", "text"),
}
#: The same, of what ChatGPT itself puts before the model or shows of its reasoning: not sent.
_ITS_OWN = {
    "thoughts": (),
    "reasoning_recap": ("content",),
    "user_editable_context": ("user_profile", "user_instructions"),
    "model_editable_context": ("model_set_context",),
}


def recognizes(first: JsonObject) -> bool:
    """Return whether a file with this first object is of this format."""
    return isinstance(first.fields.get("mapping"), dict)


def read(source: SourceFile, on_unsupported: OnUnsupported) -> Iterator[SourceConversation]:
    """Read the conversations of a file; one of them is in memory at a time.

    Raises:
        InvalidArgumentError: the file is not of this format.
    """
    for value in json_objects(source):
        id = value.text("conversation_id") or value.text("id")
        about = replace(value, place=f"conversation {shown(id)}" if id else value.place)
        metadata = said(
            title=about.text("title"),
            source_id=id,
            source_created_at=about.time("create_time"),
            source_updated_at=about.time("update_time"),
            source_model=about.text("default_model_slug"),
        )
        yield SourceConversation(
            id or None, partial(_records, again(source, about), on_unsupported), metadata
        )


def _branch(conversation: JsonObject) -> list[JsonObject]:
    """Return the nodes from the root to the current one, or, if none is, to the last leaf.

    Raises:
        InvalidArgumentError: a node is missing, or is its own ancestor.
    """
    conversation.need("mapping", dict)
    mapping = conversation.inner("mapping")
    nodes = {id: mapping.inner(id) for id in mapping.fields}
    parents = {node.text("parent") for node in nodes.values()}
    leaves = [id for id in nodes if id not in parents]
    id = conversation.text("current_node") or (leaves[-1] if leaves else "")
    branch: dict[str, JsonObject] = {}
    where, name = conversation, "current_node"
    while id:
        if id not in nodes or id in branch:
            raise where.error(name, "the id of another node of 'mapping'")
        branch[id] = where = nodes[id]
        id, name = where.text("parent"), "parent"
    return [*reversed(branch.values())]


def _records(
    read_again: Callable[[], JsonObject], on_unsupported: OnUnsupported
) -> Iterator[Record]:
    conversation = read_again()
    messages = deque(_messages(conversation, _branch(conversation)))
    mapping = conversation.inner("mapping")
    others = len([*_messages(conversation, map(mapping.inner, mapping.fields))]) - len(messages)
    if others:
        draft = Draft("", conversation.place, on_unsupported)
        draft.leave_out(f"messages of other branches: {others}")
        yield from draft.records()
    calls = OpenCalls()
    while messages:
        message = messages.popleft()
        role, tool = _role(message), message.text("recipient") or "all"
        called = role == "assistant" and tool != "all"
        draft = Draft(role, message.place, on_unsupported)
        _add_content(message, draft)
        if called and messages and _role(messages[0]) == "tool":
            name = re.sub("[^a-zA-Z0-9_-]", "_", tool)[:64]
            call_id = calls.add(message.text("id"), name, _CALL)
            ids = {"type": _CALL, "call_id": call_id}
            yield draft.record({**ids, "name": name, "input": draft.joined()})
            output = Draft(role, messages[0].place, on_unsupported)
            while messages and _role(messages[0]) == "tool":
                _add_content(messages.popleft(), output)
            yield output.output(_CALL, call_id)
            continue
        if not draft.empty:
            if called:
                draft.replace(f"a call of {shown(tool)} without its output")
            elif role not in _ROLES:
                draft.replace(f"a message of the role {shown(role)}, without a call before it")
            elif _is_hidden(message):
                draft.replace("a message that ChatGPT does not show")
        yield from draft.records()


def _messages(conversation: JsonObject, nodes: Iterable[JsonObject]) -> Iterator[JsonObject]:
    for node in nodes:
        message = node.inner("message")
        if message.fields:
            id = shown(message.text("id"))
            yield JsonObject(f"{conversation.place}, message {id}", message.fields)


def _role(message: JsonObject) -> str:
    return message.inner("author").need("role", str)


def _is_hidden(message: JsonObject) -> bool:
    flag = message.inner("metadata").find("is_visually_hidden_from_conversation", bool)
    return bool(flag) or message.fields.get("weight") == 0


def _add_content(message: JsonObject, draft: Draft) -> None:
    content = message.inner("content")
    kind = content.text("content_type")
    parts = content.items("parts")
    if kind in ("text", "multimodal_text"):
        for index, part in enumerate(parts):
            if isinstance(part, str):
                draft.text(part, needed=False)
            elif part is not None:
                _add_part(JsonObject.of(part, f"{content.place}, parts[{index}]"), draft)
    elif content.fields:
        thoughts = content.objects("thoughts")
        words = [thought.text(name) for thought in thoughts for name in ("summary", "content")]
        if kind in _WORDS or kind in _ITS_OWN:
            words += map(content.text, _WORDS.get(kind) or _ITS_OWN[kind])
        else:
            inner = [*parts, *(content.fields[name] for name in content.others(("content_type",)))]
            words += [each for each in inner if isinstance(each, str)]
        text = "\n".join(filter(None, words))
        if kind in _WORDS:
            draft.text(text, needed=False)
        elif text or kind not in _ITS_OWN:
            draft.note(f"content of the kind {shown(kind)}", text)
    metadata = message.inner("metadata")
    for attachment in metadata.objects("attachments"):
        draft.note(f"the attachment {shown(attachment.text('name') or attachment.text('id'))}")
    for name in ("citations", "content_references"):
        if references := metadata.items(name):
            draft.leave_out(f"{name}: {len(references)}")


def _add_part(part: JsonObject, draft: Draft) -> None:
    kind = part.text("content_type")
    if kind in ("text", "audio_transcription"):
        draft.text(part.text("text"), needed=False)
    else:
        # Pointers lead to files of ChatGPT, which the API does not have.
        pointer = part.fields.get("asset_pointer")
        draft.note(f"a part of the kind {shown(kind)}" + (f", {shown(pointer)}" if pointer else ""))
