"""Python types as JSON: the schema that a model has to keep to, and what it wrote as a value.

Pure: it sends nothing. pydantic does the work, and is imported when a type is first used; so are
the modules of this room.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .parsed_response import ParsedResponse, TextFormat

__all__ = ["ParsedResponse", "TextFormat"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(".parsed_response", __name__), name)
    return value
