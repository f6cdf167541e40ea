"""From the item that a client sends to the item that is stored and comes back.

Clients may be brief: no id, no status, a string where the service has a list of parts, null where
it has nothing. A stored item fits the OpenAPI document's response schemas for its type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from .._schema.document import problems
from .._schema.values import Problem, is_array, is_object
from .errors import ServiceError, duplicate_item, found, invalid_request
from .ids import is_valid_id, new_item_id
from .item_schemas import (
    default_fields,
    field_checks,
    inner_fields,
    input_parts,
    item_tag,
    nullable_fields,
    output_item,
    sent_types,
    stored_types,
)
from .schema_parts import EACH

Item = dict[str, Any]

_PART_DEFAULTS: dict[str, Item] = {
    "output_text": {"annotations": [], "logprobs": []},
    "input_image": {"detail": "auto"},
}


def make_stored_items(
    sent: Sequence[Any], param: str, find_item: Callable[[str], Item | None]
) -> list[Item]:
    """Make the items to store from those of a request, which fit the OpenAPI document.

    Ill-formed and repeated ids are a 400 that names the place below `param`
    (`items` or `input`), and a reference to an item that `find_item` does not know is a 404.
    """
    stored: dict[str, Item] = {}
    for index, one in enumerate(sent):
        item = _make_stored_item(one, f"{param}[{index}]", find_item)
        if item["id"] in stored:
            raise duplicate_item(item["id"], param)
        stored[item["id"]] = item
    return list(stored.values())


def make_output_item(output: Item) -> Item:
    """Make the item to store from what a model put out; a ValueError if that is not an item."""
    item = {"type": "message"} | output
    if item["type"] == "message":
        item.setdefault("role", "assistant")
    try:
        item = _complete(item, "output")
    except ServiceError as error:
        raise ValueError(error.message) from None
    if found := problems(output_item(), item):
        raise ValueError(f"{found[0].param or 'the item'}: {found[0].message}")
    return item


def complete_request_item(sent: Any) -> Any:
    """Add to an item of a request what the OpenAPI document requires and the service does not.

    1. It fills in an id, a status and nulls where an item has none (an image generation call by
       its id alone, a code interpreter call without outputs).
    2. An image in a message is of the detail "auto", and a text of the assistant has no
       annotations.
    3. A computer's screen may be an `input_image`, the only form that LangChain has.

    An item of a kind that cannot be stored is returned as it came. The id is the same for all items
    of a type; `remove_filled_in_ids` removes it.
    """
    if not is_object(sent) or (type := item_tag(sent)) not in stored_types():
        return sent
    filled_in = _filled_in(type).items()
    missing = {name: value for name, value in filled_in if sent.get(name) is None}
    item: Item = sent | missing
    if type == "message" and is_array(item.get("content")):
        parts = item["content"]
        item["content"] = [complete_part(one) if is_object(one) else one for one in parts]
    screen = item.get("output") if type == "computer_call_output" else None
    if is_object(screen) and screen.get("type") == "input_image":
        item["output"] = screen | {"type": "computer_screenshot"}
    return item


def remove_filled_in_ids(sent: Sequence[Any], completed: Sequence[Any]) -> None:
    """Remove the ids that items were sent without; one is made where an item is stored."""
    for one, item in zip(sent, completed, strict=True):
        if is_object(one) and one.get("id") is None:
            item.pop("id", None)


@cache
def _filled_in(type: str) -> Item:
    return {"type": type, "id": new_item_id(type)} | default_fields(type)


def field_problems(item: Any, *, fits: bool = False) -> list[Problem]:
    """Return what is wrong with the fields of an item that a variant of its kind does not have.

    Variants of a kind overlap, and JSON Schema lets a field pass that one of them does not have. So
    a value is held to what any variant says, sent or returned.

    Args:
        item: The item.
        fits: Whether it fits one variant, which has checked the fields that all of them have.
    """
    if not is_object(item):
        return []
    found: list[Problem] = []
    for name, check in field_checks(item_tag(item) or "", fits):
        if (value := item.get(name)) is not None and (find := check[type(value)]) is not None:
            found += [problem.under(name) for problem in find(value)]
    return found


def is_reference(sent: Mapping[str, Any]) -> bool:
    """Return whether a valid item only refers to a stored one.

    It does by its type, by an id alone, or as an image generation call without the image.
    """
    return item_tag(sent) in (None, "item_reference") or _is_brief_image(sent)


def _is_brief_image(sent: Mapping[str, Any]) -> bool:
    return sent.get("type") == "image_generation_call" and sent.get("result") is None


def _make_stored_item(sent: Item, place: str, find_item: Callable[[str], Item | None]) -> Item:
    if is_reference(sent):
        known = find_item(sent.get("id", ""))
        if known is not None or not _is_brief_image(sent):
            return found(known, "Item", sent["id"], f"{place}.id")
        # An image need not be from here: OpenAI has it, and this service does without.
    type = sent["type"]
    if type in sent_types() and type not in stored_types():
        raise _invalid_value(f"{place}.type", f"a {type} is not an item that can be stored")
    return _complete(sent, place)


def _complete(item: Item, place: str) -> Item:
    type: str = item["type"]
    if type in stored_types():
        # 1. Null is what the service says of few fields; elsewhere it means that one is missing.
        nullable = nullable_fields(type)
        item = {name: one for name, one in item.items() if one is not None or name in nullable}
        # 2. Fields that must be there.
        for name, value in default_fields(type).items():
            if item.get(name) is None:
                item[name] = value
    # An item of an unknown kind stays whole, but for its id.
    # 3. The id: a new one, or the client's own.
    if item.get("id") is None:
        item["id"] = new_item_id(type)
    elif not isinstance(item["id"], str) or not is_valid_id(item["id"]):
        expected = "expected 1 to 128 letters, digits, '_' and '-'"
        raise _invalid_value(f"{place}.id", f"{expected}, got {item['id']!r:.150}")
    # 4. What the service fills in further inside, type by type.
    if type == "message" and item.get("content") is not None:
        item["content"] = _message_content(item, place)
    elif type == "function_call_output" and is_array(item.get("output")):
        parts = [{k: v for k, v in part.items() if v is not None} for part in item["output"]]
        item["output"] = [complete_part(part, type, "output") for part in parts]
    elif type == "shell_call":
        limits = inner_fields(type, "action") & {"timeout_ms", "max_output_length"}
        item["action"] = dict.fromkeys(sorted(limits)) | item["action"]
    elif type in ("tool_search_call", "tool_search_output") and "execution" in inner_fields(type):
        item.setdefault("execution", "server" if item.get("call_id") is None else "client")
    return item


def _message_content(item: Item, place: str) -> Any:
    content: Any = item["content"]
    if isinstance(content, str):
        content = [{"type": "input_text", "text": content}]
    if is_array(content) and item.get("role") == "assistant":
        content = [_output_part(part, f"{place}.content[{n}]") for n, part in enumerate(content)]
    return content


def _output_part(part: Any, place: str) -> Any:
    if part["type"] == "input_text":
        return complete_part(part | {"type": "output_text"})
    if part["type"] in input_parts():
        expected = "an assistant's message holds output_text and refusal"
        raise _invalid_value(f"{place}.type", f"{expected}, got {part['type']!r}")
    return complete_part(part)


def _invalid_value(param: str, reason: str) -> ServiceError:
    return invalid_request(param, f"Invalid value for '{param}': {reason}.")


def complete_part(part: Item, type: str = "message", field: str = "content") -> Item:
    """Add to a part of an item what the service does where a client is brief.

    Args:
        part: The part.
        type: The type of the item.
        field: The field of the item that holds the part.
    """
    tag = part.get("type")
    if not isinstance(tag, str) or tag not in _PART_DEFAULTS:
        return part
    declared = inner_fields(type, field, EACH, tag=tag)
    return {k: v for k, v in _PART_DEFAULTS[tag].items() if k in declared} | part
