"""What `client.conversations.items.append` returns, and from where it can be resumed.

The conversation is at the other end of a network, and this process may end at any moment, so
everything rests on two facts that an append keeps: how many of its items have certainly landed,
and the id of the last item before those that are in doubt. With both, what follows in the
conversation tells the rest, now or later, in this process or in another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from openai_conversations_api import models as m

from .._request.validation import MAX_ITEMS, describe, invalid, mismatch
from ..errors import OpenAIError
from ..progress import TOKEN_VERSION


class ResumePoint(NamedTuple):
    """The content of a token, which `AppendProgress.token` writes.

    Attributes:
        conversation_id: where to append.
        landed: how many items, from the start of what is appended, are in the conversation.
        after: the id of the last item that is certainly there, or None if there is none.
        print: a fingerprint of the last item that landed, by which other items are noticed.
        given_up, done: which items the last requests had that may still arrive, and those that have
            landed, by which their copies are known.
    """

    conversation_id: str
    landed: int
    after: str | None
    print: str | None
    given_up: Sequence[range]
    done: Sequence[range]

    @classmethod
    def from_token(cls, token: object, conversation_id: str, of: str = "an append") -> ResumePoint:
        """Return the point that a token stands for.

        Args:
            token: the argument `resume`.
            conversation_id: the conversation to which the token must belong.
            of: what is resumed, for the errors.

        Raises:
            InvalidArgumentError: it is not a token, or one of another conversation.
        """
        expected = f"the token of {of}"
        try:
            found: object = json.loads(token) if isinstance(token, str) else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise invalid("resume", expected, token)
        values = cast("dict[str, Any]", found)
        if values.pop("version", None) != TOKEN_VERSION:
            raise mismatch("resume", expected, "a token of another version of this package")
        *fields, given_up, done = (values.get(name) for name in cls._fields)
        # A token comes from outside; a wrong type would be noticed only after items were sent.
        types = (str, int, str | None, str | None)
        try:
            requests = _to_ranges(given_up), _to_ranges(done)
        except (TypeError, ValueError):
            requests = None
        if requests is None or not all(map(isinstance, fields, types)):
            raise mismatch("resume", expected, "a damaged token")
        point = cls(*fields, *requests)  # type: ignore[call-arg,arg-type]
        if point.conversation_id != conversation_id:
            received = f"one of {describe(point.conversation_id)}"
            raise mismatch("resume", f"a token of {of} to {conversation_id!r}", received)
        return point


def _to_ranges(pairs: Any) -> list[range]:
    """Return the items of requests, from those of a token; raise TypeError or ValueError."""
    found = [range(first, end) for first, end in pairs or ()]
    if any(one.stop - one.start > MAX_ITEMS for one in found):
        raise ValueError
    return found


class AppendResult:
    """The items that an append has stored.

    Its length is `count`; iterating over it is iterating over `data`.

    Attributes:
        conversation_id: the conversation.
        count: how many items were stored. A resumed append counts only what was not yet reported.
        first_id, last_id: the ids of the first and the last of them; None if there were none.
        doubled_ids: the ids of second copies that were noticed: a network delivered a request
            twice. `items.delete` removes them; nothing else has to be done.
    """

    def __init__(self, conversation_id: str, *, keep: bool) -> None:
        self.conversation_id = conversation_id
        self.count = 0
        self.first_id: str | None = None
        self.last_id: str | None = None
        self.doubled_ids: list[str] = []
        # None, not an empty list, so that reading it is an error and not a wrong result.
        self._data: list[m.ConversationItem] | None = [] if keep else None

    def add(
        self, stored: list[m.ConversationItem], first_id: str | None, last_id: str | None
    ) -> None:
        """Count items in; they are not empty."""
        if not self.count:
            self.first_id = first_id
        self.last_id = last_id
        self.count += len(stored)
        if self._data is not None:
            self._data += stored

    @property
    def data(self) -> list[m.ConversationItem]:
        """The items as they are stored, with their ids.

        Kept if `items` has a length, and so was in memory anyway. What comes from an iterator may
        be longer than memory; then `on_progress` gets each batch.

        Raises:
            OpenAIError: `items` had no length.
        """
        if self._data is None:
            raise OpenAIError(
                "the items came from an iterator, so the stored ones were not kept; "
                "give append a list, or an on_progress, which gets each batch as `stored`"
            )
        return self._data

    def __iter__(self) -> Iterator[m.ConversationItem]:
        return iter(self.data)

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        return f"AppendResult({self.count} items, last_id={self.last_id!r})"
