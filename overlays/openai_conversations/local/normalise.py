"""From the item that a caller sends to the item that is stored and comes back.

Callers may be brief: no id, no status, a string where the service holds a list of parts, null
where it holds nothing. What is stored fits the document's reply schemas for its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._schema import Problem, problems, schema
from .._schema.values import is_array, is_object
from . import kinds
from .errors import ServiceError, invalid, misfit, not_found
from .ids import new_item_id, well_formed

Item = dict[str, Any]
Lookup = Callable[[str], Item | None]

#: What a kind gains where the caller left it out or sent null.
_GAINS: Mapping[str, Mapping[str, Any]] = {
    "message": {"status": "completed"},
    "function_call": {"status": "completed"},
    "function_call_output": {"status": "completed"},
    "computer_call_output": {"status": "completed"},
    "tool_search_call": {"status": "completed", "call_id": None},
    "tool_search_output": {"status": "completed", "call_id": None},
    "shell_call": {"status": "completed", "environment": None},
    "shell_call_output": {"status": "completed", "max_output_length": None},
    "custom_tool_call": {"status": "completed"},
    "custom_tool_call_output": {"status": "completed"},
}
_NO_ANNOTATIONS: Mapping[str, Any] = {"annotations": [], "logprobs": []}


def normalise(raw: Sequence[Any], name: str, lookup: Lookup) -> list[Item]:
    """The items to store for the items of a request.

    ``name`` is the request's field, for errors (``items`` or ``input``); ``lookup`` finds a
    stored item by id, for ``item_reference``. Items are valid by the document already. Raises
    ServiceError: 400 for unknown fields, ill-formed or repeated ids, 404 for a reference to
    nothing.
    """
    stored: list[Item] = []
    seen: set[str] = set()
    for index, one in enumerate(raw):
        item = _one(one, f"{name}[{index}]", lookup)
        if item["id"] in seen:
            raise duplicate(item["id"], name)
        seen.add(item["id"])
        stored.append(item)
    return stored


def duplicate(id: str, name: str) -> ServiceError:
    """A 400 for an id that is taken."""
    return invalid(
        name, f"Duplicate item: the id '{id:.200}' is already in use here.", "duplicate_item"
    )


def is_reference(raw: Mapping[str, Any]) -> bool:
    """Whether a valid item only refers to a stored one: by its type, or by an id alone."""
    return raw.get("type") == "item_reference" or (raw.get("type") is None and "role" not in raw)


def as_documented(raw: Any) -> Any:
    """An item of a request with what the document requires and callers rightly leave out.

    An approval's ``request_id`` repeats its ``approval_request_id`` (openai-python has only the
    second). An assistant's message in parts needs no id: a conversation that began elsewhere has
    none, and the service takes it so. All else is returned as it came.
    """
    if not is_object(raw):
        return raw
    if raw.get("type") == "mcp_approval_response":
        return {"request_id": raw.get("approval_request_id")} | raw
    if raw.get("type", "message") == "message" and raw.get("role") == "assistant":
        parts = raw.get("content")
        if is_array(parts) and parts and all(map(_is_output_part, parts)):
            left_out = {"type": "message", "id": new_item_id("message"), "status": "completed"}
            return left_out | raw | {"content": [_with_annotations(part) for part in parts]}
    return raw


def _is_output_part(part: Any) -> bool:
    return is_object(part) and part.get("type") in ("output_text", "refusal")


def output_item(raw: Item) -> Item:
    """The stored item for what a model put out; ValueError when it is no output item at all."""
    item = {"type": "message"} | raw
    if item["type"] == "message":
        item.setdefault("role", "assistant")
    try:
        item = _complete(item, "output")
    except ServiceError as error:
        raise ValueError(error.message) from None
    if found := problems(schema("OutputItem"), item):
        raise ValueError(f"{found[0].param or 'the item'}: {found[0].message}")
    return item


def _one(raw: Item, place: str, lookup: Lookup) -> Item:
    if is_reference(raw):
        found = lookup(raw["id"])
        if found is None:
            raise not_found("Item", raw["id"], f"{place}.id")
        return found
    type = raw.get("type") or "message"
    if type not in kinds.reply_kinds():
        raise invalid(
            f"{place}.type", f"Invalid value for '{place}.type': a {type} is no item to keep."
        )
    item = {"type": type} | raw
    _check_fields(item, type, place)
    return _complete(item, place)


def _check_fields(item: Item, type: str, place: str) -> None:
    # The variants of a kind overlap, and JSON Schema lets unknown fields pass; the service does
    # not, so that a field which a client adds to a replayed item shows here and not in production.
    declared = kinds.fields(type)
    for name, value in item.items():
        if name not in declared:
            param = f"{place}.{name}"
            raise invalid(param, f"Unknown parameter: '{param:.200}'.", "unknown_parameter")
        best: list[Problem] = []
        for one in declared[name]:
            best = problems(one, value)
            if not best:
                break
        else:
            raise misfit([problem.under(name) for problem in best], f"{place}.")


def _complete(item: Item, place: str) -> Item:
    type: str = item["type"]
    item = {name: value for name, value in item.items() if value is not None} | {
        name: None for name in kinds.nullable(type) if name in item and item[name] is None
    }
    for name, value in _GAINS.get(type, {}).items():
        if item.get(name) is None:
            item[name] = value
    if item.get("id") is None:
        item["id"] = new_item_id(type)
    elif not well_formed(item["id"]):
        param = f"{place}.id"
        raise invalid(
            param,
            f"Invalid value for '{param}': expected 1 to 128 letters, digits, '_' and '-', "
            f"got {item['id']!r:.150}.",
        )
    finish = _FINISH.get(type)
    return finish(item, place) if finish is not None else item


def _message(item: Item, place: str) -> Item:
    item.setdefault("id", new_item_id("message"))
    item.setdefault("status", "completed")
    assistant = item.get("role") == "assistant"
    content: Any = item.get("content")
    if isinstance(content, str):
        content = [{"type": "input_text", "text": content}]
    if not is_array(content):
        return item
    if assistant:
        content = [_spoken(part, f"{place}.content[{n}]") for n, part in enumerate(content)]
    item["content"] = content
    return item


def _spoken(part: Any, place: str) -> Any:
    type = part.get("type") if is_object(part) else None
    if type == "input_text":
        return {"type": "output_text", "text": part["text"], **_copies(_NO_ANNOTATIONS)}
    if _is_output_part(part):
        return _with_annotations(part)
    raise invalid(
        f"{place}.type",
        f"Invalid value for '{place}.type': an assistant's message holds output_text and "
        f"refusal, got {type!r}.",
    )


def _with_annotations(part: Item) -> Item:
    return _copies(_NO_ANNOTATIONS) | part if part["type"] == "output_text" else part


def _copies(fields: Mapping[str, Any]) -> Item:
    return {name: list(value) for name, value in fields.items()}


def _function_output(item: Item, place: str) -> Item:
    if is_array(item.get("output")):
        item["output"] = [_part(part) for part in item["output"]]
    return item


def _part(part: Item) -> Item:
    part = {name: value for name, value in part.items() if value is not None}
    if part["type"] == "input_image":
        part.setdefault("detail", "auto")
    return part


def _shell_call(item: Item, place: str) -> Item:
    item["action"] = {"timeout_ms": None, "max_output_length": None} | item["action"]
    return item


def _tool_search(item: Item, place: str) -> Item:
    item.setdefault("execution", "server" if item["call_id"] is None else "client")
    return item


_FINISH: Mapping[str, Callable[[Item, str], Item]] = {
    "message": _message,
    "function_call_output": _function_output,
    "shell_call": _shell_call,
    "tool_search_call": _tool_search,
    "tool_search_output": _tool_search,
}
