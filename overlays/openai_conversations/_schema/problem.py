"""One way in which a value does not fit a schema, and where.

Kept apart from the validator because others only read problems: the local service turns them
into the ``param`` of an error, the facade's strict mode into an exception.
"""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """A place in a JSON value and what is wrong there.

    ``path`` holds the keys and indexes that lead to the place, outermost first; ``message`` is a
    phrase such as ``expected a string, got an integer``; ``code`` is the error code that the
    service uses for this sort of problem (``invalid_type``, ``missing_required_parameter``, …).
    """

    path: tuple[str | int, ...]
    message: str
    code: str = "invalid_value"

    @property
    def param(self) -> str:
        """The place in the notation of the service's errors: ``items[0].content[1].text``."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
        return text

    def under(self, step: str | int) -> Problem:
        """The same problem, seen from the value that holds this one at ``step``."""
        return Problem((step, *self.path), self.message, self.code)
