"""The items of a response, put together from the events of its stream.

A final response may come without its `output`. Then the items that the events brought are it, and
where an item is missing too, what the deltas brought.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from .._request.validation import is_mapping

JsonObject = dict[str, Any]


class _Place(NamedTuple):
    """Where in an item the text or the part of an event belongs."""

    item: str  # the `type` of the item
    parts: str  # the field with the list of its parts; "" where the text is the item's own
    position: str  # the field of the event with the index in that list
    part: str  # the `type` of the part
    text: str  # the field with the text, of the part or the item, and of the event that ends it


_PLACES = {
    "response.content_part": _Place("message", "content", "content_index", "", ""),
    "response.output_text": _Place("message", "content", "content_index", "output_text", "text"),
    "response.refusal": _Place("message", "content", "content_index", "refusal", "refusal"),
    "response.reasoning_text": _Place(
        "reasoning", "content", "content_index", "reasoning_text", "text"
    ),
    "response.reasoning_summary_part": _Place("reasoning", "summary", "summary_index", "", ""),
    "response.reasoning_summary_text": _Place(
        "reasoning", "summary", "summary_index", "summary_text", "text"
    ),
    "response.function_call_arguments": _Place("function_call", "", "", "", "arguments"),
    "response.mcp_call_arguments": _Place("mcp_call", "", "", "", "arguments"),
    "response.custom_tool_call_input": _Place("custom_tool_call", "", "", "", "input"),
    "response.code_interpreter_call_code": _Place("code_interpreter_call", "", "", "", "code"),
}

_TYPE = itemgetter("type")
_NOWHERE = object()
_ITEMS = ("response.output_item.added", "response.output_item.done")


@dataclass(eq=False)
class _Slot:
    """An item as it came last, and what the events since then say more of it.

    The texts are kept without their events: a thousand dictionaries cost the garbage collector more
    time than they take to read.
    """

    index: int | None = None
    item: JsonObject = field(default_factory=dict[str, Any])
    first: _Place | None = None  # of the events
    parts: dict[str, dict[int, JsonObject]] = field(
        default_factory=dict[str, dict[int, JsonObject]]
    )
    texts: dict[tuple[str, int], list[str]] = field(
        default_factory=dict[tuple[str, int], list[str]]
    )


class OutputItems:
    """Collects the items of one stream."""

    def __init__(self) -> None:
        self._slots: list[_Slot] = []
        self._by_index: dict[int, _Slot] = {}
        self._by_id: dict[str, _Slot] = {}
        # Where the last delta belongs, and the texts there: the next one mostly belongs there too.
        # What tells its place is looked up at once, a tenth of the row "streamed event".
        self._place_of: Callable[[JsonObject], object] = _TYPE
        self._run: object = _NOWHERE
        self._texts: list[str] = []

    def add(self, event: JsonObject) -> None:
        """Take an event, whatever it is and whatever it lacks."""
        try:
            if self._place_of(event) == self._run and isinstance(text := event["delta"], str):
                self._texts.append(text)
                return
        except KeyError:
            pass
        self._place_of, self._run = _TYPE, _NOWHERE
        get = event.get
        kind, text = get("type"), get("delta")
        if not isinstance(kind, str):
            return
        stem, _, end = kind.rpartition(".")
        place = _PLACES.get(stem)
        if place is not None:
            slot = self._slot(get("output_index"), get("item_id"))
            slot.first = slot.first or place
            index = get(place.position)
            if not isinstance(index, int):
                index = 0
            if is_mapping(part := get("part")):
                slot.parts.setdefault(place.parts, {})[index] = {**part}
            elif end == "delta" and isinstance(text, str):
                self._texts = slot.texts.setdefault((stem, index), [])
                self._texts.append(text)
                self._go_on_from(event, place)
            elif end != "delta" and isinstance(text := get(place.text), str):
                slot.texts[stem, index] = [text]
        elif kind in _ITEMS and is_mapping(item := get("item")):
            slot = self._slot(get("output_index"), item.get("id"))
            # The texts that came before are in it, and need no more room.
            slot.item = _completed({**item}, slot)
            slot.first, slot.parts, slot.texts = None, {}, {}

    def _go_on_from(self, delta: JsonObject, place: _Place) -> None:
        """Note what deltas have that belong where this one does; nothing, where it lacks that."""
        fields = ["type", "output_index", "item_id"]
        place_of = itemgetter(*fields, place.position or "type")
        with suppress(KeyError):
            self._run, self._place_of = place_of(delta), place_of

    def all(self) -> list[JsonObject]:
        """Return the items, in their order in the output."""
        slots = sorted(self._slots, key=lambda slot: slot.index or 0)
        return [_completed({**slot.item}, slot) for slot in slots]

    def _slot(self, index: object, id: object) -> _Slot:
        """Find the item of an event. Some servers give all items one id, or leave out the index."""
        index = index if isinstance(index, int) else None
        id = id if isinstance(id, str) else ""
        found: _Slot | None
        if index is not None:  # 1. by the index, or the id of an item that came without index
            same = self._by_id.get(id)
            found = self._by_index.get(index) or (same if same and same.index is None else None)
        elif id:  # 2. by the id
            found = self._by_id.get(id)
        else:  # 3. the newest
            found = self._slots[-1] if self._slots else None
        if found is None:
            found = _Slot()
            self._slots.append(found)
        if index is not None:
            found.index = index
            self._by_index[index] = found
        if id:
            self._by_id[id] = found
        return found


def _completed(item: JsonObject, slot: _Slot) -> JsonObject:
    """Return an item with what the events of a slot say of it, where it says nothing itself."""
    if not item and slot.first is not None:
        item = {"type": slot.first.item}
        if slot.first.item == "message":
            item["role"] = "assistant"
    lists = {name: {**parts} for name, parts in slot.parts.items()}
    for (stem, index), pieces in slot.texts.items():
        holder, place = item, _PLACES[stem]
        if place.parts:
            parts = lists.setdefault(place.parts, {})
            holder = parts[index] = {**parts.get(index, {"type": place.part})}
        pieces[:] = ["".join(pieces)]  # for the next look
        holder[place.text] = holder.get(place.text) or pieces[0]
    for name, found in lists.items():
        item[name] = item.get(name) or [found[index] for index in sorted(found)]
    return item
