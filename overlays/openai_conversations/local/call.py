"""What a rule is given: the parts of a request after the document has approved of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One approved call: path parameters, typed query parameters, and the JSON body.

    ``body`` is empty when the operation has none.
    """

    path: dict[str, str]
    query: dict[str, Any]
    body: dict[str, Any]

    @property
    def include(self) -> list[str]:
        """The optional parts asked for, in the query or in the body."""
        return self.query.get("include") or self.body.get("include") or []
