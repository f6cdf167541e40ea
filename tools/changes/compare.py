"""Walk two documents side by side and collect every difference that a caller can notice.

Component schemas are compared once each, under their own name; where one refers to another of the
same name the walk stops. Names that upstream moved are learned on the way: where one document
refers to a schema that is gone and the other, at the same place, to one that is new and much the
same, it is one schema under two names.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace

from tools.changes import verdicts
from tools.changes.document import BOTH, NOBODY, READERS, SENDERS, Document, Spot, Spots
from tools.changes.schemas import annotations, bare, declared, kind, named
from tools.values import Json, canonical

Change = tuple[Spot, str, frozenset[str]]
"""One difference: where it is, what it is, and on which sides it breaks."""


class Comparison:
    """One walk over both documents. `changes`, and the names it has `renamed`, are its result."""

    def __init__(self, old: Document, new: Document, renamed: dict[str, str]) -> None:
        self.old, self.new = old, new
        self.renamed = dict(renamed)
        self.changes: list[Change] = []
        self._inline: set[str] = set()
        self._visiting: set[tuple[str, str]] = set()

    def run(self) -> None:
        """Compare every operation with all in it, and every schema under the name it has now."""
        self._operations()
        for before in sorted(self.old.sides):
            after = self.renamed.get(before, before)
            if after in self.new.sides:
                old, new = self.old.schemas[before], self.new.schemas[after]
                self._learn_parts(old, new)
                if before in self.old.values or after in self.new.values:
                    self._whole(old, new, Spot(after, frozenset(self.old.sides[before])))
        # The schemas that came and went, save parts and those moved in or out of line.
        moved = {*self._inline, *self.renamed, *self.renamed.values()}
        for name in sorted((self.old.values | self.new.values) - moved):
            if (name in self.new.sides) != (name in self.old.sides):
                gone = name in self.old.sides
                sides = frozenset((self.old if gone else self.new).sides[name])
                told = ("schema removed", BOTH) if gone else ("schema added", NOBODY)
                self._add(Spot(name, sides), told)

    def _operations(self) -> None:
        moved: dict[str, str] = {}
        now = {self.new.spots[name,].detail: name for name in self.new.operations}
        for name in sorted(self.old.operations - self.new.operations):
            other = now.get(self.old.spots[name,].detail)
            if other and other not in self.old.operations:
                moved[name] = other
                told = f"operationId was `{name}`: its generated function gets another name"
                self._add(Spot(other, BOTH), (told, BOTH))
        old = {(moved.get(name, name), *key): spot for (name, *key), spot in self.old.spots.items()}
        self._spots(old, self.new.spots)

    def _add(self, spot: Spot, *found: verdicts.Verdict) -> None:
        """Note differences; each breaks only on the sides where the place is met."""
        self.changes += [(spot, what, breaks & spot.sides) for what, breaks in found]

    def _spots(self, old: Spots, new: Spots) -> None:
        for key in sorted(old.keys() | new.keys()):
            before, after = old.get(key), new.get(key)
            outer = [key[:length] for length in range(1, len(key))]
            spot = after or before
            if spot is None or any((part in old) != (part in new) for part in outer):
                continue
            detail = spot.detail or (named(spot.schema) if spot.schema is not None else "")
            if before and after:
                if before.needed != after.needed:
                    now = ("now required", SENDERS), ("no longer required", READERS)
                    self._add(spot, now[not after.needed])
                self._add(spot, *verdicts.keyword_changes(before.about, after.about))
                if before.schema is not None and after.schema is not None:
                    self._use(before.schema, after.schema, replace(spot, needed=before.needed))
            elif after:
                needed = {None: "", True: "required ", False: "optional "}[spot.needed]
                told = f"{needed}{spot.noun} added{detail and f', {detail}'}"
                self._add(spot, (told, SENDERS if spot.needed else spot.added))
            else:
                told = f"{spot.noun} removed{detail and f' (was {detail})'}"
                self._add(spot, (told, spot.removed))

    def _use(self, old: Json, new: Json, spot: Spot) -> None:
        """Compare two uses of schemas at one place."""
        before, after = old.get("$ref"), new.get("$ref")
        if before is None or after is None:
            so_far = len(self.changes)
            self._learn_parts(old, new)
            self._whole(old, new, spot)
            if so_far == len(self.changes):
                self._inline |= {*_refs(old), *_refs(new)}
        elif self._together(before, after):
            self._notes(old, new, spot)
        elif (before, after) not in self._visiting:
            self._visiting.add((before, after))
            with self._aside() as found:
                self._shape(old, new, spot)
            self._visiting.discard((before, after))
            self._notes(self.old.effective(old), self.new.effective(new), spot)
            if found or before in self.new.sides or after in self.old.sides:
                breaks = NOBODY.union(*(breaks for _, _, breaks in found))
                same = "" if found else ", of the same structure"
                self._add(spot, (f"type `{before}` → `{after}`{same}", breaks))

    def _whole(self, old: Json, new: Json, spot: Spot) -> None:
        self._notes(self.old.effective(old), self.new.effective(new), spot)
        self._shape(old, new, spot)

    def _notes(self, old: Json, new: Json, spot: Spot) -> None:
        """Compare what a use of a schema says beside the shape: null, defaults, deprecated …"""
        notes = annotations(old), annotations(new)
        self._add(spot, *verdicts.keyword_changes(*notes, spot.needed is not False))

    def _shape(self, old: Json, new: Json, spot: Spot) -> None:
        before, after = self.old.effective(old), self.new.effective(new)
        kinds = kind(before), kind(after)
        if "union" in kinds:
            self._union(old, new, spot)
            return
        if kinds[0] != kinds[1]:
            self._add(spot, (f"type {bare(old)} → {bare(new)}", verdicts.type_change(*kinds)))
            return
        self._add(spot, *verdicts.enum_changes(before, after, spot.is_open))
        self._constraints(before, after, spot)
        self._spots(_fields(before, spot), _fields(after, spot))
        for keyword, brackets in (("items", "[]"), ("additionalProperties", "{}")):
            was, now = (node.get(keyword, {}) for node in (before, after))
            if (was is False) != (now is False):
                word, breaks = ("now", NOBODY) if was is False else ("no longer", SENDERS)
                self._add(spot, (f"other fields are {word} allowed", breaks))
            elif was or now:
                self._use(was, now, Spot(spot.place + brackets, spot.sides))

    def _constraints(self, old: Json, new: Json, spot: Spot) -> None:
        """Compare the keywords that only say which values of a kind are allowed."""
        rest = ({key: node[key] for key in node.keys() - verdicts.WALKED} for node in (old, new))
        self._add(spot, *verdicts.keyword_changes(*rest))

    def _union(self, old: Json, new: Json, spot: Spot) -> None:
        before, after = self.old.effective(old), self.new.effective(new)
        members = before.get("anyOf", [old]), after.get("anyOf", [new])
        left, opened = [*members], set[str]()
        pairs = self._pairs(left)
        while found := self._opened(left, opened):
            pairs += found
        if not pairs:
            self._add(spot, (f"type {bare(old)} → {bare(new)}", BOTH))
            return
        removed, added = left
        if not removed and not added:
            self._inline |= opened
        strings = _any_string(self.old, members[0]) and _any_string(self.new, members[1])
        for pair in pairs:
            self._use(*pair, replace(spot, is_open=strings))
        if removed:
            self._add(spot, (f"can no longer be {' or '.join(map(named, removed))}", SENDERS))
        # Readers keep a new kind of object as it is where its tag tells it from the others.
        tagged = "anyOf" in before and any(map(self.old.tags, members[0]))
        for known, breaks in ((True, NOBODY), (False, READERS)):
            come = [m for m in added if (tagged and bool(self.new.tags(m))) == known]
            if come:
                self._add(spot, (f"may now also be {' or '.join(map(named, come))}", breaks))
        if "anyOf" in before and "anyOf" in after:
            self._constraints(before, after, spot)
            self._add(spot, *verdicts.discriminator_changes(before, after, self._together))

    def _pairs(self, left: list[list[Json]]) -> list[tuple[Json, Json]]:
        """Return members of two unions that belong together, and take them out of `left`.

        The best evidence comes first: name, then tag, then structure, then kind of value.
        """
        tags = self.old.tags, self.new.tags
        tests: tuple[Callable[[Json, Json], bool], ...] = (
            lambda a, b: "$ref" in a and a["$ref"] == b.get("$ref"),
            lambda a, b: any(tags[0](a)) and tags[0](a) == tags[1](b),
            lambda a, b: bool(tags[0](a) & tags[1](b)),
            lambda a, b: canonical(self.old.effective(a)) == canonical(self.new.effective(b)),
            self._alike,
            lambda a, b: self.old.only_kind(a) == self.new.only_kind(b) != "",
        )
        pairs: list[tuple[Json, Json]] = []
        for test in tests:
            for member in list(left[0]):
                partner = next((other for other in left[1] if test(member, other)), None)
                if partner is not None:
                    pairs.append((member, partner))
                    left[0] = [other for other in left[0] if other is not member]
                    left[1] = [other for other in left[1] if other is not partner]
        return pairs

    def _opened(self, left: list[list[Json]], opened: set[str]) -> list[tuple[Json, Json]]:
        """Replace one lonely union by its members if that finds a partner for any of them."""
        for side, document in enumerate((self.old, self.new)):
            for member in left[side]:
                trial = list(left)
                trial[side] = document.effective(member).get("anyOf", []) if "$ref" in member else []
                if pairs := self._pairs(trial):
                    trial[side] = [m for m in left[side] if m is not member] + trial[side]
                    left[:] = trial
                    opened.add(str(member["$ref"]))
                    return pairs
        return []

    @contextmanager
    def _aside(self) -> Generator[list[Change]]:
        """Collect the changes found in the block in a list of its own, to be judged as a whole."""
        kept, self.changes = self.changes, []
        try:
            yield self.changes
        finally:
            self.changes = kept

    def _together(self, before: str, after: str) -> bool:
        """Tell whether both names stand for one schema; learn it where they were not known to."""
        if before == after or self.renamed.get(before) == after:
            return True
        free = before not in self.renamed and after not in self.renamed.values()
        moved = before not in self.new.sides and after not in self.old.sides
        if free and moved and self._alike({"$ref": before}, {"$ref": after}):
            self.renamed[before] = after
            return True
        return False

    def _learn_parts(self, old: Json, new: Json) -> None:
        """Learn names that only `allOf` refers to: comparing sees such parts merged."""
        before, after = _refs(old), _refs(new)
        for gone in sorted(before - after):
            any(self._together(gone, come) for come in sorted(after - before))

    def _alike(self, old: Json, new: Json) -> bool:
        """Tell whether two schemas have enough in common to be one schema under two names."""
        before, after = self.old.effective(old), self.new.effective(new)
        first, second = self.old.tags(before), self.new.tags(after)
        if kind(before) != kind(after) or (any((first, second)) and not first & second):
            return False
        first, second = self.old.features(before), self.new.features(after)
        return len(first & second) * 2 >= len(first | second)


def _fields(shape: Json, spot: Spot) -> Spots:
    """Return the fields of an object as spots, those included that it only requires."""
    required = shape.get("required", ())
    return {
        (name,): Spot(f"{spot.place}.{name}", spot.sides, "field", schema, needed=name in required)
        for name, schema in declared(shape).items()
    }


def _refs(node: Json) -> set[str]:
    """Return the names of the schemas in this place, and of the parts of one written there."""
    parts = [name for part in node.get("allOf", ()) for name in _refs(part)]
    return {*parts, *([str(node["$ref"])] if "$ref" in node else [])}


def _any_string(document: Document, members: list[Json]) -> bool:
    shapes = [document.effective(member) for member in members]
    shapes += [part for shape in shapes for part in shape.get("anyOf", ())]
    return any(kind(shape) == "string" and "enum" not in shape for shape in shapes)
