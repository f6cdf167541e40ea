"""Compare stored items with those that were sent: in a response, or where the response was lost.

The service stores more than it is sent: an id, a status, a list of parts where a string was sent,
defaults. It also shows less, unless `include` asks for it. So the question is not whether the two
are equal, but whether everything that was sent is there.

An id that the sender gave decides wherever the service has kept it. The rest is compared by
content, which tells apart any two items that differ in what was sent, and cannot tell apart two
that do not: of those it is enough to know how many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeGuard, cast, get_args

from openai_conversations_api.models import IncludeEnum

#: Fields that the service leaves out or empties unless `include` names them.
SHOWN_ON_DEMAND = frozenset(
    path.rpartition(".")[2] for known in get_args(IncludeEnum) for path in get_args(known)
)
#: Parts that hold a text and nothing else. A string, and an assistant's `input_text`, are stored
#: as whichever of them fits the role.
_TEXTS = frozenset({"input_text", "output_text", "text"})

_Items: TypeAlias = Sequence[Mapping[str, Any]]


class Explanation(NamedTuple):
    """Where the stored items come from that follow the last one which is certain.

    All but the last attribute are places in the list, counted from 0.

    Attributes:
        landed: the items of the batch, from its first one on.
        late: second copies by requests that were given up on.
        doubled: second copies of a request that was sent once: a network delivered it twice.
        unexplained: how many items at the end are none of these.
    """

    landed: list[int]
    late: list[int]
    doubled: list[int]
    unexplained: int


def explain(
    batch: _Items,
    stored: _Items,
    *,
    given_up: Sequence[_Items] = (),
    done: Sequence[_Items] = (),
    resumed: bool = False,
) -> Explanation:
    """Tell the items of a batch from copies of whole requests.

    Args:
        batch: the items that are looked for.
        stored: what follows the last item that is certain, oldest first.
        given_up: the items of each request whose response was lost, those for `batch` included.
        done: the items of the last requests that have landed.
        resumed: what follows a complete batch are the next items, so it is not looked at.
    """
    # Equal items cannot be told apart: they count for the batch if that explains everything.
    first = _explain(batch, stored, given_up, done, resumed, copies_first=False)
    if not first.unexplained:
        return first
    second = _explain(batch, stored, given_up, done, resumed, copies_first=True)
    return first if second.unexplained else second


def _explain(
    batch: _Items,
    stored: _Items,
    given_up: Sequence[_Items],
    done: Sequence[_Items],
    resumed: bool,
    *,
    copies_first: bool,
) -> Explanation:
    found = Explanation([], [], [], 0)
    open_requests = list(given_up)
    ids = {item["id"] for item in batch if isinstance(item.get("id"), str)}
    place = 0
    while place < len(stored):
        rest = stored[place:]
        missing = batch[len(found.landed) :]
        if batch and not missing and resumed:
            break
        whole = () if missing or not batch else (batch,)
        others = (*open_requests, *done, *whole)
        if copies_first and missing:
            others = tuple(sent for sent in others if sent != batch)
        copy = next((sent for sent in others if count_landed(sent, rest) == len(sent)), None)
        if copy is None:
            # It may be cut short: not all of it has arrived, or it is half deleted.
            late = (sent for sent in open_requests if sent in others)
            copy = max(late, key=lambda sent: count_landed(sent, rest), default=())
        size = count_landed(copy, rest)
        if missing and not (copies_first and size) and _is(missing[0], rest[0], ids):
            found.landed.append(place)
            place += 1
            if len(missing) == 1 and batch in open_requests:
                # One of the requests for it is the one that has arrived.
                open_requests.remove(batch)
        elif size:
            places = range(place, place + size)
            place += size
            if copy in open_requests:
                found.late.extend(places)
                open_requests.remove(copy)
            else:
                found.doubled.extend(places)
        else:
            return found._replace(unexplained=len(rest))
    return found


def count_landed(sent: Sequence[Mapping[str, Any]], stored: Sequence[Mapping[str, Any]]) -> int:
    """Return how many of the stored items, oldest first, are those of a batch, in the same order.

    Less than `len(stored)` means that something is there which was not sent, or not in this order.
    """
    ids = {item["id"] for item in sent if isinstance(item.get("id"), str)}
    landed = 0
    for one, other in zip(sent, stored, strict=False):
        if not _is(one, other, ids):
            break
        landed += 1
    return landed


def _is(sent: Mapping[str, Any], stored: Mapping[str, Any], ids: Collection[str]) -> bool:
    # A service may also give every item an id of its own; then only the content is left.
    if stored.get("id") in ids:
        return bool(sent.get("id") == stored["id"])
    if "type" not in sent and stored.get("type") != "message":
        return False
    # Loops, as this is done for each item of each batch.
    for name, value in sent.items():
        if name == "id" or _holds(name, value, stored.get(name)):
            continue
        return False
    return True


def _holds(name: str, sent: Any, stored: Any) -> bool:
    """Tell whether the value that was sent in the field `name` is there."""
    # Most values are equal. `True == 1` in Python, not in JSON; inside of lists that is let pass.
    if sent == stored and not isinstance(sent, bool | int | float):
        return True
    # `False` and 0 are values that were stored, not fields that were left out.
    if not stored and stored is not False and stored != 0 and name in SHOWN_ON_DEMAND:
        return True
    if isinstance(sent, str):
        return _is_list(stored) and _as_text(stored) == sent
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
    # null is the same as absent, for which the service may put a default.
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
    if len(parts) != 1 or not isinstance(parts[0], dict):
        return None
    part = cast("dict[str, Any]", parts[0])
    return part.get("text") if part.get("type") in _TEXTS else None
