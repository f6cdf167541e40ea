"""The events in which output is delivered, in the documented order, one item at a time.

Each function is a generator of events without ``sequence_number`` (the caller counts) that
returns the finished item. Text arrives in pieces, so that a model that produces it slowly is
passed on as it comes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from .model import words

Json = dict[str, Any]
Events = Generator[Json, None, None]

#: Progress that the document has for a kind of tool call, between its ``added`` and its ``done``.
_PROGRESS: Mapping[str, tuple[str, ...]] = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
    "mcp_call": ("in_progress", "completed"),
}
#: The field of a call that is streamed as text, and the events that carry it.
_STREAMED: Mapping[str, tuple[str, str]] = {
    "function_call": ("arguments", "response.function_call_arguments"),
    "custom_tool_call": ("input", "response.custom_tool_call_input"),
    "mcp_call": ("arguments", "response.mcp_call_arguments"),
    "code_interpreter_call": ("code", "response.code_interpreter_call_code"),
}


def message(id: str, index: int, pieces: Iterable[str], status: str) -> Generator[Json, None, Json]:
    """A message of one text that arrives in pieces."""
    item = _message(id, [], "in_progress")
    yield _added(item, index)
    part = yield from _text_part(id, index, 0, pieces)
    item = _message(id, [part], status)
    yield _done(item, index)
    return item


def finished(item: Json, index: int) -> Events:
    """An item that is there as a whole, delivered the way the service delivers its kind."""
    started = dict(item)
    if "status" in item:
        started["status"] = "in_progress"
    if item["type"] == "message":
        started["content"] = []
    elif item["type"] == "reasoning":
        started["summary"] = []
        started.pop("content", None)
    elif item["type"] in _STREAMED and item.get(_STREAMED[item["type"]][0]) is not None:
        started[_STREAMED[item["type"]][0]] = ""
    yield _added(started, index)
    yield from _inside(item, index)
    yield _done(item, index)


def _inside(item: Json, index: int) -> Events:
    type, id = item["type"], item["id"]
    if type == "message":
        for n, part in enumerate(item["content"]):
            if part["type"] == "output_text":
                yield from _text_part(id, index, n, words(part["text"]), part)
            else:
                yield from _refusal_part(id, index, n, part)
    elif type == "reasoning":
        yield from _reasoning(item, index)
    else:
        progress = [f"response.{type}.{step}" for step in _PROGRESS.get(type, ())]
        for name in progress[:-1]:
            yield {"type": name, "item_id": id, "output_index": index}
        yield from _streamed(item, index)
        for name in progress[-1:]:
            yield {"type": name, "item_id": id, "output_index": index}


def _streamed(item: Json, index: int) -> Events:
    field, event = _STREAMED.get(item["type"], ("", ""))
    text = item.get(field)
    if not isinstance(text, str):
        return
    place = {"item_id": item["id"], "output_index": index}
    for piece in words(text):
        yield {"type": f"{event}.delta", **place, "delta": piece}
    name = {"name": item["name"]} if item["type"] == "function_call" else {}
    yield {"type": f"{event}.done", **place, field: text, **name}


def _text_part(
    id: str, index: int, n: int, pieces: Iterable[str], part: Json | None = None
) -> Generator[Json, None, Json]:
    place = {"item_id": id, "output_index": index, "content_index": n}
    empty: Json = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    yield {"type": "response.content_part.added", **place, "part": empty}
    text = ""
    for piece in pieces:
        text += piece
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    part = empty | {"text": text} if part is None else part
    for k, annotation in enumerate(part["annotations"]):
        added = {"annotation_index": k, "annotation": annotation}
        yield {"type": "response.output_text.annotation.added", **place, **added}
    yield {"type": "response.output_text.done", **place, "text": text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}
    return part


def _refusal_part(id: str, index: int, n: int, part: Json) -> Events:
    place = {"item_id": id, "output_index": index, "content_index": n}
    empty = {"type": "refusal", "refusal": ""}
    yield {"type": "response.content_part.added", **place, "part": empty}
    for piece in words(part["refusal"]):
        yield {"type": "response.refusal.delta", **place, "delta": piece}
    yield {"type": "response.refusal.done", **place, "refusal": part["refusal"]}
    yield {"type": "response.content_part.done", **place, "part": part}


def _reasoning(item: Json, index: int) -> Events:
    for n, part in enumerate(item["summary"]):
        place = {"item_id": item["id"], "output_index": index, "summary_index": n}
        name = "response.reasoning_summary"
        yield {"type": f"{name}_part.added", **place, "part": part | {"text": ""}}
        for piece in words(part["text"]):
            yield {"type": f"{name}_text.delta", **place, "delta": piece}
        yield {"type": f"{name}_text.done", **place, "text": part["text"]}
        yield {"type": f"{name}_part.done", **place, "part": part}
    for n, part in enumerate(item.get("content") or ()):
        place = {"item_id": item["id"], "output_index": index, "content_index": n}
        for piece in words(part["text"]):
            yield {"type": "response.reasoning_text.delta", **place, "delta": piece}
        yield {"type": "response.reasoning_text.done", **place, "text": part["text"]}


def _message(id: str, content: list[Json], status: str) -> Json:
    return {
        "id": id,
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": content,
    }


def _added(item: Json, index: int) -> Json:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def _done(item: Json, index: int) -> Json:
    return {"type": "response.output_item.done", "output_index": index, "item": item}
