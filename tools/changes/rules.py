"""Which change of a keyword breaks whom: the one table of verdicts for constraints.

Whoever sends is hurt when less is allowed; whoever receives is hurt when something comes that they
could not get before and that code cannot be expected to survive. Enum values and kinds of objects
that are new in a reply hurt nobody: the client passes unknown ones through.
"""

from collections.abc import Iterator
from typing import Any

from tools.changes.document import RECEIVED, SENT
from tools.changes.normal import ANNOTATIONS, Node, canonical
from tools.changes.words import values

BOTH = frozenset({SENT, RECEIVED})
NOBODY = frozenset[str]()
SENDERS = frozenset({SENT})
READERS = frozenset({RECEIVED})

_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
# Formats that decide the Python type of a value, not only which strings are valid.
_TYPED_FORMATS = frozenset({"binary", "byte", "date", "date-time", "uuid"})
# Compared on their own, because what they hold needs to be walked.
_WALKED = frozenset(
    {
        *("$ref", "union", "allOf", "type", "enum", "properties", "required", "items"),
        *("additionalProperties", "discriminator", "nullable", "default"),
    }
)
Verdict = tuple[str, frozenset[str]]


def constraint_changes(old: Node, new: Node) -> Iterator[Verdict]:
    """Every keyword that only constrains a value and differs, in words, with who breaks."""
    for key in sorted((old.keys() | new.keys()) - _WALKED):
        before, after = old.get(key), new.get(key)
        if canonical(before) == canonical(after):
            continue
        if key in (*_UPPER, *_LOWER):
            yield _bound(key, before, after)
        elif key == "format":
            typed = {str(before), str(after)} & _TYPED_FORMATS
            yield _told(key, before, after), BOTH if typed else SENDERS if after else NOBODY
        elif key in ANNOTATIONS:
            breaks = {"readOnly": SENDERS, "writeOnly": READERS} if after else {}
            yield ("now " if after else "no longer ") + key, breaks.get(key, NOBODY)
        elif before is None or after is None or isinstance(after, (str, int, float)):
            yield _told(key, before, after), SENDERS if after else NOBODY
        else:
            yield f"`{key}` changed", BOTH


def default_change(old: Node, new: Node) -> Iterator[Verdict]:
    """A default that changes changes what happens to callers who leave the field out."""
    before, after = old.get("default"), new.get("default")
    if canonical(before) != canonical(after):
        both = "default" in old and "default" in new
        yield _told("default", before, after), SENDERS if both else NOBODY


def enum_changes(old: Node, new: Node, is_open: bool) -> Iterator[Verdict]:
    """Values that came and went; `is_open` when any other string is allowed beside them."""
    if "enum" not in new and "enum" not in old:
        return
    if "enum" not in old:
        yield f"limited to {values(new['enum'])}", NOBODY if is_open else SENDERS
    elif "enum" not in new:
        yield f"no longer limited to {values(old['enum'])}", NOBODY
    else:
        before = {canonical(value): value for value in old["enum"]}
        after = {canonical(value): value for value in new["enum"]}
        if gone := [before[key] for key in sorted(before.keys() - after.keys())]:
            none_left = BOTH if len(gone) == len(before) else SENDERS
            yield f"{_noun(gone)} removed: {values(gone)}", NOBODY if is_open else none_left
        if come := [after[key] for key in sorted(after.keys() - before.keys())]:
            yield f"{_noun(come)} added: {values(come)}", NOBODY


def type_change(before: str, after: str) -> frozenset[str]:
    """Who breaks when one kind of value becomes another."""
    if after == "anything" or (before, after) == ("integer", "number"):
        return READERS
    if before == "anything" or (before, after) == ("number", "integer"):
        return SENDERS
    return BOTH


def _bound(key: str, before: Any, after: Any) -> Verdict:
    if not isinstance(before, (int, float)) or not isinstance(after, (int, float)):
        tighter = after is not None
    else:
        tighter = after < before if key in _UPPER else after > before
    return _told(key, before, after), SENDERS if tighter else NOBODY


def _told(key: str, before: Any, after: Any) -> str:
    if before is None:
        return f"`{key}` added: {values([after])}"
    if after is None:
        return f"`{key}` removed (was {values([before])})"
    return f"`{key}` {values([before])} → {values([after])}"


def _noun(found: list[Any]) -> str:
    return "value" if len(found) == 1 else "values"
