"""Which member of an old union is which member of the new one, whatever their order and names."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tools.changes.document import Document
from tools.changes.normal import Node, canonical
from tools.changes.words import kind, tags

Test = Callable[[Node, Node], bool]


@dataclass
class Match:
    """Members that belong together, those that stay alone on either side, and names opened."""

    pairs: list[tuple[Node, Node]] = field(default_factory=list[tuple[Node, Node]])
    removed: list[Node] = field(default_factory=list[Node])
    added: list[Node] = field(default_factory=list[Node])
    opened: set[str] = field(default_factory=set[str])


def match(old: list[Node], new: list[Node], before: Document, after: Document, same: Test) -> Match:
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
        lambda a, b: (
            _plain_kind(before, a) is not None and _plain_kind(before, a) == _plain_kind(after, b)
        ),
        lambda a, b: _untagged(before, a) and _untagged(after, b),
    )
    result = Match(removed=list(old), added=list(new))
    _settle(result, tests)
    while _open_one(result, tests, before, after):
        pass
    return result


def _open_one(result: Match, tests: tuple[Test, ...], before: Document, after: Document) -> bool:
    """Replace one lonely union by its members if that finds a partner for any of them."""
    for lonely, others, document in (
        (result.removed, result.added, before),
        (result.added, result.removed, after),
    ):
        for member in lonely:
            parts = document.effective(member).get("union", []) if "$ref" in member else []
            trial = Match(removed=list(parts), added=list(others))
            if lonely is result.added:
                trial = Match(removed=list(others), added=list(parts))
            _settle(trial, tests)
            if trial.pairs:
                rest = [other for other in lonely if other is not member]
                mine = trial.removed if lonely is result.removed else trial.added
                theirs = trial.added if lonely is result.removed else trial.removed
                lonely[:], others[:] = [*rest, *mine], theirs
                result.pairs += trial.pairs
                result.opened.add(str(member["$ref"]))
                return True
    return False


def _settle(result: Match, tests: tuple[Test, ...]) -> None:
    for test in tests:
        for member in list(result.removed):
            partner = next((other for other in result.added if test(member, other)), None)
            if partner is not None:
                result.pairs.append((member, partner))
                result.removed = [other for other in result.removed if other is not member]
                result.added = [other for other in result.added if other is not partner]


def _plain_kind(document: Document, node: Node) -> str | None:
    """The kind of a member that its kind alone tells from others; None for objects and unions."""
    shape = document.effective(node)
    found = kind(shape)
    if found in ("object", "union", "unresolved", "anything"):
        return None
    return f"{found}, constants" if "enum" in shape else found


def _inner_tags(document: Document, node: Node) -> frozenset[str]:
    """The tags of all members of a member that is itself a union."""
    inside = document.effective(node).get("union", [])
    return frozenset[str]().union(*(tags(document, part) for part in inside))


def _mostly_alike(old: frozenset[str], new: frozenset[str]) -> bool:
    return bool(old) and len(old & new) * 2 >= len(old | new)


def _untagged(document: Document, node: Node) -> bool:
    """Whether this is an object written in place that says nothing of which member it is."""
    inline = "$ref" not in node and kind(document.effective(node)) == "object"
    return inline and not tags(document, node)
