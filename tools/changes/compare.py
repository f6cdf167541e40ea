"""Walk two documents side by side and collect every difference that a caller can notice.

Component schemas are compared once each, under their own name; where one refers to another of the
same name the walk stops. Names that upstream moved are learned on the way: where one document
refers to a schema that is gone and the other, at the same place, to one that is new and much the
same, it is one schema under two names.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

from tools.changes import document, verdicts
from tools.changes.document import Document, has_class, kind
from tools.changes.names import class_of
from tools.changes.spots import BOTH, CODE, Spot, Spots
from tools.changes.verdicts import Verdict, named, verdict
from tools.openapi_spec.names import line
from tools.values import Json, canonical

Change = tuple[Spot, Verdict]
"""One difference: where it is, and what it is to those who meet it there."""


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
        come, gone = (
            {one.spots[name,].detail: name for name in one.operations - other.operations}
            for one, other in ((self.new, self.old), (self.old, self.new))
        )
        moved = {name: come[route] for route, name in gone.items() if route in come}
        for name, other in sorted(moved.items()):
            told = f"operationId was `{name}`: its generated function gets another name"
            self._add(Spot(other, BOTH), verdict("renamed", told))
        old = {(moved.get(name, name), *key): spot for (name, *key), spot in self.old.spots.items()}
        self._spots(old, self.new.spots)
        for before in sorted(self.old.sides):
            after = self.renamed.get(before, before)
            if after in self.new.sides:
                schemas = self.old.schemas[before], self.new.schemas[after]
                self._learn_parts(*schemas)
                if before in self.old.values or after in self.new.values:
                    self._whole(*schemas, Spot(after, self.old.sides[before], "schema"))
        for before, after in sorted(self.renamed.items()):
            self._rename(before, after)
        one_sided = (self.old.sides.keys() ^ self.new.sides.keys()) - {
            *self.renamed,
            *self.renamed.values(),
        }
        for name in sorted(one_sided):
            self._one_sided(name)

    def _rename(self, before: str, after: str) -> None:
        told = f"schema was `{before}`, and Overlay actions on that name move along"
        was, now = class_of(before, self.old.given), class_of(after, self.new.given)
        if was == now:
            self._add(
                Spot(after, BOTH), verdict("renamed, pinned", f"{told}; its class is `{now}` still")
            )
        else:
            told += f"; class `{was}` is now `{now}`, unless {line(was, after)} keeps its name"
            self._add(Spot(after, BOTH), verdict("renamed", told))

    def _one_sided(self, name: str) -> None:
        """Tell of a schema that came or went; of one moved in or out of line, that its name did."""
        side, word = (self.old, "removed") if name in self.old.sides else (self.new, "added")
        spot = Spot(name, side.sides[name])
        if name not in self._inline and name in side.values:
            self._add(spot, verdict(word, f"schema {word}"))
        elif has_class(side.effective({"$ref": name})):
            told = "now a schema" if side is self.new else "no longer a schema"
            self._add(spot, verdict("renamed", f"{told} of its own: its class gets another name"))

    def _add(self, spot: Spot, *found: Verdict) -> None:
        """Note differences; each breaks only on the sides where the place is met."""
        met = spot.sides | CODE
        self.changes += [(spot, one._replace(breaks=one.breaks & met)) for one in found]

    def _spots(self, old: Spots, new: Spots) -> None:
        for key in sorted(old.keys() | new.keys()):
            before, after = old.get(key), new.get(key)
            spot = after or old[key]
            if any((key[:end] in old) != (key[:end] in new) for end in range(1, len(key))):
                continue
            detail = spot.detail or (named(spot.schema) if spot.schema is not None else "")
            if before and after:
                if before.needed != after.needed:
                    now = "now required" if after.needed else "no longer required"
                    self._add(spot, verdict(now, now))
                self._add(spot, *verdicts.keyword_changes(before.about, after.about, True, True))
                if before.schema is not None and after.schema is not None:
                    self._use(before.schema, after.schema, replace(spot, needed=before.needed))
            elif after:
                needed = {None: "", True: "required ", False: "optional "}[spot.needed]
                told = f"{needed}{spot.noun} added{detail and f', {detail}'}"
                self._add(spot, verdict("added, required" if spot.needed else spot.added, told))
            else:
                told = f"{spot.noun} removed{detail and f' (was {detail})'}"
                self._add(spot, verdict("removed", told))

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
            kept, self.changes = self.changes, []  # to judge what is found as a whole
            self._shape(old, new, spot)
            found, self.changes = self.changes, kept
            self._visiting.discard((before, after))
            self._notes(self.old.effective(old), self.new.effective(new), spot)
            if found or before in self.new.sides or after in self.old.sides:
                same = "" if found else ", of the same structure"
                told = verdict("renamed", f"type `{before}` → `{after}`{same}")
                own = told.breaks if kind(self.old.effective(old)) == "object" else frozenset[str]()
                breaks = own.union(*(one.breaks for _, one in found))
                self._add(spot, told._replace(breaks=breaks))

    def _whole(self, old: Json, new: Json, spot: Spot) -> None:
        self._notes(self.old.effective(old), self.new.effective(new), spot)
        self._shape(old, new, spot)

    def _notes(self, old: Json, new: Json, spot: Spot) -> None:
        """Compare what a use of a schema says beside the shape: null, defaults, deprecated …"""
        before, after = document.annotations(old), document.annotations(new)
        if "anything" in (kind(self.old.effective(old)), kind(self.new.effective(new))):
            before["nullable"] = after["nullable"] = False  # null is something
        self._add(spot, *verdicts.keyword_changes(before, after, spot.needed is not False))

    def _shape(self, old: Json, new: Json, spot: Spot) -> None:
        before, after = self.old.effective(old), self.new.effective(new)
        kinds = kind(before), kind(after)
        if "union" in kinds:
            self._union(old, new, before, after, spot)
        elif kinds[0] != kinds[1]:
            self._add(spot, verdicts.type_change(old, new, *kinds))
        if kinds[0] != kinds[1]:
            return
        constraints = document.constraints(before), document.constraints(after)
        self._add(spot, *verdicts.keyword_changes(*constraints))
        is_named = spot.noun == "schema"
        self._add(spot, *verdicts.enum_changes(before, after, spot.is_open, is_named))

        def tagged(name: str) -> bool:
            return self.old.has_constant(before, name) and self.new.has_constant(after, name)

        self._add(spot, *verdicts.discriminator_changes(before, after, self._together, tagged))
        self._spots(_fields(before, spot), _fields(after, spot))
        for keyword, brackets in (("items", "[]"), ("additionalProperties", "{}")):
            was, now = (node.get(keyword, {}) for node in (before, after))
            if (was is False) != (now is False):
                change, word = (
                    ("more values", "now") if was is False else ("fewer values", "no longer")
                )
                self._add(spot, verdict(change, f"other fields are {word} allowed"))
            elif was or now:
                self._use(was, now, Spot(spot.place + brackets, spot.sides))

    def _union(self, old: Json, new: Json, before: Json, after: Json, spot: Spot) -> None:
        members = before.get("anyOf", [old]), after.get("anyOf", [new])
        left, opened = [*members], set[str]()
        pairs = self._pairs(left)
        while found := self._opened(left, opened):
            pairs += found
        if not pairs:
            self._add(spot, verdicts.type_change(old, new, kind(before), kind(after)))
            return
        removed, added = left
        if not removed and not added:
            self._inline |= opened
        is_open = _any_string(self.old, members[0]) and _any_string(self.new, members[1])
        for pair in pairs:
            self._use(*pair, replace(spot, is_open=is_open, noun=""))
        if removed:
            in_line = any("$ref" not in one and has_class(one) for one in removed)
            change = "member with a class removed" if in_line else "member removed"
            self._add(spot, verdict(change, f"can no longer be {' or '.join(map(named, removed))}"))
        # Readers keep a new kind of object as it is where its tag tells it from the others.
        tagged = "anyOf" in before and any(map(self.old.tags, members[0]))
        for known, change in ((True, "added"), (False, "added, and may come")):
            if come := [m for m in added if (tagged and bool(self.new.tags(m))) == known]:
                told = f"may now also be {' or '.join(map(named, come))}"
                self._add(spot, verdict(change, told))

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
            lambda a, b: _only_kind(self.old, a) == _only_kind(self.new, b) != "",
        )
        pairs: list[tuple[Json, Json]] = []
        taken: set[int] = set()
        for test, (one, other) in product(tests, list(product(*left))):
            if not {id(one), id(other)} & taken and test(one, other):
                pairs.append((one, other))
                taken |= {id(one), id(other)}
        left[:] = [[member for member in side if id(member) not in taken] for side in left]
        return pairs

    def _opened(self, left: list[list[Json]], opened: set[str]) -> list[tuple[Json, Json]]:
        """Replace one lonely union by its members if that finds a partner for any of them."""
        for side, member in ((at, m) for at in (0, 1) for m in left[at] if "$ref" in m):
            trial = [*left]
            trial[side] = (self.old, self.new)[side].effective(member).get("anyOf", [])
            if pairs := self._pairs(trial):
                trial[side] = [m for m in left[side] if m is not member] + trial[side]
                left[:] = trial
                opened.add(str(member["$ref"]))
                return pairs
        return []

    def _together(self, before: str, after: str) -> bool:
        """Tell whether both names stand for one schema; learn it where they were not known to."""
        free = before not in self.renamed and after not in self.renamed.values()
        moved = before not in self.new.sides and after not in self.old.sides
        if free and moved and self._alike({"$ref": before}, {"$ref": after}):
            self.renamed[before] = after
        return self.renamed.get(before, before) == after

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
        for name, schema in document.declared(shape).items()
    }


def _refs(node: Json) -> set[str]:
    """Return the names of the schemas in this place, and of the parts of one written there."""
    parts = [name for part in node.get("allOf", ()) for name in _refs(part)]
    return {*parts, *([str(node["$ref"])] if "$ref" in node else [])}


def _only_kind(side: Document, node: Json) -> str:
    """Return the kind of a member that its kind alone tells from others; "" for any other."""
    shape = side.effective(node)
    found = kind(shape) if kind(shape) not in ("object", "union", "unresolved", "anything") else ""
    return f"{found}, constants" if "enum" in shape else found


def _any_string(side: Document, members: list[Json]) -> bool:
    inner = [part for member in members for part in side.effective(member).get("anyOf", ())]
    return any(_only_kind(side, part) == "string" for part in (*members, *inner))
