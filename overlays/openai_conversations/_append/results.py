"""What `client.conversations.items.append` tells: how far it is, what it stored, how to resume it.

Pure. The conversation is at the other end of a network, and this process may end at any moment, so
everything rests on two facts that an append keeps: how many of its items have certainly landed,
and the id of the last item before those that are in doubt. With both, what follows in the
conversation tells the rest, now or later, in this process or in another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .._request.validation import describe
from ..errors import InvalidArgumentError, OpenAIError

if TYPE_CHECKING:
    from openai_conversations_api.models import ConversationItem

_VERSION = 1


class ResumePoint(NamedTuple):
    """What a token holds.

    Attributes:
        conversation_id: where to append.
        landed: how many items, from the start of what is appended, are in the conversation.
        after: the id of the last item that is certainly there, or None if there is none.
        print: a fingerprint of the last item that landed, by which other items are noticed.
    """

    conversation_id: str
    landed: int
    after: str | None
    print: str | None

    def to_token(self) -> str:
        """The token, a short text of JSON."""
        return json.dumps({"version": _VERSION, **self._asdict()})

    @classmethod
    def from_token(cls, token: object, conversation_id: str) -> ResumePoint:
        """The point for a token, which is to belong to this conversation.

        Raises:
            InvalidArgumentError: it is no token, or one of another conversation.
        """
        expected = "the token of an append (of AppendProgress or AppendUncertainError)"
        try:
            found: object = json.loads(token) if isinstance(token, str) else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise InvalidArgumentError("resume", expected=expected, received=describe(token))
        values = cast("dict[str, Any]", found)
        if values.pop("version", None) != _VERSION:
            received = "a token of another version of this package"
            raise InvalidArgumentError("resume", expected=expected, received=received)
        point = cls(*(values.get(name) for name in cls._fields))  # type: ignore[arg-type]
        types = (str, int, str | None, str | None)
        if not all(isinstance(value, kind) for value, kind in zip(point, types, strict=True)):
            raise InvalidArgumentError("resume", expected=expected, received="a damaged one")
        if point.conversation_id != conversation_id:
            received = f"one of {describe(point.conversation_id)}"
            expected = f"a token of an append to {conversation_id!r}"
            raise InvalidArgumentError("resume", expected=expected, received=received)
        return point


def fingerprint(item: Mapping[str, Any]) -> str:
    """A short hash of an item as it is sent, the same in every process."""
    text = json.dumps(item, sort_keys=True, default=repr)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class AppendProgress:
    """The exact state of an append at one moment.

    Of the items, counted from the start, the first `landed` are in the conversation, in order; the
    next `unknown` were sent and may be there or not; the others are not there.

    Attributes:
        conversation_id: the conversation.
        landed: how many items are there. A resumed append counts those of before, too.
        unknown: how many are in doubt, 0 to 20.
        total: how many there are in all, or None if `items` has no length.
        last_id: the id of the last item that is certainly in the conversation; before anything has
            landed, of the one that was there. None if it was empty.
        stored: the items that have landed since the last report, as they are stored.
    """

    conversation_id: str
    landed: int
    unknown: int
    total: int | None
    last_id: str | None
    stored: list[ConversationItem] = field(repr=False)
    _last: Mapping[str, Any] | str | None = field(repr=False, compare=False)

    @property
    def sent(self) -> int:
        """How many items have been sent: `landed` and `unknown` together."""
        return self.landed + self.unknown

    @property
    def not_landed(self) -> int | None:
        """How many are certainly not there; None if `items` has no length."""
        return None if self.total is None else self.total - self.sent

    @property
    def token(self) -> str:
        """For `append(…, resume=token)`, later or in another process.

        It holds the conversation's id, a count, the id of an item, and a hash; nothing secret and
        no text of any item.
        """
        last = self._last
        known = fingerprint(last) if isinstance(last, Mapping) else last
        return ResumePoint(self.conversation_id, self.landed, self.last_id, known).to_token()


class AppendResult:
    """What an append has stored.

    Its length is `count`; iterating over it is iterating over `data`.

    Attributes:
        conversation_id: the conversation.
        count: how many items were stored. A resumed append counts only what was not yet reported.
        first_id, last_id: the ids of the first and the last of them; None if there were none.
    """

    def __init__(self, conversation_id: str, *, keep: bool) -> None:
        self.conversation_id = conversation_id
        self.count = 0
        self.first_id: str | None = None
        self.last_id: str | None = None
        self._data: list[ConversationItem] | None = [] if keep else None

    def add(
        self, stored: list[ConversationItem], first_id: str | None, last_id: str | None
    ) -> None:
        """Count items in; they are not empty."""
        if not self.count:
            self.first_id = first_id
        self.last_id = last_id
        self.count += len(stored)
        if self._data is not None:
            self._data += stored

    @property
    def data(self) -> list[ConversationItem]:
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

    def __iter__(self) -> Iterator[ConversationItem]:
        return iter(self.data)

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        return f"AppendResult({self.count} items, last_id={self.last_id!r})"
