"""When a request is sent again, and after how long: the whole policy, without I/O or sleeping.

GET and DELETE can be repeated without harm, so they are repeated after anything that may pass: a
broken connection, a time-out, 408, 409, 429, 5xx. A POST is not: the API has no idempotency key, so
an append whose answer was lost may have happened, and sending it again would double it. It is
repeated only when nothing can have happened: it never left, or the service answered 429, 409, or
400 `conversation_locked`.

The service's own word counts more: `x-should-retry` decides for any answer, and `retry-after-ms`
and `retry-after` say how long to wait. A service that asks for more than two minutes is not asked
again at all. Otherwise the pause doubles from half a second to eight, less up to a quarter.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping
from email.utils import mktime_tz, parsedate_tz

INITIAL_DELAY = 0.5
MAX_DELAY = 8.0
MAX_RETRY_AFTER = 120.0

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_TRANSIENT = frozenset({408, 409, 429})
_NOTHING_DONE = frozenset({409, 429})


def retry_after_failure(method: str, *, never_sent: bool) -> bool:
    """Should a request be sent again that got no answer?

    Args:
        method: of the request, in capitals.
        never_sent: True if the service cannot have seen it.
    """
    return never_sent or method in _REPEATABLE


def retry_after_response(
    method: str, status: int, code: str | None, headers: Mapping[str, str]
) -> bool:
    """Should a request be sent again after this answer?

    Args:
        method: of the request, in capitals.
        status: of the answer, 400 or more.
        code: the `code` in the body of the answer, or None.
        headers: of the answer; names are looked up in lower case.
    """
    asked = asked_delay(headers)
    if asked is not None and asked > MAX_RETRY_AFTER:
        return False
    word = headers.get("x-should-retry")
    if word in ("true", "false"):
        return word == "true"
    if status == 400:
        return code == "conversation_locked"
    if method in _REPEATABLE:
        return status in _TRANSIENT or status >= 500
    return status in _NOTHING_DONE


def delay_before_retry(
    retries_taken: int,
    headers: Mapping[str, str] | None = None,
    jitter: Callable[[], float] = random.random,
) -> float:
    """The pause before a retry, in seconds.

    Args:
        retries_taken: how many retries there have been already.
        headers: of the answer, if there was one.
        jitter: gives a number from 0 up to 1.
    """
    asked = None if headers is None else asked_delay(headers)
    if asked is not None and 0 < asked <= MAX_RETRY_AFTER:
        return asked
    # 2.0 ** 1024 overflows; the bound is reached after four retries anyway.
    doubled: float = INITIAL_DELAY * 2.0 ** min(retries_taken, 16)
    return min(doubled, MAX_DELAY) * (1 - 0.25 * jitter())


def asked_delay(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """The seconds that the service asks to wait, or None if it does not say (or not readably)."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return seconds
    date = parsedate_tz(headers.get("retry-after") or "")
    if date is None:
        return None
    try:
        return mktime_tz(date) - now()
    except (ValueError, OverflowError):
        return None
