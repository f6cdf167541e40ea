"""Which change of a keyword breaks whom: the one table of verdicts, and the words for it.

Senders break when less is allowed; readers break when something comes that they could not get
before and that code cannot be expected to survive. Enum values and kinds of objects that are new in
a response break nobody: the client passes unknown ones through.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.changes.document import BOTH, NOBODY, READERS, SENDERS, kind
from tools.values import Json, canonical

# `maximum`, `maxLength`, `exclusiveMinimum` … of which the first group tells the direction.
_BOUND = re.compile(r"(?:exclusive)?(max|min)[A-Zi]", re.IGNORECASE)
# Formats that decide the Python type of a value, not only which strings are valid.
_TYPED_FORMATS = frozenset({"binary", "byte", "date", "date-time", "uuid"})
_MOST_SHOWN = 4
Verdict = tuple[str, frozenset[str]]


def keyword_changes(
    old: Json, new: Json, required: bool = True, is_sending: bool = False
) -> Iterator[Verdict]:
    """Yield every keyword that differs, of a schema or, `is_sending`, of how something is sent.

    `required` is false where readers could lack the value before.
    """
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if canonical(before) == canonical(after):
            continue
        told = difference(f"`{key}`", before, after)
        bound = _BOUND.match(key)
        match key:
            case "nullable":
                reader = READERS if required else NOBODY
                yield ("may now be null", reader) if after else ("no longer null", SENDERS)
            case "deprecated" | "readOnly" | "writeOnly":
                breaks = {"readOnly": SENDERS, "writeOnly": READERS}.get(key, NOBODY)
                yield ("now " if after else "no longer ") + key, breaks if after else NOBODY
            case "default":  # it changes what happens when the field is left out
                yield told, NOBODY if before is None or after is None else SENDERS
            case "format" if {str(before), str(after)} & _TYPED_FORMATS:
                yield told, BOTH
            case "tag":
                yield difference(key, before, after) + ": its generated module moves", BOTH
            case _ if is_sending:
                yield difference(key, before, after), BOTH
            case _ if bound and isinstance(before, int | float) and isinstance(after, int | float):
                yield told, SENDERS if (after < before) == (bound[1].lower() == "max") else NOBODY
            case _ if before is None or after is None or isinstance(after, (str, int, float)):
                yield told, NOBODY if after is None or after is False else SENDERS
            case _:
                yield f"`{key}` changed", BOTH


def discriminator_changes(
    old: Json, new: Json, together: Callable[[str, str], bool]
) -> Iterator[Verdict]:
    """Yield what tells members apart in another way; `together` names stand for one schema."""
    before, after = (
        {"": found["propertyName"], **found["mapping"]} if found else {}
        for found in (old.get("discriminator"), new.get("discriminator"))
    )
    if bool(before) != bool(after):
        yield ("discriminator added", NOBODY) if after else ("discriminator removed", READERS)
        return
    for value in sorted(before.keys() | after.keys()):
        was, now = before.get(value), after.get(value)
        if was != now and not (value and was and now and together(was, now)):
            name = f"discriminator value `{value}`" if value else "discriminator"
            yield difference(name, was, now), SENDERS if not now else BOTH if was else NOBODY


def enum_changes(old: Json, new: Json, is_open: bool) -> Iterator[Verdict]:
    """Yield values that came and went; `is_open` when any other string is allowed beside them."""
    before, after = ({canonical(v): v for v in node.get("enum", ())} for node in (old, new))
    if "enum" not in old and "enum" in new:
        yield f"limited to {values(after.values())}", NOBODY if is_open else SENDERS
    elif "enum" in old and "enum" not in new:
        yield f"no longer limited to {values(before.values())}", NOBODY
    else:
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
    if found == "map":
        return f"map of {named(node['additionalProperties'])}"
    fields = sorted(node.get("properties", {})) if found == "object" else []
    return f"object of {_some([f'`{name}`' for name in fields], ', ')}" if fields else found


def values(found: Iterable[Any]) -> str:
    """Write constants as they stand in the document: `a`, `b`, `3`."""
    shown = [value if isinstance(value, str) and value else canonical(value) for value in found]
    return ", ".join(f"`{value}`" for value in shown)


def _some(parts: list[str], joint: str) -> str:
    more = f"{joint}… ({len(parts)} in all)" if len(parts) > _MOST_SHOWN else ""
    return joint.join(parts[:_MOST_SHOWN]) + more
