"""Items to send, of any kind, as the JSON that the service accepts.

An item can be a helper's result, a generated model, a plain mapping, or something that came out of
a conversation or a response. What comes out is wider than what goes in: it has fields, and a few
values, that the input schemas of the same `type` do not know and that the service refuses. The
tables below name them. They are read off `spec/openapi.yaml`, and the tests derive them again from
it, so a new OpenAPI document that changes them is noticed. Refused nulls are left out at any depth.

The rules, in the order in which they matter:

1. Nothing is added, and the caller's objects are not changed: an item that needs no change is sent
   as it is, and one that does is copied first (one level deep).
2. The order stays as given. A `reasoning` item belongs to the item that followed it, so the two
   stay neighbours, and its `id` and `encrypted_content` are never touched.
3. A kind that the OpenAPI document does not have (a `RawObject`, a mapping with an unknown `type`
   or role) passes through unchanged; so do content parts that only come out (`text`,
   `summary_text`, `reasoning_text`, `computer_screenshot` in a message). No input form exists for
   them in the document; the service that sent them decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import NoneType
from typing import Any, cast, get_args, get_type_hints, is_typeddict

from openai_conversations_api import params

from .validation import check_list, describe, invalid, is_mapping, mismatch

#: Fields of what comes out that the input schema of the same `type` does not have.
OUTPUT_ONLY: dict[str, frozenset[str]] = {
    "apply_patch_call": frozenset({"created_by"}),
    "apply_patch_call_output": frozenset({"created_by"}),
    "compaction": frozenset({"created_by"}),
    "computer_call_output": frozenset({"created_by"}),
    "custom_tool_call": frozenset({"created_by", "status"}),
    "custom_tool_call_output": frozenset({"created_by", "status"}),
    "function_call": frozenset({"created_by"}),
    "function_call_output": frozenset({"created_by"}),
    "shell_call": frozenset({"created_by"}),
    "shell_call_output": frozenset({"created_by"}),
    "tool_search_call": frozenset({"created_by"}),
    "tool_search_output": frozenset({"created_by"}),
}

#: Values of optional fields that come out and that the input schema's enum does not have:
#: `(type, field, value)`.
OUTPUT_ONLY_VALUES = frozenset({("computer_call_output", "status", "failed")})

#: `FunctionShellCallOutputContent` has this field, `FunctionShellCallOutputContentParam` has not.
_SHELL_CHUNK_OUTPUT_ONLY = "created_by"

_ROLES = ("user", "system", "developer", "assistant")
_INPUT_PARTS = frozenset({"input_text", "input_image", "input_file"})
_PLAIN = frozenset({str, int, float, bool, type(None), dict})
_NO_FIELDS: frozenset[str] = frozenset()


def to_response_input(value: object) -> str | list[dict[str, Any]]:
    """Return the `input` of a response as it is sent: a string as it is, or a list of items.

    Source: `InputParam` of createResponse, getInputTokenCounts and compactConversation.
    """
    return value if isinstance(value, str) else to_input_items(value, argument="input")


def to_input_items(items: object, *, argument: str = "items") -> list[dict[str, Any]]:
    """Return models, helpers' results and mappings as JSON objects, in the same order.

    Raises:
        InvalidArgumentError: `items` is not an iterable of items, or one of them is not an item;
            the message names it (`items[3]`, `items[3].content`).
    """
    given = check_list(items, argument, "a list of items")
    return [to_input_item(item, argument, index) for index, item in enumerate(given)]


def to_input_item(item: object, argument: str, index: int) -> dict[str, Any]:
    """Return one item as a JSON object; as `to_input_items`, and errors name `argument[index]`."""
    data = to_dict(item)
    if data is None:
        received = describe(item)
        if isinstance(item, str):
            # Not shown: it is the text of a message.
            length = f"a string of {len(item)} characters"
            received = f"{length}; MessageItem.user_text(...) makes a message of it"
        raise mismatch(f"{argument}[{index}]", "an item (model or mapping)", received)
    data = _encode_parts(data)
    try:
        if _holds_null(data):
            data = _without_refused_nulls(data)
    except RecursionError:
        received = "one that does or is"
        expected = "an item that does not hold itself and is not nested deeply"
        raise mismatch(f"{argument}[{index}]", expected, received) from None
    kind = data.get("type")
    if kind == "message" or (kind is None and "role" in data):
        return _clean_message(data, argument, index)
    if not isinstance(kind, str):
        # A reference may leave out its type; anything else without one cannot be told apart.
        if kind is None and "id" in data:
            return data
        raise invalid(f"{argument}[{index}].type", "the item's type as a string", kind)
    return _clean(data, kind)


def to_dict(value: object) -> dict[str, Any] | None:
    """Return the JSON object of a model or a mapping, a dict itself; None for anything else."""
    if type(value) is dict:
        return cast("dict[str, Any]", value)
    encode: Callable[[], dict[str, Any]] | None = getattr(value, "to_dict", None)
    if encode is None:
        return dict(value) if is_mapping(value) else None
    return None if isinstance(value, type) else encode()


def _encode_parts(data: dict[str, Any]) -> dict[str, Any]:
    """Encode models in a mapping, as in `{"role": "user", "content": [Content.text("Hi")]}`."""
    encoded: dict[str, Any] = {}
    for key, value in data.items():
        if type(value) in _PLAIN:
            continue
        if type(value) is not list and not isinstance(value, tuple):
            encoded[key] = _encode(value)
        elif not _PLAIN.issuperset(map(type, cast("list[Any]", value))):
            encoded[key] = [_encode(part) for part in cast("list[Any]", value)]
    return {**data, **encoded} if encoded else data


def _holds_null(value: dict[str, Any] | list[Any]) -> bool:
    """Return whether null stands anywhere in a JSON value; most items hold none."""
    for each in value.values() if isinstance(value, dict) else value:
        if each is None or (isinstance(each, dict | list) and _holds_null(cast("Any", each))):
            return True
    return False


def _encode(value: Any) -> Any:
    data = None if type(value) in _PLAIN else to_dict(value)
    return value if data is None else data


def _clean(data: dict[str, Any], kind: str) -> dict[str, Any]:
    """Leave out the fields that the input schema of `kind` refuses."""
    drop = OUTPUT_ONLY.get(kind, _NO_FIELDS)
    refused = [
        key
        for key, value in data.items()
        if key in drop or (isinstance(value, str) and (kind, key, value) in OUTPUT_ONLY_VALUES)
    ]
    if refused:
        data = {key: value for key, value in data.items() if key not in refused}
    if kind == "shell_call_output" and isinstance(data.get("output"), list):
        return {**data, "output": [_without_author(chunk) for chunk in data["output"]]}
    return data


def _without_author(chunk: Any) -> Any:
    if not is_mapping(chunk):
        return chunk
    return {key: value for key, value in chunk.items() if key != _SHELL_CHUNK_OUTPUT_ONLY}


def _clean_message(data: dict[str, Any], argument: str, index: int) -> dict[str, Any]:
    """Bring a message into one of its three input forms, which differ in the fields they have.

    1. `EasyInputMessage`: any role; a string or input parts; no `id`, no `status`.
    2. `InputMessage`: user, system, developer; input parts; no `id`, no `phase`.
    3. `OutputMessage`: assistant; output parts; all fields, `id` and `status` among them.
    """
    role, content = data.get("role"), data.get("content")
    if not isinstance(content, str | list | tuple):
        expected = "a string or a list of content parts"
        raise invalid(f"{argument}[{index}].content", expected, content)
    if role not in _ROLES or ("id" not in data and "status" not in data):
        return data
    drop = {"status"} if data.get("status") is None else set[str]()
    if isinstance(content, str):  # 1
        drop |= {"id", "status"}
    elif role != "assistant":  # 1 without a status, else 2
        drop |= {"id"} if drop else {"id", "phase"}
    elif _has_input_part(cast("list[Any]", content)):  # 1, else 3
        drop |= {"id", "status"}
    if drop.isdisjoint(data):
        return data
    return {key: value for key, value in data.items() if key not in drop}


def _has_input_part(content: list[Any]) -> bool:
    return any(is_mapping(part) and part.get("type") in _INPUT_PARTS for part in content)


def _without_refused_nulls(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item without the nulls that no input form of its `type` allows.

    They come from servers that are compatible with the service, which send null where it sends
    nothing, and from other libraries (`model_dump`). Where null may stand is read off the generated
    `TypedDict`s of what goes in. A null in a field that is unknown, or below a value of free form,
    stays. An item from which nothing is left out is returned itself.
    """
    cleaned: dict[str, Any] = _cleaned(item, _members(params.InputItemParam))
    return item if cleaned == item else cleaned


