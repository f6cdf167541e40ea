"""The retry policy itself, without a server."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openai_conversations._response.headers import asked_delay
from openai_conversations._transport import retries as retry


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_without_a_response_only_what_cannot_have_happened_or_can_be_repeated(method: str) -> None:
    assert retry.retry_after_failure(method, never_sent=True)
    assert retry.retry_after_failure(method, never_sent=False) is (method != "POST")


RESPONSES = [
    # status, code, GET and DELETE, POST
    (400, None, False, False),
    (400, "conversation_locked", True, True),
    (401, None, False, False),
    (404, None, False, False),
    (408, None, True, False),
    (409, None, True, True),
    (422, None, False, False),
    (429, None, True, True),
    (500, None, True, False),
    (503, None, True, False),
    (599, None, True, False),
]


@pytest.mark.parametrize(("status", "code", "repeatable", "post"), RESPONSES)
def test_after_a_response(status: int, code: str | None, repeatable: bool, post: bool) -> None:
    for method, expected in (("GET", repeatable), ("DELETE", repeatable), ("POST", post)):
        assert retry.retry_after_response(method, status, code, {}) is expected


def test_the_service_has_the_last_word() -> None:
    assert retry.retry_after_response("POST", 500, None, {"x-should-retry": "true"})
    assert not retry.retry_after_response("GET", 429, None, {"x-should-retry": "false"})
    assert retry.retry_after_response("GET", 429, None, {"x-should-retry": "perhaps"})


def test_who_asks_for_more_than_two_minutes_is_not_retried() -> None:
    assert retry.retry_after_response("GET", 429, None, {"retry-after": "120"})
    assert not retry.retry_after_response("GET", 429, None, {"retry-after": "121"})
    assert not retry.retry_after_response("GET", 429, None, {"retry-after": "1e999"})
    headers = {"retry-after-ms": "120001", "x-should-retry": "true"}
    assert not retry.retry_after_response("GET", 429, None, headers)


NOW = 1_700_000_000.0
DELAYS = [
    ({}, None),
    ({"retry-after": "7"}, 7.0),
    ({"retry-after": "0.5"}, 0.5),
    ({"retry-after-ms": "1500"}, 1.5),
    ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
    ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:10 GMT"}, -10.0),
    ({"retry-after": "nan"}, None),
    ({"retry-after": "inf"}, math.inf),
    ({"retry-after": "1e999"}, math.inf),
    ({"retry-after": "9" * 400}, math.inf),
    ({"retry-after-ms": "9" * 5000}, math.inf),
    ({"retry-after": "-1e999"}, -math.inf),
    ({"retry-after": "tomorrow"}, None),
    ({"openai-poll-after-ms": "250"}, 0.25),
    ({"openai-poll-after-ms": "250", "retry-after": "7"}, 7.0),
    ({"retry-after": "Tue, 99 Nov 99999999999 22:13:10 GMT"}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), DELAYS)
def test_the_asked_delay(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_delay(headers, now=lambda: NOW) == seconds


def test_the_pause_doubles_up_to_eight_seconds_less_up_to_a_quarter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "INITIAL_DELAY", 0.5)
    longest = [retry.delay_before_retry(n, jitter=lambda: 0.0) for n in (0, 1, 2, 3, 4, 5, 5000)]
    assert longest == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert retry.delay_before_retry(0, jitter=lambda: 1.0) == 0.375
    assert retry.delay_before_retry(0, {"retry-after": "3"}) == 3.0
    assert retry.delay_before_retry(0, {"retry-after": "-3"}, jitter=lambda: 0.0) == 0.5


DATES = st.from_regex(
    r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,12} [0-9:]{1,9} ?(GMT|[+-][0-9]{1,9})?",
    fullmatch=True,
)
VALUES = st.one_of(
    st.text(),
    st.floats().map(str),
    st.integers().map(str),
    DATES,
    st.from_regex(r"-?[0-9]+e[0-9]+"),
)


@given(VALUES, VALUES)
@example("", "Mon, 01 Jan 0001 00:00:00 +2359")
@example("", "Fri, 31 Dec 9999 23:59:59 -2359")
def test_no_header_is_too_odd(milliseconds: str, seconds: str) -> None:
    headers = {"retry-after-ms": milliseconds, "retry-after": seconds}
    asked = asked_delay(headers)
    assert asked is None or not math.isnan(asked)
    assert 0 <= retry.delay_before_retry(0, headers) <= 120
    again = retry.retry_after_response("GET", 503, None, headers)
    assert again is (asked is None or asked <= 120)
