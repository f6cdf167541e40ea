"""The events in which output is delivered, in the documented order, one item at a time.

Events get their `sequence_number` from `response_run`. Text arrives in pieces, so that the text of
a slow model is passed on as it comes.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from .ids import new_item_id
from .model import Piece, Stream, split_words
from .stored_items import complete_part, make_output_item

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


def streamed_events(stream: Stream, output: list[Json]) -> Events:
    """Yield the events of items whose pieces are on their way, and add each that is whole."""
    opened: dict[tuple[str, str | None], _StreamedItem] = {}
    for piece in stream.pieces:
        key = (piece.kind, piece.call_id)
        if key not in opened:
            # Calls stay open beside each other, because their pieces may come in turns.
            if not all(call_id and piece.call_id for _, call_id in opened):
                yield from _close(opened, output)
            opened[key] = _StreamedItem(piece, len(output) + len(opened))
            yield from opened[key].open()
        if piece.text:
            yield opened[key].add(piece.text)
    yield from _close(opened, output, "incomplete" if stream.incomplete else "completed")


def _close(opened: dict[Any, _StreamedItem], output: list[Json], last: str = "completed") -> Events:
    while opened:
        one = opened.pop(next(iter(opened)))
        output.append((yield from one.close("completed" if opened else last)))


class _StreamedItem:
    """An item whose text is on its way: the events of a whole one, with other deltas in between."""

    def __init__(self, first: Piece, index: int) -> None:
        self.index = index
        self.texts: list[str] = []
        self._first = first
        self._id = new_item_id(_type_of(first))
        self._delta: Json = {}

    def item(self, text: str, status: str) -> Json:
        """Return the item with this text."""
        kind, type = self._first.kind, _type_of(self._first)
        item: Json = {"type": type, "id": self._id, "status": status}
        part = {"type": kind, "refusal" if kind == "refusal" else "text": text}
        if type == "message":
            item |= {"role": "assistant", "content": [part]}
        elif type == "reasoning":
            item |= {"summary": [], "content": [part]}
        else:
            name, call_id = self._first.name, self._first.call_id
            item |= {"call_id": call_id, "name": name, _STREAMED[type][0]: text}
        return make_output_item(item)

    def open(self) -> Events:
        """Yield the events before the first delta."""
        for event in item_events(self.item("x", "in_progress"), self.index):
            if event["type"].endswith(".delta"):
                self._delta = event
                return
            yield event

    def add(self, text: str) -> Json:
        """Return the event of a piece of the text."""
        self.texts.append(text)
        return self._delta | {"delta": text}

    def close(self, status: str) -> Generator[Json, None, Json]:
        """Yield the events after the last delta; return the item."""
        item = self.item("".join(self.texts), status)
        for event in item_events(item, self.index):
            if event["type"].endswith(".done"):
                yield event
        return item


def _type_of(piece: Piece) -> str:
    kinds = {"output_text": "message", "refusal": "message", "reasoning_text": "reasoning"}
    return kinds.get(piece.kind, piece.kind)


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
                yield from _text_part(place, n, part)
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


def _text_part(place: Json, n: int, part: Json) -> Events:
    place = place | {"content_index": n}
    empty = complete_part({"type": "output_text", "text": ""})
    yield {"type": "response.content_part.added", **place, "part": empty}
    for piece in split_words(part["text"]):
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    for k, annotation in enumerate(part.get("annotations", ())):
        added = {"annotation_index": k, "annotation": annotation}
        yield {"type": "response.output_text.annotation.added", **place, **added}
    yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}


def _reasoning(item: Json, place: Json) -> Events:
    part_event, text_event = "response.reasoning_summary_part", "response.reasoning_summary_text"
    for n, part in enumerate(item["summary"]):
        numbered = place | {"summary_index": n}
        yield from _part(part_event, text_event, numbered, part, "text")
    for n, part in enumerate(item.get("content") or ()):
        numbered = place | {"content_index": n}
        yield from _deltas("response.reasoning_text", numbered, "text", part["text"])
