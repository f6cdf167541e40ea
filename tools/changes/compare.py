"""Walk two documents side by side and collect every difference that a caller can notice.

Component schemas are compared once each, under their own name; where one refers to another of the
same name the walk stops. Names that upstream moved are learned on the way: two references at the
same place, one to a schema that is gone and one to a schema that is new, are one schema renamed.
The walk is repeated until no more are learned, so that its result knows all of them.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tools.changes.compatibility import (
    constraint_changes,
    default_change,
    discriminator_changes,
    enum_changes,
    note_changes,
    null_changes,
    type_change,
)
from tools.changes.describe import bare, declared, kind, named, tags
from tools.changes.document import BOTH, NOBODY, READERS, SENDERS, Document, Slot, Slots
from tools.changes.renames import Renames
from tools.changes.unions import match
from tools.values import Json


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
    """One walk over both documents. `changes`, and what `renames` has learned, are its result."""

    def __init__(self, renames: Renames) -> None:
        self.old, self.new = renames.old, renames.new
        self.renames = renames
        self.changes: list[Change] = []
        self._inline: set[str] = set()
        self._visiting: set[tuple[str, str]] = set()

    def operations(self) -> None:
        """Compare every operation, and all that they send and receive in place."""
        moved: dict[str, str] = {}
        now = {self.new.slots[name,].detail: name for name in self.new.operations}
        for name in sorted(self.old.operations - self.new.operations):
            other = now.get(self.old.slots[name,].detail)
            if other and other not in self.old.operations:
                moved[name] = other
                what = f"operationId was `{name}`: its generated function gets another name"
                self._add(Spot(other, BOTH), what, BOTH)
        old = {(moved.get(name, name), *key): slot for (name, *key), slot in self.old.slots.items()}
        self._slots(old, self.new.slots)

    def schemas(self) -> None:
        """Compare every schema that both documents reach, under the name it has now."""
        for before in sorted(self.old.sides):
            after = self.renames.known.get(before, before)
            if after in self.new.sides:
                old, new = self.old.schemas[before], self.new.schemas[after]
                self.renames.learn_parts(old, new)
                if before in self.old.values or after in self.new.values:
                    self._whole(old, new, Spot(after, frozenset(self.old.sides[before])))

    def came_and_went(self) -> None:
        """Note the schemas that came and went, save parts and those moved in or out of line."""
        moved = {*self._inline, *self.renames.known, *self.renames.known.values()}
        for name in sorted((self.old.values | self.new.values) - moved):
            sides = frozenset({*self.old.sides.get(name, ()), *self.new.sides.get(name, ())})
            if name not in self.new.sides:
                self.changes.append(Change(name, "schema removed", sides, sides))
            elif name not in self.old.sides:
                self.changes.append(Change(name, "schema added", sides, NOBODY))

    def _add(self, spot: Spot, what: str, breaks: frozenset[str]) -> None:
        """Note a difference, which breaks only on the sides where the place is met."""
        self.changes.append(Change(spot.place, what, spot.sides, breaks & spot.sides))

    def _add_all(self, verdicts: Iterable[tuple[str, frozenset[str]]], spot: Spot) -> None:
        for what, breaks in verdicts:
            self._add(spot, what, breaks)

    def _slots(self, old: Slots, new: Slots) -> None:
        for key in sorted(old.keys() | new.keys()):
            before, after = old.get(key), new.get(key)
            outer = [key[:length] for length in range(1, len(key))]
            slot = after or before
            if slot is None or any((part in old) != (part in new) for part in outer):
                continue
            spot = Spot(slot.place, slot.sides)
            detail = slot.detail or (named(slot.schema) if slot.schema is not None else "")
            if before and after:
                self._slot(before, after, replace(spot, required=before.needed is not False))
            elif after:
                needed = {None: "", True: "required ", False: "optional "}[slot.needed]
                self._add(spot, f"{needed}{slot.noun} added{detail and f', {detail}'}", slot.added)
            else:
                self._add(spot, f"{slot.noun} removed{detail and f' (was {detail})'}", slot.removed)

    def _slot(self, old: Slot, new: Slot, spot: Spot) -> None:
        if old.needed != new.needed:
            word, breaks = ("now", SENDERS) if new.needed else ("no longer", READERS)
            self._add(spot, f"{word} required", breaks)
        self._add_all(note_changes(old.about, new.about), spot)
        if old.schema is not None and new.schema is not None:
            self._use(old.schema, new.schema, spot)

    def _use(self, old: Json, new: Json, spot: Spot) -> None:
        """Compare two uses of schemas at one place."""
        before, after = old.get("$ref"), new.get("$ref")
        if before is None or after is None:
            so_far = len(self.changes)
            self.renames.learn_parts(old, new)
            self._whole(old, new, spot)
            if so_far == len(self.changes):
                self._inline |= {*_refs(old), *_refs(new)}
        elif self.renames.together(before, after):
            self._beside_shape(old, new, spot)
        elif (before, after) not in self._visiting:
            self._visiting.add((before, after))
            with self._aside() as found:
                self._shape(old, new, spot)
            self._visiting.discard((before, after))
            self._beside_shape(self.old.effective(old), self.new.effective(new), spot)
            if found or before in self.new.sides or after in self.old.sides:
                breaks = NOBODY.union(*(change.breaks for change in found))
                same = "" if found else ", of the same structure"
                self._add(spot, f"type `{before}` → `{after}`{same}", breaks)

    def _whole(self, old: Json, new: Json, spot: Spot) -> None:
        self._beside_shape(self.old.effective(old), self.new.effective(new), spot)
        self._shape(old, new, spot)

    def _beside_shape(self, old: Json, new: Json, spot: Spot) -> None:
        """Compare the keywords of a use of a schema beside the shape: null, defaults."""
        self._add_all(null_changes(old, new, spot.required), spot)
        self._add_all(default_change(old, new), spot)
        if "$ref" in old and "$ref" in new:
            self._add_all(constraint_changes(old, new), spot)

    def _shape(self, old: Json, new: Json, spot: Spot) -> None:
        before, after = self.old.effective(old), self.new.effective(new)
        kinds = kind(before), kind(after)
        if "union" in kinds:
            self._union(old, new, spot)
            return
        if kinds[0] != kinds[1]:
            self._add(spot, f"type {bare(old)} → {bare(new)}", type_change(*kinds))
            return
        self._add_all(enum_changes(before, after, spot.is_open), spot)
        self._add_all(constraint_changes(before, after), spot)
        self._slots(_fields(before, spot), _fields(after, spot))
        if "items" in before or "items" in after:
            inside = Spot(spot.place + "[]", spot.sides)
            self._use(before.get("items", {}), after.get("items", {}), inside)
        self._other_fields(before, after, spot)

    def _other_fields(self, old: Json, new: Json, spot: Spot) -> None:
        before, after = (node.get("additionalProperties", {}) for node in (old, new))
        if (before is False) != (after is False):
            word, breaks = ("now", NOBODY) if before is False else ("no longer", SENDERS)
            self._add(spot, f"other fields are {word} allowed", breaks)
        elif before or after:
            self._use(before, after, Spot(spot.place + "{}", spot.sides))

    def _union(self, old: Json, new: Json, spot: Spot) -> None:
        before, after = self.old.effective(old), self.new.effective(new)
        members = before.get("anyOf", [old]), after.get("anyOf", [new])
        found = match(*members, self.old, self.new, self._same)
        removed, added = found.left
        if not found.pairs:
            self._add(spot, f"type {bare(old)} → {bare(new)}", BOTH)
            return
        if not removed and not added:
            self._inline |= found.opened
        strings = _any_string(self.old, members[0]) and _any_string(self.new, members[1])
        for pair in found.pairs:
            self._use(*pair, replace(spot, is_open=strings))
        if removed:
            self._add(spot, f"can no longer be {' or '.join(map(named, removed))}", SENDERS)
        tagged = "anyOf" in before and any(tags(self.old, member) for member in members[0])
        kept_raw = [m for m in added if tagged and tags(self.new, m)]
        for come, breaks in (
            (kept_raw, NOBODY),
            ([m for m in added if m not in kept_raw], READERS),
        ):
            if come:
                self._add(spot, f"may now also be {' or '.join(map(named, come))}", breaks)
        if "anyOf" in before and "anyOf" in after:
            self._add_all(constraint_changes(before, after), spot)
            told = discriminator_changes(before, after, self.renames.together)
            self._add_all(told, spot)

    def _same(self, old: Json, new: Json) -> bool:
        """Tell whether two members of unions differ in nothing that matters."""
        with self.renames.fixed(), self._aside() as found:
            self._whole(old, new, Spot("", BOTH))
        return not found

    @contextmanager
    def _aside(self) -> Generator[list[Change]]:
        """Collect the changes found in the block in a list of its own, to be judged as a whole."""
        kept, self.changes = self.changes, []
        try:
            yield self.changes
        finally:
            self.changes = kept


def _fields(shape: Json, spot: Spot) -> Slots:
    """Return the fields of an object as slots, those included that it only requires."""
    found: Slots = {}
    for name, schema in declared(shape).items():
        needed = name in shape.get("required", ())
        added = SENDERS if needed else NOBODY
        place = f"{spot.place}.{name}"
        found[name,] = Slot(place, "field", spot.sides, schema, needed=needed, added=added)
    return found


def _refs(node: Json) -> set[str]:
    """Return the names of the schemas in this place, and of the parts of one written there."""
    parts = [name for part in node.get("allOf", ()) for name in _refs(part)]
    return {*parts, *([str(node["$ref"])] if "$ref" in node else [])}


def _any_string(document: Document, members: list[Json]) -> bool:
    shapes = [document.effective(member) for member in members]
    return any(
        (kind(shape) == "string" and "enum" not in shape)
        or _any_string(document, [part for part in shape.get("anyOf", ()) if "$ref" not in part])
        for shape in shapes
    )
