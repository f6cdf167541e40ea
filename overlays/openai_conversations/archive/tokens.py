"""How far imports and copies had come: their tokens, and what they find on the way. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from openai_conversations_api import models

from .._request.validation import invalid, mismatch
from ..errors import OpenAIError
from ..progress import TOKEN_VERSION, AppendProgress

_StateT = TypeVar("_StateT")


def to_token(work: str, state: object) -> str:
    """Return the token of a state, which holds it under the name of the work."""
    return json.dumps({"version": TOKEN_VERSION, work: vars(state)})


def from_token(
    token: object, work: str, make: Callable[..., _StateT], kinds: tuple[Any, ...], expected: str
) -> _StateT:
    """Return the state that a token stands for.

    Args:
        token: the argument `resume`.
        work: as of `to_token`.
        make: the class of the state.
        kinds: the types of its fields.
        expected: what the token should be, for the errors.

    Raises:
        InvalidArgumentError: it is not such a token, or a damaged one.
    """
    try:
        found: Any = json.loads(token) if isinstance(token, str) else {}
        state = make(**found[work]) if found["version"] == TOKEN_VERSION else None
    except (ValueError, TypeError, KeyError, RecursionError):
        state = None
    if state is None:
        raise invalid("resume", expected, token)
    # A token comes from outside; a wrong type would be noticed only after items were sent.
    if not all(map(isinstance, vars(state).values(), kinds)):
        raise mismatch("resume", expected, "a damaged token")
    return state


NOT_NEW = (
    "the conversation that was made has items: the response to its creation was one to another "
    "request, or somebody added them; nothing was sent to it"
)


def check_made(made: models.Conversation, metadata: Mapping[str, str] | None) -> str:
    """Return the id of the conversation that was made with this metadata.

    Raises:
        OpenAIError: it has other metadata, so the response was one to another request.
    """
    if made.metadata is not None and not (metadata or {}).items() <= dict(made.metadata).items():
        raise OpenAIError(
            "the conversation that was made does not have the metadata that was sent: the response "
            "to its creation was one to another request, or the server keeps none; nothing was "
            "sent to it"
        )
    return made.id


def is_used(progress: AppendProgress) -> bool:
    """Tell, from the first report of an append, whether the conversation had items before."""
    return progress.landed == 0 and progress.last_id is not None
