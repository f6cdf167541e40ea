"""The generated models, by their names in the OpenAPI document.

    from openai_conversations.models import Conversation, Message

Each is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openai_conversations_api import models as _models

if TYPE_CHECKING:
    from openai_conversations_api.models import *  # noqa: F403

__all__ = _models.__all__  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    value = globals()[name] = getattr(_models, name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
