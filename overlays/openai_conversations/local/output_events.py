"""The events in which output is delivered, in the documented order, one item at a time.

Events get their `sequence_number` from `response_run`. Text arrives in pieces, so that the text of
a slow model is passed on as it comes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from .item_schemas import default_fields
from .model import split_words
from .stored_items import complete_part

Json = dict[str, Any]
Events = Generator[Json, None, None]

#: The progress of a type of tool call, between its `added` and its `done`.
_PROGRESS: Mapping[str, tuple[str, ...]] = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
    "mcp_call": ("in_progress", "completed"),
}
#: The field of a tool call that is streamed as text, and the events that carry it.
_STREAMED: Mapping[str, tuple[str, str]] = {
    "function_call": ("arguments", "response.function_call_arguments"),
    "custom_tool_call": ("input", "response.custom_tool_call_input"),
    "mcp_call": ("arguments", "response.mcp_call_arguments"),
    "code_interpreter_call": ("code", "response.code_interpreter_call_code"),
}


def text_message_events(
    id: str, index: int, pieces: Iterable[str], status: str
) -> Generator[Json, None, Json]:
    """Yield the events of a message of one text that arrives in pieces; return the message."""
    item = default_fields("message") | {"id": id, "type": "message", "role": "assistant"}
    item["status"] = "in_progress"
    yield _item_event("added", item | {"content": []}, index)
    part = yield from _text_part({"item_id": id, "output_index": index}, 0, pieces)
    item |= {"status": status, "content": [part]}
    yield _item_event("done", item, index)
    return item


def item_events(item: Json, index: int) -> Events:
    """Yield the events of an item that is there as a whole, as the service does for its type."""
    type, place = item["type"], {"item_id": item["id"], "output_index": index}
    field, event = _STREAMED.get(type, ("", ""))
    progress = [{"type": f"response.{type}.{step}", **place} for step in _PROGRESS.get(type, ())]
    started = item | ({"status": "in_progress"} if "status" in item else {})
    if type == "message":
        started["content"] = []
    elif type == "reasoning":
        started["summary"] = []
        started.pop("content", None)
    elif item.get(field) is not None:
        started[field] = ""
    yield _item_event("added", started, index)
    # A tool call: all of its progress but the last, its streamed field, the last of its progress.
    yield from progress[:-1]
    if type == "message":
        for n, part in enumerate(item["content"]):
            if part["type"] == "output_text":
                yield from _text_part(place, n, split_words(part["text"]), part)
            else:
                numbered, event = place | {"content_index": n}, "response.refusal"
                yield from _part("response.content_part", event, numbered, part, "refusal")
    elif type == "reasoning":
        yield from _reasoning(item, place)
    elif isinstance(item.get(field), str):
        name = {"name": item["name"]} if type == "function_call" else {}
        yield from _deltas(event, place, field, item[field], name)
    yield from progress[-1:]
    yield _item_event("done", item, index)


def _item_event(name: str, item: Json, index: int) -> Json:
    return {"type": f"response.output_item.{name}", "output_index": index, "item": item}


def _deltas(event: str, place: Json, field: str, text: str, name: Json | None = None) -> Events:
    for piece in split_words(text):
        yield {"type": f"{event}.delta", **place, "delta": piece}
    yield {"type": f"{event}.done", **place, field: text, **(name or {})}


def _part(part_event: str, event: str, place: Json, part: Json, field: str) -> Events:
    yield {"type": f"{part_event}.added", **place, "part": part | {field: ""}}
    yield from _deltas(event, place, field, part[field])
    yield {"type": f"{part_event}.done", **place, "part": part}


def _text_part(
    place: Json, n: int, pieces: Iterable[str], part: Json | None = None
) -> Generator[Json, None, Json]:
    place = place | {"content_index": n}
    empty = complete_part({"type": "output_text", "text": ""})
    yield {"type": "response.content_part.added", **place, "part": empty}
    text = ""
    for piece in pieces:
        text += piece
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    part = empty | {"text": text} if part is None else part
    for k, annotation in enumerate(part.get("annotations", ())):
        added = {"annotation_index": k, "annotation": annotation}
        yield {"type": "response.output_text.annotation.added", **place, **added}
    yield {"type": "response.output_text.done", **place, "text": text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}
    return part


def _reasoning(item: Json, place: Json) -> Events:
    part_event, text_event = "response.reasoning_summary_part", "response.reasoning_summary_text"
    for n, part in enumerate(item["summary"]):
        numbered = place | {"summary_index": n}
        yield from _part(part_event, text_event, numbered, part, "text")
    for n, part in enumerate(item.get("content") or ()):
        numbered = place | {"content_index": n}
        yield from _deltas("response.reasoning_text", numbered, "text", part["text"])
