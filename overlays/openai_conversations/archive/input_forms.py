"""From an item that came out of a conversation to one that goes into another one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from .._request.input_items import formless, to_input_item, without_needless_id
from .._request.validation import is_mapping
from ..errors import InvalidArgumentError
from ..progress import OnUnsupported
from .records import Record, Unsupported
from .source_file import bad_file

#: What the service gives each item anew.
ASSIGNED = frozenset({"id", "status", "created_by"})
_ROLES = ("user", "assistant", "system", "developer")


def to_record(
    item: Mapping[str, Any], place: str, on_unsupported: OnUnsupported, *, keep_id: bool = False
) -> Record:
    """Return an item of a conversation as it is sent to another one.

    Ids that the service gives anew are left out. What has no input form is noted: the item goes, or
    a message with its text or its JSON stands for it.

    Args:
        item: as it was listed.
        place: where it stands, for notes.
        on_unsupported: what becomes of what has no input form.
        keep_id: whether it keeps an id that the service could give anew.

    Raises:
        InvalidArgumentError: of `file`: the item is nested too deeply.
    """
    try:
        return _to_record(item, place, on_unsupported, keep_id)
    except RecursionError:
        raise bad_file(place, "an item that is not nested deeply", item) from None


def _to_record(
    item: Mapping[str, Any], place: str, on_unsupported: OnUnsupported, keep_id: bool
) -> Record:
    unsupported = Unsupported(place, on_unsupported)
    try:
        sent = to_input_item(item, "item", 0)
        problem = _problem(item, sent)
    except InvalidArgumentError as error:
        sent, problem = dict(item), f"an item whose {error.argument.removeprefix('item[0].')} is "
        problem += error.received
    if problem is not None:
        text = unsupported.note(problem, _text(item))
        if text is None:
            return Record(place, None, unsupported.notes)
        role = item.get("role") if item.get("role") in _ROLES else "assistant"
        return Record(place, {"role": role, "content": text}, unsupported.notes)
    for lost in _lost(item, sent):
        unsupported.leave_out(f"the field '{lost}' of {_name(item)}")
    return Record(place, sent if keep_id else without_needless_id(sent), unsupported.notes)


def _name(item: Mapping[str, Any]) -> str:
    return f"an item of the type {item.get('type')!r:.80}"


def _problem(item: Mapping[str, Any], sent: Mapping[str, Any]) -> str | None:
    """Return why an item cannot be sent, or None."""
    kind = item.get("type")
    if kind == "item_reference" or (kind is None and "role" not in item):
        return "a reference to an item elsewhere"
    if kind == "reasoning" and not item.get("encrypted_content"):
        return "reasoning without its encrypted content"
    if kind == "image_generation_call" and not item.get("result"):
        return "a generated image without its data"
    place = next(formless(sent), None)
    if place:
        return f"{_name(item)} with an unknown part ({place})"
    return None if place is None else f"{_name(item)}, which is unknown"


def _text(item: Mapping[str, Any]) -> str:
    parts = item.get("summary") if item.get("type") == "reasoning" else None
    if isinstance(parts, list):
        each = cast("list[object]", parts)
        texts = [part.get("text") for part in each if is_mapping(part)]
        return "\n\n".join(["[reasoning]", *(text for text in texts if isinstance(text, str))])
    return f"[{item.get('type')}] {json.dumps(item, ensure_ascii=False)}"


def _lost(before: Any, after: Any) -> Iterator[str]:
    """Give the names of fields that are gone and that the service does not give anew."""
    if isinstance(before, list):
        for one, other in zip(cast("list[object]", before), after, strict=True):
            yield from _lost(one, other)
    elif is_mapping(before):
        for name, value in before.items():
            if name in after:
                yield from _lost(value, after[name])
            elif value is not None and name not in ASSIGNED:
                yield name
