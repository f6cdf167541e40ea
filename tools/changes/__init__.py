"""What changed between two versions of the document, told to people who call the service.

A plain diff of two trimmed documents shows every moved line and hides what it means. `report` names
each difference that a caller can notice, once, and says whether it breaks them: a value that may no
longer be sent does, a new kind of item in a reply does not, because unknown ones are kept as they
are. Prose, examples, order and spelling never show.
"""

from tools.changes.compare import Comparison
from tools.changes.document import Document
from tools.changes.names import Names
from tools.changes.normal import Node
from tools.changes.operations import compare_operations
from tools.changes.render import NOTHING, markdown

__all__ = ["NOTHING", "report"]


def report(old: Node, new: Node) -> str:
    """Say in Markdown what changed from `old` to `new`, both OpenAPI 3.1 documents as plain dicts.

    Only what the operations of each reach is compared. Both have to be at the same stage: both
    before or both after the Overlays. Neither is changed. Returns `NOTHING` when no caller can
    notice a difference.
    """
    before, after = Document(old), Document(new)
    renamed: dict[str, str] = {}
    while True:
        comparison = Comparison(Names(before, after, renamed))
        compare_operations(comparison)
        comparison.schemas()
        if comparison.names.renamed == renamed:
            break
        renamed = comparison.names.renamed
    comparison.came_and_went()
    return markdown(comparison.changes, renamed, set(after.operations))
