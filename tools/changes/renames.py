"""Which schema of the old document is which of the new one, when upstream moves names about.

Learned from use: where one document refers to a schema that is gone and the other, at the same
place, to one that is new and much the same, it is one schema under two names.
"""

from collections.abc import Generator
from contextlib import contextmanager

from tools.changes.describe import declared, kind, tags
from tools.changes.document import Document
from tools.values import Json


class Renames:
    """The names that moved, as far as they are known. `known` maps the old to the new."""

    def __init__(self, old: Document, new: Document, known: dict[str, str]) -> None:
        self.old, self.new = old, new
        self.known = dict(known)
        self._learning = True

    def together(self, before: str, after: str) -> bool:
        """Tell whether both names stand for one schema; learn it where they were not known to."""
        if before == after or self.known.get(before) == after:
            return True
        free = before not in self.known and after not in self.known.values()
        moved = before not in self.new.sides and after not in self.old.sides
        if self._learning and free and moved and self._alike(before, after):
            self.known[before] = after
            return True
        return False

    def learn_parts(self, old: Json, new: Json) -> None:
        """Learn names that only `allOf` refers to: comparing sees such parts merged."""
        before, after = (
            [part["$ref"] for part in node.get("allOf", ()) if "$ref" in part]
            for node in (old, new)
        )
        for gone in (name for name in before if name not in after):
            any(self.together(gone, come) for come in after if come not in before)

    @contextmanager
    def fixed(self) -> Generator[None]:
        """Learn nothing inside the block, because the schemas there may not belong together."""
        learning, self._learning = self._learning, False
        try:
            yield
        finally:
            self._learning = learning

    def _alike(self, before: str, after: str) -> bool:
        """Tell whether two schemas have enough in common to be one schema under two names."""
        old, new = self.old.effective({"$ref": before}), self.new.effective({"$ref": after})
        told = tags(self.old, old), tags(self.new, new)
        if kind(old) != kind(new) or (any(told) and not told[0] & told[1]):
            return False
        first, second = ({*declared(s), *map(str, s.get("enum", ()))} for s in (old, new))
        return len(first & second) * 2 >= len(first | second)
