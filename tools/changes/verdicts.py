"""Which change breaks whom: the one table of verdicts, and the words for what changed.

Senders break when less is allowed; readers break when something comes that they could not get
before and that code cannot be expected to survive; code breaks when a name that it holds is gone: a
class, a function, a value of an enum. Enum values and kinds of objects that are new in a response
break nobody: the client passes unknown ones through.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tools.changes.document import kind
from tools.changes.spots import BOTH, CODE, NOBODY, READERS, SENDERS
from tools.values import Json, canonical

ADDED, CHANGED, DEPRECATED, REMOVED = "Added", "Changed", "Deprecated", "Removed"

# Kind of change -> whom it breaks, and the heading that it has in CHANGELOG.md. What breaks anybody
# is major, what is added or deprecated minor, and anything else a patch.
TABLE: dict[str, tuple[frozenset[str], str]] = {
    # Operations, parameters, bodies, responses, headers, fields, schemas, members of unions.
    "added": (NOBODY, ADDED),
    "added, required": (SENDERS, ADDED),
    "added, and may come": (READERS, ADDED),
    "removed": (BOTH, REMOVED),
    "now required": (SENDERS, CHANGED),
    "no longer required": (READERS, CHANGED),
    "member removed": (SENDERS, REMOVED),
    "member with a class removed": (SENDERS | CODE, REMOVED),
    # Names.
    "renamed": (CODE, CHANGED),
    "renamed, pinned": (NOBODY, ""),  # which nobody has to know
    # How a request is sent.
    "sent otherwise": (BOTH, CHANGED),
    "more security": (SENDERS, CHANGED),
    "less security": (NOBODY, CHANGED),
    # Values: which are allowed, and what they are.
    "other values": (BOTH, CHANGED),
    "fewer values": (SENDERS, CHANGED),
    "more values": (NOBODY, CHANGED),  # readers survive a longer list
    "more kinds of value": (READERS, CHANGED),
    "may be null": (READERS, CHANGED),
    "may be null, was optional": (NOBODY, CHANGED),
    "no longer null": (SENDERS, CHANGED),
    "value added": (NOBODY, ADDED),
    "value removed": (SENDERS | CODE, REMOVED),
    "all values removed": (BOTH | CODE, REMOVED),
    "value removed, any string allowed": (NOBODY, CHANGED),
    "no longer an enum": (READERS, CHANGED),
    "no longer an enum with a name": (READERS | CODE, CHANGED),
    # What is said beside the values.
    "default": (SENDERS, CHANGED),  # what happens when the field is left out
    "default, only one": (NOBODY, CHANGED),
    "now deprecated": (NOBODY, DEPRECATED),
    "now readOnly": (SENDERS, CHANGED),
    "now writeOnly": (READERS, CHANGED),
    "said no more": (NOBODY, CHANGED),
    # What tells the members of a union apart.
    "told apart otherwise": (BOTH, CHANGED),
    "told apart by less": (READERS, CHANGED),
    "told apart all the same": (NOBODY, CHANGED),
    "tag removed": (SENDERS, REMOVED),
}
LEVELS = ("none", "patch", "minor", "major")

# `maximum`, `maxLength`, `exclusiveMinimum` … of which the first group tells the direction.
_BOUND = re.compile(r"(?:exclusive)?(max|min)[A-Zi]", re.IGNORECASE)
# Formats that decide the Python type of a value, not only which strings are valid.
_TYPED_FORMATS = frozenset({"binary", "byte", "date", "date-time", "uuid"})
_MOST_SHOWN = 4


class Verdict(NamedTuple):
    """What changed, whom it breaks where the place is met by all, and its heading in CHANGELOG."""

    told: str
    breaks: frozenset[str]
    section: str


def verdict(change: str, told: str) -> Verdict:
    """Return what `TABLE` says of this kind of change, with the words for this one."""
    return Verdict(told, *TABLE[change])


def level(one: Verdict, is_met: bool = True) -> str:
    """Return `patch`, `minor` or `major`, by the rules of CHANGELOG.md.

    `is_met` is false for a place that no caller counts on, such as the response of an error.
    """
    if one.breaks:
        return "major"
    return "minor" if is_met and one.section in (ADDED, DEPRECATED) else "patch"


def keyword_changes(
    old: Json, new: Json, required: bool = True, is_sending: bool = False
) -> Iterator[Verdict]:
    """Yield every keyword that differs, of a schema or, `is_sending`, of how something is sent.

    `required` is false where readers could lack the value before.
    """
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if canonical(before) != canonical(after):
            yield _keyword_change(key, before, after, required, is_sending)


def _keyword_change(key: str, before: Any, after: Any, required: bool, is_sending: bool) -> Verdict:
    told = difference(key if is_sending else f"`{key}`", before, after)
    both_there = before is not None and after is not None
    match key:
        case "nullable" if after:
            optional = "" if required else ", was optional"
            return verdict(f"may be null{optional}", "may now be null")
        case "nullable":
            return verdict("no longer null", "no longer null")
        case "deprecated" | "readOnly" | "writeOnly":
            return verdict(f"now {key}" if after else "said no more", f"{_now(after)} {key}")
        case "default":
            return verdict("default" if both_there else "default, only one", told)
        case "format" if {str(before), str(after)} & _TYPED_FORMATS:
            return verdict("other values", told)
        case "contentEncoding" | "contentMediaType":
            return verdict("other values", told)
        case "tag":
            return verdict("renamed", f"{told}: its generated module moves")
        case "security":
            return _security_change(before or [[]], after or [[]])
        case "encoding" | "callbacks" | "servers" if is_sending:
            return verdict("sent otherwise", f"`{key}` changed")
        case _ if is_sending:
            return verdict("sent otherwise", told)
        case _ if both_there and not isinstance(after, str | int | float):
            return verdict("other values", f"`{key}` changed")
        case _:
            return verdict("more values" if _is_wider(key, before, after) else "fewer values", told)


def _now(is_said: object) -> str:
    return "now" if is_said else "no longer"


def _is_wider(key: str, before: Any, after: Any) -> bool:
    """Tell whether a constraint, which each may lack, allows all that it allowed before."""
    if before is None or after is None:
        return after is None
    if not (isinstance(before, int | float) and isinstance(after, int | float)):
        return False
    if bound := _BOUND.match(key):
        return (after > before) == (bound[1].lower() == "max")
    return key == "multipleOf" and after != 0 and before % after == 0


def _security_change(before: list[list[str]], after: list[list[str]]) -> Verdict:
    """Judge two lists of alternatives, each a list of the credentials that it asks for.

    Who sends the credentials of an alternative is let in by any other that asks for some of them.
    """
    enough = all(any({*new} <= {*old} for new in after) for old in before)
    shown = " → ".join(
        " or ".join(" and ".join(f"`{part}`" for part in one) or "nothing" for one in side)
        for side in (before, after)
    )
    return verdict("less security" if enough else "more security", f"security {shown}")


def discriminator_changes(
    old: Json,
    new: Json,
    together: Callable[[str, str], bool],
    tagged: Callable[[str], bool],
) -> Iterator[Verdict]:
    """Yield what tells members apart in another way.

    `together` names stand for one schema. `tagged` says of a property whether each member, before
    and now, has a constant of its own there, which tells it apart without a discriminator.
    """
    before, after = (
        {"": found["propertyName"], **found["mapping"]} if found else {}
        for found in (old.get("discriminator"), new.get("discriminator"))
    )
    if bool(before) != bool(after):
        by_less = before and not tagged(str(before[""]))
        known = "told apart by less" if by_less else "told apart all the same"
        yield verdict(known, f"discriminator {'added' if after else 'removed'}")
        return
    for value in sorted(before.keys() | after.keys()):
        was, now = before.get(value), after.get(value)
        if was != now and not (value and was and now and together(was, now)):
            told = difference(
                f"discriminator value `{value}`" if value else "discriminator", was, now
            )
            otherwise = (
                "told apart otherwise"
                if value or not tagged(str(now))
                else "told apart all the same"
            )
            yield verdict(otherwise if was and now else "added" if now else "tag removed", told)


def enum_changes(old: Json, new: Json, is_open: bool, is_named: bool) -> Iterator[Verdict]:
    """Yield values that came and went.

    `is_open` when any other string is allowed beside them, `is_named` for a schema of its own.
    """
    before, after = ({canonical(v): v for v in node.get("enum", ())} for node in (old, new))
    if "enum" not in old and "enum" in new:
        yield verdict(
            "value added" if is_open else "fewer values", f"limited to {values(after.values())}"
        )
    elif "enum" in old and "enum" not in new:
        change = "no longer an enum with a name" if is_named else "no longer an enum"
        told = f"no longer limited to {values(before.values())}"
        yield verdict("value removed, any string allowed" if is_open else change, told)
    else:
        gone, come = (
            [one[key] for key in sorted(one.keys() - other.keys())]
            for one, other in ((before, after), (after, before))
        )
        for word, found in (("removed", gone), ("added", come)):
            every = "all values" if word == "removed" and len(found) == len(before) else "value"
            is_loose = ", any string allowed" if is_open and word == "removed" else ""
            if found:
                told = f"value{'s' * (len(found) > 1)} {word}: {values(found)}"
                yield verdict(f"value removed{is_loose}" if is_loose else f"{every} {word}", told)


def type_change(old: Json, new: Json, before: str, after: str) -> Verdict:
    """Judge a value of one kind that becomes one of another."""
    change = "other values"
    if after == "anything" or (before, after) == ("integer", "number"):
        change = "more kinds of value"
    elif before == "anything" or (before, after) == ("number", "integer"):
        change = "fewer values"
    return verdict(change, f"type {bare(old)} → {bare(new)}")


def difference(name: str, before: Any, after: Any) -> str:
    """Say how the value of a keyword differs; None is a keyword that is not there."""
    if before is None:
        return f"{name} added: {values([after])}"
    if after is None:
        return f"{name} removed (was {values([before])})"
    return f"{name} {values([before])} → {values([after])}"


def named(node: Json) -> str:
    """Call a schema as a person would: `Name`, string, list of integer, one of "a", "b" …"""
    return bare(node) + (" or null" if node.get("nullable") else "")


def bare(node: Json) -> str:
    """Name a schema without its null, which is reported on its own."""
    if "$ref" in node:
        return f"`{node['$ref']}`"
    if parts := [named(part) for part in node.get("allOf", ()) if "$ref" in part]:
        return " with ".join(parts)
    if "anyOf" in node:
        return _some([named(member) for member in node["anyOf"]], " or ")
    if node.get("enum"):
        return _some([values([value]) for value in node["enum"]], ", ")
    found = kind(node)
    if found == "array":
        return f"list of {named(node.get('items', {}))}"
    rest = node.get("additionalProperties")
    if found == "object" and rest and not node.keys() & {"properties", "required"}:
        return f"map of {named(rest)}"
    fields = sorted(node.get("properties", {})) if found == "object" else []
    return f"object of {_some([f'`{name}`' for name in fields], ', ')}" if fields else found


def values(found: Iterable[Any]) -> str:
    """Write constants as they stand in the document: `a`, `b`, `3`."""
    shown = [value if isinstance(value, str) and value else canonical(value) for value in found]
    return ", ".join(f"`{value}`" for value in shown)


def _some(parts: list[str], joint: str) -> str:
    more = f"{joint}… ({len(parts)} in all)" if len(parts) > _MOST_SHOWN else ""
    return joint.join(parts[:_MOST_SHOWN]) + more
