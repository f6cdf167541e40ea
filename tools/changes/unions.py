"""Which member of an old union is which member of the new one, whatever their order and names."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tools.changes.describe import kind, tags
from tools.changes.document import Document
from tools.values import Json, canonical

Test = Callable[[Json, Json], bool]
Pair = tuple[Json, Json]


@dataclass
class Match:
    """Members that belong together, those that stay alone on either side, and names opened."""

    left: list[list[Json]]
    pairs: list[Pair] = field(default_factory=list[Pair])
    opened: set[str] = field(default_factory=set[str])


def match(old: list[Json], new: list[Json], before: Document, after: Document, same: Test) -> Match:
    """Pair members, best evidence first: name, then tag, then structure, then kind of value.

    `same` tells whether two members are equal in everything that matters. A member that is itself
    a named union is opened when nothing in the other list is like it, but something is like one of
    its own members.
    """
    tests: tuple[Test, ...] = (
        lambda a, b: "$ref" in a and a["$ref"] == b.get("$ref"),
        lambda a, b: any(tags(before, a)) and tags(before, a) == tags(after, b),
        lambda a, b: bool(tags(before, a) & tags(after, b)),
        lambda a, b: _mostly_alike(_inner_tags(before, a), _inner_tags(after, b)),
        lambda a, b: canonical(a) == canonical(b),
        same,
        lambda a, b: _only_kind(before, a) == _only_kind(after, b) != "",
    )
    result = Match([list(old), list(new)])
    result.pairs = _settle(result.left, tests)
    while _open_one(result, tests, (before, after)):
        pass
    return result


def _settle(left: list[list[Json]], tests: tuple[Test, ...]) -> list[Pair]:
    """Pair what can be paired, and take it out of `left`."""
    pairs: list[Pair] = []
    for test in tests:
        for member in list(left[0]):
            partner = next((other for other in left[1] if test(member, other)), None)
            if partner is not None:
                pairs.append((member, partner))
                left[0] = [other for other in left[0] if other is not member]
                left[1] = [other for other in left[1] if other is not partner]
    return pairs


def _open_one(result: Match, tests: tuple[Test, ...], documents: tuple[Document, Document]) -> bool:
    """Replace one lonely union by its members if that finds a partner for any of them."""
    for side, document in enumerate(documents):
        for member in result.left[side]:
            parts = document.effective(member).get("anyOf", []) if "$ref" in member else []
            trial = list(result.left)
            trial[side] = list(parts)
            if pairs := _settle(trial, tests):
                trial[side] = [m for m in result.left[side] if m is not member] + trial[side]
                result.left = trial
                result.pairs += pairs
                result.opened.add(str(member["$ref"]))
                return True
    return False


def _only_kind(document: Document, node: Json) -> str:
    """Return the kind of a member that its kind alone tells from others; "" for any other."""
    shape = document.effective(node)
    found = kind(shape)
    if found == "object":
        return "" if "$ref" in node or tags(document, node) else found
    if found in ("union", "unresolved", "anything"):
        return ""
    return f"{found}, constants" if "enum" in shape else found


def _inner_tags(document: Document, node: Json) -> frozenset[str]:
    """Return the tags of all members of a member that is itself a union."""
    inside = document.effective(node).get("anyOf", [])
    return frozenset[str]().union(*(tags(document, part) for part in inside))


def _mostly_alike(old: frozenset[str], new: frozenset[str]) -> bool:
    return bool(old) and len(old & new) * 2 >= len(old | new)