def _cleaned(value: Any, types: frozenset[Any]) -> Any:
    """Return a value of one of these types, with nulls left out of the objects in it."""
    if isinstance(value, list):
        return [_cleaned(each, types) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    every_form = [_fields(each) for each in types if is_typeddict(each)]
    forms = [fields for fields in every_form if _fits(given, fields)]
    cleaned: dict[str, Any] = {}
    for key, inner in given.items():
        allowed = frozenset[Any]().union(*(fields.get(key, ()) for fields in forms))
        if inner is None and allowed and not allowed & {NoneType, object, Any}:
            continue
        cleaned[key] = _cleaned(inner, allowed) if allowed else inner
    return cleaned


def _fits(value: Mapping[str, Any], fields: Mapping[str, frozenset[Any]]) -> bool:
    """Return whether the `type` of an object, if it has both, is that of a `TypedDict`."""
    kinds = fields.get("type", frozenset())
    return not kinds or value.get("type") in (None, *kinds)


class _Models:
    """Stands for the models in annotations: to import all of them would take 0.3 seconds."""

    def __getattr__(self, name: str) -> Any:
        return _Models


@cache
def _fields(form: Any) -> dict[str, frozenset[Any]]:
    hints = get_type_hints(form, localns={"models": _Models()})
    return {name: _members(hint) for name, hint in hints.items()}


def _members(hint: Any) -> frozenset[Any]:
    """Return the types that an annotation allows: of a union, and of the elements of a sequence."""
    return frozenset(_each_member(hint))


def _each_member(hint: Any) -> Iterator[Any]:
    inner = get_args(hint)
    for each in inner:
        yield from _each_member(each)
    if not inner:
        yield hint
