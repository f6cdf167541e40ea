"""Keyword arguments of the methods, and JSON objects to send, as `TypedDict`s.

    from openai_conversations import params

    item: params.EasyInputMessageParam = {"role": "user", "content": "Hello!"}

    def create(client: Client, **keywords: Unpack[params.ConversationCreateParams]) -> Conversation:
        return client.conversations.create(**keywords)

They are loaded when the first of them is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openai_conversations_api.params import *  # noqa: F403

    from ._request.method_params import *  # noqa: F403

_HOMES = ("openai_conversations._request.method_params", "openai_conversations_api.params")


if not TYPE_CHECKING:  # a checker that sees it takes a misspelt name

    def __getattr__(name: str) -> object:
        if not name.startswith("_"):
            for home in map(import_module, _HOMES):
                if name in home.__all__:
                    value = globals()[name] = getattr(home, name)
                    return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(name for home in map(import_module, _HOMES) for name in home.__all__)
