"""The one import of what the extra `structured` installs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._request.validation import mismatch

if TYPE_CHECKING:
    from .json_type import JsonType


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
