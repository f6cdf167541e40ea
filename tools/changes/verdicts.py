"""Which change of a keyword breaks whom: the one table of verdicts.

Senders break when less is allowed; readers break when something comes that they could not get
before and that code cannot be expected to survive. Enum values and kinds of objects that are new in
a response break nobody: the client passes unknown ones through.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tools.changes.document import BOTH, NOBODY, READERS, SENDERS
from tools.changes.schemas import ANNOTATIONS, values
from tools.values import Json, canonical

# `maximum`, `maxLength`, `exclusiveMinimum` … of which the first group tells the direction.
_BOUND = re.compile(r"(?:exclusive)?(max|min)[A-Zi]", re.IGNORECASE)
# Formats that decide the Python type of a value, not only which strings are valid.
_TYPED_FORMATS = frozenset({"binary", "byte", "date", "date-time", "uuid"})
# What an operation or a parameter says of how it is sent.
_SENDING = frozenset(
    {
        *("route", "security", "servers", "callbacks", "content"),
        *("style", "explode", "allowReserved", "allowEmptyValue"),
    }
)
# Compared on their own, because their parts need to be walked.
WALKED = frozenset(
    {
        *("$ref", "anyOf", "allOf", "type", "enum", "properties", "required", "items"),
        *("additionalProperties", "discriminator", *ANNOTATIONS),
    }
)
Verdict = tuple[str, frozenset[str]]


def keyword_changes(old: Json, new: Json, required: bool = True) -> Iterator[Verdict]:
    """Yield every keyword that differs, of what is said of a value or of an operation.

    `required` is false where readers could lack the value before.
    """
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if canonical(before) == canonical(after):
            continue
        told = difference(f"`{key}`", before, after)
        numbers = isinstance(before, (int, float)) and isinstance(after, (int, float))
        match key:
            case "nullable" if after:
                yield "may now be null", READERS if required else NOBODY
            case "nullable":
                yield "no longer null", SENDERS
            case "deprecated" | "readOnly" | "writeOnly" if before or after:
                breaks = {"readOnly": SENDERS, "writeOnly": READERS}.get(key, NOBODY)
                yield ("now " if after else "no longer ") + key, breaks if after else NOBODY
            case "deprecated":
                pass
            case "default":  # it changes what happens when the field is left out
                yield told, NOBODY if before is None or after is None else SENDERS
            case "format" if {str(before), str(after)} & _TYPED_FORMATS:
                yield told, BOTH
            case "tag":
                yield difference(key, before, after) + ": its generated module moves", BOTH
            case _ if key in _SENDING:
                yield difference(key, before, after), BOTH
            case _ if numbers and (bound := _BOUND.match(key)):
                yield told, SENDERS if (after < before) == (bound[1].lower() == "max") else NOBODY
            case _ if before is None or after is None or isinstance(after, (str, int, float)):
                yield told, NOBODY if after is None or after is False else SENDERS
            case _:
                yield f"`{key}` changed", BOTH


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
