"""Which schema of the old document is which of the new one, when upstream moves names about.

Learned from use: where one document refers to a schema that is gone and the other, at the same
place, to one that is new and much the same, it is one schema under two names.
"""

from collections.abc import Generator
from contextlib import contextmanager

from tools.changes.document import Document
from tools.changes.normal import Node
from tools.changes.words import declared, kind, tags


class Names:
    """The names that moved, as far as they are known. `renamed` maps the old to the new."""

    def __init__(self, old: Document, new: Document, renamed: dict[str, str]) -> None:
        self.old, self.new = old, new
        self.renamed = dict(renamed)
        self._learning = True

    def together(self, before: str, after: str) -> bool:
        """Whether both names stand for one schema, by name or because it was renamed."""
        if before == after or self.renamed.get(before) == after:
            return True
        free = before not in self.renamed and after not in self.renamed.values()
        gone, come = before not in self.new.sides, after not in self.old.sides
        if self._learning and free and gone and come and self._alike(before, after):
            self.renamed[before] = after
            return True
        return False

    def learn_parts(self, old: Node, new: Node) -> None:
        """Learn names that only `allOf` refers to: comparing sees such parts merged."""
        before, after = (
            [part["$ref"] for part in node.get("allOf", ()) if "$ref" in part]
            for node in (old, new)
        )
        for gone in (name for name in before if name not in after):
            for come in (name for name in after if name not in before):
                if self.together(gone, come):
                    break

    @contextmanager
    def fixed(self) -> Generator[None]:
        """Learn nothing inside the block, because what it compares may not belong together."""
        learning, self._learning = self._learning, False
        try:
            yield
        finally:
            self._learning = learning

    def _alike(self, before: str, after: str) -> bool:
        """Whether two schemas have enough in common to be one schema under two names."""
        old, new = {"$ref": before}, {"$ref": after}
        shapes = self.old.effective(old), self.new.effective(new)
        told = tags(self.old, old), tags(self.new, new)
        if kind(shapes[0]) != kind(shapes[1]) or (any(told) and not told[0] & told[1]):
            return False
        held = [
            {*declared(shape), *(str(value) for value in shape.get("enum", ()))} for shape in shapes
        ]
        return len(held[0] & held[1]) * 2 >= len(held[0] | held[1])
