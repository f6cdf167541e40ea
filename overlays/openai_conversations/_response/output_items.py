"""The items of a response, put together from the events of its stream.

A final response may come without its `output`. Then the items that the events brought are it, and
where an item is missing too, what the deltas brought.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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


@dataclass(eq=False)
class _Slot:
    """An item as it came last, and the events since then that say more of it."""

    index: int | None = None
    item: JsonObject = field(default_factory=dict[str, Any])
    events: list[JsonObject] = field(default_factory=list[JsonObject])


class OutputItems:
    """Collects the items of one stream."""

    def __init__(self) -> None:
        self._slots: list[_Slot] = []
        self._by_index: dict[int, _Slot] = {}
        self._by_id: dict[str, _Slot] = {}

    def add(self, event: JsonObject) -> None:
        """Take an event, whatever it is and whatever it lacks."""
        kind = event.get("type")
        if not isinstance(kind, str):
            return
        item = event.get("item")
        if kind in ("response.output_item.added", "response.output_item.done"):
            if is_mapping(item):
                slot = self._slot(event.get("output_index"), item.get("id"))
                # The texts that came before are in it, and need no more room.
                slot.item, slot.events = _completed({**item}, slot.events), []
        elif kind.rpartition(".")[0] in _PLACES:
            self._slot(event.get("output_index"), event.get("item_id")).events.append(event)

    def all(self) -> list[JsonObject]:
        """Return the items, in their order in the output."""
        slots = sorted(self._slots, key=lambda slot: slot.index or 0)
        return [_completed({**slot.item}, slot.events) for slot in slots]

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


def _completed(item: JsonObject, events: Iterable[JsonObject]) -> JsonObject:
    """Return an item with what the events say of it, where it says nothing itself."""
    lists: dict[str, dict[int, JsonObject]] = {}
    texts: dict[tuple[_Place, int], list[str]] = {}
    for event in events:
        stem, _, end = event["type"].rpartition(".")
        place = _PLACES[stem]
        index = event.get(place.position)
        index = index if isinstance(index, int) else 0
        if not item:
            item = {"type": place.item, "role": "assistant"}
            if place.item != "message":
                del item["role"]
        part, text = event.get("part"), event.get("delta" if end == "delta" else place.text)
        if is_mapping(part):
            lists.setdefault(place.parts, {})[index] = {**part}
        elif isinstance(text, str) and end == "delta":
            texts.setdefault((place, index), []).append(text)
        elif isinstance(text, str):
            texts[place, index] = [text]
    for (place, index), pieces in texts.items():
        holder = item
        if place.parts:
            holder = lists.setdefault(place.parts, {}).setdefault(index, {"type": place.part})
        holder[place.text] = holder.get(place.text) or "".join(pieces)
    for name, parts in lists.items():
        item[name] = item.get(name) or [parts[index] for index in sorted(parts)]
    return item
