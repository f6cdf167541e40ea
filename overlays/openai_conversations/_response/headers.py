"""What the headers of requests and responses say, and what of them may be shown. Pure."""

from __future__ import annotations

import copy
import math
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx

from .._request.library import library_of

# Headers of requests and responses. Any other name may be that of a gateway's key.
_HARMLESS = re.compile(
    "accept|accept-encoding|connection|content-(encoding|length|type)|date|host|"
    "openai-(organization|processing-ms|project|version)|retry-after(-ms)?|server|"
    "transfer-encoding|user-agent|x-(ratelimit-.*|request-id|should-retry)"
)
_HIDDEN = "[secret]"
# The headers that say how long to wait, and their units in a second. The last one comes with a
# response that is still being made, as openai-python reads it.
_DELAYS = {"retry-after-ms": 1000.0, "retry-after": 1.0, "openai-poll-after-ms": 1000.0}


def asked_delay(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that the service asks to wait, None if it asks for none (readably).

    A number that is too large for a float is infinity, and like any other too long to wait.
    """
    for name, unit in _DELAYS.items():
        with suppress(ValueError):
            seconds = float(headers.get(name, "")) / unit
            if not math.isnan(seconds):
                return seconds
    # Retry-After may be a date as well (RFC 9110, 10.2.3).
    with suppress(ValueError, OverflowError):
        return parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - now()
    return None


def shown_headers(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Return headers as an error or a log may show them: values that may be secret are hidden."""
    return [(k, v if _HARMLESS.fullmatch(k) else _HIDDEN) for k, v in headers.multi_items()]


def without_secrets(request: httpx.Request) -> httpx.Request:
    """Return a request as an error may show it: without body, query and unknown headers' values."""
    url = request.url.copy_with(username="", password="", query=None, fragment=None)
    kind: type[httpx.Request] = library_of(request).Request
    return kind(request.method, url, headers=shown_headers(request.headers))


def shown_response(response: httpx.Response) -> httpx.Response:
    """Return a copy of a response as an error may show it; its request is `without_secrets`."""
    # A copy is as a pickle is: without the connection, and all that leads from there.
    shown = copy.copy(response)
    shown.request = without_secrets(response.request)
    shown.history = [shown_response(earlier) for earlier in response.history]
    shown.next_request = None
    hidden = {"set-cookie", "location"}
    hidden.update(name for name, value in shown.request.headers.items() if value == _HIDDEN)
    shown.headers = library_of(response).Headers(
        [(k, _HIDDEN if k in hidden else v) for k, v in response.headers.multi_items()]
    )
    return shown
