"""Walk two documents side by side and collect every difference that a caller can notice.

Component schemas are compared once each, under their own name; where one refers to another of the
same name the walk stops. Names that upstream moved are learned on the way: two references at the
same place, one to a schema that is gone and one to a schema that is new, are one schema renamed.
The walk is repeated until no more are learned, so that its result knows all of them.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tools.changes.document import Document
from tools.changes.names import Names
from tools.changes.normal import Node, table
from tools.changes.rules import (
    BOTH,
    NOBODY,
    READERS,
    SENDERS,
    constraint_changes,
    default_change,
    enum_changes,
    type_change,
)
from tools.changes.unions import match
from tools.changes.words import declared, kind, named, tags


@dataclass(frozen=True)
class Change:
    """One difference: where it is, what it is, on which sides it is met and where it breaks."""

    place: str
    what: str
    sides: frozenset[str]
    breaks: frozenset[str]


@dataclass(frozen=True)
class Spot:
    """The place the walk is at; `required` when readers may count on a value being there."""

    place: str
    sides: frozenset[str]
    required: bool = True
    is_open: bool = False


class Comparison:
    """One walk over both documents. `changes`, and what `names` has learned, are its result."""

    def __init__(self, names: Names) -> None:
        self.old, self.new = names.old, names.new
        self.names = names
        self.changes: list[Change] = []
        self._inline: set[str] = set()
        self._visiting: set[tuple[str, str]] = set()

    def schemas(self) -> None:
        """Compare every schema that both documents reach, under the name it has now."""
        for before in sorted(self.old.sides):
            after = self.names.renamed.get(before, before)
            sides = frozenset(self.old.sides[before])
            if after in self.new.sides:
                old, new = self.old.schemas[before], self.new.schemas[after]
                self.names.learn_parts(old, new)
                if before in self.old.values or after in self.new.values:
                    self._whole(old, new, Spot(after, sides))

    def came_and_went(self) -> None:
        """Note the schemas that came and went, save parts and those moved in or out of line."""
        for name in sorted(self.old.sides.keys() | self.new.sides.keys()):
            gone, come = name not in self.new.sides, name not in self.old.sides
            sides = frozenset({*self.old.sides.get(name, ()), *self.new.sides.get(name, ())})
            if name not in self.old.values | self.new.values:
                continue
            if gone and name not in self.names.renamed and name not in self._inline:
                self.changes.append(Change(name, "schema removed", sides, sides))
            if come and name not in self.names.renamed.values() and name not in self._inline:
                self.changes.append(Change(name, "schema added", sides, NOBODY))

    def node(self, old: Node, new: Node, spot: Spot) -> None:
        """Compare two uses of schemas at one place."""
        before, after = old.get("$ref"), new.get("$ref")
        if before is None or after is None:
            so_far = len(self.changes)
            self.names.learn_parts(old, new)
            self._whole(old, new, spot)
            if so_far == len(self.changes):
                self._inline |= {*_refs(old), *_refs(new)}
        elif self.names.together(before, after):
            self._notes(old, new, spot)
        elif (before, after) not in self._visiting:
            self._visiting.add((before, after))
            shapes = self.old.effective(old), self.new.effective(new)
            with self._aside() as found:
                self._shape(old, new, spot)
            self._visiting.discard((before, after))
            self._notes(*shapes, spot)
            if found or before in self.new.sides or after in self.old.sides:
                breaks = frozenset[str]().union(*(change.breaks for change in found))
                same = "" if found else ", of the same structure"
                self.add(spot, f"type `{before}` → `{after}`{same}", breaks)

    def add(self, spot: Spot, what: str, breaks: frozenset[str]) -> None:
        """Note a difference, which breaks only on the sides where the place is met."""
        self.changes.append(Change(spot.place, what, spot.sides, breaks & spot.sides))

    def _whole(self, old: Node, new: Node, spot: Spot) -> None:
        self._notes(self.old.effective(old), self.new.effective(new), spot)
        self._shape(old, new, spot)

    def _notes(self, old: Node, new: Node, spot: Spot) -> None:
        """What a use of a schema says beside the shape: null, defaults."""
        if new.get("nullable") and not old.get("nullable"):
            self.add(spot, "may now be null", READERS if spot.required else NOBODY)
        if old.get("nullable") and not new.get("nullable"):
            self.add(spot, "no longer null", SENDERS)
        self._told(default_change(old, new), spot)
        if "$ref" in old and "$ref" in new:
            self._told(constraint_changes(old, new), spot)

    def _shape(self, old: Node, new: Node, spot: Spot) -> None:
        before, after = self.old.effective(old), self.new.effective(new)
        kinds = kind(before), kind(after)
        if "union" in kinds:
            self._union(old, new, spot)
            return
        if kinds[0] != kinds[1]:
            self.add(spot, f"type {_bare(old)} → {_bare(new)}", type_change(*kinds))
            return
        self._told(enum_changes(before, after, spot.is_open), spot)
        self._told(constraint_changes(before, after), spot)
        self._fields(before, after, spot)
        if "items" in before or "items" in after:
            inside = replace(spot, place=spot.place + "[]", required=True, is_open=False)
            self.node(before.get("items", {}), after.get("items", {}), inside)
        self._other_fields(before, after, spot)

    def _fields(self, old: Node, new: Node, spot: Spot) -> None:
        before, after = declared(old), declared(new)
        for name in sorted(before.keys() | after.keys()):
            field = replace(spot, place=f"{spot.place}.{name}", is_open=False)
            was, needed = name in old.get("required", ()), name in new.get("required", ())
            if name not in before:
                what = f"{'required' if needed else 'optional'} field added, {named(after[name])}"
                self.add(field, what, SENDERS if needed else NOBODY)
            elif name not in after:
                self.add(field, f"field removed (was {named(before[name])})", BOTH)
            else:
                if needed != was:
                    what = "now required" if needed else "no longer required"
                    self.add(field, what, SENDERS if needed else READERS)
                self.node(before[name], after[name], replace(field, required=was))

    def _other_fields(self, old: Node, new: Node, spot: Spot) -> None:
        before, after = old.get("additionalProperties", {}), new.get("additionalProperties", {})
        if before is False and after is not False:
            self.add(spot, "other fields are now allowed", NOBODY)
        elif after is False and before is not False:
            self.add(spot, "other fields are no longer allowed", SENDERS)
        elif before or after:
            inside = replace(spot, place=spot.place + "{}", required=True, is_open=False)
            self.node(table(before), table(after), inside)

    def _union(self, old: Node, new: Node, spot: Spot) -> None:
        before, after = self.old.effective(old), self.new.effective(new)
        members = before.get("union", [old]), after.get("union", [new])
        found = match(*members, self.old, self.new, self._same)
        if not found.pairs:
            self.add(spot, f"type {_bare(old)} → {_bare(new)}", BOTH)
            return
        if not found.removed and not found.added:
            self._inline |= found.opened
        strings = _any_string(self.old, members[0]) and _any_string(self.new, members[1])
        for pair in found.pairs:
            self.node(*pair, replace(spot, is_open=strings))
        if found.removed:
            gone = " or ".join(named(member) for member in found.removed)
            self.add(spot, f"can no longer be {gone}", SENDERS)
        tagged = "union" in before and any(tags(self.old, member) for member in members[0])
        for kept_raw in (True, False):
            come = [
                named(member)
                for member in found.added
                if kept_raw == (tagged and bool(tags(self.new, member)))
            ]
            if come:
                what = f"may now also be {' or '.join(come)}"
                self.add(spot, what, NOBODY if kept_raw else READERS)
        if "union" in before and "union" in after:
            self._told(constraint_changes(before, after), spot)
            self._discriminators(before, after, spot)

    def _discriminators(self, old: Node, new: Node, spot: Spot) -> None:
        before, after = old.get("discriminator"), new.get("discriminator")
        if before is None or after is None:
            if before != after:
                what = "discriminator " + ("added" if before is None else "removed")
                self.add(spot, what, NOBODY if before is None else READERS)
            return
        fields = before["propertyName"], after["propertyName"]
        if fields[0] != fields[1]:
            self.add(spot, f"discriminator `{fields[0]}` → `{fields[1]}`", BOTH)
        for value in sorted(before["mapping"].keys() | after["mapping"].keys()):
            was, now = before["mapping"].get(value), after["mapping"].get(value)
            if was is None:
                self.add(spot, f"discriminator value added: `{value}` means `{now}`", NOBODY)
            elif now is None:
                self.add(spot, f"discriminator value removed: `{value}` (was `{was}`)", SENDERS)
            elif not self.names.together(was, now):
                self.add(spot, f"discriminator value `{value}`: `{was}` → `{now}`", BOTH)

    def _told(self, verdicts: Iterable[tuple[str, frozenset[str]]], spot: Spot) -> None:
        for what, breaks in verdicts:
            self.add(spot, what, breaks)

    def _same(self, old: Node, new: Node) -> bool:
        """Whether two members of unions differ in nothing that matters."""
        with self.names.fixed(), self._aside() as found:
            self._whole(old, new, Spot("", BOTH))
        return not found

    @contextmanager
    def _aside(self) -> Generator[list[Change]]:
        """Collect what the block finds in a list of its own, to be judged as a whole."""
        kept, self.changes = self.changes, []
        try:
            yield self.changes
        finally:
            self.changes = kept


def _refs(node: Node) -> set[str]:
    """The schemas that stand in this place, by name or as parts of what is written there."""
    parts = [name for part in node.get("allOf", ()) for name in _refs(part)]
    return {*parts, *([str(node["$ref"])] if "$ref" in node else [])}


def _bare(node: Node) -> str:
    """The name of a type without its null, which is reported on its own."""
    return named({key: value for key, value in node.items() if key != "nullable"})


def _any_string(document: Document, members: list[Node]) -> bool:
    shapes = [document.effective(member) for member in members]
    return any(
        (kind(shape) == "string" and "enum" not in shape)
        or _any_string(document, [part for part in shape.get("union", ()) if "$ref" not in part])
        for shape in shapes
    )
