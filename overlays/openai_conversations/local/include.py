"""The parts of an item that come back only when ``include`` asks for them.

They are always stored and the model always sees them; the document names eight of them, each
after the place where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

Item = dict[str, Any]


def shown(item: Item, include: Collection[str]) -> Item:
    """The item as it is answered: a copy where something had to go, else the item itself."""
    for part, hide in _HIDERS.get(item["type"], {}).items():
        if part not in include:
            item = hide(item)
    return item


def _parts(item: Item, type: str, change: Callable[[Item], Item]) -> Item:
    content = [change(part) if part["type"] == type else part for part in item["content"]]
    return item | {"content": content}


def _without(item: Item, name: str) -> Item:
    return {key: value for key, value in item.items() if key != name}


def _emptied(item: Item, name: str, value: Any) -> Item:
    return item | {name: value} if name in item else item


def _inside(item: Item, holder: str, name: str) -> Item:
    return item | {holder: _without(item[holder], name)} if holder in item else item


_HIDERS: Mapping[str, Mapping[str, Callable[[Item], Item]]] = {
    "message": {
        "message.input_image.image_url": lambda item: _parts(
            item, "input_image", lambda part: _without(part, "image_url")
        ),
        "message.output_text.logprobs": lambda item: _parts(
            item, "output_text", lambda part: part | {"logprobs": []}
        ),
    },
    "file_search_call": {"file_search_call.results": lambda item: _emptied(item, "results", None)},
    "web_search_call": {
        "web_search_call.results": lambda item: _without(item, "results"),
        "web_search_call.action.sources": lambda item: _inside(item, "action", "sources"),
    },
    "computer_call_output": {
        "computer_call_output.output.image_url": lambda item: _inside(item, "output", "image_url")
    },
    "code_interpreter_call": {
        "code_interpreter_call.outputs": lambda item: _emptied(item, "outputs", None)
    },
    "reasoning": {"reasoning.encrypted_content": lambda item: _without(item, "encrypted_content")},
}
