"""Compare stored items with those that were sent, for an append whose response was lost.

The service stores more than it is sent: an id, a status, a list of parts where a string was sent,
defaults. It also shows less, unless `include` asks for it. So the question is not whether the two
are equal, but whether everything that was sent is there.

An id that the sender gave decides wherever the service has kept it. The rest is compared by
content, which tells apart any two items that differ in what was sent, and cannot tell apart two
that do not: of those it is enough to know how many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from typing import Any, TypeGuard, cast

#: Fields that the service leaves out or empties unless `include` names them (`IncludeEnum`).
SHOWN_ON_DEMAND = frozenset(
    {"encrypted_content", "image_url", "logprobs", "outputs", "results", "sources"}
)
#: Parts that hold a text and nothing else. A string, and an assistant's `input_text`, are stored
#: as whichever of them fits the role.
_TEXTS = frozenset({"input_text", "output_text", "text"})


def count_landed(sent: Sequence[Mapping[str, Any]], stored: Sequence[Mapping[str, Any]]) -> int:
    """Return how many of the stored items, oldest first, are those of a batch, in the same order.

    Less than `len(stored)` means that something is there which was not sent, or not in this order.
    """
    ids = {item["id"] for item in sent if isinstance(item.get("id"), str)}
    pairs = zip(sent, stored, strict=False)
    return len(list(takewhile(lambda pair: _is(*pair, ids), pairs)))


def _is(sent: Mapping[str, Any], stored: Mapping[str, Any], ids: Collection[str]) -> bool:
    # A service may also give every item an id of its own; then only the content is left.
    if stored.get("id") in ids:
        return bool(sent.get("id") == stored["id"])
    fields = {"type": "message", **sent}
    return all(_holds(name, fields[name], stored.get(name)) for name in fields if name != "id")


def _holds(name: str, sent: Any, stored: Any) -> bool:
    """Tell whether the value that was sent in the field `name` is there."""
    # `False` and 0 are values that were stored, not fields that were left out.
    if not stored and stored is not False and stored != 0 and name in SHOWN_ON_DEMAND:
        return True
    if isinstance(sent, Mapping):
        part = cast("Mapping[str, Any]", sent)
        if not isinstance(stored, Mapping):
            return not part and stored is None
        return _part_holds(part, cast("Mapping[str, Any]", stored))
    if isinstance(sent, list | tuple):
        parts = cast("Sequence[Any]", sent)
        if not _is_list(stored):
            return not parts and stored is None
        return len(parts) == len(stored) and all(
            _holds("", wanted, found) for wanted, found in zip(parts, stored, strict=True)
        )
    if isinstance(sent, str) and _is_list(stored):
        return _as_text(stored) == sent
    # null is the same as absent, for which the service may put a default.
    # `True == 1` in Python, and not in JSON.
    return sent is None or (sent == stored and isinstance(sent, bool) == isinstance(stored, bool))


def _part_holds(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    kinds = sent.get("type"), stored.get("type")
    if kinds[0] != kinds[1] and _TEXTS.issuperset(kinds):
        # Turned into the other kind, a part keeps nothing but its text.
        return bool(sent.get("text") == stored.get("text"))
    return all(_holds(name, value, stored.get(name)) for name, value in sent.items())


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _as_text(parts: list[Any]) -> object:
    """Return the text of a list of one text part, as a string may be stored; None otherwise."""
    if len(parts) != 1 or not isinstance(parts[0], Mapping):
        return None
    part = cast("Mapping[str, Any]", parts[0])
    return part.get("text") if part.get("type") in _TEXTS else None
