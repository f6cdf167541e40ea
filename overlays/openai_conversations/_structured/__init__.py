"""Python types as JSON: the schema that a model has to keep to, and what it wrote as a value.

Pure: it sends nothing. pydantic does the work, and is imported when a type is first used; so are
the modules of this room.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._request.validation import mismatch

if TYPE_CHECKING:
    from .json_type import JsonType
    from .parsed_response import ParsedResponse, TextFormat

__all__ = ["ParsedResponse", "TextFormat", "json_types"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(".parsed_response", __name__), name)
    return value


def json_types(argument: str) -> type[JsonType]:
    """Return `JsonType`, for an argument that needs it.

    Raises:
        InvalidArgumentError: the extra is not installed; the message says how to install it.
    """
    try:
        from .json_type import JsonType
    except ImportError as error:
        expected = "what `pip install 'openai-conversations[structured]'` installs"
        raise mismatch(argument, expected, f"no {error.name}") from None
    return JsonType
