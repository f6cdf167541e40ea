"""From the item that a client sends to the item that is stored and comes back.

Clients may be brief: no id, no status, a string where the service has a list of parts, null where
it has nothing. A stored item fits the OpenAPI document's response schemas for its type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._schema.document import problems, schema
from .._schema.values import is_array, is_object
from .errors import ServiceError, duplicate_item, found, invalid_request, schema_mismatch
from .ids import is_valid_id, new_item_id
from .item_schemas import declared_fields, default_fields, nullable_fields, stored_types

Item = dict[str, Any]


def make_stored_items(
    sent: Sequence[Any], param: str, find_item: Callable[[str], Item | None]
) -> list[Item]:
    """Make the items to store from those of a request, which fit the OpenAPI document.

    Unknown fields and ill-formed or repeated ids are a 400 that names the place below `param`
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
    if found := problems(schema("OutputItem"), item):
        raise ValueError(f"{found[0].param or 'the item'}: {found[0].message}")
    return item


def complete_request_item(sent: Any) -> Any:
    """Add to an item of a request what the OpenAPI document requires and the service does not.

    1. An assistant's message in parts needs neither id nor status: a conversation that began
       elsewhere has none.
    2. An image in a message needs no `detail`, which is "auto" then.

    Anything else is returned as it came.
    """
    if not is_object(sent):
        return sent
    if sent.get("type", "message") == "message" and sent.get("role") == "assistant":
        parts = sent.get("content")
        if is_array(parts) and parts and all(map(_is_output_part, parts)):
            missing = {"type": "message", "id": new_item_id("message"), "status": "completed"}
            return missing | sent | {"content": [_with_annotations(part) for part in parts]}
    if sent.get("type", "message") == "message" and is_array(sent.get("content")):
        return sent | {"content": [_with_detail(part) for part in sent["content"]]}
    return sent


def is_reference(sent: Mapping[str, Any]) -> bool:
    """Return whether a valid item only refers to a stored one: by its type, or by an id alone."""
    return sent.get("type") == "item_reference" or (sent.get("type") is None and "role" not in sent)


def _make_stored_item(sent: Item, place: str, find_item: Callable[[str], Item | None]) -> Item:
    if is_reference(sent):
        return found(find_item(sent["id"]), "Item", sent["id"], f"{place}.id")
    type = sent.get("type") or "message"
    if type not in stored_types():
        raise _invalid_value(f"{place}.type", f"a {type} is not an item that can be stored")
    item = {"type": type} | sent
    _check_fields(item, type, place)
    return _complete(item, place)


def _check_fields(item: Item, type: str, place: str) -> None:
    # The variants of a type overlap, and JSON Schema lets unknown fields pass. The service does
    # not, so that a field which a client adds to a replayed item shows here, not in production.
    declared = declared_fields(type)
    for name, value in item.items():
        if name not in declared:
            param = f"{place}.{name}"
            raise invalid_request(param, f"Unknown parameter: '{param:.200}'.", "unknown_parameter")
        if all(problems(one, value) for one in declared[name]):
            wrong = problems(declared[name][-1], value)
            raise schema_mismatch([problem.under(name) for problem in wrong], f"{place}.")


def _complete(item: Item, place: str) -> Item:
    type: str = item["type"]
    # 1. Null is what the service says of few fields; elsewhere it means that the field is missing.
    nullable = nullable_fields(type)
    item = {name: value for name, value in item.items() if value is not None or name in nullable}
    # 2. Fields that must be there.
    for name, value in default_fields(type).items():
        if item.get(name) is None:
            item[name] = value
    # 3. The id: a new one, or the client's own.
    if item.get("id") is None:
        item["id"] = new_item_id(type)
    elif not is_valid_id(item["id"]):
        expected = "expected 1 to 128 letters, digits, '_' and '-'"
        raise _invalid_value(f"{place}.id", f"{expected}, got {item['id']!r:.150}")
    # 4. What the service fills in further inside, type by type.
    if type == "message" and item.get("content") is not None:
        item["content"] = _message_content(item, place)
    elif type == "function_call_output" and is_array(item.get("output")):
        item["output"] = [_complete_part(part) for part in item["output"]]
    elif type == "shell_call":
        item["action"] = {"timeout_ms": None, "max_output_length": None} | item["action"]
    elif type in ("tool_search_call", "tool_search_output"):
        item.setdefault("execution", "server" if item["call_id"] is None else "client")
    return item


def _message_content(item: Item, place: str) -> Any:
    content: Any = item["content"]
    if isinstance(content, str):
        content = [{"type": "input_text", "text": content}]
    if is_array(content) and item.get("role") == "assistant":
        content = [_output_part(part, f"{place}.content[{n}]") for n, part in enumerate(content)]
    return content


def _output_part(part: Any, place: str) -> Any:
    if _is_output_part(part):
        return _with_annotations(part)
    type = part.get("type") if is_object(part) else None
    if type == "input_text":
        return _with_annotations({"type": "output_text", "text": part["text"]})
    expected = "an assistant's message holds output_text and refusal"
    raise _invalid_value(f"{place}.type", f"{expected}, got {type!r}")


def _invalid_value(param: str, reason: str) -> ServiceError:
    return invalid_request(param, f"Invalid value for '{param}': {reason}.")


def _is_output_part(part: Any) -> bool:
    return is_object(part) and part.get("type") in ("output_text", "refusal")


def _with_annotations(part: Item) -> Item:
    empty: Item = {"annotations": [], "logprobs": []}
    return empty | part if part["type"] == "output_text" else part


def _complete_part(part: Item) -> Item:
    part = {name: value for name, value in part.items() if value is not None}
    return _with_detail(part)


def _with_detail(part: Item) -> Item:
    is_image = is_object(part) and part.get("type") == "input_image"
    return {"detail": "auto"} | part if is_image else part
