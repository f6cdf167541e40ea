"""When a request is sent again, and after how long: the whole policy, without I/O or sleeping.

GET and DELETE can be repeated without harm, so they are retried after anything that may pass: a
broken connection, a timeout, 408, 409, 429, 5xx. A POST is not: the API has no idempotency key, so
an append whose response was lost may have happened, and sending it again would double it. It is
retried only when nothing can have happened: it never left, or the service responded with 429, 409,
or 400 `conversation_locked`.

The service's own headers count more: `x-should-retry` decides for any status, and `retry-after-ms`
and `retry-after` say how long to wait. If that is more than two minutes, there is no retry.
Otherwise the pause doubles from half a second to eight, less up to a quarter.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from .._response.headers import asked_delay

# Seconds, as in openai-python.
INITIAL_DELAY = 0.5
MAX_DELAY = 8.0
MAX_RETRY_AFTER = 120.0

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_TRANSIENT = frozenset({408, 409, 429})
# Refused before any work: in conflict with another request, or too many of them.
_NOTHING_DONE = frozenset({409, 429})


def retry_after_failure(method: str, *, never_sent: bool) -> bool:
    """Return whether to retry after no response; `never_sent` if the service saw nothing."""
    return never_sent or method in _REPEATABLE


def retry_after_response(
    method: str, status: int, code: str | None, headers: Mapping[str, str]
) -> bool:
    """Return whether to retry after a response that is not 2xx, with this `code` in its body."""
    asked = asked_delay(headers)
    if asked is not None and asked > MAX_RETRY_AFTER:
        return False
    should_retry = headers.get("x-should-retry")
    if should_retry in ("true", "false"):
        return should_retry == "true"
    if status == 400:  # `conversation_locked` has no status of its own
        return code == "conversation_locked"
    if method in _REPEATABLE:
        return status in _TRANSIENT or status >= 500
    return status in _NOTHING_DONE


def delay_before_retry(
    retries_taken: int,
    headers: Mapping[str, str] | None = None,
    jitter: Callable[[], float] = random.random,
) -> float:
    """Return the seconds before one more retry; `headers` are those of the response, if any."""
    asked = None if headers is None else asked_delay(headers)
    if asked is not None and 0 < asked <= MAX_RETRY_AFTER:
        return asked
    # 2.0 ** 1024 overflows; the bound is reached after four retries anyway.
    doubled: float = INITIAL_DELAY * 2.0 ** min(retries_taken, 16)
    return min(doubled, MAX_DELAY) * (1 - 0.25 * jitter())
