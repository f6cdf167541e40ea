"""Tell people who use the service what changed between two versions of its document.

A plain diff of two trimmed documents shows every moved line and hides what it means. `compare`
names each difference that a caller can notice, once, and says whether it breaks them: a value that
may no longer be sent does, a new kind of item in a response does not, because unknown ones are kept
as they are. Prose, examples, order and spelling never show. From all of them follows one verdict,
by the rules of CHANGELOG.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tools.changes.compare import Change, Comparison
from tools.changes.document import Document
from tools.changes.spots import BOTH, NOBODY
from tools.changes.verdicts import ADDED, CHANGED, DEPRECATED, LEVELS, REMOVED, level
from tools.errors import not_too_deep
from tools.values import Json, printable

NOTHING = "Verdict: **none**. No differences that matter.\n"
_HEADINGS = (ADDED, CHANGED, DEPRECATED, REMOVED)  # in the order of Keep a Changelog


@dataclass(frozen=True)
class Report:
    """What changed between two documents, and what it is to callers.

    `beside` are operations that came or went next to those that are compared, and `notes` what has
    to be known of the comparison itself; neither counts for the verdict.
    """

    changes: tuple[Change, ...]
    operations: frozenset[str]
    beside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """`none`, `patch`, `minor` or `major`, by the rules of CHANGELOG.md."""
        found = (level(one, bool(spot.sides)) for spot, one in self.changes)
        return max(found, key=LEVELS.index, default=LEVELS[0])

    @property
    def breaks(self) -> list[str]:
        """Whom the changes break: `code`, `requests`, `responses`."""
        return sorted(NOBODY.union(*(one.breaks for _, one in self.changes)))

    def changelog(self) -> dict[str, list[str]]:
        """Return the lines for CHANGELOG.md, by the headings of Keep a Changelog."""
        of = {h: [one for one in self.changes if one[1].section == h] for h in _HEADINGS}
        return {heading: self._lines(found) for heading, found in of.items() if found}

    def markdown(self) -> str:
        """Return the report for people, the painful lines first; equal ones are said once."""
        whom = f", breaks {' and '.join(self.breaks)}" if self.breaks else ""
        told = f"Verdict: **{self.verdict}**{whom}.\n" if self.changes else NOTHING
        sections = {
            "Breaks callers": self._lines([one for one in self.changes if one[1].breaks]),
            "Does not break callers": self._lines(
                [one for one in self.changes if not one[1].breaks]
            ),
            "Next to the selected operations": [f"- {one}" for one in self.beside],
            "For CHANGELOG.md": [
                line
                for heading, lines in self.changelog().items()
                for line in (f"### {heading}", "", *lines, "")
            ][:-1],
        }
        return "\n".join(
            [*(f"> {note}\n" for note in self.notes), told]
            + [
                "\n".join([f"## {h}", "", *map(printable, lines), ""])
                for h, lines in sections.items()
                if lines
            ]
        )

    def json(self) -> Json:
        """Return the report for programs; CONTRIBUTING.md says what its keys mean."""
        return {
            "verdict": self.verdict,
            "breaks": self.breaks,
            "changes": [
                {
                    "place": spot.place,
                    "change": one.told,
                    "level": level(one, bool(spot.sides)),
                    "breaks": sorted(one.breaks),
                }
                for spot, one in self.changes
            ],
            "beside": [*self.beside],
            "notes": [*self.notes],
            "changelog": self.changelog(),
        }

    def _lines(self, changes: Iterable[Change]) -> list[str]:
        """Return one line for each kind of change, naming every place where it happened."""
        groups: dict[str, dict[str, None]] = {}
        for spot, one in changes:
            sides = one.breaks or spot.sides
            where = "" if sides == BOTH or not sides else f" (in {', '.join(sorted(sides))})"
            groups.setdefault(one.told + where, {})[spot.place] = None
        return [
            f"- all {len(places)} operations: {what}"
            if len(places) > 1 and places.keys() == self.operations
            else f"- {', '.join(f'`{place}`' for place in places)}: {what}"
            for what, places in groups.items()
        ]


@not_too_deep()
def compare(old: Json, new: Json) -> Report:
    """Return what changed from `old` to `new`, both OpenAPI 3.1 documents as plain dicts.

    Only what the operations of each reach is compared. Both have to be at the same stage: both
    before or both after the Overlays. Neither is changed. A renamed schema whose class stays breaks
    nobody.
    """
    comparison = _compared(old, new)
    once = {(spot.place, one): (spot, one) for spot, one in comparison.changes}
    return Report(tuple(once.values()), frozenset(comparison.new.operations))


def renames(old: Json, new: Json) -> dict[str, str]:
    """Return the schemas of `old` that `new` has under another name, with that name."""
    return _compared(old, new).renamed


def _compared(old: Json, new: Json) -> Comparison:
    before, after = Document(old), Document(new)
    renamed: dict[str, str] = {}
    while True:  # until no more names are learned, so that the last walk knows all of them
        comparison = Comparison(before, after, renamed)
        comparison.run()
        if comparison.renamed == renamed:
            return comparison
        renamed = comparison.renamed
