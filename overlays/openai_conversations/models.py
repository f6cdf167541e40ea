"""The generated models, by their names in the OpenAPI document.

    from openai_conversations.models import Conversation, Message

Each is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openai_conversations_api import models as _models
from openai_conversations_api.models import __all__ as __all__

# What the models raise is of this package once it is loaded.
from . import errors as _errors  # noqa: F401  # pyright: ignore[reportUnusedImport]

if TYPE_CHECKING:
    from openai_conversations_api.models import *  # noqa: F403
else:  # a checker that sees it takes a misspelt name

    def __getattr__(name: str) -> object:
        value = globals()[name] = getattr(_models, name)
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
