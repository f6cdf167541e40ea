"""How far an append has come: what callbacks are told and what errors hold.

It imports no other module of this package, so that `errors` and `_append` can both use it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from openai_conversations_api import models as m

TOKEN_VERSION = 1


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
        doubled_ids: as of `AppendResult`, so far. A resumed append counts them anew.
    """

    conversation_id: str
    landed: int
    unknown: int
    total: int | None
    last_id: str | None
    stored: list[m.ConversationItem] = field(repr=False)
    _last: Mapping[str, Any] | str | None = field(repr=False, compare=False)
    doubled_ids: tuple[str, ...] = ()

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
        fields = {
            "version": TOKEN_VERSION,
            "conversation_id": self.conversation_id,
            "landed": self.landed,
            "after": self.last_id,
            # Hashed here and not at each report: most reports are never saved.
            "print": fingerprint(last) if isinstance(last, Mapping) else last,
        }
        return json.dumps(fields)


def fingerprint(item: Mapping[str, Any]) -> str:
    """Return a short hash of an item as it is sent, the same in every process."""
    text = json.dumps(item, sort_keys=True, default=repr)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
