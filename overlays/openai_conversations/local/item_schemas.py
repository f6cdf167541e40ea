"""Facts of the OpenAPI document about each type of item, and the parts that `include` asks for.

The schemas are found from the operations that take and return items, so that a type, a part or a
value that a new document adds is known at once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from .._schema.document import operations, problems, validator
from .._schema.unions import Check
from .._schema.values import is_array, is_object
from .json_body import JsonText, to_text
from .schema_parts import (
    EACH,
    Schema,
    at,
    body,
    common_fields,
    fields,
    parts,
    response,
    strings,
    tags,
    union,
)
from .structured_output import emptiest_of_document

Item = dict[str, Any]

#: The fields of a request body that hold items.
ITEM_FIELDS = ("items", "input")
#: The optional parts that are not left out but empty, as recorded.
_EMPTY: Mapping[str, Any] = {
    "message.output_text.logprobs": [],
    "file_search_call.results": None,
    "code_interpreter_call.outputs": None,
}


@cache
def sent_item() -> Schema:
    """Return the schema of an item in a request."""
    names = ("createConversationItems", "createConversation", "createResponse")
    return union(body(name, field, EACH) for name in names for field in ITEM_FIELDS)


@cache
def stored_item() -> Schema:
    """Return the schema of an item that a conversation holds."""
    lists = ("listConversationItems", "createConversationItems")
    return union([response("getConversationItem"), *(response(n, "data", EACH) for n in lists)])


@cache
def returned_item() -> Schema:
    """Return the schema of an item of any list, a conversation's or a response's."""
    return union([stored_item(), response("listInputItems", "data", EACH)])


@cache
def output_item() -> Schema:
    """Return the schema of an item that a model puts out."""
    return union(response(name, "output", EACH) for name in ("createResponse", "getResponse"))


@cache
def stored_types() -> frozenset[str]:
    """Return the types of items that a conversation can hold."""
    return tags(stored_item()) or frozenset()


@cache
def sent_types() -> frozenset[str]:
    """Return the types of items that a request can hold."""
    return tags(sent_item()) or frozenset()


@cache
def input_parts() -> frozenset[str]:
    """Return the types of the parts that a message can hold, but not one of the assistant's."""
    place = ("content", EACH)
    every = tags(at(sent_item(), *place, tag="message")) or frozenset()
    return every - (tags(at(output_item(), *place, tag="message")) or frozenset())


@lru_cache(1000)  # names of types that somebody makes up have no end
def field_checks(type: str, fits: bool) -> list[tuple[str, Check]]:
    """Return the fields of an item type, sent or returned, with what checks a value of each.

    Args:
        type: The type.
        fits: Whether to leave out those that every variant of a sent item has.
    """
    declared = fields(union([sent_item(), returned_item()]), type)
    common = common_fields(sent_item(), type) if fits else ()
    return [(n, validator().check(one)) for n, one in declared.items() if n not in common]


@cache
def inner_fields(type: str, *path: str, tag: str | None = None) -> frozenset[str]:
    """Return the fields of a returned item, or of an object at a path in it; of one with `tag`."""
    one = at(returned_item(), *path, tag=type)
    return frozenset(fields(one, tag if path else type))


@cache
def nullable_fields(type: str) -> frozenset[str]:
    """Return the fields of an item type that may be null in a response."""
    declared = fields(stored_item(), type).items()
    return frozenset(name for name, one in declared if not problems(one, None))


@cache
def default_fields(type: str) -> Item:
    """Return the fields that a stored item must have, with the values for one that lacks them."""
    every = union([returned_item(), output_item()])
    needed = {name for one in parts(every, type) for name in one.get("required", ())}
    defaults: Item = dict.fromkeys(sorted(needed & nullable_fields(type)))
    # What no request can have is filled in as well; the id is made for each item.
    ours = needed - defaults.keys() - fields(sent_item(), type).keys() - {"id"}
    defaults |= {n: emptiest_of_document(at(every, n, tag=type)) for n in sorted(ours)}
    return defaults | ({"status": "completed"} if "status" in needed else {})


@cache
def _optional_parts() -> dict[str, list[tuple[str, list[str]]]]:
    """Return the parts that operations let a client ask for, with their paths, by item type."""
    found = [body(id, "include", EACH) for id in operations()]
    for one in operations().values():
        queried = (p for p in one.parameters if p["name"].removesuffix(EACH) == "include")
        found += [at(parameter.get("schema", {}), EACH) for parameter in queried]
    by_type: dict[str, list[tuple[str, list[str]]]] = {}
    for value in sorted(strings(union(found)) or ()):
        # It has the form `type.field` or `type.field.field`.
        type, *path = value.split(".")
        if path:
            by_type.setdefault(type, []).append((value, path))
    return by_type


def apply_include(item: Item, include: Collection[str]) -> Item:
    """Return an item without the optional parts that `include` does not name.

    They are always stored, and the model always sees them. The item itself is not changed; it is
    what is returned if nothing had to go.
    """
    for part, path in _optional_parts().get(item["type"], ()):
        if part not in include:
            item = _hide(item, path, part)
    return item


def included(stored: Sequence[str], include: Collection[str]) -> JsonText:
    """Return stored items as `apply_include` shows them, with a comma between two.

    What has no optional part is not decoded: a page of 20 messages takes a third of the time then.
    """

    def is_shown_whole(text: str) -> bool:
        for key, named in _part_forms().items():
            if key in text:
                for name, empty in named:
                    if name not in include and (
                        empty is None or text.count(key) > text.count(empty)
                    ):
                        return False
        return True

    whole = ",".join(stored)
    if not is_shown_whole(whole):
        whole = ",".join(
            one if is_shown_whole(one) else to_text(apply_include(json.loads(one), include))
            for one in stored
        )
    return JsonText(whole)


@cache
def _part_forms() -> dict[str, list[tuple[str, str | None]]]:
    """Return what shows in JSON that an optional part is there: its key, but not if it is empty.

    A string has a backslash before each quotation mark, so that none can look like a key.

    Returns:
        For each key, the parts of that name, each with how it is written with an empty value.
    """
    found: dict[str, list[tuple[str, str | None]]] = {}
    for part, path in chain.from_iterable(_optional_parts().values()):
        key = f'"{path[-1]}":'
        empty = key + to_text(_EMPTY[part]) if part in _EMPTY else None
        found.setdefault(key, []).append((part, empty))
    return found


def _hide(value: Any, path: list[str], part: str) -> Any:
    name, *rest = path
    if is_array(value):
        return [_hide(one, path, part) for one in value]
    if not is_object(value):
        return value
    if name in value and rest:
        return value | {name: _hide(value[name], rest, part)}
    if name in value:
        if part in _EMPTY:
            return value | {name: _EMPTY[part]}
        return {key: field for key, field in value.items() if key != name}
    content = value.get("content")
    if rest and is_array(content):  # the content parts of this type
        hidden = [_hide(p, rest, part) if item_tag(p) == name else p for p in content]
        return value | {"content": hidden}
    return value


def item_tag(item: Any) -> str | None:
    """Return the type of an item (of a message it may be missing), or of any object; or None."""
    if not is_object(item):
        return None
    tag = item.get("type")
    if tag is None and "role" in item:
        return "message"
    return tag if isinstance(tag, str) else None
