"""Redirects: which are followed, and with what. The whole policy, without I/O.

A redirect is a place where a request can become another one unnoticed, so little is followed (RFC
9110, 15.4 says what each status asks for):

1. 307 and 308 repeat the request. 301, 302 and 303 make a GET of a POST in practice, and are
   followed for GET and HEAD alone: a write is never turned into a read.
2. The same host and port get the request as it is. Any other gets a GET or HEAD without a header of
   the original one, since each of them may hold a credential, and never a write.
3. Never from https to http, to another scheme, or more than ten times.

httpx would follow more: it makes a GET of a POST, and takes `Authorization` alone from what another
host gets.
"""

from __future__ import annotations

import httpx

from .._request.client_options import ACCEPT_ENCODING, USER_AGENT
from .._request.library import library_of
from .._request.request import ATTEMPT

MAX_REDIRECTS = 10
_REPEAT = (307, 308)
_FOLLOWED = (301, 302, 303, *_REPEAT)
_READS = ("GET", "HEAD")
_HEADERS = {
    "Accept": "application/json, text/event-stream",
    "Accept-Encoding": ACCEPT_ENCODING,
    "User-Agent": USER_AGENT,
}


def why_not_followed(response: httpx.Response) -> str:
    """Return why a response of 300 to 399 is not followed; "" if it is.

    The text names the origin that it leads to, and no more of the address, which may hold secrets.

    Args:
        response: With its request, and in `history` the redirects that led to it.
    """
    method, url = response.request.method, response.request.url
    location = response.headers.get("location")
    if response.status_code not in _FOLLOWED or not location:
        return "neither a result nor a redirect with an address"
    try:
        target = _target(response)
    except (library_of(url).InvalidURL, ValueError):
        return "a redirect to an address that is not valid"
    if target.scheme not in ("http", "https") or not target.raw_host or target.userinfo:
        return "a redirect to an address that is not a plain http or https URL"
    where = f"a redirect to {target.scheme}://{target.netloc.decode('ascii')}"
    if method not in _READS and response.status_code not in _REPEAT:
        return (
            f"{where}, which would make a GET of this {method}: not followed, and nothing says "
            f"that the {method} took effect"
        )
    if (url.scheme, target.scheme) == ("https", "http"):
        return f"{where}, away from https"
    if len(response.history) >= MAX_REDIRECTS:
        return f"{where}, after {MAX_REDIRECTS} others"
    if not is_same_place(url, target):
        if method not in _READS:
            return f"{where}, another origin, to which a {method} is not sent"
        if {*url.params.multi_items()} & {*target.params.multi_items()}:
            return f"{where}, another origin, which would get the query of the {method}"
    return ""


def follow(response: httpx.Response) -> httpx.Request:
    """Return the request that a redirect asks for, if `why_not_followed` has nothing against it."""
    request, target = response.request, _target(response)
    library = library_of(request)
    following: httpx.Request
    if is_same_place(request.url, target):
        following = library.Request(
            request.method,
            target,
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        if isinstance(request.stream, library.ByteStream):
            following.read()
        return following
    kept = {name: request.extensions.get(name) for name in ("timeout", ATTEMPT)}
    following = library.Request(request.method, target, headers=_HEADERS, extensions=kept)
    return following


def is_same_place(url: httpx.URL, target: httpx.URL) -> bool:
    """Return whether the host and port are the same; https for http is then an improvement."""
    return (url.raw_host, url.port) == (target.raw_host, target.port)


def _target(response: httpx.Response) -> httpx.URL:
    return response.request.url.join(response.headers["location"])
