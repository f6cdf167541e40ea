"""Which httpx client a client of ours works with, if the caller gives none."""

from __future__ import annotations

from urllib.request import getproxies

import httpx

from .._request.attempt import ATTEMPT
from .._request.validation import invalid
from .._transport.choice_async import NAMES, is_installed, open_transport
from ..errors import InvalidArgumentError
from .sender import AsyncSender

# More connections make httpx's own pool slower for everyone; waiting for one is quicker.
_PROXY_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100)


def choose(transport: str | None) -> str:
    """The name of the transport to use; None stands for the fastest that is installed.

    Raises:
        InvalidArgumentError: there is none of this name, or it is not installed.
    """
    if transport is None:
        return next(name for name in NAMES if is_installed(name))
    if transport not in NAMES:
        known = ", ".join(map(repr, NAMES))
        raise invalid("transport", f"None (the fastest installed) or one of {known}", transport)
    if not is_installed(transport):
        raise InvalidArgumentError(
            "transport",
            expected="a transport that is installed",
            received=f"{transport!r}, which `pip install 'openai-conversations[fast]'` installs",
        )
    return transport


def open_sender(transport: str | None) -> AsyncSender:
    """A sender with a new httpx client, which is ours to close.

    Where the environment names a proxy, httpx does everything, its own pool included.

    Raises:
        InvalidArgumentError: as for `choose`.
    """
    name = choose(transport)
    if any(getproxies().get(scheme) for scheme in ("http", "https", "all")):
        return AsyncSender(httpx.AsyncClient(limits=_PROXY_LIMITS, follow_redirects=True))
    inner = open_transport(name)
    replaying = _AsyncReplaying(inner)
    return AsyncSender(httpx.AsyncClient(transport=replaying, follow_redirects=True), inner)


class _AsyncReplaying(httpx.AsyncBaseTransport):
    """Lets httpx go on from a reply that is there already: a redirect."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        attempt = request.extensions[ATTEMPT]
        reply: httpx.Response | None = attempt.redirect
        if reply is not None:
            attempt.redirect = None
            return reply
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
