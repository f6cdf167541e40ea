"""Which member of an old union is which member of the new one, whatever their order and names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from tools.changes.document import Document
from tools.changes.normal import Node, canonical
from tools.changes.words import kind, tag

Test = Callable[[Node, Node], bool]


@dataclass
class Match:
    """Members that belong together, and those that stay alone on either side."""

    pairs: list[tuple[Node, Node]] = field(default_factory=list[tuple[Node, Node]])
    removed: list[Node] = field(default_factory=list[Node])
    added: list[Node] = field(default_factory=list[Node])


def match(old: list[Node], new: list[Node], before: Document, after: Document, same: Test) -> Match:
    """Pair members, best evidence first: name, then tag, then structure, then kind of value.

    `same` tells whether two members are equal in everything that matters. A member that is itself
    a named union is opened when nothing in the other list is like it.
    """
    tests: tuple[Test, ...] = (
        lambda a, b: "$ref" in a and a["$ref"] == b.get("$ref"),
        lambda a, b: tag(before, a) is not None and tag(before, a) == tag(after, b),
        lambda a, b: canonical(a) == canonical(b),
        same,
        lambda a, b: (
            _plain_kind(before, a) is not None and _plain_kind(before, a) == _plain_kind(after, b)
        ),
        lambda a, b: _untagged(before, a) and _untagged(after, b),
    )
    result = Match(removed=list(old), added=list(new))
    _settle(result, tests)
    if result.removed and result.added:
        opened = _open(result.removed, before), _open(result.added, after)
        if (len(opened[0]), len(opened[1])) != (len(result.removed), len(result.added)):
            result.removed, result.added = opened
            _settle(result, tests)
    return result


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


def _untagged(document: Document, node: Node) -> bool:
    """Whether this is an object written in place that says nothing of which member it is."""
    inline = "$ref" not in node and kind(document.effective(node)) == "object"
    return inline and tag(document, node) is None


def _open(members: list[Node], document: Document) -> list[Node]:
    shapes = [(member, document.effective(member)) for member in members]
    return list(chain.from_iterable(shape.get("union", [member]) for member, shape in shapes))
