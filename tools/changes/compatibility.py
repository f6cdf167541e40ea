"""Which change of a keyword breaks whom: the one table of verdicts for constraints.

Senders break when less is allowed; readers break when something comes that they could not get
before and that code cannot be expected to survive. Enum values and kinds of objects that are new in
a response break nobody: the client passes unknown ones through.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tools.changes.describe import values
from tools.changes.document import BOTH, NOBODY, READERS, SENDERS
from tools.changes.normalize import ANNOTATIONS
from tools.values import Json, canonical

# `maximum`, `maxLength`, `exclusiveMinimum` … of which the first group tells the direction.
_BOUND = re.compile(r"(?:exclusive)?(max|min)[A-Zi]", re.IGNORECASE)
# Formats that decide the Python type of a value, not only which strings are valid.
_TYPED_FORMATS = frozenset({"binary", "byte", "date", "date-time", "uuid"})
# Compared on their own, because their parts need to be walked.
_WALKED = frozenset(
    {
        *("$ref", "anyOf", "allOf", "type", "enum", "properties", "required", "items"),
        *("additionalProperties", "discriminator", "nullable", "default"),
    }
)
Verdict = tuple[str, frozenset[str]]


def constraint_changes(old: Json, new: Json) -> Iterator[Verdict]:
    """Yield every keyword that only constrains a value and differs, in words, with who breaks."""
    for key in sorted((old.keys() | new.keys()) - _WALKED):
        before: Any = old.get(key)
        after: Any = new.get(key)
        if canonical(before) == canonical(after):
            continue
        told = difference(f"`{key}`", before, after)
        if bound := _BOUND.match(key):
            numbers = isinstance(before, (int, float)) and isinstance(after, (int, float))
            smaller = after < before if numbers else after is None
            tighter = smaller == (bound[1].lower() == "max") if numbers else not smaller
            yield told, SENDERS if tighter else NOBODY
        elif key == "format":
            typed = {str(before), str(after)} & _TYPED_FORMATS
            yield told, BOTH if typed else SENDERS if after else NOBODY
        elif key in ANNOTATIONS:
            breaks = {"readOnly": SENDERS, "writeOnly": READERS} if after else {}
            yield ("now " if after else "no longer ") + key, breaks.get(key, NOBODY)
        elif before is None or after is None or isinstance(after, (str, int, float)):
            yield told, SENDERS if after else NOBODY
        else:
            yield f"`{key}` changed", BOTH


def default_change(old: Json, new: Json) -> Iterator[Verdict]:
    """Yield the change of a default: it changes what happens when the field is left out."""
    before, after = old.get("default"), new.get("default")
    if canonical(before) != canonical(after):
        both = "default" in old and "default" in new
        yield difference("`default`", before, after), SENDERS if both else NOBODY


def null_changes(old: Json, new: Json, required: bool) -> Iterator[Verdict]:
    """Yield the change of what may be null; who need not be sent a value could lack it before."""
    if new.get("nullable") and not old.get("nullable"):
        yield "may now be null", READERS if required else NOBODY
    if old.get("nullable") and not new.get("nullable"):
        yield "no longer null", SENDERS


def note_changes(old: Json, new: Json) -> Iterator[Verdict]:
    """Yield the keywords of an operation or parameter that differ: they change what is sent."""
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if key == "deprecated" and bool(before) != bool(after):
            yield f"{'now' if after else 'no longer'} deprecated", NOBODY
        elif canonical(before) != canonical(after) and key != "deprecated":
            why = ": its generated module moves" if key == "tag" else ""
            yield difference(key, before, after) + why, BOTH


def discriminator_changes(
    old: Json, new: Json, together: Callable[[str, str], bool]
) -> Iterator[Verdict]:
    """Yield what tells members apart in another way; `together` names stand for one schema."""
    before, after = old.get("discriminator"), new.get("discriminator")
    if before and after:
        if before["propertyName"] != after["propertyName"]:
            yield difference("discriminator", before["propertyName"], after["propertyName"]), BOTH
        for value in sorted(before["mapping"].keys() | after["mapping"].keys()):
            was, now = before["mapping"].get(value), after["mapping"].get(value)
            if not was or not now or not together(was, now):
                breaks = SENDERS if not now else BOTH if was else NOBODY
                yield difference(f"discriminator value `{value}`", was, now), breaks
    elif before or after:
        yield ("discriminator added", NOBODY) if after else ("discriminator removed", READERS)


def enum_changes(old: Json, new: Json, is_open: bool) -> Iterator[Verdict]:
    """Yield values that came and went; `is_open` when any other string is allowed beside them."""
    if "enum" not in old and "enum" in new:
        yield f"limited to {values(new['enum'])}", NOBODY if is_open else SENDERS
    if "enum" in old and "enum" not in new:
        yield f"no longer limited to {values(old['enum'])}", NOBODY
    if "enum" in old and "enum" in new:
        before, after = ({canonical(v): v for v in node["enum"]} for node in (old, new))
        for word, first, second in (("removed", before, after), ("added", after, before)):
            if found := [first[key] for key in sorted(first.keys() - second.keys())]:
                breaks = BOTH if len(found) == len(before) else SENDERS
                told = f"value{'s' * (len(found) > 1)} {word}: {values(found)}"
                yield told, NOBODY if is_open or word == "added" else breaks


def type_change(before: str, after: str) -> frozenset[str]:
    """Return who breaks when one kind of value becomes another."""
    if after == "anything" or (before, after) == ("integer", "number"):
        return READERS
    if before == "anything" or (before, after) == ("number", "integer"):
        return SENDERS
    return BOTH


def difference(name: str, before: Any, after: Any) -> str:
    """Say how the value of a keyword differs; None is a keyword that is not there."""
    if before is None:
        return f"{name} added: {values([after])}"
    if after is None:
        return f"{name} removed (was {values([before])})"
    return f"{name} {values([before])} → {values([after])}"
